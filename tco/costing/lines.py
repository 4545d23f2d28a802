"""One line of the bill: a quantity at a price, of one kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tco.arrays import Quantity
from tco.catalog.sourced import SourcedValue
from tco.catalog.spend_terms import SpendTerms
from tco.costing.purchase import Option

__all__ = [
    "CATEGORIES",
    "NODES",
    "NODE_CATEGORIES",
    "NODE_KINDS",
    "SPARE_NODES",
    "Category",
    "CommitmentStatus",
    "CostLine",
    "LineKind",
    "Unit",
    "total",
]

Category = Literal["compute", "power", "egress", "standby", "labor", "platform", "api"]
CATEGORIES: tuple[Category, ...] = (
    "compute",
    "power",
    "egress",
    "standby",
    "labor",
    "platform",
    "api",
)
NODE_CATEGORIES: tuple[Category, ...] = ("compute", "standby")
"""What the nodes of a pool cost."""

Unit = Literal[
    "node-hour",
    "node-month",
    "hour",
    "kWh",
    "GB",
    "service",
    "node",
    "GPU",
    "FTE",
    "month",
    "request",
]
CommitmentStatus = Literal["used", "unused"]


@dataclass(frozen=True)
class LineKind:
    """A kind of cost line: its name in JSON, its part of the bill, and what its quantity counts."""

    name: str
    category: Category
    unit: Unit


NODES = LineKind("nodes", "compute", "node-hour")
SPARE_NODES = LineKind("spare-nodes", "standby", "node-hour")
NODE_KINDS = frozenset({NODES, SPARE_NODES})
"""Hours of nodes at a price of their purchase option."""


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """One line of the ledger.

    ``provider`` sends the invoice and ``sku`` is what it sells: an instance type or offer, an API,
    a platform figure. ``name`` is only displayed. ``amortized_usd`` is the part paid upfront,
    earlier.
    """

    kind: LineKind
    name: str
    provider: str
    sku: str
    quantity: Quantity
    usd_per_unit: Quantity
    service: str = ""
    pool: str = ""
    region: str | None = None
    request_class: str = ""
    purchase: Option | None = None
    commitment_status: CommitmentStatus | None = None
    figures: tuple[SourcedValue, ...] = ()
    amortized_usd: Quantity = 0.0

    @property
    def category(self) -> Category:
        """The part of the bill it belongs to."""
        return self.kind.category

    @property
    def unit(self) -> Unit:
        """What the quantity counts."""
        return self.kind.unit

    @property
    def usd(self) -> Quantity:
        """USD per month."""
        return np.multiply(self.quantity, self.usd_per_unit, order="F")

    @property
    def terms(self) -> SpendTerms | None:
        """The contract that it is billed under, where that has terms for the month's bill."""
        return next((figure.terms for figure in self.figures if figure.terms is not None), None)

    @property
    def confidential(self) -> bool:
        """Whether a figure behind the line is a confidential book's: only its total is shown."""
        return any(figure.confidential for figure in self.figures)


def total(lines: Iterable[CostLine]) -> Quantity:
    """USD of all lines."""
    return sum((line.usd for line in lines), start=0.0)
