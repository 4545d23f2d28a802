"""What to do when a commitment ends: renew it, pay on demand, drop the pool, or leave for an API.

Each is the stack with that one change at today's prices, through the one evaluation, over the
horizon of the renewed stack: the present costs compare.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from tco.analysis.commitments.contract_turns import contract_turns
from tco.analysis.commitments.term_end import TermEnd, months_later, term_ends
from tco.analysis.decision.verdict import Decision
from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.analysis.optimization.mix import standby_pool
from tco.costing.fleet_operation import operate
from tco.costing.group import Group
from tco.costing.purchase import PurchaseOption
from tco.costing.service_model import ServiceModel
from tco.costing.stack import Resolve, StackModel
from tco.plan.stack_file import StackFile
from tco.scenario import BASE_CASE

__all__ = [
    "Choice",
    "ChoiceName",
    "CommitmentEnd",
    "Commitments",
    "ContractChange",
    "commitments",
]

ChoiceName = Literal["renew", "on-demand", "drop", "api"]
"""``drop`` leaves the pool to the rest of the stack, ``api`` leaves everything to an API."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the whole stack costs after one choice.

    ``usd_per_month`` is today's month, ``npv_usd`` the present cost over the horizon and
    ``upfront_usd`` what is paid at once for the pool's nodes. ``how`` is what serves instead;
    ``reason`` says why there is no price, and the amounts are then None.
    """

    name: ChoiceName
    how: str
    usd_per_month: float | None = None
    npv_usd: float | None = None
    upfront_usd: float | None = None
    decision: Decision | None = None
    probability: float | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CommitmentEnd:
    """A commitment that ends, with what can be done then."""

    ends: TermEnd
    choices: tuple[Choice, ...]

    @property
    def cheapest(self) -> Choice | None:
        """The choice with the lowest present cost; None where none has a price."""
        priced = [choice for choice in self.choices if choice.npv_usd is not None]
        return min(priced, key=lambda choice: choice.npv_usd or 0.0, default=None)


@dataclass(frozen=True, kw_only=True)
class ContractChange:
    """What is bought at other terms from a month on, and the stack under the terms of its end.

    ``day`` is the last one of that month counted from today, ``names`` what is bought.
    """

    names: tuple[str, ...]
    day: dt.date
    then: Evaluation


@dataclass(frozen=True, kw_only=True)
class Commitments:
    """A stack's commitments by their end, and its verdict as planned and at today's prices."""

    planned: Evaluation
    renewed: Evaluation
    today: dt.date
    ends: tuple[CommitmentEnd, ...]
    contract_changes: tuple[ContractChange, ...]

    @property
    def stands(self) -> bool:
        """Whether today's prices lead to the decision of the plan."""
        return self.renewed.verdict.decision == self.planned.verdict.decision


def commitments(
    source: StackFile, resolve: Resolve, today: dt.date, *, scenarios: int, seed: int
) -> Commitments:
    """Return when the commitments of a stack end, and what each choice costs at today's prices.

    Raises BadInput where a figure of the stack is missing.
    """
    asked = _Options(today, scenarios, seed)
    planned = asked.of(resolve(source))
    now = resolve(_priced_on(source, today))
    renewed = planned if now.day == planned.stack.day else asked.of(now)
    names: dict[int, dict[str, None]] = {}
    for name, month in contract_turns(renewed):
        names.setdefault(month, {})[name] = None
    days = {month: months_later(today, month) for month in sorted(names)}
    return Commitments(
        planned=planned,
        renewed=renewed,
        today=today,
        ends=tuple(
            CommitmentEnd(ends=ends, choices=_Choices(renewed, ends, asked).all)
            for ends in term_ends(now, operate(now), today)
        ),
        contract_changes=tuple(
            ContractChange(
                names=tuple(names[month]),
                day=day,
                then=asked.of(resolve(_priced_on(source, day))),
            )
            for month, day in days.items()
        ),
    )


