"""The JSON Schemas of what a user writes and of what the commands print, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from tco.catalog.book import Book
from tco.catalog.currency import written_in
from tco.catalog.fields import CONTROLS
from tco.catalog.price_fields import MONEY_FIELDS
from tco.documents.actual import ActualDocument
from tco.documents.alerts import AlertsDocument
from tco.documents.calibrate import CalibrateDocument
from tco.documents.commitments import CommitmentsDocument
from tco.documents.diff import DiffDocument
from tco.documents.error import ErrorDocument
from tco.documents.gate import GateDocument
from tco.documents.key_texts import key_texts
from tco.documents.models import ModelsDocument
from tco.documents.optimize import OptimizeDocument
from tco.documents.plan import PlanDocument
from tco.documents.price import PriceDocument
from tco.documents.prices import PricesCheckDocument, PricesDocument
from tco.documents.prices_import import PricesImportDocument
from tco.documents.prices_refresh import PricesRefreshDocument
from tco.documents.sweep import SweepDocument
from tco.plan.plan import PLAN_KEY, Plan
from tco.plan.workload import Workload
from tco.providers.aws import REGION_KEY
from tco.ranges import Range

__all__ = ["SCHEMAS", "NamedSchema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f]+$"
"""What every program's regular expressions read of the rule for names."""


class StackConfig(BaseModel):
    """What the program is configured with; other keys are Pulumi's."""

    model_config = ConfigDict(extra="allow")

    region: str | None = Field(
        default=None,
        alias=REGION_KEY,
        description="The region of pools that name none.",
    )
    plan: Plan = Field(alias=PLAN_KEY, description="What is planned; tco reads all of it.")


class StackYaml(BaseModel):
    """A stack file, Pulumi.STACK.yaml; other keys are Pulumi's."""

    model_config = ConfigDict(extra="allow")

    config: StackConfig = Field(description="The configuration of the stack.")


class _Generator(GenerateJsonSchema):
    """Without titles that repeat a key, with ranges as a file writes them."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return whether a field has a title beside its key: never."""
        del schema
        return False

    def encode_default(self, dft: Any) -> Any:
        """Return a default as a file would write it."""
        if isinstance(dft, Range):
            return dft.likely if dft.is_point else [dft.low, dft.likely, dft.high]
        if isinstance(dft, BaseModel):
            return dft.model_dump(mode="json", exclude_unset=True)
        return super().encode_default(dft)

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Return the schema of a model, each key with its meaning from the page in ``docs/``."""
        found = super().model_schema(schema)
        keys: dict[str, Any] = found.get("properties", {})
        for key, text in key_texts(schema["cls"], keys).items():
            keys[key]["description"] = " ".join(filter(None, (text, keys[key].get("description"))))
        return _in_any_currency(found) if MONEY_FIELDS & keys.keys() else found

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """Return the schema of a text, its pattern as every dialect reads it."""
        found = super().str_schema(schema)
        if CONTROLS in str(found.get("pattern", "")):
            found["pattern"] = ONE_LINE
        return found


def _in_any_currency(schema: JsonSchemaValue) -> JsonSchemaValue:
    """Return the schema of a row whose keys of money may be named after another currency."""
    keys, required = schema["properties"], schema.get("required", [])
    money = [key for key in keys if key in MONEY_FIELDS]
    other = {key: f"^{written_in(key, '(?!usd)[a-z]{3}')}$" for key in money}
    needed = [key for key in required if key in money]
    made = {
        **schema,
        "patternProperties": {other[key]: keys[key] for key in money},
        "required": [key for key in required if key not in money],
    }
    if needed:
        foreign = {"propertyNames": {"not": {"pattern": "|".join(other.values())}}}
        made |= {"if": foreign, "then": {"required": needed}}
    return {key: value for key, value in made.items() if value != []}


@dataclass(frozen=True)
class NamedSchema:
    """A model that has a JSON Schema, and what it is."""

    model: type[BaseModel]
    title: str
    written: bool = False
    """Whether a user writes it; otherwise a command prints it, with every key."""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        mode: JsonSchemaMode = "validation" if self.written else "serialization"
        schema = self.model.model_json_schema(schema_generator=_Generator, mode=mode)
        return {"$schema": DIALECT, "title": self.title, **{**schema, "title": self.title}}


SCHEMAS: Mapping[str, NamedSchema] = {
    "stack": NamedSchema(StackYaml, "Stack file, Pulumi.STACK.yaml", written=True),
    "workload": NamedSchema(Workload, "Workload file, workloads/NAME.yaml", written=True),
    "book": NamedSchema(Book, "Price book, prices/NAME.yaml", written=True),
    "plan-document": NamedSchema(PlanDocument, "tco.plan/1, of tco plan and tco compare"),
    "gate-document": NamedSchema(GateDocument, "tco.gate/1, of tco gate"),
    "sweep-document": NamedSchema(SweepDocument, "tco.sweep/1, of tco sweep"),
    "price-document": NamedSchema(PriceDocument, "tco.price/1, of tco price"),
    "diff-document": NamedSchema(DiffDocument, "tco.diff/1, of tco diff"),
    "optimize-document": NamedSchema(OptimizeDocument, "tco.optimize/1, of tco optimize"),
    "prices-document": NamedSchema(PricesDocument, "tco.prices/1, of tco prices list and show"),
    "prices-check-document": NamedSchema(
        PricesCheckDocument, "tco.prices-check/1, of tco prices check"
    ),
    "prices-import-document": NamedSchema(
        PricesImportDocument, "tco.prices-import/1, of tco prices import"
    ),
    "prices-refresh-document": NamedSchema(
        PricesRefreshDocument, "tco.prices-refresh/1, of tco prices refresh"
    ),
    "models-document": NamedSchema(ModelsDocument, "tco.models/1, of tco models"),
    "alerts-document": NamedSchema(AlertsDocument, "tco.alerts/1, of tco alerts"),
    "commitments-document": NamedSchema(
        CommitmentsDocument, "tco.commitments/1, of tco commitments"
    ),
    "calibrate-document": NamedSchema(CalibrateDocument, "tco.calibrate/1, of tco calibrate"),
    "actual-document": NamedSchema(ActualDocument, "tco.actual/1, of tco actual"),
    "error-document": NamedSchema(ErrorDocument, "tco.error/1, of any command given bad input"),
}
