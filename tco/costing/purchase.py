"""What a node-hour costs, by purchase option."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tco.arrays import Quantity
from tco.catalog.sourced import SourcedValue
from tco.costing.finance import annuity
from tco.scenario import Scenario
from tco.units import HOURS_PER_MONTH, MONTHS_PER_YEAR

__all__ = [
    "SAME_PRICES",
    "Option",
    "OwnedSupply",
    "PriceFactors",
    "PurchaseOption",
    "SpotSupply",
    "interruptions_per_hour",
    "spot_usd_per_useful_hour",
]

Option = Literal["on-demand", "spot", "reserved", "capacity-block", "owned"]
MERIT: dict[Option, int] = {
    "owned": 0,
    "reserved": 1,
    "capacity-block": 1,
    "spot": 2,
    "on-demand": 3,
}
"""Dispatch order: what is paid anyway first, then the cheapest that can be switched off."""


@dataclass(frozen=True)
class PriceFactors:
    """What a rent, the price of a spot node's fallback and an upfront are times those of today."""

    rent: Quantity = 1.0
    fallback: Quantity = 1.0
    upfront: Quantity = 1.0


SAME_PRICES = PriceFactors()


@dataclass(frozen=True)
class SpotSupply:
    """What makes a useful spot hour cost more than its price."""

    availability: SourcedValue
    interruptions_per_hour: SourcedValue
    boot_hours: SourcedValue
    on_demand: SourcedValue | None
    overprovision: float = 1.0


@dataclass(frozen=True)
class OwnedSupply:
    """What owning a node costs besides its power.

    ``price`` is the purchase price; of a node that is paid for (``is_sunk``) it is the resale value
    given up by keeping it.
    """

    price: SourcedValue
    residual: SourcedValue
    maintenance: SourcedValue
    life_months: float
    is_sunk: bool = False


@dataclass(frozen=True, kw_only=True)
class PurchaseOption:
    """One way to have a node: its recurring rate, its upfront, and what it commits to.

    ``terms`` says in words how the node is bought, where that is not on demand.
    """

    option: Option
    node: str
    rate: SourcedValue
    terms: str = ""
    upfront: SourcedValue | None = None
    period_months: float | None = None
    spot: SpotSupply | None = None
    owned: OwnedSupply | None = None

    @property
    def label(self) -> str:
        """The node with its terms, as people read it."""
        return f"{self.node}, {self.terms}" if self.terms else self.node

    @property
    def committed(self) -> bool:
        """Whether the node is paid for whether it is needed or not."""
        return self.option in ("reserved", "capacity-block", "owned")

    @property
    def confidential(self) -> bool:
        """Whether a confidential book holds a price of it."""
        fallback = self.spot.on_demand if self.spot is not None else None
        prices = (self.rate, self.upfront, fallback)
        return any(price.confidential for price in prices if price is not None)

    @property
    def paid_ahead(self) -> bool:
        """Whether the upfront is paid once for months to come. Blocks are paid as they come."""
        return self.upfront is not None and self.option != "capacity-block"

    @property
    def list_prices(self) -> tuple[SourcedValue, ...]:
        """The prices on a vendor's list: the rate, the upfront, a spot node's fallback."""
        if self.owned is not None:
            return ()
        fallback = self.spot.on_demand if self.spot is not None else None
        block = self.option == "capacity-block"
        prices = (None if block else self.rate, self.upfront, fallback)
        return tuple(price for price in prices if price is not None)

    def obtainable(self, scenario: Scenario) -> Quantity:
        """Return the share of its nodes that serve: below 1 for spot nodes without a fallback."""
        if self.spot is None or self.spot.on_demand is not None:
            return 1.0
        return np.minimum(1.0, scenario.value(self.spot.availability) * self.spot.overprovision)

    def as_spare(self) -> PurchaseOption:
        """Return how a spare is bought: instead of a spot node, its on-demand fallback."""
        if self.spot is None or self.spot.on_demand is None:
            return self
        return PurchaseOption(option="on-demand", node=self.node, rate=self.spot.on_demand)

    def recurring_usd_per_hour(
        self, scenario: Scenario, factors: PriceFactors = SAME_PRICES
    ) -> Quantity:
        """Return the recurring price of one node for one hour, without upfronts, in USD."""
        rate = scenario.value(self.rate) * scenario.node_price_factor * factors.rent
        if self.spot is None:
            return rate
        terms = self.spot
        fallback = (
            scenario.value(terms.on_demand) * scenario.node_price_factor * factors.fallback
            if terms.on_demand is not None
            else None
        )
        return spot_usd_per_useful_hour(
            rate,
            scenario.value(terms.availability),
            scenario.value(terms.interruptions_per_hour),
            scenario.value(terms.boot_hours),
            on_demand=fallback,
            overprovision=terms.overprovision,
        )

    def upfront_usd(self, scenario: Scenario, factors: PriceFactors = SAME_PRICES) -> Quantity:
        """Return the upfront payment for one node at the start of each period, in USD."""
        if self.owned is not None:
            return scenario.value(self.owned.price) * scenario.capex_factor
        if self.upfront is None:
            return 0.0
        return scenario.value(self.upfront) * scenario.node_price_factor * factors.upfront

    def amortized_usd_per_month(
        self, scenario: Scenario, monthly_rate: Quantity, factors: PriceFactors = SAME_PRICES
    ) -> Quantity:
        """Return the USD per month of one node's upfront, spread over its period.

        Of an owned node it is the annuity, else an even part (METHOD, Purchase options).
        """
        if self.owned is not None:
            price = self.upfront_usd(scenario)
            residual = price * scenario.value(self.owned.residual)
            return annuity(price, residual, monthly_rate, self.owned.life_months)
        if self.upfront is None or self.period_months is None:
            return 0.0
        return self.upfront_usd(scenario, factors) / self.period_months

    def maintenance_usd_per_month(self, scenario: Scenario) -> Quantity:
        """Return the USD per month of maintaining an owned node, a share of its price per year."""
        if self.owned is None:
            return 0.0
        return self.upfront_usd(scenario) * scenario.value(self.owned.maintenance) / MONTHS_PER_YEAR

    def effective_usd_per_hour(
        self, scenario: Scenario, monthly_rate: Quantity, factors: PriceFactors = SAME_PRICES
    ) -> Quantity:
        """Return the USD of holding one node for an hour: recurring, amortized, maintained."""
        monthly = self.amortized_usd_per_month(
            scenario, monthly_rate, factors
        ) + self.maintenance_usd_per_month(scenario)
        return self.recurring_usd_per_hour(scenario, factors) + monthly / HOURS_PER_MONTH


def spot_usd_per_useful_hour(
    spot: Quantity,
    availability: Quantity,
    interruptions: Quantity,
    boot_hours: Quantity,
    on_demand: Quantity | None,
    overprovision: float = 1.0,
) -> Quantity:
    """Cost of a useful spot node-hour, in USD.

    With an on-demand fallback s_eff = a s (1 + nu b) + (1 - a) od; with over-provisioning instead,
    a m s (1 + nu b), and what is not obtained overflows.

    >>> round(spot_usd_per_useful_hour(1.0, 0.85, 1 / 20, 0.25, 2.5), 6)
    1.235625
    """
    obtained = availability * spot * (1 + interruptions * boot_hours)
    if on_demand is None:
        return obtained * overprovision
    return obtained + (1 - availability) * on_demand


def interruptions_per_hour(share_per_month: float) -> float:
    """Return interruptions per hour behind a share interrupted per month: -ln(1-p)/730."""
    return -math.log1p(-share_per_month) / HOURS_PER_MONTH
