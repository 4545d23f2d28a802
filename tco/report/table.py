"""The tables on the terminal: 80 columns, the answer first, the same text in a pipe."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import zip_longest

import click

from tco.documents.gate import GateDocument
from tco.documents.stack import StackSummary
from tco.documents.terms import CATEGORIES, Decision, in_words
from tco.report.layout import WIDTH, cell_lines, clipped, wrapped
from tco.report.rows import LineRow
from tco.report.view import StackView, category_totals, stack_view

__all__ = ["DECISION_COLORS", "comparison", "gate_text", "stack_text", "summary"]

MOST_SIDE_BY_SIDE = 5
LABELS = 23
"""Columns before and after a line's text: category, pool, the mark of an estimate."""
DECISION_COLORS: dict[Decision, str] = {
    "RECOMMEND": "green",
    "LEAN": "yellow",
    "DO_NOT": "red",
    "CONSTRAINED": "yellow",
    "UNKNOWN": "yellow",
}


def stack_text(stack: StackSummary, width: int = WIDTH) -> str:
    """Return one stack: answer, ledger, alternatives, what would change the answer.

    Only the last column of the alternatives takes more than 80 columns where there are more.
    """
    view = stack_view(stack)
    parts = [
        _head(view),
        *wrapped(view.headline, "  ", color=DECISION_COLORS[view.decision], bold=True),
        "",
        *_ledger(view.lines),
        _total(view),
        *wrapped(
            f"utilization {view.utilization}   {view.per_mtok_output} per 1M output   "
            f"{view.per_mtok_total} per 1M tokens   ~ estimate",
            "  ",
        ),
        *wrapped(
            f"compute only {view.compute_per_mtok_output} per 1M output   "
            f"all inputs low to high: {view.total_range}",
            "  ",
        ),
        "",
        *(line for fleet in view.fleets for line in wrapped(fleet, "  ")),
        "",
        *_alternatives(view, width),
        "",
        *_flips(view),
        *(line for text in view.sure for line in wrapped(text, "  ")),
        *_list("Unpriced", view.unpriced),
        *_list("Notes", view.warnings),
        *wrapped(view.horizon, "  "),
        *wrapped(view.gate_headline, "  ", color="green" if view.gate_open else "red"),
    ]
    return "\n".join(parts) + "\n"


def _head(view: StackView) -> str:
    rest = f"{view.serves}   {view.volume} tokens/month ({view.volume_output} out)"
    first, *more = wrapped(f"{view.name}   {rest}   prices of {view.pricing_day}")
    named = first.replace(view.name, click.style(view.name, bold=True), 1)
    return "\n".join([named, *more]) + "\n"


def _list(title: str, texts: Sequence[str]) -> list[str]:
    if not texts:
        return []
    lines = [line for text in texts for line in wrapped(f"- {text}", "    ")]
    return [f"  {title}:", *lines]


def _ledger(lines: Sequence[LineRow]) -> list[str]:
    rows: list[str] = []
    before = ""
    for line in lines:
        category = line.category if line.category != before else ""
        before = line.category
        figures = f"{line.price:>9} {line.quantity:>9} {line.usd:>8}"
        room = WIDTH - LABELS - len(figures)  # wide figures take it from the text
        what = cell_lines(line.what, room)
        mark = click.style("~", fg="yellow") if line.estimate else " "
        rows.append(f"  {category:<9} {clipped(line.pool, 8):<8} {what[0]:<{room}} {mark}{figures}")
        rows += [f"  {'':<9} {'':<8}   {more}" for more in what[1:]]
    return rows


def _total(view: StackView) -> str:
    label = "per month, priced part" if view.unpriced else "per month"
    return click.style(f"{label:>{WIDTH - 12}}{view.total:>12}", bold=True)


def _alternatives(view: StackView, columns: int) -> list[str]:
    if not view.alternatives:
        return ["  There is no alternative to compare with."]
    width = max(
        len("alternative"),
        *(len(clipped(alternative.name, 30)) for alternative in view.alternatives),
    )
    price = max(
        len("per 1M out"), *(len(alternative.per_mtok_output) for alternative in view.alternatives)
    )
    rows = [
        f"  {'alternative':<{width}} {'$/month':>11} {'per 1M out':>{price}} {'wins':>6}  "
        "break-even"
    ]
    for alternative in view.alternatives:
        wins = f"{alternative.wins}{f' ({alternative.note})' if alternative.note else ''}"
        room = columns - width - price - 24
        texts = cell_lines(wins, room)
        rows.append(
            f"  {clipped(alternative.name, 30):<{width}} {alternative.usd:>11} "
            f"{alternative.per_mtok_output:>{price}} {alternative.chance:>6}  {texts[0]}"
        )
        rows += [f"  {'':<{width + price + 21}} {text}" for text in texts[1:]]
    return [*rows, *wrapped(view.more_alternatives, "  "), *_wins_note([view], "  ")]