def _priced_on(source: StackFile, day: dt.date) -> StackFile:
    return replace(source, plan=source.plan.model_copy(update={"pricing_day": day}))


@dataclass(frozen=True)
class _Options:
    """Options of every evaluation."""

    today: dt.date
    scenarios: int
    seed: int

    def of(self, stack: StackModel) -> Evaluation:
        return evaluate(stack, self.today, self.scenarios, self.seed)


@dataclass(frozen=True)
class _Choices:
    """The choices of one commitment."""

    renewed: Evaluation
    ends: TermEnd
    asked: _Options

    @property
    def all(self) -> tuple[Choice, ...]:
        found = (self._renew(), self._on_demand(), self._drop(), self._api())
        return tuple(choice for choice in found if choice is not None)

    @cached_property
    def _stack(self) -> StackModel:
        return self.renewed.stack

    def _renew(self) -> Choice:
        supply = self.ends.pool.supply
        each = float(supply.upfront_usd(BASE_CASE)) if supply.paid_ahead else 0.0
        return _evaluated("renew", supply.label, self.renewed, upfront_usd=each * self.ends.nodes)

    def _on_demand(self) -> Choice:
        pool = self.ends.pool
        rate = self._stack.market.on_demand(pool)
        if rate is None:
            reason = f"{pool.node} has no on-demand price"
            return Choice(name="on-demand", how="", reason=reason)
        supply = PurchaseOption(option="on-demand", node=pool.node, rate=rate)
        stack = self._stack.with_pools(
            lambda held: replace(held, supply=supply) if held.name == pool.name else held
        )
        return _evaluated("on-demand", supply.label, self.asked.of(stack))

    def _drop(self) -> Choice | None:
        """Return the stack without the pool: the other pools of its group serve, then its API.

        None where the group has no other pool.
        """
        names = [service.name for service in self._stack.services]
        index = names.index(self.ends.service)
        left = _without(self._stack.services[index], self.ends.pool.name)
        if left is None:
            return None
        pools = [pool.name for group in left.groups for pool in group.pools]
        how = ", ".join([*pools, *sorted(left.apis)])
        return _evaluated("drop", how, self.asked.of(self._stack.with_service(index, left)))

    def _api(self) -> Choice:
        """Return the bill of the alternative that decides: the stack has no node then."""
        rival = self.renewed.rival
        if rival is None or rival.usd_per_month is None:
            return Choice(name="api", how="", reason="no eligible alternative has a price")
        return Choice(
            name="api",
            how=rival.name,
            usd_per_month=rival.usd_per_month,
            npv_usd=rival.npv_usd,
            upfront_usd=0.0,
        )


def _evaluated(name: ChoiceName, how: str, result: Evaluation, upfront_usd: float = 0.0) -> Choice:
    if result.usd_per_month is None:
        reason = "; ".join(dict.fromkeys(f"{gap.name}: {gap.reason}" for gap in result.unpriced))
        return Choice(name=name, how=how, reason=reason)
    return Choice(
        name=name,
        how=how,
        usd_per_month=result.usd_per_month,
        npv_usd=result.own.npv_usd,
        upfront_usd=upfront_usd,
        decision=result.verdict.decision,
        probability=result.verdict.probability,
    )


def _without(service: ServiceModel, dropped: str) -> ServiceModel | None:
    """Return a service without a pool; None where the pool is the only one of its group."""
    groups = tuple(_group_without(group, dropped) for group in service.groups)
    if not all(group.pools for group in groups):
        return None
    standby = service.standby
    if standby.pool == dropped:
        pools = [pool for group in groups for pool in group.pools]
        standby = replace(standby, pool=standby_pool(dropped, pools))
    return replace(service, groups=groups, standby=standby)


def _group_without(group: Group, dropped: str) -> Group:
    kept = [pool for pool in group.fleet.pools if pool.name != dropped]
    if len(kept) == len(group.pools):
        return group
    return group.restricted_to(kept) if kept else replace(group, pools=())
