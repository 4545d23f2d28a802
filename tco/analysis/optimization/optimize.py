"""The cheapest supply of every node rank, and the mix that follows, against the declared one.

For one type of node the merit order is exact: rank j takes the cheapest of a committed node (paid
all week), an elastic one (paid while needed, f_j) and an API (paid for the load, u_j). Several
types are a mixed-integer program. What both leave out (starts, standby, people) is settled through
the ledger, mix by mix.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tco.analysis.cashflow.projection import project
from tco.analysis.optimization.budget import Budget
from tco.analysis.optimization.lower_bound import lower_bound_usd
from tco.analysis.optimization.mix import SAME_COST_RTOL, Mix
from tco.analysis.optimization.mix_search import Settled, cheapest_mixes
from tco.analysis.optimization.ranks import Rank, rank_table
from tco.analysis.optimization.stack_prices import StackPrices
from tco.analysis.optimization.supplies import apis_of, supplies_of
from tco.analysis.simulation.uncertainty import simulate
from tco.costing.api_rate import ApiRate
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import StandbyTerms
from tco.costing.stack import StackModel
from tco.defaults import SCENARIOS, SEED
from tco.errors import BadInput, Problem
from tco.percent import exact_percent
from tco.plan.plan import PLAN_KEY
from tco.units import TERM_MONTHS

__all__ = ["LONGEST_MONTHS", "Optimum", "Pinned", "PricedMix", "ServiceOptimum", "optimize"]

LONGEST_MONTHS = max(TERM_MONTHS.values())
DEFAULT_AVAILABILITY = 0.999
"""What spares are priced for where the plan asks for no availability."""
RISKY_MIXES = 8
"""How many of the cheapest mixes are compared at their P90."""


@dataclass(frozen=True)
class PricedMix:
    """A mix with what its service adds to the stack's month, and what the whole stack then costs.

    The stack's cost is the likely one, and the P90 of the scenarios.
    """

    mix: Mix
    usd_per_month: float
    stack_usd_per_month: float
    stack_p90_usd_per_month: float


@dataclass(frozen=True, kw_only=True)
class ServiceOptimum:
    """One service: its ranks and its mixes: the cheapest, the cheapest with nodes, and at P90.

    Its figures are what it adds to the stack with the other services at their cheapest.
    ``exact``: with the other services as they are, all counts of nodes were priced.
    ``standby_usd_per_month`` has that with the nodes and each way to stand by; ``pools`` are all
    supplies as pools.
    """

    service: str
    method: str
    exact: bool
    ranks: tuple[Rank, ...]
    cheapest: PricedMix | None
    with_nodes: PricedMix | None
    risk_averse: PricedMix | None
    standby_usd_per_month: dict[str, float]
    pools: tuple[PoolModel, ...]


@dataclass(frozen=True)
class Pinned:
    """What a stack file can hold: every service has pools, so none is left to an API alone.

    The mix of each service, None where the declared one stays, and USD of the stack's month.
    """

    mixes: tuple[Mix | None, ...]
    usd_per_month: float


@dataclass(frozen=True, kw_only=True)
class Optimum:
    """A declared stack against the cheapest mix of its services, in USD per month.

    ``best`` is the stack with the cheapest mixes, ``pinned`` the cheapest with nodes in every
    service. None: no price, since demand is refused. ``not_searched`` has what the time limit cut.
    ``bound_usd`` is what no combination of the services' mixes is below; None where the search
    gives no such bound.
    """

    declared: StackModel
    best: StackModel
    declared_usd: float | None
    optimum_usd: float | None
    services: tuple[ServiceOptimum, ...]
    pinned: Pinned | None
    bound_usd: float | None
    not_searched: tuple[str, ...] = ()

    @property
    def gap_usd(self) -> float | None:
        """By how much the cheapest mix may cost less than the one found; None if unknown."""
        if self.bound_usd is None or self.optimum_usd is None:
            return None
        return max(0.0, self.optimum_usd - self.bound_usd)

    @property
    def exact(self) -> bool:
        """Whether every combination of counts was priced: of several services only one by one."""
        return len(self.services) == 1 and self.services[0].exact


def optimize(
    declared: StackModel,
    candidates: Callable[[int], StackModel],
    longest_months: int = LONGEST_MONTHS,
    scenarios: int = SCENARIOS,
    seed: int = SEED,
    budget: Budget | None = None,
) -> Optimum:
    """Return the cheapest mix of every service among all priced purchase options.

    ``candidates`` gives the stack with every purchase option of its nodes as a pool, up to a term
    in months; it is asked once.
    None commits for longer than a horizon that the plan states: the plan would be refused.
    Services share people, so each is settled with the others as they are, in turn until none
    changes, from the declared stack and from one without nodes. The search ends with its budget,
    and what it did not reach is named. Raises BadInput.
    """
    budget, prices = budget or Budget(), StackPrices()
    if declared.unpriced:
        where = f"{PLAN_KEY}.services"
        texts = [f"{figure.name}: {figure.reason}." for figure in declared.unpriced]
        raise BadInput(Problem(declared.file, where, text) for text in texts)
    ahead = declared.plan.finance.horizon or longest_months
    supplied = candidates(min(longest_months, ahead))
    open_ = declared.serving(supplied.services)
    starts = [declared, _at_apis(open_, prices)] if len(open_.services) > 1 else [declared]
    standbys = [service.standby for service in declared.services]
    best, settled = min(
        (_in_turn(open_, start, standbys, prices, budget=budget) for start in starts),
        key=lambda pair: prices.cost_usd(pair[0]),
    )
    pinned = (
        _pinned(open_, declared, [best, declared], prices, budget=budget)
        if len(standbys) > 1
        else _as_plan(open_, declared, declared, settled, prices=prices)
    )
    services = tuple(
        _service(
            _offered(best, open_, index), index, service, prices, scenarios=scenarios, seed=seed
        )
        for index, service in enumerate(settled)
    )
    return Optimum(
        declared=declared,
        best=best,
        declared_usd=prices.month_usd(declared),
        optimum_usd=prices.month_usd(best),
        services=services,
        pinned=pinned,
        bound_usd=lower_bound_usd(best, open_, settled, prices),
        not_searched=tuple(budget.skipped),
    )


def _pinned(
    open_: StackModel,
    declared: StackModel,
    starts: Sequence[StackModel],
    prices: StackPrices,
    budget: Budget,
) -> Pinned | None:
    """Return the cheapest stack with nodes in every service, from any of the starts.

    A service stays as declared only where that is cheaper than every mix.
    """
    standbys = [service.standby for service in declared.services]
    ends = (
        _in_turn(open_, start, standbys, prices, budget=budget, owning=True) for start in starts
    )
    found = [_as_plan(open_, declared, *end, prices) for end in ends]
    return min(filter(None, found), key=lambda option: option.usd_per_month, default=None)


def _as_plan(
    open_: StackModel,
    declared: StackModel,
    stack: StackModel,
    settled: Sequence[Settled],
    prices: StackPrices,
) -> Pinned | None:
    """Return a stack with the cheapest mix with nodes of each service.

    None where it refuses demand.
    """
    mixes: list[Mix | None] = []
    for index, service in enumerate(settled):
        mix, usd = next((pair for pair in service.mixes if pair[0].held), (None, math.inf))
        kept = stack.services[index] is declared.services[index]
        if mix is None or (kept and usd > prices.cost_usd(stack) * (1 + SAME_COST_RTOL)):
            if not kept:
                return None
            mixes.append(None)
        else:
            stack = prices.stack_with(_offered(stack, open_, index), index, mix)
            mixes.append(mix)
    return Pinned(tuple(mixes), usd) if (usd := prices.cost_usd(stack)) < math.inf else None


def _at_apis(stack: StackModel, prices: StackPrices) -> StackModel:
    """Return the stack without nodes in the common group of every service that an API can take."""
    for index in range(len(stack.services)):
        apis = apis_of(stack, index)
        if apis:
            stack = prices.stack_with(stack, index, Mix({}, apis[0][0], StandbyTerms()))
    return stack


def _offered(stack: StackModel, open_: StackModel, index: int) -> StackModel:
    """Return the stack with every supply of one service, the others as they are."""
    return stack.with_service(index, open_.services[index])


def _in_turn(
    open_: StackModel,
    start: StackModel,
    standbys: Sequence[StandbyTerms],
    prices: StackPrices,
    budget: Budget,
    *,
    owning: bool = False,
) -> tuple[StackModel, list[Settled]]:
    """Return the stack with each service at its cheapest mix, and the mixes of each.

    ``owning``: at its cheapest with nodes, whatever an API costs.
    """
    best, last = start, list[Settled]()
    while True:
        before, settled = best, list[Settled]()
        for index, standby in enumerate(standbys):
            name = open_.services[index].name
            if last and not budget.allows(f"{name}: mixes with the other services' latest ones"):
                settled.append(last[index])
                continue
            offered = _offered(best, open_, index)
            service = cheapest_mixes(offered, index, standby, prices, budget=budget)
            settled.append(service)
            mixes = [pair for pair in service.mixes if pair[0].held or not owning]
            bare = owning and not _owns(best, open_, index)
            if mixes and (bare or mixes[0][1] < prices.cost_usd(best) * (1 - SAME_COST_RTOL)):
                best = prices.stack_with(offered, index, mixes[0][0])
        if best is before or len(standbys) == 1:
            return best, settled
        last = settled


def _service(
    offered: StackModel,
    index: int,
    settled: Settled,
    prices: StackPrices,
    scenarios: int,
    seed: int,
) -> ServiceOptimum:
    service = offered.services[index]
    group = service.groups[0]
    apis = apis_of(offered, index)
    api, value = apis[0] if apis else (None, None)
    rates = {
        supply.name: (supply.usd_per_unit_hour, supply.committed)
        for supply in supplies_of(offered, group)
    }
    rest = _rest_usd(offered, index, prices)

    def price(mix: Mix, usd: float) -> PricedMix:
        stack = prices.stack_with(offered, index, mix)
        high = _p90(stack, scenarios, seed) if scenarios else usd
        return PricedMix(mix, usd - rest, usd, high)

    priced = [price(*pair) for pair in settled.mixes[: RISKY_MIXES if scenarios else 1]]
    owning = [option for option in priced if option.mix.held][:1] or [
        price(*pair) for pair in [pair for pair in settled.mixes if pair[0].held][:1]
    ]
    standbys = _standbys(offered, index, owning[0].mix, api, prices=prices) if owning else {}
    return ServiceOptimum(
        service=service.name,
        method=settled.method,
        exact=settled.exact,
        ranks=tuple(rank_table(group, rates, value)),
        cheapest=priced[0] if priced else None,
        with_nodes=owning[0] if owning else None,
        risk_averse=min(priced, key=lambda option: option.stack_p90_usd_per_month, default=None),
        standby_usd_per_month={name: usd - rest for name, usd in standbys.items()},
        pools=group.pools,
    )


def _owns(stack: StackModel, open_: StackModel, index: int) -> bool:
    """Return whether the common group of a service is on nodes, as with every supply open."""
    return len(stack.services[index].groups) == len(open_.services[index].groups)


def _rest_usd(stack: StackModel, index: int, prices: StackPrices) -> float:
    """Return the monthly cost of the stack without one of its services."""
    others = (*stack.services[:index], *stack.services[index + 1 :])
    return (prices.month_usd(stack.serving(others)) or 0.0) if others else 0.0


def _p90(stack: StackModel, scenarios: int, seed: int) -> float:
    """Return the P90 of the monthly cost."""
    alone = replace(stack, alternatives=())
    return simulate(project(alone, 1), scenarios, seed, stack.plan.correlations).usd_per_month.p90


def _standbys(
    stack: StackModel, index: int, mix: Mix, api: ApiRate | None, prices: StackPrices
) -> dict[str, float]:
    """Return the monthly cost of the stack with the mix, for each kind of standby."""
    target = mix.standby.target or DEFAULT_AVAILABILITY
    ways = {
        f"spares for {exact_percent(target)}": StandbyTerms(target=target),
        "none": StandbyTerms(),
    }
    if api is not None:
        ways[f"failover to {api.api}"] = StandbyTerms(api=api)
    costs = {
        name: prices.month_usd(prices.stack_with(stack, index, replace(mix, standby=standby)))
        for name, standby in ways.items()
    }
    return {name: usd for name, usd in costs.items() if usd is not None}
