"""The pull-request comment: a template filled with a view, cut by whole rows where it is long."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from tco.documents.diff import DiffDocument
from tco.report.diff.line_changes import LineChange
from tco.report.diff.view import DiffView, StackRow, diff_view
from tco.report.layout import clipped
from tco.report.markdown import fill, markdown_text

__all__ = ["LIMIT_BYTES", "comment", "problems_comment"]

LIMIT_BYTES = 65_000
"""GitHub takes 65,536 characters. Bytes are counted, since no way of counting exceeds them; the
rest is for the hidden first line."""

LONGEST_TEXT = 300
LONGEST_NAME = 60
LONGEST_LIST = 150
MOST_PROBLEMS = 50
EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class _Detail:
    """What is folded away about one stack."""

    row: StackRow
    notes: tuple[str, ...]
    lines: tuple[LineChange, ...]
    hidden: int = 0


@dataclass(frozen=True, kw_only=True)
class _Page:
    """The rows of a comment, and how many of them had to go."""

    title: str
    rows: tuple[StackRow, ...]
    details: tuple[_Detail, ...]
    assumptions: tuple[str, ...]
    closing: str
    hidden_rows: int = 0
    hidden_details: int = 0
    hidden_assumptions: int = 0


def comment(document: DiffDocument, label: str = "", limit_bytes: int = LIMIT_BYTES) -> str:
    """Return the comment in Markdown. ``label`` names the project among several."""
    view = diff_view(document)
    whole = _page(view, label)
    total = (
        len(whole.rows) + len(whole.assumptions) + sum(_size(detail) for detail in whole.details)
    )

    def text(rows: int) -> str:
        page = fill("comment.md.j2", view=view, page=_cut(whole, rows))
        return EMPTY_LINES.sub("\n\n", page)

    return _longest(text, total, limit_bytes)


def _longest(text: Callable[[int], str], total: int, limit_bytes: int) -> str:
    """Return the text with the most rows that still fits."""
    found = text(total)
    if len(found.encode()) <= limit_bytes:
        return found
    fits, too_many = 0, total
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if len(text(middle).encode()) <= limit_bytes:
            fits = middle
        else:
            too_many = middle
    return text(fits)


def _page(view: DiffView, title: str) -> _Page:
    closing = (view.unchanged, view.prices, view.split, view.compared)
    return _Page(
        title=_clipped(title),
        rows=tuple(_short(row) for row in view.rows),
        details=tuple(_detail(row) for row in view.touched if _notes(row) or row.lines),
        assumptions=tuple(_assumptions(view.touched)),
        closing=" ".join(_clipped(sentence) for sentence in closing if sentence),
    )


def _short(row: StackRow) -> StackRow:
    return replace(row, name=_clipped(row.name), note=_clipped(row.note), why=_clipped(row.why))


def _detail(row: StackRow) -> _Detail:
    lines = tuple(
        replace(line, pool=_clipped(line.pool), name=_clipped(line.name)) for line in row.lines
    )
    return _Detail(_short(row), tuple(_notes(row)), lines)


def _notes(row: StackRow) -> list[str]:
    """Return the memo's answer, every change, what keeps the gate closed."""
    texts = [f"the gate is weaker: {text}" for text in row.weakened]
    texts += [row.answer, *row.changes]
    texts += [f"before: {problem}" for problem in row.problems]
    texts += [f"implausible: {text}" for text in row.implausible]
    texts += [f"not priced: {name}" for name in row.unpriced]
    texts += [f"gate: {condition}" for condition in row.blocking]
    texts += [f"override: {row.override}"] if row.override else []
    return [_clipped(text) for text in (*texts, row.split) if text]


def _assumptions(rows: Sequence[StackRow]) -> list[str]:
    """List what would change each verdict and what was assumed, once for all stacks."""
    flips: list[str] = []
    shared: dict[str, list[str]] = {}
    several = len({row.prices for row in rows}) > 1  # else the closing line has it
    for row in rows:
        if row.flips:
            name = _clipped(row.name, LONGEST_NAME)
            flips.append(_clipped(f"{name}, what would change the answer: {'; '.join(row.flips)}"))
        if row.measure_first:
            shared.setdefault(f"measure first: {row.measure_first}", []).append(row.name)
        for text in (*row.warnings, row.prices if several else ""):
            shared.setdefault(text, []).append(row.name)
    return [*flips, *(_of_stacks(text, names) for text, names in shared.items() if text)]


def _of_stacks(text: str, names: Sequence[str]) -> str:
    """Return an assumption, then the stacks it holds for; a long list ends after a whole name."""
    short = [_clipped(name, LONGEST_NAME) for name in names]
    if len(short) == 1:
        return f"{short[0]}: {_clipped(text)}"
    ends = accumulate(len(name) + len(", ") for name in short)
    shown = short[: sum(end <= LONGEST_LIST for end in ends)]
    more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
    return f"{len(names)} stacks: {_clipped(text)} ({', '.join(shown)}{more})"


def _size(detail: _Detail) -> int:
    return len(detail.notes) + len(detail.lines)


def _cut(page: _Page, rows: int) -> _Page:
    """Return the first rows: the table, then the assumptions, then stack by stack."""
    table, left = page.rows[:rows], max(0, rows - len(page.rows))
    assumptions, left = page.assumptions[:left], max(0, left - len(page.assumptions))
    details: list[_Detail] = []
    for detail in page.details:
        if left <= 0:
            break
        details.append(_cut_detail(detail, left))
        left -= _size(detail)
    return _Page(
        title=page.title,
        rows=table,
        details=tuple(details),
        assumptions=assumptions,
        closing=page.closing,
        hidden_rows=len(page.rows) - len(table),
        hidden_details=len(page.details) - len(details),
        hidden_assumptions=len(page.assumptions) - len(assumptions),
    )


def _cut_detail(detail: _Detail, rows: int) -> _Detail:
    if _size(detail) <= rows:
        return detail
    notes = detail.notes[:rows]
    lines = detail.lines[: rows - len(notes)]
    return _Detail(detail.row, notes, lines, _size(detail) - len(notes) - len(lines))


def _clipped(text: str, longest: int = LONGEST_TEXT) -> str:
    return clipped(text, longest)


def problems_comment(problems: Sequence[str], label: str = "") -> str:
    """Return the comment where the head cannot be read: every problem, up to fifty."""
    title = f"{markdown_text(_clipped(label))}: " if label else ""
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    shown = [f"- {markdown_text(_clipped(problem))}" for problem in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        shown.append(f"- {len(problems) - MOST_PROBLEMS} more")
    head = f"**{title}GPU plan: cannot be read**; {count}. Nothing was priced."
    return "\n".join([head, "", *shown, ""])
