"""Updates of a plan from a month's actual values, each with its reason."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tco.actual.actual import Actual
from tco.actual.operation import ServiceOperation
from tco.costing.labor_lines import OPERATIONS
from tco.numbers import factor_text, fte_text, percent, plain, tokens
from tco.plan.plan import PLAN_KEY
from tco.plan.volume import REQUESTS_PER_MONTH
from tco.ranges import Range
from tco.units import WORK_HOURS_PER_FTE_MONTH

__all__ = ["Proposal", "Value", "proposals", "range_around"]

Value = float | int | tuple[float, float, float] | None
"""A number, a range, or None for a key that is not stated."""
IN_PLAN: Final = ("config", PLAN_KEY)
DIGITS: Final = 3
"""Significant digits of a measured figure."""
SAME_RTOL: Final = 0.01
"""A figure that differs by less is as planned."""
SAME_HOURS_RTOL: Final = 0.1
"""The same of node-hours: whole nodes make steps of them."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A key of the stack file or of a workload, its value now and the one that is proposed."""

    file: str
    path: tuple[str, ...]
    """Keys from the top of the file."""
    old: Value
    new: Value
    why: str

    @property
    def key(self) -> str:
        """The key by its path in the plan, or in a workload by its name."""
        if self.path[: len(IN_PLAN)] == IN_PLAN:
            return ".".join(self.path[len(IN_PLAN) :])
        return ".".join(("workloads", Path(self.file).stem, *self.path))


def proposals(found: Actual) -> tuple[Proposal, ...]:
    """Return updates of the plan from the month's actual values; none for what went as planned.

    A measured figure becomes the likely value of its range. The planned value is one end of it, and
    the other end is as far away by the same factor: figures err by factors.
    """
    return (
        *_volumes(found),
        *(each for ran in found.variance.operations for each in _speed(found, ran)),
        *(each for ran in found.variance.operations for each in _load(found, ran)),
        *_labor(found),
    )


def _in_plan(*keys: str) -> tuple[str, ...]:
    return (*IN_PLAN, *keys)


def range_around(measured: float, planned: float) -> Value:
    """Return the range of a measured figure, with the planned one as an end.

    A number where the two are equal, or nothing was planned.

    >>> range_around(0.8, 1.0)
    (0.64, 0.8, 1.0)
    """
    likely, end = _rounded(measured), _rounded(planned)
    low, high = sorted((end, _rounded(likely * likely / end))) if end else (likely, likely)
    return (low, likely, high) if low < likely < high else likely


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _differs(ratio: float, rtol: float = SAME_RTOL) -> bool:
    return not math.isclose(ratio, 1.0, rel_tol=rtol)


def _as_written(value: Range) -> Value:
    return value.likely if value.is_point else (value.low, value.likely, value.high)


def _volumes(found: Actual) -> Iterator[Proposal]:
    """Yield the mean volume of each workload whose tokens were counted."""
    source, month = found.plan.stack.source, found.question.period.month
    for name, (spec, _) in source.workloads.items():
        ran = [
            each
            for each in found.variance.operations
            if source.plan.services[each.service].workload == name
        ]
        served = [each.mtok for each in ran if each.mtok is not None]
        planned = sum(each.planned_mtok for each in ran)
        if not ran or len(served) < len(ran) or not _differs(sum(served) / planned):
            continue
        key = next((key for key in REQUESTS_PER_MONTH if getattr(spec, key) is not None), None)
        if key is None:
            continue  # a volume by hour is imported again, as a whole
        old: float = getattr(spec, key)
        new = _rounded(old * sum(served) / planned)
        yield Proposal(
            file=str(Path(source.folder) / "workloads" / f"{name}.yaml"),
            path=(key,),
            old=old,
            new=int(new) if new.is_integer() else new,
            why=f"{tokens(sum(served))} tokens were served in {month}, {tokens(planned)} planned",
        )


def _speed(found: Actual, ran: ServiceOperation) -> Iterator[Proposal]:
    """Yield how fast the nodes of a service were over the benchmark, where that was measured."""
    if ran.throughput is None:
        return
    stated = found.plan.stack.plan.services[ran.service].serving.throughput_factor
    before = 1.0 if stated is None else stated.likely
    new = range_around(before * ran.throughput, before)
    if not _differs(ran.throughput) and stated is not None:
        return
    speed = plain(ran.planned_output_tok_s * ran.throughput)
    yield Proposal(
        file=found.plan.stack.file,
        path=_in_plan("services", ran.service, "serving", "throughput_factor"),
        old=None if stated is None else _as_written(stated),
        new=new if _differs(ran.throughput) else 1,
        why=(
            f"a node reached {speed} output tok/s under load, "
            f"{plain(ran.planned_output_tok_s)} planned"
        ),
    )


def _load(found: Actual, ran: ServiceOperation) -> Iterator[Proposal]:
    """Yield the target load at which the plan holds the node-hours that were billed.

    Only of a fleet that follows its load, at a measured throughput: else the hours say nothing of
    how full it is kept.
    """
    index = [service.name for service in found.now.stack.services].index(ran.service)
    spec = found.plan.stack.plan.services[ran.service]
    follows = any(not pool.nodes.fixed for pool in spec.pools.values())
    modeled = found.now.fleets[index].node_hours * found.question.period.of_plan_month
    held = ran.node_hours or 0.0
    if not follows or ran.throughput is None or held <= 0 or not modeled:
        return
    old, ratio = spec.sizing.target_load, modeled / held
    new = min(1.0, float(f"{old * ratio:.2g}"))
    if new == old or not _differs(ratio, SAME_HOURS_RTOL):
        return
    yield Proposal(
        file=found.plan.stack.file,
        path=_in_plan("services", ran.service, "sizing", "target_load"),
        old=old,
        new=new,
        why=f"{plain(held)} node-hours were running; the plan needs {plain(modeled)} for "
        f"the same tokens at the same speed ({factor_text(1 / ratio)}), utilization "
        f"{percent(ran.utilization or 0.0)}",
    )


def _labor(found: Actual) -> Iterator[Proposal]:
    """Yield the people, where their hours were stated and the plan does not count by nodes."""
    hours, ops = found.measured.labor_hours, found.plan.stack.plan.ops
    if hours is None or ops.hours_per_node_month is not None:
        return
    api = found.plan.stack.labor.api_fte.value.likely
    planned = api + sum(line.quantity for line in found.plan.lines if line.line.kind is OPERATIONS)
    measured = api + hours / found.question.period.share / WORK_HOURS_PER_FTE_MONTH
    if planned and not _differs(measured / planned):
        return
    yield Proposal(
        file=found.plan.stack.file,
        path=_in_plan("ops", "fte"),
        old=_as_written(ops.fte) if isinstance(ops.fte, Range) else None,
        new=range_around(measured, planned),
        why=f"{plain(hours)} hours of work are {fte_text(measured)}, {fte_text(planned)} planned",
    )
