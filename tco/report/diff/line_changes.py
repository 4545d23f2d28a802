"""A ledger's lines before and after, in whole dollars that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.documents.diff import LineDelta
from tco.numbers import add_up, grouped, signed_usd

__all__ = ["NOTHING", "LineChange", "line_changes"]

NOTHING = "–"


@dataclass(frozen=True)
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
    return [*rows, LineChange("total", "", "", *total, is_total=True)]


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
    return grouped(old), grouped(new), change
