"""The months ahead: cash out by month, net present value, payback.

Month t has the demand x (1+g)^(t/12), throughput and API prices on their paths and a re-sized
fleet (fixed counts stay). Upfronts are paid when a commitment starts, what is left of it counts at
the end.
Months are the last axis; a first axis, where there is one, has the scenarios.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tco.arrays import FloatArray, Quantity, compounded, monthly_rate, without_months
from tco.costing.finance import discount, remaining_value
from tco.costing.fleet_operation import FleetOperation, operate
from tco.costing.group import Group
from tco.costing.ledger import ledger
from tco.costing.lines import total
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.scenario import BASE_CASE, Scenario

__all__ = [
    "CashFlow",
    "Projection",
    "cash_flow",
    "growth",
    "payback_months",
    "project",
    "tabulated",
]


@dataclass(frozen=True)
class CashFlow:
    """What is paid: running cost by month, upfronts at the start of months, the value left."""

    running_usd: FloatArray
    upfront_usd: FloatArray
    remaining_usd: Quantity
    billed_usd: FloatArray

    @staticmethod
    def running(usd: FloatArray) -> CashFlow:
        """Return a bill that is paid month by month, and nothing else."""
        return CashFlow(usd, np.zeros_like(usd), 0.0, usd)


@dataclass(frozen=True)
class Projection:
    """The fleets of a stack over its horizon, and the demand factor of each service by month.

    ``others`` has the paths of the stacks among the alternatives, by name.
    """

    months: FloatArray
    factors: tuple[FloatArray, ...]
    work: FleetOperation
    stack: StackModel
    others: Mapping[str, Projection]

    @cached_property
    def refused_tokens(self) -> FloatArray:
        """By month, the share of the tokens that the fleets refuse."""
        return self.work.refused_tokens(self.stack)

    @cached_property
    def refuses(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """By month, whether some service refuses more than its limit."""
        return self.refused_tokens > 0


def growth(service: ServiceModel, months: FloatArray, scenario: Scenario = BASE_CASE) -> FloatArray:
    """Return the demand of months after the pricing day over its demand: (1+g)^(t/12).

    ``months`` is ``(months,)``, and so is the result.
    """
    yearly = scenario.read(*service.demand.growth_factor)
    return np.asarray(compounded(yearly, months), float)


def project(stack: StackModel, months: int | None = None) -> Projection:
    """Return a stack's fleets month by month (METHOD, Horizon).

    Committed nodes once bought stay, also if demand shrinks. ``months`` is the plan's horizon
    unless stated; the arrays of the result are ``(months,)``. Raises OverflowError where a month
    needs more nodes than any fleet may have.
    """
    count = months or stack.horizon_months
    t = np.arange(float(count))
    held = stack.with_groups(_with_committed)
    factors = tuple(growth(service, t) for service in stack.services)
    others = {
        alternative.name: project(alternative.stack, count)
        for alternative in stack.alternatives
        if alternative.stack is not None
    }
    return Projection(
        months=t, factors=factors, work=operate(held, factors, months=t), stack=held, others=others
    )


def tabulated(ahead: Projection, widest: float) -> Callable[[Scenario], Projection]:
    """Return what turns a scenario into the path under its throughputs and demand, by tables.

    Committed nodes are bought before throughput and demand are known: they are as many as on
    the likely path, and what they are too few for overflows.
    """
    from tco.costing.fleet_table import WorkTable  # noqa: PLC0415  only scenarios look up

    table = WorkTable.build(ahead.stack, ahead.factors, ahead.work, widest)
    others = {name: tabulated(other, widest) for name, other in ahead.others.items()}

    def under(scenario: Scenario) -> Projection:
        factors = tuple(growth(service, ahead.months, scenario) for service in ahead.stack.services)
        return replace(
            ahead,
            factors=factors,
            work=table.at(factors, scenario),
            others={name: other(scenario) for name, other in others.items()},
        )

    return under


def _with_committed(group: Group) -> Group:
    """Return the group with its committed pools no smaller than on the pricing day."""
    if not any(pool.supply.committed for pool in group.pools):
        return group
    today = group.fleet.at(1.0).month.peak_nodes
    return group.with_fleet_pools(
        replace(fleet, floor=int(peak[0])) if pool.supply.committed else fleet
        for fleet, pool, peak in zip(group.fleet.pools, group.pools, today, strict=True)
    )


def cash_flow(ahead: Projection, scenario: Scenario = BASE_CASE) -> CashFlow:
    """Return what self-hosting pays in each month of a projection."""
    lines = ledger(ahead.stack, ahead.work, ahead.months, scenario)
    billed = np.add(total(lines), ahead.work.none, order="F")
    amortized = np.add(sum(line.amortized_usd for line in lines), ahead.work.none, order="F")
    rate = monthly_rate(scenario.value(ahead.stack.discount_rate))
    upfront = np.zeros_like(billed)
    upfront[..., 0] += without_months(scenario.value(ahead.stack.labor.setup_usd))
    left: Quantity = 0.0
    for pool, nodes in ahead.work.nodes_by_pool():
        left = left + _buy(
            ahead.stack, pool, nodes, without_months(rate), scenario=scenario, upfront_usd=upfront
        )
    return CashFlow(billed - amortized, upfront, left, billed)


def _buy(
    stack: StackModel,
    pool: PoolModel,
    nodes: FloatArray,
    rate: Quantity,
    scenario: Scenario,
    upfront_usd: FloatArray,
) -> Quantity:
    """Add a pool's purchases to the upfronts; what its commitments are worth in the end, in USD.

    Nodes are bought when first needed and again whenever their period ends, at the prices then.
    """
    supply, months = pool.supply, upfront_usd.shape[-1]
    if not supply.paid_ahead or supply.period_months is None:
        return 0.0
    bought = np.diff(np.maximum.accumulate(nodes, axis=-1), prepend=0.0, axis=-1)
    left: Quantity = 0.0
    for start in np.flatnonzero(np.any(bought.reshape(-1, months) > 0, axis=0)):
        count = bought[..., start]
        renewal, age, price = float(start), 0.0, 0.0
        while renewal < months:
            factors = stack.node_prices.factors(supply, renewal, scenario)
            price = without_months(supply.upfront_usd(scenario, factors))
            upfront_usd[..., int(renewal)] += count * price
            age = months - renewal
            renewal += supply.period_months
        left = left + count * _worth(pool, price, rate, age, scenario=scenario)
    return left


def _worth(
    pool: PoolModel, price: Quantity, rate: Quantity, age: float, scenario: Scenario
) -> Quantity:
    supply = pool.supply
    if supply.owned is not None:
        residual = price * without_months(scenario.value(supply.owned.residual))
        life = supply.owned.life_months
        return remaining_value(price, residual, rate, life, age=min(age, life))
    return price * max(0.0, 1 - age / (supply.period_months or age))


@dataclass(frozen=True)
class Discounting:
    """The time value of money over a horizon: its monthly rate, the weight of each month."""

    rate: Quantity
    weights: FloatArray

    @staticmethod
    def at(yearly_rate: Quantity, months: int) -> Discounting:
        """Return the weights at a yearly rate: what month t pays counts (1+i)^-(t+1)."""
        rate = monthly_rate(yearly_rate)
        return Discounting(rate, discount(rate, np.arange(float(months))))

    def npv_usd(self, flow: CashFlow) -> Quantity:
        """Return the present cost in USD: one figure, or ``(scenarios,)`` for flows by scenario.

        What runs in month t counts (1+i)^-(t+1), an upfront of it (1+i)^-t, what the nodes are
        still worth as of the last month (METHOD, Horizon).
        """
        paid = flow.running_usd + flow.upfront_usd * (1 + self.rate)
        return (paid * self.weights).sum(axis=-1) - flow.remaining_usd * self.weights[..., -1]

    def present_usd(self, monthly_usd: FloatArray) -> Quantity:
        """Return the present value in USD of what is paid month by month, ``(…, months)``."""
        return (monthly_usd * self.weights).sum(axis=-1)


def payback_months(upfront_usd: FloatArray, savings_usd: FloatArray) -> float | None:
    """Return the months until the undiscounted savings cover all upfronts for good.

    ``savings_usd`` is (API - running cost) by month, running cost without annuity and
    amortization: counting those would count the purchase twice. Upfronts are paid at the start of
    their months, renewals too; both are ``(months,)`` in USD. A part of a month counts as such.
    None: never in these months.

    >>> payback_months(np.array([300_000.0] + 47 * [0.0]), np.full(48, 12_000.0))
    25.0
    """
    covered = np.cumsum(savings_usd - upfront_usd)
    short = np.flatnonzero(covered < -1e-9 * max(1.0, float(upfront_usd.sum())))
    month = int(short[-1]) + 1 if short.size else 0
    if month == len(covered):
        return None
    before = (float(covered[month - 1]) if month else 0.0) - float(upfront_usd[month])
    part = -before / float(savings_usd[month]) if before < 0 else 0.0
    return month + min(1.0, part)
