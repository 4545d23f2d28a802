"""``tco.prices/1`` and ``tco.prices-check/1``: the catalog's figures, and their check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from tco.catalog.book import AnyRow, PackageBook
from tco.catalog.curve_coverage import Coverage
from tco.catalog.discount import Discount
from tco.catalog.listing import Checked, FigureEntry
from tco.catalog.node_table import NodeRow
from tco.documents.document import Document, Part
from tco.documents.error import ProblemPart, problem_part
from tco.documents.figure_value import FigureValue, figure_value
from tco.documents.models import CoveragePart, coverage_part
from tco.documents.plausibility import PlausibilityPart, plausibility_part

__all__ = [
    "FigurePart",
    "NodeRowPart",
    "PricesCheckDocument",
    "PricesDocument",
    "node_prices_document",
    "prices_check_document",
    "prices_document",
]


@dataclass(frozen=True)
class FigureFacts:
    """What a list shows of a figure that its JSON has in the fields of the row."""

    value: FigureValue | None = None
    is_estimate: bool = False
    is_packaged: bool = False
    """Whether a package of prices, not the catalog and not a price book, holds it."""
    row: AnyRow | Discount | None = None

    @property
    def stated(self) -> Mapping[str, Any]:
        """The fields of the row that differ from their defaults."""
        if self.row is None:
            return {}
        return self.row.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude_defaults=True
        )


class FigurePart(Part):
    """A figure: its name, its age, and the fields of its row, which differ by kind."""

    model_config = ConfigDict(extra="allow")

    name: str
    kind: str
    age_days: int | None
    book: str
    facts: SkipJsonSchema[FigureFacts] = Field(default=FigureFacts(), exclude=True)
    """Not in JSON: a document that is read from JSON has none."""


class NodeRowPart(Part):
    """A node in a region, with its figure by purchase option."""

    node: str
    region: str | None
    prices: dict[str, FigurePart]


class PricesDocument(Document):
    """What ``tco prices list`` and ``tco prices show`` print with ``--format json``."""

    schema_: Literal["tco.prices/1"] = Field(default="tco.prices/1", alias="schema")
    figures: tuple[FigurePart, ...]
    coverage: tuple[CoveragePart, ...] = Field(
        description="What the shipped curves cover; only with --kind benchmark."
    )
    nodes: tuple[NodeRowPart, ...] = Field(
        description="Prices side by side, by node and region; only with --region."
    )


class AgedPart(Part):
    """A figure that was seen long ago."""

    name: str
    age_days: int | None


class PricesCheckDocument(Document):
    """What ``tco prices check --format json`` prints."""

    schema_: Literal["tco.prices-check/1"] = Field(default="tco.prices-check/1", alias="schema")
    figures: int
    faults: tuple[ProblemPart, ...]
    old: tuple[AgedPart, ...]
    measurements: int = Field(description="Rows of the shipped throughput curves.")
    implausible_measurements: int = Field(
        description="Of these: far from Little's law, or above what any other measurement reaches."
    )
    plausibility: tuple[PlausibilityPart, ...] = Field(
        description="Figures outside their plausible range, confirmed or not."
    )


def prices_document(
    rows: Sequence[FigureEntry], covered: Sequence[Coverage] = ()
) -> PricesDocument:
    """Return figures, and what curves cover, as ``tco.prices/1``."""
    return PricesDocument(
        figures=tuple(_figure(row) for row in rows),
        coverage=tuple(map(coverage_part, covered)),
        nodes=(),
    )


def node_prices_document(rows: Sequence[NodeRow]) -> PricesDocument:
    """Return prices of nodes side by side as ``tco.prices/1``."""
    nodes = tuple(
        NodeRowPart(
            node=row.node,
            region=row.region,
            prices={str(column): _figure(entry) for column, entry in row.prices.items()},
        )
        for row in rows
    )
    return PricesDocument(
        figures=tuple(figure for node in nodes for figure in node.prices.values()),
        coverage=(),
        nodes=nodes,
    )


def _figure(entry: FigureEntry) -> FigurePart:
    fields: dict[str, Any] = {
        "name": entry.name,
        "kind": str(entry.row.key[0]),
        "age_days": entry.age_days,
        "book": entry.book.name,
        **entry.row.model_dump(mode="json", by_alias=True, exclude_none=True),
        "facts": FigureFacts(
            value=figure_value(entry.row),
            is_estimate=entry.row.estimate,
            is_packaged=isinstance(entry.book, PackageBook),
            row=entry.row,
        ),
    }
    return FigurePart.model_validate(fields)


def prices_check_document(checked: Checked) -> PricesCheckDocument:
    """Return the outcome of a check as ``tco.prices-check/1``."""
    return PricesCheckDocument(
        figures=checked.figures,
        faults=tuple(map(problem_part, checked.faults)),
        old=tuple(AgedPart(name=figure.name, age_days=figure.age_days) for figure in checked.old),
        measurements=checked.measurements,
        implausible_measurements=checked.implausible_measurements,
        plausibility=plausibility_part(checked.implausible),
    )
