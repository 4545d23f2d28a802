"""Notes on contracts: discounts that begin or end within the horizon, and least amounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tco.catalog.sourced import PriceSteps, SourcedValue
from tco.catalog.spend_terms import SpendTerms
from tco.costing.api_rate import ApiRate
from tco.costing.service_model import ServiceModel
from tco.costing.stack import Alternative
from tco.numbers import usd
from tco.resolve.lookup import Lookup

__all__ = ["note_discounts"]

MOST_NAMED = 3


def note_discounts(
    todo: Lookup,
    services: Sequence[ServiceModel],
    alternatives: Sequence[Alternative],
    horizon_months: int,
) -> None:
    """Note each month of the horizon in which prices step, and each commitment that is owed."""
    nodes, rates = list(_node_prices(services)), list(_rates(services, alternatives))
    _note_steps(
        todo,
        [
            *((name, price.steps) for name, price in nodes),
            *((rate.api, rate.path.steps) for rate in rates),
        ],
        horizon_months,
    )
    used = [price.terms for _, price in nodes] + [rate.found.discounts.terms for rate in rates]
    for terms in dict.fromkeys((*used, *todo.catalog.owed(todo.day))):
        if terms is not None and terms.committed_usd > 0:
            todo.warn("commitment", _owed(terms, horizon_months), terms.name)


def _note_steps(
    todo: Lookup, prices: Sequence[tuple[str, PriceSteps]], horizon_months: int
) -> None:
    names: dict[int, dict[str, None]] = {}
    for name, steps in prices:
        for month, _ in steps:
            if month < horizon_months:
                names.setdefault(month, {})[name] = None
    for month in sorted(names):
        named = list(names[month])
        more = ", …" if len(named) > MOST_NAMED else ""
        todo.warn(
            "discount",
            f"{', '.join(named[:MOST_NAMED])}{more}: the discount changes after {_months(month)}. "
            f"The horizon of {_months(horizon_months)} counts it; the month of the pricing day "
            "does not.",
        )


def _owed(terms: SpendTerms, horizon_months: int) -> str:
    least = "a minimum" if terms.is_confidential else usd(terms.committed_usd)
    condition = "in any case" if terms.is_signed else "if anything is bought under it"
    ends = terms.months is not None and terms.months < horizon_months
    until = f", for {_months(terms.months)} of the horizon" if ends and terms.months else ""
    return f"{terms.name}: the contract bills at least {least} per month {condition}{until}."


def _months(months: int) -> str:
    return f"{months} month{'' if months == 1 else 's'}"


def _node_prices(services: Sequence[ServiceModel]) -> Iterator[tuple[str, SourcedValue]]:
    for service in services:
        for pool in (pool for group in service.groups for pool in group.pools):
            supply = pool.supply
            fallback = supply.spot.on_demand if supply.spot is not None else None
            for price in (supply.rate, supply.upfront, fallback):
                if price is not None:
                    yield supply.node, price


def _rates(
    services: Sequence[ServiceModel], alternatives: Sequence[Alternative]
) -> Iterator[ApiRate]:
    for alternative in alternatives:
        yield from (rate for rate in alternative.rates if rate is not None)
    for service in services:
        own = (service.overflow, service.standby.api, *(rate for _, rate in service.routed))
        yield from (rate for rate in own if rate is not None)
