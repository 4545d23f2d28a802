"""What the faces show of a comparison: words and rounded figures.

Every change shown is the difference of the two rounded figures beside it, so that a reader who
subtracts finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.report.diff_document import DiffDocument, LineDelta, Outcome, Revision, StackDelta
from tco.report.numbers import add_up, percent, signed_percent, signed_usd, whole_usd
from tco.report.wording import change_text

__all__ = ["DiffView", "LineChange", "StackRow", "change_in_words", "diff_view"]

NOTHING = "–"
MOST_REASONS = 3
STATUS_WORDS = {"added": "new", "removed": "removed", "renamed": "renamed"}
CATALOG_REASON = "newer catalog figures"


@dataclass(frozen=True)
class LineChange:
    """A ledger line that moved, or the sum of those that did not."""

    category: str
    pool: str
    name: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class StackRow:
    """One stack in one line, with the details behind it."""

    name: str
    note: str
    before: str
    after: str
    change: str
    verdict: str
    gate: str
    why: str
    touched: bool
    changes: tuple[str, ...]
    lines: tuple[LineChange, ...]
    answer: str
    flips: tuple[str, ...]
    measure_first: str
    prices: str
    blocking: tuple[str, ...]
    override: str
    unpriced: tuple[str, ...]
    warnings: tuple[str, ...]
    problems: tuple[str, ...]
    split: str


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class _Whole:
    """A stack's figures in whole dollars that add up; None where unknown."""

    before: int | None
    after: int | None
    plan: int | None
    prices: int | None

    @property
    def change(self) -> int | None:
        if self.plan is None or self.prices is None:
            return None
        return self.plan + self.prices


def diff_view(document: DiffDocument) -> DiffView:
    """Everything that is shown of a comparison: the stacks it touches, then their neighbors."""
    touched = [one for one in document.stacks if one.touched]
    beside = {name for one in touched for name in one.same_workload}
    near = [one for one in document.stacks if not one.touched and one.stack in beside]
    rest = len(document.stacks) - len(touched) - len(near)
    headline, aside = _headline(touched)
    return DiffView(
        headline=headline,
        aside=aside,
        sides=f"{_revision(document.base)} → {_revision(document.head)}",
        # Without commits: a push that moves no figure leaves a comment as it is.
        compared=f"Compared with {document.base.ref}.",
        rows=tuple(_row(one, _note(one, touched)) for one in (*touched, *near)),
        unchanged=_unchanged(rest, others=bool(touched)),
        prices=_prices([*touched, *near] or document.stacks),
        split=_split(touched),
    )


def _revision(one: Revision) -> str:
    commit = f" ({one.commit[:10]})" if one.commit and not one.commit.startswith(one.ref) else ""
    return f"{one.ref}{commit}{', with changes not committed' if one.dirty else ''}"


def _unchanged(count: int, *, others: bool) -> str:
    if not count:
        return ""
    more = "other " if others else ""
    return f"{count} {more}stack{'s' if count > 1 else ''} unchanged."


def _whole(one: StackDelta) -> _Whole:
    before, after = (_usd(side) for side in (one.before, one.after))
    sides = [side for side in (one.before, one.after) if side is not None]
    if one.problems or any(side.usd_per_month is None for side in sides):
        return _Whole(before, after, None, None)
    prices = round(one.delta.prices or 0.0)
    return _Whole(before, after, (after or 0) - (before or 0) - prices, prices)


def _usd(side: Outcome | None) -> int | None:
    return None if side is None or side.usd_per_month is None else round(side.usd_per_month)


def change_in_words(one: StackDelta) -> str:
    """What one stack's bill does, the plan apart from the prices."""
    whole = _whole(one)
    if whole.plan is None or whole.prices is None:
        return "change unknown"
    plan = _change_text(whole.plan, (whole.before or 0) + whole.prices)
    return f"{plan}, newer prices {signed_usd(whole.prices)}/month" if whole.prices else plan


