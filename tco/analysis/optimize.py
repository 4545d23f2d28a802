"""The cheapest supply of every node rank, and the mix that follows, against the declared one.

For one type of node the merit order is exact: rank j takes the cheapest of a committed node (paid
all week), an elastic one (paid while needed, f_j) and an API (paid for the load, u_j). Several
types are a mixed-integer programme. What both leave out (starts, standby, people) is settled
through the ledger, mix by mix.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tco.analysis.evaluation import SCENARIOS, SEED
from tco.analysis.horizon import path
from tco.analysis.mix import Mix, month_usd, stack_with
from tco.analysis.mix_search import cheapest_mixes
from tco.analysis.ranks import Rank, rank_table
from tco.analysis.supplies import apis_of, supplies_of, with_every_supply
from tco.analysis.uncertainty import simulate
from tco.catalog.catalog import Catalog
from tco.errors import BadInput, Problem
from tco.model.api_bill import ApiRate
from tco.model.plan import TERM_MONTHS
from tco.model.resolve import resolve
from tco.model.stack import PoolModel, StackModel, StandbyTerms
from tco.model.stackfile import PLAN_KEY, StackFile

__all__ = ["LONGEST_MONTHS", "Optimum", "PricedMix", "ServiceOptimum", "optimize"]

LONGEST_MONTHS = max(TERM_MONTHS.values())
DEFAULT_AVAILABILITY = 0.999
"""What spares are priced for where the plan asks for no availability."""
RISKY_MIXES = 8
"""So many of the cheapest mixes are compared at their P90."""


@dataclass(frozen=True)
class PricedMix:
    """A mix with what the whole stack costs a month under it: likely, and in 9 of 10 scenarios."""

    mix: Mix
    usd_per_month: float
    p90_usd_per_month: float


@dataclass(frozen=True)
class ServiceOptimum:
    """One service: its ranks and its mixes: the cheapest, the cheapest with nodes, and at P90.

    ``standby_usd_per_month`` is what the stack costs with the nodes and each way to stand by;
    ``pools`` are all supplies as pools.
    """

    service: str
    method: str
    ranks: tuple[Rank, ...]
    cheapest: PricedMix | None
    with_nodes: PricedMix | None
    risk_averse: PricedMix | None
    standby_usd_per_month: dict[str, float]
    pools: tuple[PoolModel, ...]


@dataclass(frozen=True)
class Optimum:
    """A declared stack against the cheapest mix of its services, in USD a month.

    ``best`` is the stack with the cheapest mixes. None: no price, since demand is refused.
    """

    declared: StackModel
    best: StackModel
    declared_usd: float | None
    optimum_usd: float | None
    services: tuple[ServiceOptimum, ...]


def optimize(
    source: StackFile,
    catalog: Catalog,
    day: dt.date,
    longest_months: int = LONGEST_MONTHS,
    scenarios: int = SCENARIOS,
    seed: int = SEED,
) -> Optimum:
    """The cheapest mix of every service, one after the other, among all priced purchase options.

    Raises BadInput.
    """
    declared = resolve(source, catalog, day)
    if declared.unpriced:
        where = f"{PLAN_KEY}.services"
        told = [f"{one.name}: {one.reason}." for one in declared.unpriced]
        raise BadInput(Problem(source.file, where, text) for text in told)
    open_ = with_every_supply(source, catalog, day, longest_months)
    best, found = declared, list[ServiceOptimum]()
    for place, service in enumerate(open_.services):
        services = (*best.services[:place], service, *best.services[place + 1 :])
        offered = replace(best, services=services)
        one = _service(offered, declared, place, scenarios, seed)
        if one.cheapest is not None:
            best = stack_with(offered, place, one.cheapest.mix)
        found.append(one)
    declared_usd, optimum_usd = month_usd(declared), month_usd(best)
    if declared_usd is not None and (optimum_usd is None or declared_usd <= optimum_usd):
        return Optimum(declared, declared, declared_usd, declared_usd, tuple(found))
    return Optimum(declared, best, declared_usd, optimum_usd, tuple(found))


def _service(
    offered: StackModel, declared: StackModel, place: int, scenarios: int, seed: int
) -> ServiceOptimum:
    service, now = offered.services[place], declared.services[place]
    group = service.groups[0]
    supplies = supplies_of(offered, group)
    apis = apis_of(offered, place)
    api, value = apis[0] if apis else (None, None)
    settled = cheapest_mixes(offered, place, supplies, apis, now.standby)
    prices = {one.name: (one.usd_per_unit_hour, one.committed) for one in supplies}

    def price(mixes: Sequence[tuple[Mix, float]]) -> list[PricedMix]:
        return [
            PricedMix(mix, usd, _p90(stack_with(offered, place, mix), scenarios, seed))
            for mix, usd in mixes
        ]

    priced = price(settled.mixes[: RISKY_MIXES if scenarios else 1])
    owning = price([pair for pair in settled.mixes if pair[0].held][:1])
    return ServiceOptimum(
        service.name,
        settled.method,
        tuple(rank_table(group, prices, value)),
        priced[0] if priced else None,
        owning[0] if owning else None,
        min(priced, key=lambda one: one.p90_usd_per_month, default=None),
        _standbys(offered, place, owning[0].mix, api) if owning else {},
        group.pools,
    )


def _p90(stack: StackModel, scenarios: int, seed: int) -> float:
    """What the month costs at most in nine of ten scenarios; the likely cost without scenarios."""
    if scenarios == 0:
        return month_usd(stack) or 0.0
    alone = replace(stack, alternatives=())
    return simulate(path(alone, 1), scenarios, seed, stack.plan.correlations).usd_per_month.p90


def _standbys(stack: StackModel, place: int, mix: Mix, api: ApiRate | None) -> dict[str, float]:
    """What the stack costs a month with the mix and each way to stand by."""
    target = mix.standby.target or DEFAULT_AVAILABILITY
    ways = {
        f"spares for {100 * target:g} %": StandbyTerms(target=target),
        "none": StandbyTerms(),
    }
    if api is not None:
        ways[f"outages at {api.api}"] = StandbyTerms(api=api)
    costs = {
        name: month_usd(stack_with(stack, place, replace(mix, standby=standby)))
        for name, standby in ways.items()
    }
    return {name: usd for name, usd in costs.items() if usd is not None}
