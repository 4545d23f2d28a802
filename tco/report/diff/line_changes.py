"""A ledger's lines before and after, in whole dollars that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tco.documents.diff import LineDelta
from tco.numbers import add_up, grouped, signed_usd, whole_dollars

__all__ = ["NOTHING", "LineChange", "line_changes"]

NOTHING = "–"


@dataclass(frozen=True, kw_only=True)
class LineChange:
    """A ledger line that moved, or the sum of those that did not."""

    category: str
    pool: str
    name: str
    before: str
    after: str
    change: str
    is_total: bool = False


def line_changes(lines: Sequence[LineDelta]) -> list[LineChange]:
    """Lines in whole dollars: those that moved, one by one, and the rest in one sum."""
    if not any(_moved(line) for line in lines):
        return []
    before = add_up([line.before or 0.0 for line in lines])
    after = add_up([line.after or 0.0 for line in lines])
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
        rows.append(_sum_of(still[1], still[2], category="", name=count))
    total = _sum_of(sum(before), sum(after), category="total", name="")
    return [*rows, replace(total, is_total=True)]


def _moved(line: LineDelta) -> bool:
    """Return whether a line moved by half a dollar and more; an absent one costs nothing."""
    return abs((line.after or 0.0) - (line.before or 0.0)) >= 0.5


def _line(line: LineDelta, old: int, new: int) -> LineChange:
    row = _sum_of(old, new, category=line.category, name=line.name)
    return replace(
        row,
        pool=line.pool or line.service,
        before=NOTHING if line.before is None else whole_dollars(line.before, old),
        after=NOTHING if line.after is None else whole_dollars(line.after, new),
    )


def _sum_of(old: int, new: int, *, category: str, name: str) -> LineChange:
    return LineChange(
        category=category,
        pool="",
        name=name,
        before=grouped(old),
        after=grouped(new),
        change=signed_usd(new - old).replace("$", "") if new != old else NOTHING,
    )
