"""The plan's month against the billed one, line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tco.actual.bill import Billed, StackBill
from tco.actual.effects import EFFECTS, Cost, EffectKind, Effects, node_effects, other_effects
from tco.actual.measured import Measured
from tco.actual.operation import ServiceOperation, service_operations
from tco.actual.period import Period
from tco.actual.pool_costs import PoolCost, planned_cost, pool_costs
from tco.analysis.evaluation import Evaluation, PricedLine
from tco.costing.labor_lines import OPERATIONS
from tco.costing.lines import NODE_KINDS, Category
from tco.units import MONTHS_PER_YEAR, WORK_HOURS_PER_FTE_YEAR

__all__ = ["Basis", "Part", "Variance", "VarianceLine", "variance_of"]

Basis = Literal["billed", "stated", "as-planned"]
"""Where an actual cost is from: the bill, what was stated beside it, or the plan."""
Part = Category | Literal["not-planned"]
API_PARTS: frozenset[Category] = frozenset({"api", "standby"})
"""Parts in which the stack pays APIs: for overflow and routes, and for outages."""
COMPARED: frozenset[Category] = frozenset({"egress", "platform", "labor"})
"""Parts with lines of their own here, besides the nodes; the rest counts as planned."""
WORK_HOURS_PER_FTE_MONTH = WORK_HOURS_PER_FTE_YEAR / MONTHS_PER_YEAR


@dataclass(frozen=True, kw_only=True)
class VarianceLine:
    """One thing that the stack pays for, planned and actual, and why they differ."""

    part: Part
    name: str
    service: str = ""
    pool: str = ""
    unit: Literal["node-hour", "GB", "hour"] | None = None
    basis: Basis
    planned: Cost
    actual: Cost
    effects: Effects
    confidential: bool = False

    @property
    def variance_usd(self) -> float:
        """Actual less planned cost."""
        return self.actual.usd - self.planned.usd


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
    others = (
        *_egress(plan, bill, volumes, period),
        *_platform(plan, bill, period),
        *_labor(plan, measured, period),
        *_kept(plan, bill, period),
        *_not_planned(bill),
    )
    return Variance(
        lines=(
            *(_pool_line(cost, operations) for cost in costs),
            *(line for line in others if line.planned.usd or line.actual.usd),
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


def _by_vendor(plan: Evaluation, part: Category) -> Mapping[str, Sequence[PricedLine]]:
    lines: dict[str, list[PricedLine]] = defaultdict(list)
    for line in plan.lines:
        if line.line.category == part:
            lines[line.line.provider].append(line)
    return lines


def _egress(
    plan: Evaluation, bill: StackBill, volumes: Mapping[str, float | None], period: Period
) -> Iterator[VarianceLine]:
    """Yield transfer to the internet by vendor: it follows the tokens served."""
    planned_by = _by_vendor(plan, "egress")
    for vendor in dict.fromkeys((*planned_by, *bill.egress)):
        lines = planned_by.get(vendor, ())
        planned = planned_cost(lines, period)
        if vendor not in bill.vendors:
            yield _as_planned("egress", vendor, planned, lines)
            continue
        actual = bill.egress.get(vendor, Billed()).cost
        yield VarianceLine(
            part="egress",
            name=vendor,
            unit="GB",
            basis="billed",
            planned=planned,
            actual=actual,
            effects=other_effects(planned, actual, _mean_volume(lines, volumes)),
            confidential=any(line.line.confidential for line in lines),
        )


def _mean_volume(lines: Sequence[PricedLine], volumes: Mapping[str, float | None]) -> float | None:
    """Return the volume ratio of lines of several services, by what they cost."""
    ratios = [(line.usd_per_month, volumes[line.line.service]) for line in lines]
    total = sum(usd for usd, _ in ratios)
    if not total or any(ratio is None for _, ratio in ratios):
        return None
    return sum(usd * (ratio or 0.0) for usd, ratio in ratios) / total


def _platform(plan: Evaluation, bill: StackBill, period: Period) -> Iterator[VarianceLine]:
    """Yield disks, load balancer, logs and licenses by vendor."""
    planned_by = _by_vendor(plan, "platform")
    apis = _api_vendors(plan)
    for vendor in dict.fromkeys((*planned_by, *bill.platform)):
        if vendor in apis:
            continue
        lines = planned_by.get(vendor, ())
        planned = Cost(None, planned_cost(lines, period).usd)
        if vendor not in bill.vendors:
            yield _as_planned("platform", vendor, planned, lines)
            continue
        actual = Cost(None, bill.platform.get(vendor, Billed()).usd)
        yield VarianceLine(
            part="platform",
            name=vendor,
            basis="billed",
            planned=planned,
            actual=actual,
            effects=other_effects(planned, actual, None),
            confidential=any(line.line.confidential for line in lines),
        )


def _labor(plan: Evaluation, measured: Measured, period: Period) -> Iterator[VarianceLine]:
    """Yield the people: hours that were stated, else as planned; no bill holds them."""
    for line in plan.lines:
        if line.line.category != "labor":
            continue
        planned = planned_cost([line], period)
        if line.line.kind is not OPERATIONS or measured.labor_hours is None:
            yield _as_planned("labor", line.line.name, planned, [line])
            continue
        hours = (planned.quantity or 0.0) * WORK_HOURS_PER_FTE_MONTH
        rate = line.usd_per_unit / WORK_HOURS_PER_FTE_MONTH
        planned = Cost(hours, planned.usd)
        actual = Cost(measured.labor_hours, measured.labor_hours * rate)
        yield VarianceLine(
            part="labor",
            name=line.line.name,
            unit="hour",
            basis="stated",
            planned=planned,
            actual=actual,
            effects={"quantity": actual.usd - planned.usd},
            confidential=line.line.confidential,
        )


def _api_vendors(plan: Evaluation) -> set[str]:
    """Return who sells the stack an API and nothing else: a bill of theirs is that of the API."""
    apis = {
        line.line.provider
        for line in plan.lines
        if line.line.category in API_PARTS and line.line.kind not in NODE_KINDS
    }
    others = {line.line.provider for line in plan.lines if line.line.category not in API_PARTS}
    return apis - others - {pool.vendor for _, _, _, pool in plan.stack.pools()}


def _kept(plan: Evaluation, bill: StackBill, period: Period) -> Iterator[VarianceLine]:
    """Yield the rest: power of owned nodes as planned, APIs too unless their vendor billed."""
    apis = _api_vendors(plan) & bill.vendors
    lines: dict[tuple[Category, str], list[PricedLine]] = defaultdict(list)
    for line in plan.lines:
        part = line.line.category
        if line.line.kind not in NODE_KINDS and part not in COMPARED:
            lines[part, line.line.provider].append(line)
    for (part, vendor), found in lines.items():
        if vendor not in apis:
            yield _as_planned(part, vendor, planned_cost(found, period), found)
    for vendor in sorted(apis):
        found = [line for (_, seller), each in lines.items() if seller == vendor for line in each]
        planned = Cost(None, planned_cost(found, period).usd)
        actual = Cost(None, bill.platform.get(vendor, Billed()).usd)
        yield VarianceLine(
            part="api",
            name=vendor,
            basis="billed",
            planned=planned,
            actual=actual,
            effects=other_effects(planned, actual, None),
            confidential=any(line.line.confidential for line in found),
        )


def _as_planned(
    part: Category, name: str, planned: Cost, lines: Sequence[PricedLine]
) -> VarianceLine:
    cost = Cost(None, planned.usd)
    return VarianceLine(
        part=part,
        name=name,
        basis="as-planned",
        planned=cost,
        actual=cost,
        effects={},
        confidential=any(line.line.confidential for line in lines),
    )


def _not_planned(bill: StackBill) -> Iterator[VarianceLine]:
    """Yield what the stack paid for and no pool of the plan has."""
    for instance, found in sorted(bill.unplanned.items()):
        yield VarianceLine(
            part="not-planned",
            name=instance,
            unit="node-hour",
            basis="billed",
            planned=Cost(0.0, 0.0),
            actual=found.cost,
            effects={"quantity": found.usd},
        )
