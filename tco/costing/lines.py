"""A line of the bill: a quantity at a price, in one of seven categories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tco.catalog.catalog import SourcedValue
from tco.units import Quantity

__all__ = ["CATEGORIES", "NODE_CATEGORIES", "Category", "Line", "total"]

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


@dataclass(frozen=True)
class Line:
    """One line: a quantity at a price. ``amortised_usd`` is the part paid upfront, earlier."""

    category: Category
    name: str
    quantity: Quantity
    unit: str
    usd_per_unit: Quantity
    service: str = ""
    pool: str = ""
    region: str | None = None
    commitment_status: Literal["used", "unused"] | None = None
    figures: tuple[SourcedValue, ...] = ()
    amortised_usd: Quantity = 0.0

    @property
    def usd(self) -> Quantity:
        """USD per month."""
        return self.quantity * self.usd_per_unit

    @property
    def confidential(self) -> bool:
        """Whether a figure behind the line is a confidential book's: its total is told alone."""
        return any(one.confidential for one in self.figures)


def total(lines: Iterable[Line]) -> Quantity:
    """USD of all lines."""
    return sum((line.usd for line in lines), start=0.0)
