"""What `up` would pay while a commitment is not bought: its nodes on demand."""

from __future__ import annotations

from dataclasses import replace

from tco.analysis.cashflow.projection import project
from tco.analysis.decision.unbought import not_bought
from tco.analysis.decision.verdict import Verdict, by_probability, justifies
from tco.analysis.optimization.mix import month_usd
from tco.arrays import as_scalar
from tco.costing.fleet_operation import operate
from tco.costing.ledger import ledger
from tco.costing.lines import NODE_CATEGORIES
from tco.costing.pool_model import PoolModel
from tco.costing.purchase import PurchaseOption
from tco.costing.stack import StackModel

__all__ = ["closes_on_demand", "on_demand_usd_per_month"]


def closes_on_demand(stack: StackModel, verdict: Verdict, scenarios: int, seed: int) -> bool | None:
    """Return whether the business case also holds with unbought reservations paid on demand.

    None where a node has no on-demand price.
    """
    rival = verdict.rival
    if rival is None or not not_bought(stack):
        return False
    paid = _on_demand(stack)
    if paid is None:
        return None
    rival_usd = rival.usd_per_month or 0.0
    then = _verdict_then(verdict, paid, rival_usd, scenarios=scenarios, seed=seed)
    return then is not None and justifies(then, stack.plan.gate)


def _verdict_then(
    verdict: Verdict, paid: StackModel, rival_usd: float, *, scenarios: int, seed: int
) -> Verdict | None:
    """Return the verdict as it is with nodes on demand; None where that justifies no node."""
    if verdict.decision == "CONSTRAINED":
        usd = month_usd(paid)
        return replace(verdict, premium_usd_per_month=usd - rival_usd) if usd is not None else None
    if verdict.decision != "RECOMMEND":
        return None
    from tco.analysis.simulation.uncertainty import simulate_plan  # noqa: PLC0415  loaded already

    against = simulate_plan(project(paid), scenarios, seed, derived=True).of(verdict.against)
    if against is None:
        return None
    needed = paid.plan.gate.probability
    return replace(verdict, decision=by_probability(against, needed, capped=False))


def on_demand_usd_per_month(stack: StackModel) -> dict[str, float]:
    """Return the monthly on-demand cost of each pool whose commitment is not bought yet.

    Empty where a node has no on-demand price.
    """
    waiting = not_bought(stack)
    paid = _on_demand(stack) if waiting else None
    if paid is None:
        return {}
    usd = dict.fromkeys(waiting, 0.0)
    for line in ledger(paid, operate(paid)):
        if line.pool in usd and line.category in NODE_CATEGORIES:
            usd[line.pool] += as_scalar(line.usd)
    return usd


def _on_demand(stack: StackModel) -> StackModel | None:
    """Return the stack with what is not bought yet at the on-demand price, or None without one."""
    paid = {pool.name: _paid(stack, pool) for _, _, _, pool in stack.pools()}
    if None in paid.values():
        return None
    return stack.with_pools(lambda pool: paid[pool.name] or pool)


def _paid(stack: StackModel, pool: PoolModel) -> PoolModel | None:
    if not pool.awaits_purchase:
        return pool
    rate = stack.market.on_demand(pool)
    if rate is None:
        return None
    return replace(pool, supply=PurchaseOption(option="on-demand", node=pool.node, rate=rate))
