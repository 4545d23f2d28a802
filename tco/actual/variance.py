"""The plan's month against the billed one, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.actual.bill import StackBill
from tco.actual.effects import EFFECTS, EffectKind, Effects, node_effects, other_effects
from tco.actual.measured import Measured
from tco.actual.operation import ServiceOperation, service_operations
from tco.actual.other_lines import other_lines
from tco.actual.period import Period
from tco.actual.pool_costs import PoolCost, pool_costs
from tco.actual.variance_line import VarianceLine
from tco.analysis.evaluation import Evaluation

__all__ = ["Variance", "variance_of"]


@dataclass(frozen=True, kw_only=True)
class Variance:
    """A stack's period: its lines, and how its services ran."""

    lines: tuple[VarianceLine, ...]
    pools: tuple[PoolCost, ...]
    operations: tuple[ServiceOperation, ...]
    mtok_planned: float
    mtok_served: float | None

    @property
    def planned_usd(self) -> float:
        """The plan's cost of the period."""
        return sum(line.planned.usd for line in self.lines)

    @property
    def actual_usd(self) -> float:
        """What the period cost, with the plan's figure where nothing states another."""
        return sum(line.actual.usd for line in self.lines)

    @property
    def effects(self) -> dict[EffectKind, float]:
        """The effects of all lines together; they add up to the difference."""
        return {
            kind: sum(line.effects.get(kind, 0.0) for line in self.lines)
            for kind in EFFECTS
            if any(kind in line.effects for line in self.lines)
        }

    @property
    def planned_usd_per_mtok(self) -> float:
        """Planned USD per million tokens, input and output together."""
        return self.planned_usd / self.mtok_planned

    @property
    def actual_usd_per_mtok(self) -> float | None:
        """Realized USD per million tokens; None where they were not counted."""
        return self.actual_usd / self.mtok_served if self.mtok_served else None


def variance_of(plan: Evaluation, bill: StackBill, measured: Measured, period: Period) -> Variance:
    """Return a stack's plan against its bill.

    Args:
        plan: The evaluation of the plan on its pricing day.
        bill: What the bill holds of the stack in the period.
        measured: What was measured besides: tokens served, speed or utilization, hours of work.
        period: The days compared.

    Raises:
        TcoError: What was measured does not fit the stack.
    """
    measured.check(plan.stack)
    costs = pool_costs(plan, bill, period)
    operations = service_operations(plan, costs, measured, period)
    volumes = {found.service: found.volume for found in operations}
    return Variance(
        lines=(
            *(_pool_line(cost, operations) for cost in costs),
            *other_lines(plan, bill, measured, volumes, period=period),
        ),
        pools=costs,
        operations=operations,
        mtok_planned=sum(found.planned_mtok for found in operations),
        mtok_served=measured.mtok,
    )


def _pool_line(cost: PoolCost, operations: Sequence[ServiceOperation]) -> VarianceLine:
    [ran] = [found for found in operations if found.service == cost.service]
    effects: Effects = {}
    if cost.billed and cost.actual.quantity is None:
        effects = other_effects(cost.planned, cost.actual, ran.volume)
    elif cost.billed:
        effects = node_effects(
            cost.planned,
            cost.actual,
            planned_rate=cost.planned_rate,
            volume=ran.volume,
            throughput=ran.throughput,
        )
    return VarianceLine(
        part="compute",
        name=cost.pool.node,
        service=cost.service,
        pool=cost.pool.name,
        unit="node-hour",
        basis="billed" if cost.billed else "as-planned",
        planned=cost.planned,
        actual=cost.actual,
        effects=effects,
        confidential=cost.confidential,
    )