def _wins_note(views: Sequence[StackView], indent: str) -> list[str]:
    """Explain the column `wins` where it has values."""
    if not any(
        view.chance or any(alternative.chance for alternative in view.alternatives)
        for view in views
    ):
        return []
    return wrapped("wins: share of the scenarios in which self-hosting is cheaper", indent)


def _flips(view: StackView) -> list[str]:
    rows: list[str] = []
    if view.flips:
        rows += wrapped(f"What would change the answer:  {'   |   '.join(view.flips)}", "  ")
    return [*rows, *wrapped(f"Measure first:  {view.measure_first}", "  ")]


def summary(stacks: Sequence[StackSummary]) -> str:
    """Return all stacks, one line each."""
    views = list(map(stack_view, stacks))
    price = max(9, *(len(view.per_mtok_output) for view in views))
    longest = 28 - price  # a wide price takes its room from the names
    width = max(len("stack"), *(len(clipped(view.name, longest)) for view in views))
    rows = [
        f"{'stack':<{width}} {'$/month':>11} {'$/1M out':>{price}} {'util.':>6} {'wins':>6}  "
        "verdict"
    ]
    for view in views:
        verdict = click.style(f"{in_words(view.decision):<11}", fg=DECISION_COLORS[view.decision])
        gate = "open" if view.gate_open else "closed"
        rows.append(
            f"{clipped(view.name, longest):<{width}} {view.total:>11} "
            f"{view.per_mtok_output:>{price}} {view.utilization:>6} {view.chance:>6}  "
            f"{verdict} gate {gate}"
        )
    return "\n".join([*rows, *_wins_note(views, "")]) + "\n"


def comparison(stacks: Sequence[StackSummary]) -> str:
    """Stacks side by side, at most five in a block; what is too wide for 80 columns is wrapped."""
    table = [("", [stack.stack for stack in stacks]), *_comparison_rows(stacks)]
    size = math.ceil(len(stacks) / math.ceil(len(stacks) / MOST_SIDE_BY_SIDE))
    blocks = [_block(table, start, size) for start in range(0, len(stacks), size)]
    return "\n\n".join(blocks) + "\n"


def _block(table: Sequence[tuple[str, Sequence[str]]], start: int, size: int) -> str:
    """Format neighboring columns of a comparison, with the names of the rows."""
    room = (WIDTH - 13) // size - 1
    return "\n".join(_side((label, cells[start : start + size]), room) for label, cells in table)


def _side(row: tuple[str, Sequence[str]], room: int) -> str:
    label, cells = row
    wrapped = [cell_lines(cell, room, break_on_hyphens=True) for cell in cells]
    return "\n".join(
        f"{label if index == 0 else '':<12} " + " ".join(f"{text:>{room}}" for text in texts)
        for index, texts in enumerate(zip_longest(*wrapped, fillvalue=""))
    ).rstrip()


def gate_text(gate: GateDocument) -> str:
    """Return the conditions of the gate, those that fail marked."""
    state = "open" if gate.open else "closed"
    level = " (advisory: a warning only)" if gate.level == "advisory" else ""
    rows = [
        *wrapped(
            f"{gate.stack}: the gate is {state}{level}",
            "",
            color="green" if gate.open else "red",
            bold=True,
        ),
        *wrapped(gate.verdict.answer, "  "),
    ]
    for condition in gate.conditions:
        mark = click.style("yes", fg="green") if condition.holds else click.style("NO ", fg="red")
        texts = cell_lines(condition.text, WIDTH - 6)
        rows += [f"  {mark} {texts[0]}", *(f"      {text}" for text in texts[1:])]
    return "\n".join(rows) + "\n"


def _comparison_rows(stacks: Sequence[StackSummary]) -> list[tuple[str, Sequence[str]]]:
    """Return the rows of `tco compare`: the ledger by category, unit costs, verdicts."""
    views, totals = list(map(stack_view, stacks)), list(map(category_totals, stacks))
    present = [name for name in CATEGORIES if any(name in total for total in totals)]
    return [
        *((name, [total.get(name, "–") for total in totals]) for name in present),
        ("per month", [view.total for view in views]),
        ("low to high", [view.total_range for view in views]),
        ("per 1M out", [view.per_mtok_output for view in views]),
        ("utilization", [view.utilization for view in views]),
        ("alternative", [_rival(view) for view in views]),
        ("verdict", [in_words(view.decision) for view in views]),
        ("gate", ["open" if view.gate_open else "closed" for view in views]),
    ]


def _rival(view: StackView) -> str:
    rivals = [alternative for alternative in view.alternatives if alternative.is_rival]
    return f"${rivals[0].usd} {rivals[0].name}" if rivals else "none"
