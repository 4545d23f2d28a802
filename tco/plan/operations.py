"""The people and the platform that a plan pays for."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from tco.files import Strict
from tco.ranges import Amount, Range, point

__all__ = ["Ops", "PlatformCost"]


def _fte_form(given: Any) -> str:
    return "<table>" if isinstance(given, dict) else "<one>"


def _node_number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is not a number of nodes.")
    return value


FteTable = dict[Annotated[int, Field(ge=1), BeforeValidator(_node_number)], Amount]
Fte = Annotated[
    Annotated[FteTable, Field(min_length=1), Tag("<table>")] | Annotated[Amount, Tag("<one>")],
    Discriminator(_fte_form),
]


class Ops(Strict):
    """The people: a number of FTE, or a table of FTE by nodes with hours per node."""

    fte: Fte | None = None
    usd_per_fte_year: Amount | None = None
    hours_per_node_month: Amount | None = None
    setup_usd: Amount = point(0.0)
    api_fte: Amount = point(0.0)

    @model_validator(mode="after")
    def _once(self) -> Self:
        if self.hours_per_node_month is not None and isinstance(self.fte, Range):
            raise ValueError(
                "a declared fte and hours_per_node_month would count the same people twice: "
                "write a table fte: {1: 0.25, 4: 0.5} with the hours, or fte alone."
            )
        return self


class PlatformCost(Strict):
    """What the platform costs, instead of the catalog's default."""

    usd_per_month: Amount = point(0.0)
    usd_per_node_month: Amount = point(0.0)
    licence_usd_per_gpu_year: Amount = point(0.0)
