"""What every output shows of a comparison: words and rounded figures.

Every change shown is the difference of the two rounded figures beside it, so that a reader who
subtracts finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.documents.diff import DiffDocument, Outcome, Revision, StackDelta
from tco.documents.terms import in_words
from tco.errors import printable
from tco.numbers import signed_percent, signed_usd, whole_usd
from tco.percent import probability_text
from tco.report.diff.change_text import change_text, weakening_text
from tco.report.diff.line_changes import NOTHING, LineChange, line_changes
from tco.report.diff.totals import RoundedTotals, headline, split, whole_of

__all__ = ["DiffView", "StackRow", "diff_view"]

MOST_REASONS = 3
STATUS_WORDS = {"added": "new", "removed": "removed", "renamed": "renamed"}
CATALOG_REASON = "newer catalog prices"


@dataclass(frozen=True, kw_only=True)
class StackRow:
    """One stack in one line, with the details behind it."""

    name: str
    note: str
    before: str
    after: str
    change: str
    ceiling: str
    verdict: str
    gate: str
    why: str
    touched: bool
    weakened: tuple[str, ...]
    changes: tuple[str, ...]
    lines: tuple[LineChange, ...]
    answer: str
    flips: tuple[str, ...]
    measure_first: str
    prices: str
    blocking: tuple[str, ...]
    override: str
    unpriced: tuple[str, ...]
    implausible: tuple[str, ...]
    warnings: tuple[str, ...]
    problems: tuple[str, ...]
    split: str


@dataclass(frozen=True, kw_only=True)
class DiffView:
    """A comparison, ready to be laid out."""

    headline: str
    aside: str
    sides: str
    compared: str
    rows: tuple[StackRow, ...]
    unchanged: str
    prices: str
    split: str

    @property
    def touched(self) -> tuple[StackRow, ...]:
        """The rows that the branch changes, the neighbors left out."""
        return tuple(row for row in self.rows if row.touched)


def diff_view(document: DiffDocument) -> DiffView:
    """Everything that is shown of a comparison: the stacks it touches, then their neighbors."""
    touched = [stack for stack in document.stacks if stack.touched]
    beside = {name for stack in touched for name in stack.same_workload}
    near = [stack for stack in document.stacks if not stack.touched and stack.stack in beside]
    rest = len(document.stacks) - len(touched) - len(near)
    lead, aside = headline(touched)
    return DiffView(
        headline=lead,
        aside=aside,
        sides=f"{_revision(document.base)} → {_revision(document.head)}",
        # Without commits: a push that moves no figure leaves a comment as it is.
        compared=f"Compared with {printable(document.base.ref)}.",
        rows=tuple(_row(stack, _note(stack, touched)) for stack in (*touched, *near)),
        unchanged=_unchanged(rest, others=bool(touched)),
        prices=_prices([*touched, *near] or document.stacks),
        split=split(touched),
    )


def _revision(revision: Revision) -> str:
    commit = (
        f" ({revision.commit[:10]})"
        if revision.commit and not revision.commit.startswith(revision.ref)
        else ""
    )
    dirty = ", with changes not committed" if revision.dirty else ""
    return f"{printable(revision.ref)}{commit}{dirty}"


def _unchanged(count: int, *, others: bool) -> str:
    if not count:
        return ""
    more = "other " if others else ""
    return f"{count} {more}stack{'s' if count > 1 else ''} unchanged."


def _note(delta: StackDelta, touched: Sequence[StackDelta]) -> str:
    if delta.renamed_from:
        return f"was {delta.renamed_from}"
    if not delta.touched:
        several = len(touched) > 1
        owner = next(other.stack for other in touched if delta.stack in other.same_workload)
        return f"same workload as {owner}" if several else "same workload"
    return STATUS_WORDS.get(delta.status, "")


def _row(delta: StackDelta, note: str) -> StackRow:
    whole = whole_of(delta)
    after = delta.after
    changes = _reasons(delta)
    return StackRow(
        name=delta.stack,
        note=note,
        before=_money(whole.before, delta.before),
        after=_money(whole.after, after),
        change=_change(whole) if delta.touched else NOTHING,
        ceiling=NOTHING
        if after is None
        else _changed_word(delta, [_ceiling(side) for side in (delta.before, after)]),
        verdict=_changed_word(delta, [_decision(side) for side in (delta.before, delta.after)]),
        gate=_changed_word(delta, [_gate(side) for side in (delta.before, delta.after)]),
        why="; ".join(changes[:MOST_REASONS]) + _more(len(changes)),
        touched=delta.touched,
        weakened=tuple(weakening_text(row) for row in delta.weakened),
        changes=tuple(changes),
        lines=tuple(line_changes(delta.lines)) if delta.touched else (),
        answer=after.answer if after is not None else "",
        flips=after.flips if after is not None else (),
        measure_first=after.measure_first if after is not None else "",
        prices=_ages([delta]),
        blocking=after.gate.failing if after is not None and not after.gate_open else (),
        override=(after.gate.override or "") if after is not None else "",
        unpriced=after.unpriced if after is not None else (),
        implausible=after.implausible if after is not None else (),
        warnings=after.warnings if after is not None else (),
        problems=tuple(
            " ".join(filter(None, (f"{p.file}:", p.path and f"{p.path}:", p.message, p.hint)))
            for p in delta.problems
        ),
        split=split([delta]),
    )


def _reasons(delta: StackDelta) -> list[str]:
    texts = [change_text(change) for change in delta.changes]
    if "catalog" in delta.changed_because:
        texts.append(CATALOG_REASON)
    if delta.problems:
        texts.append("not readable before")
    return texts


def _more(count: int) -> str:
    return f"; {count - MOST_REASONS} more" if count > MOST_REASONS else ""


def _money(whole: int | None, side: Outcome | None) -> str:
    if side is None:
        return NOTHING
    if whole is None:
        return f"unknown ({_whole_usd(side.priced_usd_per_month)} priced)"
    return whole_usd(whole, side.priced_usd_per_month)


def _whole_usd(usd: float) -> str:
    return whole_usd(round(usd), usd)


def _ceiling(side: Outcome | None) -> str:
    if side is None or side.ceiling_usd_per_month is None:
        return ""
    return _whole_usd(side.ceiling_usd_per_month)


def _change(whole: RoundedTotals) -> str:
    change = whole.change
    if change is None:
        return "unknown"
    if change == 0:
        return NOTHING
    share = f" ({signed_percent(change / whole.before)})" if whole.before and whole.after else ""
    return f"{signed_usd(change)}{share}"


def _decision(side: Outcome | None) -> str:
    if side is None:
        return ""
    wins = f" (wins {probability_text(side.probability)})" if side.probability is not None else ""
    return f"{in_words(side.decision)}{wins}"


def _gate(side: Outcome | None) -> str:
    if side is None:
        return ""
    state = "open" if side.gate_open else "closed"
    return f"{state}, advisory" if side.gate.level == "advisory" else state


def _changed_word(delta: StackDelta, sides: list[str]) -> str:
    """One word where both sides agree or nothing changed, else both with an arrow."""
    parts = [side for side in sides if side]
    if parts and delta.touched and delta.before is not None and delta.after is not None:
        return " → ".join(parts) if parts[0] != parts[-1] else parts[-1]
    return parts[-1] if parts else NOTHING


def _prices(stacks: Sequence[StackDelta]) -> str:
    return _ages([stack for stack in stacks if stack.after is not None])


def _ages(stacks: Sequence[StackDelta]) -> str:
    """Return the pricing days, and how old the oldest figure is."""
    sides = [stack.after or stack.before for stack in stacks]
    days = sorted({side.pricing_day for side in sides if side is not None})
    ages = [
        side.oldest_price_days
        for side in sides
        if side is not None and side.oldest_price_days is not None
    ]
    if not days:
        return ""
    span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    oldest = f", the oldest {max(ages)} days old" if ages else ", undated"
    return f"Prices of {span}{oldest}."
