"""Which value every figure takes: likely, all at their low or high ends, or with a lever pulled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tco.catalog.catalog import Sourced
from tco.ranges import Range
from tco.units import Quantity

__all__ = ["LIKELY", "Scenario"]


@dataclass(frozen=True)
class Scenario:
    """One reading of all figures.

    The levers ask "what if": rented node prices, the prices of some hosted APIs and the purchase
    price times a factor, a number of FTE instead of the planned one.
    """

    end: Literal["low", "likely", "high"] = "likely"
    node_price_factor: Quantity = 1.0
    api_price_factors: Mapping[str, Quantity] = field(default_factory=dict[str, Quantity])
    capex_factor: Quantity = 1.0
    fte: Quantity | None = None

    def value(self, figure: Sourced) -> Quantity:
        """The figure in this scenario."""
        return self.end_of(figure.value)

    def end_of(self, value: Range) -> float:
        """A range in this scenario."""
        return {"low": value.low, "likely": value.likely, "high": value.high}[self.end]


LIKELY = Scenario()
