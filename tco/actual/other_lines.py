"""What a stack pays for besides its nodes, planned and billed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tco.actual.bill import Billed, StackBill
from tco.actual.effects import Cost, other_effects
from tco.actual.measured import Measured
from tco.actual.period import Period
from tco.actual.pool_costs import planned_cost
from tco.actual.variance_line import Part, VarianceLine, as_planned
from tco.analysis.evaluation import Evaluation
from tco.analysis.priced_lines import PricedLine
from tco.costing.labor_lines import OPERATIONS
from tco.costing.lines import NODE_KINDS, Category
from tco.units import WORK_HOURS_PER_FTE_MONTH

__all__ = ["other_lines"]

API_PARTS: frozenset[Category] = frozenset({"api", "standby"})
"""Parts in which the stack pays APIs: for overflow and routes, and for outages."""
COMPARED: frozenset[Category] = frozenset({"egress", "platform", "labor"})
"""Parts with lines of their own here, besides the nodes; the rest counts as planned."""


def other_lines(
    plan: Evaluation,
    bill: StackBill,
    measured: Measured,
    volumes: Mapping[str, float | None],
    *,
    period: Period,
) -> Iterator[VarianceLine]:
    """Yield everything but the pools' nodes; ``volumes`` are the volume ratios of the services."""
    for line in (
        *_egress(plan, bill, volumes, period),
        *_platform(plan, bill, period),
        *_labor(plan, measured, period),
        *_kept(plan, bill, period),
        *_not_planned(bill),
    ):
        if line.planned.usd or line.actual.usd:
            yield line


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
            yield as_planned("egress", vendor, planned, lines)
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
        if vendor in bill.vendors:
            yield _billed("platform", vendor, lines, bill, period=period)
        else:
            planned = Cost(None, planned_cost(lines, period).usd)
            yield as_planned("platform", vendor, planned, lines)


def _billed(
    part: Part,
    vendor: str,
    lines: Sequence[PricedLine],
    bill: StackBill,
    *,
    period: Period,
) -> VarianceLine:
    """Return what a vendor bills besides nodes and traffic, against the lines planned of it."""
    planned = Cost(None, planned_cost(lines, period).usd)
    actual = Cost(None, bill.platform.get(vendor, Billed()).usd)
    return VarianceLine(
        part=part,
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
            yield as_planned("labor", line.line.name, planned, [line], kind=line.line.kind)
            continue
        hours = (planned.quantity or 0.0) * WORK_HOURS_PER_FTE_MONTH
        rate = line.usd_per_unit / WORK_HOURS_PER_FTE_MONTH
        planned = Cost(hours, planned.usd)
        actual = Cost(measured.labor_hours, measured.labor_hours * rate)
        yield VarianceLine(
            part="labor",
            kind=line.line.kind,
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
            yield as_planned(part, vendor, planned_cost(found, period), found)
    for vendor in sorted(apis):
        found = [line for (_, seller), each in lines.items() if seller == vendor for line in each]
        yield _billed("api", vendor, found, bill, period=period)


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
