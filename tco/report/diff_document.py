"""``tco.diff/1``: what ``tco diff --format json`` writes and ``tco comment`` reads.

Nothing is rounded here. Whatever a comment shows comes out of this document, so that rendering
needs neither the stacks nor the prices.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from tco.analysis.changes import Cause, Change
from tco.analysis.diff import LinePair, StackDiff, Status
from tco.analysis.evaluation import Evaluation, PricedLine
from tco.errors import Problem
from tco.report.view import stack_view

__all__ = [
    "ChangeRow",
    "DiffDocument",
    "LineDelta",
    "Outcome",
    "Revision",
    "StackDelta",
    "document",
]


class _Part(BaseModel):
    """Read from a pipe: keys that a newer tco adds are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Revision(_Part):
    """One side: how it is named, and its commit where it has one."""

    ref: str
    commit: str | None = None
    dirty: bool = False


class GateState(_Part):
    """The gate, and what keeps it closed."""

    open: bool
    level: str
    failing: tuple[str, ...] = ()
    override: str | None = None


class Outcome(_Part):
    """What one side comes to."""

    usd_per_month: float | None
    decision: str
    gate_open: bool
    priced_usd_per_month: float
    against: str | None = None
    against_usd_per_month: float | None = None
    probability: float | None = None
    answer: str = ""
    flips: tuple[str, ...] = ()
    measure_first: str = ""
    unpriced: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    pricing_day: str = ""
    oldest_price_days: int | None = None
    gate: GateState


class Delta(_Part):
    """USD per month: the plan's change at the head's prices, and what newer prices add."""

    plan: float | None
    prices: float | None


class ChangeRow(_Part):
    """One path with both values, in the file and on the line where the head has it."""

    path: str
    before: Any = None
    after: Any = None
    cause: Cause = "stack"
    subject: str = ""
    what: str = ""
    file: str = ""
    line: int = 1


class LineDelta(_Part):
    """A ledger line before and after, USD per month; None where a side lacks it."""

    category: str
    name: str
    before: float | None = None
    after: float | None = None
    service: str = ""
    pool: str = ""
    estimate: bool = False


class ProblemRow(_Part):
    """Why the older side could not be read."""

    file: str
    path: str
    message: str
    hint: str = ""


class StackDelta(_Part):
    """One stack on both sides."""

    stack: str
    status: Status
    renamed_from: str | None = None
    before: Outcome | None = None
    after: Outcome | None = None
    delta: Delta
    changed_because: tuple[Cause, ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    lines: tuple[LineDelta, ...] = ()
    same_workload: tuple[str, ...] = ()
    problems: tuple[ProblemRow, ...] = ()

    @property
    def touched(self) -> bool:
        """Whether this stack is part of the change."""
        return self.status != "unchanged"


class DiffDocument(_Part):
    """What a branch changes. ``valid_at`` orders runs; it is no part of what they found."""

    schema_: Literal["tco.diff/1"] = "tco.diff/1"
    base: Revision
    head: Revision
    valid_at: AwareDatetime
    catalog: str = ""
    stacks: tuple[StackDelta, ...] = ()

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,
        alias_generator=lambda name: name.rstrip("_"),
        populate_by_name=True,
    )

    def as_json(self) -> dict[str, Any]:
        """The document as JSON values."""
        return self.model_dump(mode="json", by_alias=True)


def document(
    base: Revision,
    head: Revision,
    valid_at: dt.datetime,
    catalog: str,
    diffs: Sequence[StackDiff],
    locate: Callable[[Change], tuple[str, int]],
) -> DiffDocument:
    """The document of a comparison. ``locate`` gives a change's file and line."""
    return DiffDocument(
        base=base,
        head=head,
        valid_at=valid_at,
        catalog=catalog,
        stacks=tuple(_stack(one, locate) for one in diffs),
    )


