"""``tco diff`` on the terminal: the answer first, then each stack with what moved in it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tco.errors import printable
from tco.report.diff.line_changes import NOTHING, LineChange
from tco.report.diff.view import DiffView, StackRow
from tco.report.layout import cell_lines, wrapped

__all__ = ["diff_text"]

WHAT = 36


def diff_text(view: DiffView) -> str:
    """Return a comparison in at most 80 columns."""
    lines = [
        *_wrapped(f"{view.headline}; {view.aside}.", "", bold=True),
        *_wrapped(view.sides, "  "),
    ]
    for index, row in enumerate(view.rows):
        apart = row.touched or view.rows[index - 1].touched
        lines += [*([""] if apart else []), *(_stack(row) if row.touched else _beside(row, view))]
    closing = " ".join(filter(None, (view.unchanged, view.prices, view.split)))
    if closing:
        lines += ["", *_wrapped(closing, "  ")]
    return "\n".join(lines) + "\n"


def _stack(row: StackRow) -> Iterator[str]:
    money = f"{row.before} → {row.after}   {row.change}"
    yield from _wrapped(f"{_label(row)}   {money}", "  ")
    if row.ceiling != NOTHING:
        yield from _wrapped(f"ceiling {row.ceiling}", "    ")
    yield from _wrapped(_judged(row), "    ")
    for text in row.weakened:
        yield from _wrapped(f"- the gate is weaker: {text}", "    ")
    for text in row.changes:
        yield from _wrapped(f"- {text}", "    ")
    for text in row.problems:
        yield from _wrapped(f"- before: {text}", "    ")
    yield from (line for change in row.lines for line in _ledger_line(change))
    for text in row.implausible:
        yield from _wrapped(f"implausible: {text}", "    ")
    for text in (row.answer, *(f"gate: {condition}." for condition in row.blocking)):
        yield from _wrapped(text, "    ")


def _beside(row: StackRow, view: DiffView) -> list[str]:
    """Return a stack that did not change, in columns with the others that did not."""
    others = [row for row in view.rows if not row.touched]
    label = max(len(_label(other)) for other in others)
    money = max(len(other.after) for other in others)
    return _wrapped(f"{_label(row):<{label}}   {row.after:>{money}}   {_judged(row)}", "  ")


def _label(row: StackRow) -> str:
    return f"{row.name} ({row.note})" if row.note else row.name


def _judged(row: StackRow) -> str:
    return f"{row.verdict}, gate {row.gate}"


def _ledger_line(line: LineChange) -> Iterator[str]:
    label = printable(" ".join(filter(None, (line.pool, line.name))))
    texts = cell_lines(label, WHAT)
    figures = f"{line.before:>9}{line.after:>9}{line.change:>11}"
    text = f"    {line.category:<9} {texts[0]:<{WHAT}}{figures}"
    yield click.style(text, bold=True) if line.is_total else text
    yield from (f"    {'':<9}   {more}" for more in texts[1:])


def _wrapped(text: str, indent: str, *, bold: bool = False) -> list[str]:
    # A CI reads a line that starts with :: as an order.
    return wrapped(printable(text).replace("::", ": :"), indent, bold=bold)
