"""An API's prices on the pricing day, what they bill for requests, and their path from there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tco.arrays import Quantity, compounded
from tco.catalog.api_price import ApiPrice
from tco.catalog.match import CatalogMatch
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.catalog.score import Score
from tco.catalog.sourced import PriceSteps, SourcedValue
from tco.costing.api_bill import likely_usd_per_request, usd_per_request
from tco.costing.peak_share import peak_share
from tco.costing.price_steps import stepped
from tco.costing.prices_in_force import PRICES, Price, driver_of
from tco.plan.demand import Demand
from tco.plan.workload import RequestClass
from tco.providers.provider import vendor_of
from tco.ranges import Range
from tco.scenario import BASE_CASE, Scenario

__all__ = ["ApiRate", "PricePath"]


@dataclass(frozen=True)
class PricePath:
    """Where an API's price goes: p0 (1-d)^(t/12), times every jump and discount of month t."""

    decay_per_year: SourcedValue
    jumps: tuple[tuple[int, SourcedValue], ...] = ()
    steps: PriceSteps = ()

    @property
    def figures(self) -> tuple[SourcedValue, ...]:
        """The figures of the path: the future, which cannot be measured."""
        return (self.decay_per_year, *(change for _, change in self.jumps))

    def factor(self, month: Quantity, scenario: Scenario) -> Quantity:
        """Return the price in month t over that of month 0, the pricing day's (METHOD, Horizon).

        A jump holds from its month on: ``month`` may be an array, ``(months,)``.
        """
        path = compounded(1 - scenario.value(self.decay_per_year), month)
        for since, change in self.jumps:
            path = path * np.where(np.asarray(month) >= since, scenario.value(change), 1.0)
        return path * stepped(self.steps, month)


@dataclass(frozen=True, kw_only=True)
class ApiRate:
    """An API's prices on the pricing day, and their path from there."""

    api: str
    found: CatalogMatch[ApiPrice]
    path: PricePath
    factor: float = 1.0
    """A factor on all its prices, for a what-if."""
    model: str = ""
    """The name of the model that it serves, as scores know it."""
    scores: tuple[Score, ...] = ()
    provisioned: CatalogMatch[ProvisionedPrice] | None = None
    """The units that serve the base load; the prices by the token are for what is above."""

    @property
    def row(self) -> ApiPrice:
        """The prices."""
        return self.found.row

    @property
    def provider(self) -> str:
        """Who sends the invoice."""
        return vendor_of(self.api)

    @property
    def confidential(self) -> bool:
        """Whether a confidential book holds the prices."""
        matches = (self.found, self.provisioned)
        return any(match.confidential for match in matches if match is not None)

    @property
    def figures(self) -> tuple[SourcedValue, ...]:
        """The prices below every tier, with their source."""
        row = self.row
        prices: tuple[tuple[Price, Range | None, str], ...] = (
            ("input", row.input_usd_per_mtok, "USD/Mtok"),
            ("cache hit", row.cached_input_usd_per_mtok, "USD/Mtok"),
            ("output", row.output_usd_per_mtok, "USD/Mtok"),
            ("reasoning", row.reasoning_usd_per_mtok, "USD/Mtok"),
            ("request fee", row.usd_per_request, "USD"),
        )
        found = tuple(
            self.found.sourced(driver_of(row, name), price, unit)
            for name, price, unit in prices
            if price is not None
        )
        units = self.provisioned
        if units is None:
            return found
        price = units.row.usd_per_unit_hour
        driver = driver_of(row, "provisioned unit")
        return (*found, units.sourced(driver, price, f"USD/{units.row.unit}-hour"))

    @property
    def price_drivers(self) -> set[str]:
        """The names under which its prices are drawn, whatever is uncertain of them."""
        return {driver_of(self.row, price) for price in PRICES}

    def usd_per_request(
        self, request: RequestClass, demand: Demand, day: dt.date, scenario: Scenario
    ) -> Quantity:
        """Return the USD of one request of a class in month 0, averaged over the week's demand."""
        shares = tuple(peak_share(demand, peak, day) for peak in self.row.peak)
        factor = self.price_factor(scenario)
        if scenario is BASE_CASE:
            return likely_usd_per_request(self.row, request, shares, demand.name) * factor
        usd = usd_per_request(self.row, request, shares, scenario, workload=demand.name)
        return usd * factor

    def price_factor(self, scenario: Scenario) -> Quantity:
        """Return the factor on all prices in a what-if."""
        return self.factor * scenario.api_price_factors.get(self.api, 1.0)

    def usd_of(
        self,
        classes: Iterable[RequestClass],
        demand: Demand,
        day: dt.date,
        scenario: Scenario = BASE_CASE,
    ) -> Quantity:
        """Return the USD in month 0 of the classes' share of one average request."""
        return sum(
            (
                request.share * self.usd_per_request(request, demand, day, scenario)
                for request in classes
            ),
            start=0.0,
        )
