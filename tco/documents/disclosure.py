"""Redaction rules: a confidential book's totals are shown, never its rates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tco.analysis.evaluation import Evaluation
from tco.analysis.optimization.ranks import API, Supply, supply_name
from tco.catalog.sourced import SourcedValue
from tco.costing.api_rate import ApiRate
from tco.costing.figures import figures_of, rates_of
from tco.costing.pool_model import PoolModel
from tco.costing.stack import Alternative, StackModel

__all__ = [
    "HIDDEN",
    "disclosed",
    "is_secret",
    "secret_apis",
    "secret_candidates",
    "secret_figures",
    "secret_pools",
    "secret_supplies",
    "source_of",
]

HIDDEN = "confidential"
MOST_SOURCES = 3


def secret_apis(rates: Sequence[ApiRate | None]) -> set[str]:
    """Return the APIs that a confidential book prices."""
    return {rate.api for rate in rates if rate is not None and rate.confidential}


def is_secret(alternative: Alternative) -> bool:
    """Return whether an alternative's price per token would give a rate away."""
    return bool(secret_apis(alternative.rates))


def secret_figures(result: Evaluation, names: Sequence[str]) -> set[str]:
    """Return the uncertain figures among ``names`` that are a confidential book's rates."""
    stacks = [result.stack]
    stacks += [
        alternative.stack
        for alternative in result.stack.alternatives
        if alternative.stack is not None
    ]
    rates: list[ApiRate | None] = [rate for stack in stacks for rate in rates_of(stack)]
    rates += [rate for alternative in result.stack.alternatives for rate in alternative.rates]
    figures = {
        figure.driver for stack in stacks for figure in figures_of(stack) if figure.confidential
    }
    for rate in rates:
        if rate is not None and rate.confidential:
            figures |= rate.price_drivers
    return figures & set(names)


def secret_pools(pools: Sequence[PoolModel]) -> set[str]:
    """Return the pools whose nodes a confidential book prices."""
    return {pool.name for pool in pools if pool.supply.confidential}


def secret_supplies(result: Evaluation, index: int) -> set[Supply]:
    """Return the supplies of a service's table of ranks whose rates are confidential."""
    pools = [pool for group in result.stack.services[index].groups for pool in group.pools]
    found: set[Supply] = {pool.supply.option for pool in pools if pool.supply.confidential}
    if result.rival is not None and is_secret(result.rival.alternative):
        found.add(API)
    return found


def secret_candidates(declared: StackModel, pools: Sequence[PoolModel]) -> set[Supply]:
    """Return the supplies among an optimum's candidates whose rates are confidential."""
    rates = [
        *rates_of(declared),
        *(rate for alternative in declared.alternatives for rate in alternative.rates),
    ]
    apis: set[Supply] = {API} if secret_apis(rates) else set()
    return {*secret_pools(pools), *apis}


def disclosed(
    usd_per_hour: Mapping[Supply, float], secret: Collection[Supply]
) -> dict[str, float | None]:
    """Prices by supply, None for what is confidential."""
    return {
        supply_name(supply): None if supply in secret else usd
        for supply, usd in usd_per_hour.items()
    }


def source_of(figures: Sequence[SourcedValue]) -> str | None:
    """Return every distinct source behind a line, three at most."""
    sources = list(dict.fromkeys(figure.source for figure in figures if figure.source))
    more = [*sources[:MOST_SOURCES], *(["…"] if len(sources) > MOST_SOURCES else [])]
    return "; ".join(more) or None
