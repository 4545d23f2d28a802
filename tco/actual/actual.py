"""A plan compared with a billed month, and evaluated again with that month's actual values."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tco.actual.bill import PoolKey, StackBill, stack_bill
from tco.actual.measured import Measured
from tco.actual.operation import ServiceOperation
from tco.actual.period import Period
from tco.actual.variance import Variance, variance_of
from tco.analysis.decision.verdict import Verdict, justifies
from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.analysis.restated import with_demand, with_fte, with_rent_factor
from tco.arrays import as_scalar
from tco.bad_lines import BadLines
from tco.billing.record import BilledLine
from tco.catalog.sourced import planned
from tco.costing.fleet_operation import operate
from tco.costing.group import Group
from tco.costing.ledger import ledger
from tco.costing.lines import NODE_KINDS
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import ServiceModel
from tco.costing.stack import Resolve, StackModel
from tco.plan.stack_file import StackFile
from tco.ranges import point
from tco.units import WORK_HOURS_PER_FTE_MONTH

__all__ = ["Actual", "ActualQuestion", "compare_with_bill"]


@dataclass(frozen=True, kw_only=True)
class ActualQuestion:
    """What is compared: the period, which lines of the bill, how the plan is evaluated."""

    period: Period
    today: dt.date
    scenarios: int
    seed: int
    untagged: bool = False
    """Whether lines without any stack's tag are this stack's."""
    broken: tuple[BadLines, ...] = ()
    """The lines of each file of the bill that could not be read, counted while it is."""
    is_estimated: bool = False
    """Whether the vendor may still change the bill."""


@dataclass(frozen=True, kw_only=True)
class Actual:
    """A stack's plan, its bill, why they differ, and the plan evaluated with the actual values."""

    question: ActualQuestion
    measured: Measured
    bill: StackBill
    plan: Evaluation
    variance: Variance
    now: Evaluation
    """The same plan today: with the volume, the rents and the speed that the period had."""

    @property
    def stands(self) -> bool:
        """Whether the verdict still holds: today's supports self-hosting at least as strongly."""
        limits = self.plan.stack.plan.gate

        def rank(verdict: Verdict) -> int:
            return 2 if justifies(verdict, limits) else int(verdict.decision == "LEAN")

        return rank(self.now.verdict) >= rank(self.plan.verdict)


def compare_with_bill(
    source: StackFile,
    resolve: Resolve,
    lines: Iterable[BilledLine],
    *,
    measured: Measured,
    question: ActualQuestion,
) -> Actual:
    """Compare a stack's plan with its bill, and evaluate it with the period's actual values.

    Args:
        source: The stack file.
        resolve: Looks up every figure of a stack file.
        lines: The lines of the bill.
        measured: What was measured besides the bill.
        question: The period, which lines count, and how the plan is evaluated.

    Raises:
        TcoError: The bill has no costs of the stack in the period, or a measured figure does not
            fit the stack.
        BadInput: The plan has a problem.
    """
    stack = resolve(source)
    bill = stack_bill(lines, stack, question.period, untagged=question.untagged)
    plan = evaluate(stack, question.today, question.scenarios, question.seed)
    found = variance_of(plan, bill, measured, question.period)
    today = _as_it_was(source, resolve, found, measured=measured, question=question)
    return Actual(
        question=question,
        measured=measured,
        bill=bill,
        plan=plan,
        variance=found,
        now=evaluate(today, question.today, question.scenarios, question.seed),
    )


def _as_it_was(
    source: StackFile,
    resolve: Resolve,
    found: Variance,
    *,
    measured: Measured,
    question: ActualQuestion,
) -> StackModel:
    """Return the plan at today's prices, with the volume, rents and speed of the period."""
    plan = source.plan.model_copy(update={"pricing_day": question.today})
    volumes = _by_workload(source, found)
    stack = resolve(with_demand(replace(source, plan=plan), lambda name: volumes.get(name, 1.0)))
    stack = _with_speeds(stack, {ran.service: ran for ran in found.operations})
    stack = _with_rents(stack, found)
    if measured.labor_hours is None:
        return stack
    share = question.period.share
    fte = measured.labor_hours / share / WORK_HOURS_PER_FTE_MONTH
    return with_fte(stack, fte + stack.labor.api_fte.value.likely)


def _by_workload(source: StackFile, found: Variance) -> dict[str, float]:
    """Return the tokens served over the planned, by workload."""
    served: dict[str, float] = defaultdict(float)
    planned_by: dict[str, float] = defaultdict(float)
    for ran in found.operations:
        if ran.mtok is not None:
            name = source.plan.services[ran.service].workload
            served[name] += ran.mtok
            planned_by[name] += ran.planned_mtok
    return {name: mtok / planned_by[name] for name, mtok in served.items()}


def _with_speeds(stack: StackModel, ran: dict[str, ServiceOperation]) -> StackModel:
    """Return the stack with nodes as fast as measured, where they were."""

    def changed(service: ServiceModel) -> ServiceModel:
        factor = ran[service.name].throughput
        if factor is None:
            return service
        return service.with_groups(lambda group: _at_speed(group, factor))

    return stack.with_services(changed)


def _at_speed(group: Group, factor: float) -> Group:
    name, likely = group.throughput.name, group.throughput.value.likely * factor
    return replace(group, throughput=planned(name, point(likely), "x", "as measured in service"))


def _with_rents(stack: StackModel, found: Variance) -> StackModel:
    """Return the stack with the billed price of each pool's node-hour, where it has one."""
    now = _rates(stack)
    factors: dict[PoolKey, float] = {}
    for cost in found.pools:
        key = (cost.service, cost.pool.name)
        if cost.actual_rate is not None and now.get(key):
            factors[key] = cost.actual_rate / now[key]

    def changed(service: ServiceModel) -> Callable[[PoolModel], PoolModel]:
        def pool_at(pool: PoolModel) -> PoolModel:
            return with_rent_factor(pool, factors.get((service.name, pool.name), 1.0))

        return pool_at

    return stack.with_services(lambda service: service.with_pools(changed(service)))


def _rates(stack: StackModel) -> dict[PoolKey, float]:
    """Return USD per node-hour of every pool, as it is used in the month."""
    usd: dict[PoolKey, float] = defaultdict(float)
    hours: dict[PoolKey, float] = defaultdict(float)
    rates: dict[PoolKey, float] = {}
    for line in ledger(stack, operate(stack)):
        if line.kind in NODE_KINDS:
            key = (line.service, line.pool)
            usd[key] += as_scalar(line.usd)
            hours[key] += as_scalar(line.quantity)
            rates.setdefault(key, as_scalar(line.usd_per_unit))
    return {key: usd[key] / hours[key] if hours[key] else rate for key, rate in rates.items()}
