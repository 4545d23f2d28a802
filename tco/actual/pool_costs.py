"""The nodes of every pool, planned and billed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tco.actual.bill import PoolKey, StackBill
from tco.actual.effects import Cost
from tco.actual.period import Period
from tco.analysis.evaluation import Evaluation, PricedLine
from tco.costing.lines import NODE_KINDS
from tco.costing.pool_model import PoolModel

__all__ = ["PoolCost", "planned_cost", "pool_costs"]


@dataclass(frozen=True, kw_only=True)
class PoolCost:
    """Node-hours of a pool, spares included, and their cost in a period."""

    service: str
    pool: PoolModel
    planned: Cost
    planned_rate: float
    """USD per planned node-hour, also where none is planned."""
    actual: Cost
    billed: bool
    """Whether the bill is that of its vendor; otherwise the actual cost is the planned one."""
    confidential: bool

    @property
    def actual_rate(self) -> float | None:
        """USD per billed node-hour; None without one, or where corrections exceed the cost."""
        rate = self.actual.usd_per_unit if self.billed else None
        hours = self.actual.quantity or 0.0
        return rate if rate is not None and hours > 0 and rate >= 0 else None


def pool_costs(plan: Evaluation, bill: StackBill, period: Period) -> tuple[PoolCost, ...]:
    """Return the nodes of every pool of a stack."""
    lines: dict[PoolKey, list[PricedLine]] = defaultdict(list)
    for line in plan.lines:
        if line.line.kind in NODE_KINDS:
            lines[line.line.service, line.line.pool].append(line)
    return tuple(
        _pool_cost(service.name, pool, lines[service.name, pool.name], bill, period=period)
        for service, _, _, pool in plan.stack.pools()
    )


def _pool_cost(
    service: str, pool: PoolModel, lines: Sequence[PricedLine], bill: StackBill, *, period: Period
) -> PoolCost:
    planned = planned_cost(lines, period)
    billed = pool.plan.owned is None and pool.vendor in bill.vendors
    actual = planned
    if billed:
        found = bill.pools.get((service, pool.name))
        actual = found.cost if found is not None else Cost(0.0, 0.0)
    return PoolCost(
        service=service,
        pool=pool,
        planned=planned,
        planned_rate=planned.usd_per_unit or lines[0].usd_per_unit,
        actual=actual,
        billed=billed,
        confidential=any(line.line.confidential for line in lines),
    )


def planned_cost(lines: Sequence[PricedLine], period: Period) -> Cost:
    """Return lines of one unit added up, as the plan has them for a period."""
    return Cost(
        sum(line.quantity * period.factor(line.line.unit) for line in lines),
        sum(line.usd_per_month * period.factor(line.line.unit) for line in lines),
    )
