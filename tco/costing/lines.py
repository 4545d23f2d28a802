"""One line of the bill: a quantity at a price, of one kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tco.arrays import Quantity
from tco.catalog.sourced import SourcedValue
from tco.costing.purchase import Option

__all__ = [
    "CATEGORIES",
    "NODE_CATEGORIES",
    "NODE_KINDS",
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
    "node-hour", "node-month", "kWh", "GB", "service", "node", "GPU", "FTE", "month", "request"
]
CommitmentStatus = Literal["used", "unused"]
LineKind = Literal[
    "nodes",
    "spare-nodes",
    "included-power",
    "colocation",
    "electricity",
    "egress",
    "platform-per-service",
    "platform-per-node",
    "licenses",
    "operations",
    "setup",
    "routed-requests",
    "overflow-requests",
    "outage-requests",
]
KINDS: dict[LineKind, tuple[Category, Unit]] = {
    "nodes": ("compute", "node-hour"),
    "spare-nodes": ("standby", "node-hour"),
    "included-power": ("power", "kWh"),
    "colocation": ("power", "node-month"),
    "electricity": ("power", "kWh"),
    "egress": ("egress", "GB"),
    "platform-per-service": ("platform", "service"),
    "platform-per-node": ("platform", "node"),
    "licenses": ("platform", "GPU"),
    "operations": ("labor", "FTE"),
    "setup": ("labor", "month"),
    "routed-requests": ("api", "request"),
    "overflow-requests": ("api", "request"),
    "outage-requests": ("standby", "request"),
}
"""The category and the unit of each kind of line."""

NODE_KINDS: frozenset[LineKind] = frozenset({"nodes", "spare-nodes"})
"""Hours of nodes at a price of their purchase option."""


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """One line of the ledger.

    ``provider`` sends the invoice and ``sku`` is what it sells: an instance type or offer, an API,
    a platform figure. ``name`` is only displayed. ``amortised_usd`` is the part paid upfront,
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
    amortised_usd: Quantity = 0.0

    @property
    def category(self) -> Category:
        """The part of the bill it belongs to."""
        return KINDS[self.kind][0]

    @property
    def unit(self) -> Unit:
        """What the quantity counts."""
        return KINDS[self.kind][1]

    @property
    def usd(self) -> Quantity:
        """USD per month."""
        return self.quantity * self.usd_per_unit

    @property
    def confidential(self) -> bool:
        """Whether a figure behind the line is a confidential book's: only its total is shown."""
        return any(one.confidential for one in self.figures)


def total(lines: Iterable[CostLine]) -> Quantity:
    """USD of all lines."""
    return sum((line.usd for line in lines), start=0.0)
