"""Where the throughput of a node goes over the horizon, beside the prices of APIs."""

from __future__ import annotations

from dataclasses import dataclass

from tco.arrays import Quantity
from tco.catalog.sourced import SourcedValue
from tco.scenario import Scenario
from tco.throughput.outlook import throughput_growth

__all__ = ["ThroughputPath"]


@dataclass(frozen=True)
class ThroughputPath:
    """How many times the pricing day's tok/s a node makes in later months.

    A model is in its first half year for ``young_months`` from the pricing day. ``first_half_year``
    is its gain over a whole one; None where the plan states the yearly factor alone.
    """

    per_year: SourcedValue
    first_half_year: SourcedValue | None = None
    young_months: float = 0.0

    @property
    def figures(self) -> tuple[SourcedValue, ...]:
        """The figures of the path: the future, which cannot be measured."""
        young = self.first_half_year
        return (self.per_year,) if young is None else (self.per_year, young)

    @property
    def is_known(self) -> bool:
        """Return whether nothing about the path is drawn."""
        return all(figure.value.is_point for figure in self.figures)

    def factor(self, months: Quantity, scenario: Scenario) -> Quantity:
        """Return tok/s in each month over those of month 0, the pricing day's."""
        yearly = scenario.value(self.per_year)
        if self.first_half_year is None:
            return throughput_growth(months, yearly)
        return throughput_growth(
            months,
            yearly,
            first_half_year=scenario.value(self.first_half_year),
            young_months=self.young_months,
        )