def _headline(touched: Sequence[StackDelta]) -> tuple[str, str]:
    """The answer in bold, and what goes with it."""
    if not touched:
        return "GPU plan: nothing changes", "no stack, workload or price differs"
    wholes = [_whole(one) for one in touched]
    known = [one for one in wholes if one.plan is not None and one.prices is not None]
    plan, prices = sum(one.plan or 0 for one in known), sum(one.prices or 0 for one in known)
    count = f"{len(touched)} stacks, " if len(touched) > 1 else ""
    base = sum((one.before or 0) + (one.prices or 0) for one in known)
    asides = [_math(touched)]
    if prices:
        asides.insert(0, f"newer prices {signed_usd(prices)}/month")
    if len(known) < len(wholes):
        asides.insert(0, f"{len(wholes) - len(known)} without a known total")
    if not known:
        return f"GPU plan: {count}change unknown", "; ".join(asides)
    return f"GPU plan: {count}{_change_text(plan, base)}", "; ".join(asides)


def _change_text(plan: int, base: int) -> str:
    if plan == 0:
        return "no change in cost"
    share = f" ({signed_percent(plan / base)})" if base > 0 else ""
    return f"{signed_usd(plan)}/month{share}"


def _math(touched: Sequence[StackDelta]) -> str:
    """Whether the gate lets the change through, in a few words."""
    ahead = [one for one in touched if one.after is not None]
    if not ahead:
        return "nothing is left to provision"
    shut = [one.stack for one in ahead if one.after and not one.after.gate_open]
    newly = [one for one in ahead if one.after and one.after.gate_open and not _was_open(one)]
    lost = [one.stack for one in ahead if one.stack in shut and _was_open(one)]
    if lost:
        return f"the gate closes on {', '.join(lost)}"
    if not shut:
        return "the gate opens" if newly else "the gate stays open"
    if len(shut) < len(ahead):
        return f"the gate is closed on {', '.join(shut)}"
    still = "still " if all(one.before is not None for one in ahead) else ""
    return f"the gate is {still}closed"


def _was_open(one: StackDelta) -> bool:
    return one.before is not None and one.before.gate_open


def _note(one: StackDelta, touched: Sequence[StackDelta]) -> str:
    if one.renamed_from:
        return f"was {one.renamed_from}"
    if not one.touched:
        several = len(touched) > 1
        owner = next(other.stack for other in touched if one.stack in other.same_workload)
        return f"same workload as {owner}" if several else "same workload"
    return STATUS_WORDS.get(one.status, "")


def _row(one: StackDelta, note: str) -> StackRow:
    whole = _whole(one)
    after = one.after
    changes = _reasons(one)
    return StackRow(
        name=one.stack,
        note=note,
        before=_money(whole.before, one.before),
        after=_money(whole.after, after),
        change=_change(whole) if one.touched else NOTHING,
        verdict=_turned(one, [_decision(side) for side in (one.before, one.after)]),
        gate=_turned(one, [_gate(side) for side in (one.before, one.after)]),
        why="; ".join(changes[:MOST_REASONS]) + _more(len(changes)),
        touched=one.touched,
        changes=tuple(changes),
        lines=tuple(_lines(one.lines)) if one.touched else (),
        answer=after.answer if after is not None else "",
        flips=after.flips if after is not None else (),
        measure_first=after.measure_first if after is not None else "",
        prices=_ages([one]),
        blocking=after.gate.failing if after is not None and not after.gate_open else (),
        override=(after.gate.override or "") if after is not None else "",
        unpriced=after.unpriced if after is not None else (),
        warnings=after.warnings if after is not None else (),
        problems=tuple(
            " ".join(filter(None, (f"{p.file}:", p.path and f"{p.path}:", p.message, p.hint)))
            for p in one.problems
        ),
        split=_split([one]),
    )


def _reasons(one: StackDelta) -> list[str]:
    texts = [change_text(change) for change in one.changes]
    if "catalog" in one.changed_because:
        texts.append(CATALOG_REASON)
    if one.problems:
        texts.append("could not be read before")
    return texts


