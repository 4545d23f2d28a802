"""Where the prices of rented nodes go: a factor per year on each way to rent one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tco.arrays import Quantity, compounded
from tco.catalog.sourced import SourcedValue
from tco.costing.price_steps import stepped
from tco.costing.purchase import SAME_PRICES, Option, PriceFactors, PurchaseOption
from tco.scenario import Scenario

__all__ = ["NodePriceOutlook"]


@dataclass(frozen=True, kw_only=True)
class NodePriceOutlook:
    """Price in a year over the price today, for each way to rent a node."""

    on_demand: SourcedValue
    spot: SourcedValue
    capacity_block: SourcedValue

    @property
    def figures(self) -> tuple[SourcedValue, ...]:
        """The figures of the outlook: the future, which cannot be measured."""
        return (self.on_demand, self.spot, self.capacity_block)

    def factor_per_year(self, option: Option) -> SourcedValue:
        """Return the factor on a rent; reservations are bought again as prices on demand move."""
        if option == "spot":
            return self.spot
        return self.capacity_block if option == "capacity-block" else self.on_demand

    def factors(self, supply: PurchaseOption, month: Quantity, scenario: Scenario) -> PriceFactors:
        """Return price in month t over the price of month 0: f^(s/12), s the month it was set.

        A price on demand or of spot is set every month, s = t. A commitment keeps its price for
        its term of p months: s = p floor(t/p). An owned node has no rent. A discount is taken off
        each invoice: off what recurs in month t, off an upfront in the month of the purchase.
        """
        if supply.owned is not None or not np.any(month):
            return SAME_PRICES
        set_in = month_of_price(supply, month)
        fallback: Quantity = 1.0
        if supply.spot is not None and supply.spot.on_demand is not None:
            fallback = _moved(self.on_demand, set_in, scenario)
            fallback = fallback * stepped(supply.spot.on_demand.steps, month)
        moved = _moved(self.factor_per_year(supply.option), set_in, scenario)
        return PriceFactors(
            rent=moved * stepped(supply.rate.steps, month),
            fallback=fallback,
            upfront=moved * stepped(supply.upfront.steps, set_in) if supply.upfront else moved,
        )

    def since_set(self, supply: PurchaseOption, month: Quantity, scenario: Scenario) -> Quantity:
        """Return what a rent would be in month t over what it is: 1 where it moves every month."""
        figure = self.factor_per_year(supply.option)
        return _moved(figure, month - month_of_price(supply, month), scenario)


def month_of_price(supply: PurchaseOption, month: Quantity) -> Quantity:
    """Return the month in which the price that holds in month t was set."""
    if not supply.committed or supply.period_months is None:
        return month
    return supply.period_months * np.floor(month / supply.period_months)


def _moved(factor_per_year: SourcedValue, months: Quantity, scenario: Scenario) -> Quantity:
    return compounded(scenario.value(factor_per_year), months)