def _stack(one: StackDiff, locate: Callable[[Change], tuple[str, int]]) -> StackDelta:
    return StackDelta(
        stack=one.name,
        status=one.status,
        renamed_from=one.renamed_from,
        before=_outcome(one.before),
        after=_outcome(one.after),
        delta=Delta(plan=one.plan_usd_per_month, prices=one.prices_usd_per_month),
        changed_because=one.causes,
        changes=tuple(_change(change, *locate(change)) for change in one.changes),
        lines=tuple(_line(pair) for pair in one.lines),
        same_workload=one.same_workload,
        problems=tuple(_problem(problem) for problem in one.problems),
    )


def _outcome(result: Evaluation | None) -> Outcome | None:
    if result is None:
        return None
    view, verdict, rival = stack_view(result), result.verdict, result.rival
    return Outcome(
        usd_per_month=result.usd_per_month,
        decision=verdict.decision,
        gate_open=result.gate.open,
        priced_usd_per_month=result.priced_usd_per_month,
        against=verdict.against,
        against_usd_per_month=rival.usd_per_month if rival is not None else None,
        probability=verdict.probability,
        answer=view.headline,
        flips=view.flips,
        measure_first=view.measure_first,
        unpriced=view.unpriced,
        warnings=view.warnings,
        pricing_day=view.pricing_day,
        oldest_price_days=_oldest(view.oldest_age),
        gate=_gate(result),
    )


def _oldest(age: str) -> int | None:
    days = age.removesuffix(" days")
    return int(days) if days.lstrip("-").isdigit() else None


def _gate(result: Evaluation) -> GateState:
    gate = result.gate
    override = gate.override
    return GateState(
        open=gate.open,
        level=gate.level,
        failing=tuple(f"{one.name}: {one.detail}" for one in gate.conditions if not one.holds),
        override=(
            f"{override.reason}, approved by {override.approved_by} until {override.expires}"
            if override is not None
            else None
        ),
    )


def _change(change: Change, file: str, line: int) -> ChangeRow:
    subject, what = _said(change)
    return ChangeRow(
        path=change.path,
        before=change.before,
        after=change.after,
        cause=change.cause,
        subject=subject,
        what=what,
        file=file,
        line=line,
    )


def _said(change: Change) -> tuple[str, str]:
    """What a change is about, and which key of it: the pool `burst` and its `nodes`."""
    parts = list(change.parts)
    rival = f"{parts.pop(0)} " if parts and parts[0].startswith("stack:") else ""
    if change.file.startswith("workloads/"):
        return change.file.removeprefix("workloads/").removesuffix(".yaml"), _words(parts)
    if change.file.startswith("prices/"):
        return parts[0], _words(parts[1:])
    inner = parts[1:]
    if len(inner) > 3 and inner[0] == "services" and inner[2] == "pools":
        return f"{rival}{inner[3]}", _words(inner[4:])
    if len(inner) > 1 and inner[0] == "services":
        return f"{rival}{inner[1]}", _words(inner[2:])
    return f"{rival}{inner[0]}" if inner else f"{rival}{parts[0]}", _words(inner[1:])


def _words(parts: Sequence[str]) -> str:
    return " ".join(part.replace("_", " ") for part in parts)


def _line(pair: LinePair) -> LineDelta:
    shown = pair.after or pair.before
    if shown is None:
        raise AssertionError("a pair of lines has at least one side")
    names = dict.fromkeys(one.line.name for one in (pair.before, pair.after) if one is not None)
    return LineDelta(
        category=shown.line.category,
        name=" → ".join(names),
        before=_usd(pair.before),
        after=_usd(pair.after),
        service=shown.line.service,
        pool=shown.line.pool,
        estimate=shown.estimate,
    )


def _usd(line: PricedLine | None) -> float | None:
    return None if line is None else line.usd_per_month


def _problem(problem: Problem) -> ProblemRow:
    return ProblemRow(
        file=problem.file, path=problem.path, message=problem.message, hint=problem.hint
    )
