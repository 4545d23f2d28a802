"""Notes on discounts that begin or end within the horizon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tco.catalog.sourced import PriceSteps
from tco.costing.service_model import ServiceModel
from tco.costing.stack import Alternative
from tco.resolve.lookup import Lookup

__all__ = ["note_discounts"]

MOST_NAMED = 3


def note_discounts(
    todo: Lookup,
    services: Sequence[ServiceModel],
    alternatives: Sequence[Alternative],
    horizon_months: int,
) -> None:
    """Note each month of the horizon in which prices step, with what it is the price of."""
    names: dict[int, dict[str, None]] = {}
    for name, steps in (*_nodes(services), *_apis(services, alternatives)):
        for month, _ in steps:
            if month < horizon_months:
                names.setdefault(month, {})[name] = None
    for month in sorted(names):
        named = list(names[month])
        more = ", …" if len(named) > MOST_NAMED else ""
        after = f"{month} month{'' if month == 1 else 's'}"
        todo.warn(
            "discount",
            f"{', '.join(named[:MOST_NAMED])}{more}: the discount changes after {after}. The "
            f"horizon of {horizon_months} months counts it; the month of the pricing day does not.",
        )


def _nodes(services: Sequence[ServiceModel]) -> Iterator[tuple[str, PriceSteps]]:
    for service in services:
        for pool in (pool for group in service.groups for pool in group.pools):
            supply = pool.supply
            fallback = supply.spot.on_demand if supply.spot is not None else None
            for price in (supply.rate, supply.upfront, fallback):
                if price is not None:
                    yield supply.node, price.steps


def _apis(
    services: Sequence[ServiceModel], alternatives: Sequence[Alternative]
) -> Iterator[tuple[str, PriceSteps]]:
    rates = [rate for alternative in alternatives for rate in alternative.rates]
    for service in services:
        rates += [service.overflow, service.standby.api, *(rate for _, rate in service.routed)]
    for rate in rates:
        if rate is not None:
            yield rate.api, rate.path.steps
