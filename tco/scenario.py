"""Which value every figure takes: likely, at an end of its range, drawn, or in a what-if."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tco.arrays import Quantity
from tco.catalog.sourced import SourcedValue
from tco.ranges import Range

__all__ = ["BASE_CASE", "Figure", "Scenario"]

Figure = tuple[str, Range]
"""What identifies an uncertain figure: the name of what drives it, and its range."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One reading of all figures, or one of each per scenario where ``draws`` holds arrays.

    The factors are what-ifs: rented node prices, the prices of some hosted APIs and the purchase
    price times a factor, a number of FTE instead of the planned one.
    """

    end: Literal["low", "likely", "high"] = "likely"
    draws: Mapping[Figure, Quantity] = field(default_factory=dict[Figure, Quantity])
    node_price_factor: Quantity = 1.0
    api_price_factors: Mapping[str, Quantity] = field(default_factory=dict[str, Quantity])
    capex_factor: Quantity = 1.0
    fte: Quantity | None = None

    def value(self, figure: SourcedValue) -> Quantity:
        """Return the figure in this scenario."""
        return self.read(figure.driver, figure.value)

    def read(self, name: str, value: Range) -> Quantity:
        """Return a range of a name in this scenario."""
        if value.is_point:
            return value.likely
        if self.draws and (drawn := self.draws.get((name, value))) is not None:
            return drawn
        if self.end == "likely":
            return value.likely
        return value.low if self.end == "low" else value.high


BASE_CASE = Scenario()
