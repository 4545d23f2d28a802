"""From a comparison to ``tco.diff/1``: every figure and word that is shown of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from tco.analysis.diff.changes import Change
from tco.analysis.diff.diff import StackDiff
from tco.analysis.diff.line_pairs import LinePair
from tco.analysis.evaluation import Evaluation
from tco.analysis.priced_lines import PricedLine
from tco.catalog.plausibility.finding import PlausibilityFinding
from tco.documents.cautions import cautions
from tco.documents.diff import (
    ChangeRow,
    Delta,
    DiffDocument,
    GateState,
    LineDelta,
    Outcome,
    ProblemRow,
    Revision,
    StackDelta,
    WeakeningRow,
)
from tco.documents.figures import oldest_age_days, sourced
from tco.documents.gate import GatePart, gate_part
from tco.documents.measure_first import measure_first
from tco.documents.narrative import answer
from tco.documents.reasons import flips
from tco.errors import Problem

__all__ = ["diff_document"]


def diff_document(
    base: Revision,
    head: Revision,
    valid_at: dt.datetime,
    catalog: str,
    diffs: Sequence[StackDiff],
    locate: Callable[[Change], tuple[str, int]],
) -> DiffDocument:
    """Return the document of a comparison. ``locate`` gives a change's file and line."""
    return DiffDocument(
        base=base,
        head=head,
        valid_at=valid_at,
        catalog=catalog,
        stacks=tuple(_stack(diff, locate) for diff in diffs),
    )


def _stack(diff: StackDiff, locate: Callable[[Change], tuple[str, int]]) -> StackDelta:
    return StackDelta(
        stack=diff.name,
        status=diff.status,
        renamed_from=diff.renamed_from,
        before=_outcome(diff.before),
        after=_outcome(diff.after),
        delta=Delta(
            plan=diff.plan_usd_per_month,
            prices=diff.prices_usd_per_month,
            books=diff.books_usd_per_month,
            plan_ceiling=diff.ceiling_usd_per_month,
        ),
        changed_because=diff.causes,
        changes=tuple(_change(change, *locate(change)) for change in diff.changes),
        weakened=tuple(
            WeakeningRow(key=found.key, before=found.before, after=found.after)
            for found in diff.weakenings
        ),
        lines=tuple(_line(pair) for pair in diff.lines),
        same_workload=diff.same_workload,
        problems=tuple(_problem(problem) for problem in diff.problems),
    )


def _outcome(result: Evaluation | None) -> Outcome | None:
    if result is None:
        return None
    verdict, rival = result.verdict, result.rival
    gate = gate_part(result.stack, result.gate)
    figures = sourced(result)
    return Outcome(
        usd_per_month=result.usd_per_month,
        decision=verdict.decision,
        gate_open=gate.open,
        priced_usd_per_month=result.priced_usd_per_month,
        against=verdict.against,
        against_usd_per_month=rival.usd_per_month if rival is not None else None,
        probability=verdict.probability,
        answer=answer(result),
        flips=tuple(flips(result)),
        measure_first=measure_first(result),
        unpriced=tuple(f"{item.name}: {item.reason}" for item in result.unpriced),
        warnings=tuple(caution.message for caution in cautions(result, figures)),
        pricing_day=result.stack.day.isoformat(),
        oldest_price_days=oldest_age_days(figures, result.today),
        ceiling_usd_per_month=gate.ceiling_usd_per_month,
        implausible=tuple(_implausible(finding) for finding in result.stack.findings),
        gate=_gate(gate),
    )


def _implausible(finding: PlausibilityFinding) -> str:
    confirmed = f" Confirmed: {finding.confirmed}" if finding.confirmed else ""
    return f"{finding.place}: {finding.message}{confirmed}"


def _gate(gate: GatePart) -> GateState:
    override = gate.override
    return GateState(
        open=gate.open,
        level=gate.level,
        failing=tuple(condition.text for condition in gate.conditions if not condition.holds),
        override=(
            f"{override.reason}, approved by {override.approved_by} until {override.expires}"
            if override is not None
            else None
        ),
    )


def _change(change: Change, file: str, line: int) -> ChangeRow:
    subject, what = _described(change)
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


def _described(change: Change) -> tuple[str, str]:
    """Return the subject of a change and its key: the pool `burst` and its `nodes`."""
    if change.section == "workload":
        return change.name, _words(change.parts)
    if change.section == "book":
        return change.parts[0], _words(change.parts[1:])
    rival = f"stack:{change.rival} " if change.rival else ""
    inner = change.parts[1:]
    if len(inner) > 3 and inner[0] == "services" and inner[2] == "pools":
        return f"{rival}{inner[3]}", _words(inner[4:])
    if len(inner) > 1 and inner[0] == "services":
        return f"{rival}{inner[1]}", _words(inner[2:])
    return f"{rival}{(inner or change.parts)[0]}", _words(inner[1:])


def _words(parts: Sequence[str]) -> str:
    return " ".join(part.replace("_", " ") for part in parts)


def _line(pair: LinePair) -> LineDelta:
    shown = pair.after or pair.before
    if shown is None:
        raise AssertionError("a pair of lines has at least one side")
    names = dict.fromkeys(_name(side) for side in (pair.before, pair.after) if side is not None)
    return LineDelta(
        category=shown.line.category,
        name=" → ".join(names),
        before=_usd(pair.before),
        after=_usd(pair.after),
        service=shown.line.service,
        pool=shown.line.pool,
        estimate=shown.estimate,
    )


def _name(line: PricedLine) -> str:
    unused = ", unused" if line.line.commitment_status == "unused" else ""
    return f"{line.line.name}{unused}"


def _usd(line: PricedLine | None) -> float | None:
    return None if line is None else line.usd_per_month


def _problem(problem: Problem) -> ProblemRow:
    return ProblemRow(
        file=problem.file, path=problem.path, message=problem.message, hint=problem.hint
    )
