"""One line of a comparison: planned and actual cost, and why they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tco.actual.effects import Cost, Effects
from tco.analysis.priced_lines import PricedLine
from tco.costing.lines import Category, LineKind

__all__ = ["Basis", "Part", "VarianceLine", "as_planned"]

Basis = Literal["billed", "stated", "as-planned"]
"""Where an actual cost is from: the bill, what was stated beside it, or the plan."""
Part = Category | Literal["not-planned"]


@dataclass(frozen=True, kw_only=True)
class VarianceLine:
    """One thing that the stack pays for, planned and actual, and why they differ."""

    part: Part
    kind: LineKind | None = None
    """Which line of the ledger it is, where it is one alone."""
    name: str
    service: str = ""
    pool: str = ""
    unit: Literal["node-hour", "GB", "hour"] | None = None
    basis: Basis
    planned: Cost
    actual: Cost
    effects: Effects
    confidential: bool = False

    @property
    def variance_usd(self) -> float:
        """Actual less planned cost."""
        return self.actual.usd - self.planned.usd


def as_planned(
    part: Category,
    name: str,
    planned: Cost,
    lines: Sequence[PricedLine],
    *,
    kind: LineKind | None = None,
) -> VarianceLine:
    """Return a line that no bill holds: its actual cost is the planned one."""
    cost = Cost(None, planned.usd)
    return VarianceLine(
        part=part,
        kind=kind,
        name=name,
        basis="as-planned",
        planned=cost,
        actual=cost,
        effects={},
        confidential=any(line.line.confidential for line in lines),
    )
