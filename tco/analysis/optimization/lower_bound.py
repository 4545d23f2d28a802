"""What no mix of several services undercuts: how far the mix that was found may be from it."""

from __future__ import annotations

from collections.abc import Sequence

from tco.analysis.optimization.mix_search import Settled
from tco.analysis.optimization.stack_prices import StackPrices
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel

__all__ = ["lower_bound_usd"]


def lower_bound_usd(
    best: StackModel, open_: StackModel, settled: Sequence[Settled], prices: StackPrices
) -> float | None:
    """Return USD of the month that no combination of the services' mixes is below.

    The sum of each service's cheapest nodes and APIs, plus the largest amount by which a service
    alone costs more with egress, platform and people: what services share never costs less with
    one service more. None where not all counts of every service were priced, and with tiers of
    discounts, which services reach together.
    """
    if prices.has_tiers or not all(service.exact for service in settled):
        return None
    own_usd, shared_usd = 0.0, 0.0
    for index, service in enumerate(settled):
        offered = best.with_service(index, open_.services[index])
        found = [prices.stack_with(offered, index, mix).services[index] for mix, _ in service.mixes]
        own, alone = _least(best, [best.services[index], *found], prices)
        own_usd += own
        shared_usd = max(shared_usd, alone - own)
    return own_usd + shared_usd


def _least(
    stack: StackModel, services: Sequence[ServiceModel], prices: StackPrices
) -> tuple[float, float]:
    """Return the least of the services' own lines, and of all lines of a stack of one alone."""
    listed = sorted((prices.own_usd(stack, service), at) for at, service in enumerate(services))
    alone = float("inf")
    for own, at in listed:
        if own >= alone:
            break  # and so is every later one with what is shared
        alone = min(alone, prices.cost_usd(stack.serving([services[at]])))
    return listed[0][0], alone
