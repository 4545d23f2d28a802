"""Which prices of an API hold for a request: of its tier, in or outside a peak, in a scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from tco.arrays import Quantity
from tco.catalog.api_price import ApiPrice, Peak
from tco.plan.workload import RequestClass
from tco.ranges import Range, point
from tco.scenario import Scenario

__all__ = [
    "PRICES",
    "Price",
    "PricesInForce",
    "driver_of",
    "prices_in_force",
    "token_factor",
    "token_range",
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
UNCHANGED = point(1.0)


def driver_of(row: ApiPrice, price: Price) -> str:
    """Return the name under which one price of an API is drawn."""
    return f"{row.api}: {price}"


def token_factor(row: ApiPrice, scenario: Scenario) -> Quantity:
    """Return the tokens of an API per token of a workload."""
    return scenario.read(driver_of(row, "token factor"), token_range(row))


def token_range(row: ApiPrice) -> Range:
    """Return the range of the factor; 1 where the API counts as the workload does."""
    return row.token_factor or UNCHANGED


@dataclass(frozen=True)
class PricesInForce:
    """Prices in force for a request, in USD per million tokens."""

    miss: Quantity
    hit: Quantity
    write: Quantity
    out: Quantity
    reasoning: Quantity

    def scaled(
        self, miss: Quantity, hit: Quantity, out: Quantity, base: PricesInForce
    ) -> PricesInForce:
        """Return these prices times the ratios of other prices to their base.

        Cache writes move as input does, reasoning as output does.
        """
        return PricesInForce(
            miss=_scaled(self.miss, miss, base.miss),
            hit=_scaled(self.hit, hit, base.hit),
            write=_scaled(self.write, miss, base.miss),
            out=_scaled(self.out, out, base.out),
            reasoning=_scaled(self.reasoning, out, base.out),
        )


def prices_in_force(
    row: ApiPrice, request: RequestClass, peak: Peak | None, scenario: Scenario
) -> PricesInForce:
    """Return the prices for a request's full prompt in the API's own tokens, in or outside a peak.

    The highest tier below the prompt's length replaces the base prices; a peak multiplies what
    holds outside it by its own ratio to the base.
    """

    def at(kind: Price, price: Range) -> Quantity:
        return scenario.read(driver_of(row, kind), price)

    is_1h = request.cache_write_ttl == "1h"
    prompt = request.input * token_range(row).likely
    base = _base(row, at, is_1h=is_1h)
    reached = [tier for tier in row.tiers if prompt > tier.above_prompt_tokens]
    prices = base
    if reached:
        tier = max(reached, key=lambda tier: tier.above_prompt_tokens)
        miss = at("tier input", tier.input_usd_per_mtok)
        hit, write = tier.cached_input_usd_per_mtok, tier.cache_write_usd_per_mtok
        out = at("tier output", tier.output_usd_per_mtok)
        prices = PricesInForce(
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


def _base(row: ApiPrice, at: Callable[[Price, Range], Quantity], *, is_1h: bool) -> PricesInForce:
    """Return the prices below every tier and outside every peak."""
    miss, out = at("input", row.input_usd_per_mtok), at("output", row.output_usd_per_mtok)
    hit = row.cached_input_usd_per_mtok
    write = row.cache_write_1h_usd_per_mtok if is_1h else row.cache_write_usd_per_mtok
    write_name: Price = "1-hour cache write" if is_1h else "cache write"
    reasoning = row.reasoning_usd_per_mtok
    return PricesInForce(
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
