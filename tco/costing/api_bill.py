"""What a hosted API bills for requests: the price of ONE request per class, times their number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from tco.arrays import Quantity, compounded, positive_part
from tco.catalog.api_price import ApiPrice, Peak
from tco.catalog.match import CatalogMatch
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.catalog.score import Score
from tco.catalog.sourced import PriceSteps, SourcedValue
from tco.costing.peak_share import peak_share
from tco.costing.price_steps import stepped
from tco.plan.demand import Demand
from tco.plan.workload import RequestClass, cached_share
from tco.providers.provider import vendor_of
from tco.ranges import Range, point
from tco.scenario import BASE_CASE, Scenario
from tco.units import TOKENS_PER_MTOK

__all__ = [
    "ApiRate",
    "PricePath",
    "driver_of",
    "token_factor",
    "unbillable",
    "usd_per_request",
]

Price = Literal[
    "input",
    "cache hit",
    "output",
    "reasoning",
    "cache write",
    "1-hour cache write",
    "cache storage",
    "request fee",
    "batch discount",
    "token factor",
    "tier input",
    "tier cache hit",
    "tier cache write",
    "tier output",
    "peak input",
    "peak cache hit",
    "peak output",
    "provisioned unit",
]
PRICES: tuple[Price, ...] = get_args(Price)
NO_CHARGE, UNCHANGED = point(0.0), point(1.0)


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
            return _likely_usd_per_request(self.row, request, shares, demand.name) * factor
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


def driver_of(row: ApiPrice, price: Price) -> str:
    """Return the name under which one price of an API is drawn."""
    return f"{row.api}: {price}"


@dataclass(frozen=True)
class _Prices:
    """Prices in force for a request, in USD per million tokens."""

    miss: Quantity
    hit: Quantity
    write: Quantity
    out: Quantity
    reasoning: Quantity

    def scaled(self, miss: Quantity, hit: Quantity, out: Quantity, base: _Prices) -> _Prices:
        """Return these prices times the ratios of other prices to their base.

        Cache writes move as input does, reasoning as output does.
        """
        return _Prices(
            miss=_scaled(self.miss, miss, base.miss),
            hit=_scaled(self.hit, hit, base.hit),
            write=_scaled(self.write, miss, base.miss),
            out=_scaled(self.out, out, base.out),
            reasoning=_scaled(self.reasoning, out, base.out),
        )


def _in_force(
    row: ApiPrice, request: RequestClass, peak: Peak | None, scenario: Scenario
) -> _Prices:
    """Prices for a request's full prompt in the API's own tokens, in or outside a peak.

    The highest tier below the prompt's length replaces the base prices; a peak multiplies what
    holds outside it by its own ratio to the base.
    """

    def at(kind: Price, price: Range) -> Quantity:
        return scenario.read(driver_of(row, kind), price)

    is_1h = request.cache_write_ttl == "1h"
    prompt = request.input * _token_factor(row).likely
    base = _base(row, at, is_1h=is_1h)
    reached = [tier for tier in row.tiers if prompt > tier.above_prompt_tokens]
    prices = base
    if reached:
        tier = max(reached, key=lambda tier: tier.above_prompt_tokens)
        miss = at("tier input", tier.input_usd_per_mtok)
        hit, write = tier.cached_input_usd_per_mtok, tier.cache_write_usd_per_mtok
        out = at("tier output", tier.output_usd_per_mtok)
        prices = _Prices(
            miss=miss,
            hit=_scaled(base.hit, miss, base.miss) if hit is None else at("tier cache hit", hit),
            write=_scaled(base.write, miss, base.miss)
            if write is None or is_1h
            else at("tier cache write", write),
            out=out,
            reasoning=_scaled(base.reasoning, out, base.out),
        )
    if peak is None:
        return prices
    miss, hit = at("peak input", peak.input_usd_per_mtok), peak.cached_input_usd_per_mtok
    return prices.scaled(
        miss,
        _scaled(base.hit, miss, base.miss) if hit is None else at("peak cache hit", hit),
        at("peak output", peak.output_usd_per_mtok),
        base,
    )


def _base(row: ApiPrice, at: Callable[[Price, Range], Quantity], *, is_1h: bool) -> _Prices:
    """Return the prices below every tier and outside every peak."""
    miss, out = at("input", row.input_usd_per_mtok), at("output", row.output_usd_per_mtok)
    hit = row.cached_input_usd_per_mtok
    write = row.cache_write_1h_usd_per_mtok if is_1h else row.cache_write_usd_per_mtok
    write_name: Price = "1-hour cache write" if is_1h else "cache write"
    reasoning = row.reasoning_usd_per_mtok
    return _Prices(
        miss=miss,
        hit=miss if hit is None else at("cache hit", hit),
        write=miss if write is None else at(write_name, write),
        out=out,
        reasoning=out if reasoning is None else at("reasoning", reasoning),
    )


def _scaled(value: Quantity, over: Quantity, under: Quantity) -> Quantity:
    """Value x over / under; ``over`` alone where the base price is 0."""
    scales = under > 0 if isinstance(under, float) else bool(np.all(under > 0))
    return value * over / under if scales else over


def usd_per_request(
    row: ApiPrice,
    request: RequestClass,
    peak_shares: Sequence[float] = (),
    scenario: Scenario | None = None,
    workload: str = "",
) -> Quantity:
    """Return the USD that one request of a class costs, tokens and fee (METHOD, The API side).

    Reasoning tokens without a price of their own are billed as output; a tier looks at the
    prompt in the API's own tokens. A written token costs the cache-write price where that is
    above the input price. The batch discount applies to the share that can wait, not to a fee
    per request or to the storage of cached tokens. A cache hit without a price of its own costs
    what input costs. ``peak_shares`` has the share of the requests in each of the row's peaks; the
    class's own figures are known by their ``workload``.
    """
    scenario = scenario or Scenario()
    usd = _one(row, request, None, scenario, workload=workload)
    usd = (1.0 - sum(peak_shares)) * usd if peak_shares else usd
    for peak, share in zip(row.peak, peak_shares, strict=False):
        usd = usd + share * _one(row, request, peak, scenario, workload=workload)
    discount = scenario.read(driver_of(row, "batch discount"), row.batch_discount or NO_CHARGE)
    factor = token_factor(row, scenario)
    waits = scenario.read(
        f"{workload}: share of {request.name} that can wait", request.can_wait.share
    )
    fee = scenario.read(driver_of(row, "request fee"), row.usd_per_request or NO_CHARGE)
    stored = scenario.read(
        f"{workload}: token-hours stored of {request.name}", request.stored_token_hours
    )
    storage = scenario.read(
        driver_of(row, "cache storage"), row.cache_storage_usd_per_mtok_hour or NO_CHARGE
    )
    kept = stored * storage / TOKENS_PER_MTOK
    return usd * (factor * (1 - waits * discount)) + (kept * factor + fee)


@lru_cache(maxsize=4096)
def _likely_usd_per_request(
    row: ApiPrice, request: RequestClass, peak_shares: tuple[float, ...], workload: str
) -> Quantity:
    """Return the price in the base case, once for hosts that are sorted by it and then billed."""
    return usd_per_request(row, request, peak_shares, BASE_CASE, workload=workload)


def token_factor(row: ApiPrice, scenario: Scenario) -> Quantity:
    """Return the tokens of an API per token of a workload."""
    return scenario.read(driver_of(row, "token factor"), _token_factor(row))


def _token_factor(row: ApiPrice) -> Range:
    return row.token_factor or UNCHANGED


def unbillable(row: ApiPrice, classes: Iterable[RequestClass]) -> str:
    """Return why an API has no bill for some class, or an empty text.

    The API charges every request for what no workload states; or a request's prompt and output are
    longer, in the API's own tokens, than the context; or it writes for an hour to a cache that has
    a price for five minutes alone.
    """
    if row.unstated_fees:
        return (
            f"{row.api} charges every request for {row.unstated_fees}, which a workload "
            "cannot state"
        )
    for request in classes:
        tokens = (request.input + request.generated) * _token_factor(row).likely
        if row.context_tokens is not None and tokens > row.context_tokens:
            return (
                f"a request of class {request.name} has {tokens:,.0f} tokens, {row.api} "
                f"accepts at most {row.context_tokens:,}"
            )
        writes_1h = request.cache_write_ttl == "1h" and request.cache_write.high > 0
        hour = row.cache_write_1h_usd_per_mtok
        if writes_1h and hour is None and row.cache_write_usd_per_mtok is not None:
            return (
                f"{row.api} has no price for 1-hour cache writes, which the class "
                f"{request.name} makes"
            )
    return ""


def _one(
    row: ApiPrice, request: RequestClass, peak: Peak | None, scenario: Scenario, workload: str
) -> Quantity:
    prices = _in_force(row, request, peak, scenario)
    cached = scenario.read(*cached_share(workload, request))
    written = scenario.read(f"{workload}: cache writes of {request.name}", request.cache_write)
    miss = prices.miss + written * positive_part(prices.write - prices.miss)
    prompt = request.input / TOKENS_PER_MTOK * (miss + cached * (prices.hit - miss))
    generated = request.output * prices.out + request.reasoning * prices.reasoning
    return prompt + generated / TOKENS_PER_MTOK