def _more(count: int) -> str:
    return f"; {count - MOST_REASONS} more" if count > MOST_REASONS else ""


def _money(whole: int | None, side: Outcome | None) -> str:
    if side is None:
        return NOTHING
    if whole is None:
        return f"unknown, {whole_usd(round(side.priced_usd_per_month))} priced"
    return whole_usd(whole)


def _change(whole: _Whole) -> str:
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
    sure = f" (wins {percent(side.probability)})" if side.probability is not None else ""
    return f"{side.decision.replace('_', ' ')}{sure}"


def _gate(side: Outcome | None) -> str:
    if side is None:
        return ""
    state = "open" if side.gate_open else "closed"
    return f"{state}, advisory" if side.gate.level == "advisory" else state


def _turned(one: StackDelta, sides: list[str]) -> str:
    """One word where both sides agree or nothing changed, else both with an arrow."""
    told = [side for side in sides if side]
    if one.touched and one.before is not None and one.after is not None:
        return " → ".join(told) if told[0] != told[-1] else told[-1]
    return told[-1] if told else NOTHING


def _lines(lines: Sequence[LineDelta]) -> list[LineChange]:
    """Lines in whole dollars: those that moved, one by one, and the rest in one sum."""
    if not any(_moved(line) for line in lines):
        return []
    before = add_up([one.before or 0.0 for one in lines])
    after = add_up([one.after or 0.0 for one in lines])
    rows: list[LineChange] = []
    still = [0, 0, 0]
    for line, old, new in zip(lines, before, after, strict=True):
        if old == new == 0:
            continue
        if not _moved(line):
            still = [still[0] + 1, still[1] + old, still[2] + new]
            continue
        rows.append(_line(line, old, new))
    if still[0]:
        count = f"{still[0]} line{'s' if still[0] > 1 else ''} as before"
        rows.append(LineChange("", "", count, *_figures(still[1], still[2])))
    total = _figures(sum(before), sum(after))
    return [*rows, LineChange("total", "", "", *total)]


def _moved(line: LineDelta) -> bool:
    """Whether a line moved by half a dollar and more; an absent one costs nothing."""
    return abs((line.after or 0.0) - (line.before or 0.0)) >= 0.5


def _line(line: LineDelta, old: int, new: int) -> LineChange:
    before, after, change = _figures(old, new)
    return LineChange(
        line.category,
        line.pool or line.service,
        line.name,
        NOTHING if line.before is None else before,
        NOTHING if line.after is None else after,
        change,
    )


def _figures(old: int, new: int) -> tuple[str, str, str]:
    change = signed_usd(new - old).replace("$", "") if new != old else NOTHING
    return f"{old:,}", f"{new:,}", change


def _split(stacks: Sequence[StackDelta]) -> str:
    """Who moved the bill: the plan, or the prices. Empty where prices did not move."""
    wholes = [_whole(one) for one in stacks]
    plan = sum(one.plan or 0 for one in wholes)
    prices = sum(one.prices or 0 for one in wholes)
    moved = any({"prices", "catalog"} & set(one.changed_because) for one in stacks)
    if not moved:
        return ""
    return f"Of this the plan is {signed_usd(plan)}, newer prices are {signed_usd(prices)}."


def _prices(stacks: Sequence[StackDelta]) -> str:
    return _ages([one for one in stacks if one.after is not None])


def _ages(stacks: Sequence[StackDelta]) -> str:
    """The pricing days, and how old the oldest figure is."""
    sides = [one.after or one.before for one in stacks]
    days = sorted({side.pricing_day for side in sides if side is not None})
    ages = [
        side.oldest_price_days
        for side in sides
        if side is not None and side.oldest_price_days is not None
    ]
    if not days:
        return ""
    span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    oldest = f", the oldest figure {max(ages)} days old" if ages else ", undated"
    return f"Prices of {span}{oldest}."
