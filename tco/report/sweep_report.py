"""A sweep as a table, and as lines of CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import click

from tco.documents.sweep import InputPart, PointPart, SweepDocument
from tco.documents.terms import Decision, in_words
from tco.numbers import grouped, percent, plain, tokens, usd_about, usd_price
from tco.percent import probability_text
from tco.report.layout import WIDTH, wrapped
from tco.report.table import DECISION_COLORS

__all__ = ["csv_header", "csv_line", "sweep_text"]

LABEL = 10
"""Width of the first column of a table in two dimensions."""
EVENS = 14
"""Width kept for its last one."""
NARROWEST = 4
MARKS: dict[Decision, str] = {
    "RECOMMEND": "yes",
    "LEAN": "lean",
    "DO_NOT": "·",
    "CONSTRAINED": "only",
    "UNKNOWN": "?",
}


def csv_header(inputs: Sequence[InputPart]) -> str:
    """Return the names of the columns."""
    names = [axis.name for axis in inputs]
    figures = ["usd_per_month", "rival", "rival_usd_per_month", "saving_npv_usd", "decision"]
    return _csv([*names, *figures, "probability"])


def csv_line(point: PointPart) -> str:
    """One point; an empty cell is unknown."""
    return _csv(
        [
            *point.values,
            point.usd_per_month,
            point.rival,
            point.rival_usd_per_month,
            point.saving_npv_usd,
            point.decision,
            point.probability,
        ]
    )


def _csv(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow("" if cell is None else cell for cell in cells)
    return text.getvalue()


def sweep_text(sweep: SweepDocument) -> str:
    """Return the table: a row a point.

    Or in two dimensions the decisions and the break-even line.
    """
    body = _line_table(sweep) if len(sweep.inputs) == 1 else _plane_table(sweep)
    return "\n".join([*_head(sweep), "", *body]) + "\n"


def _head(sweep: SweepDocument) -> list[str]:
    lines = [f"{click.style(sweep.stack, bold=True)}   prices of {sweep.pricing_day.isoformat()}"]
    for index, axis in enumerate(sweep.inputs):
        side = "" if len(sweep.inputs) == 1 else ("down: ", "across: ")[index]
        unit = f", {axis.unit}" if axis.unit else ""
        steps = ", log scale" if axis.spacing == "log" else ""
        lines += wrapped(f"{side}{axis.name}{unit}{steps}", "  ")
    return lines


def _line_table(sweep: SweepDocument) -> list[str]:
    [axis], points = sweep.inputs, sweep.points
    even = sweep.break_even[0].values
    wins = "wins" if sweep.scenarios else ""
    rows = [f"  {'':>9} {'$/month':>12} {'alternative':>12} {'NPV saving':>13} {wins:>6}  verdict"]
    for point in points:
        chances = "" if point.probability is None else probability_text(point.probability)
        rows.append(
            f"  {_value(axis, point.values[0]):>9} {_whole(point.usd_per_month):>12} "
            f"{_whole(point.rival_usd_per_month):>12} {_about(point.saving_npv_usd):>13} "
            f"{chances:>6}  {_colored(point, in_words(point.decision))}"
        )
    rivals = dict.fromkeys(point.rival for point in points if point.rival is not None)
    known = wrapped(f"alternative: {', '.join(rivals)}", "  ") if rivals else []
    found = _evens(axis, even, WIDTH) if even else "none in this range"
    return [*rows, "", *known, *wrapped(f"break-even: {found}", "  ")]


def _plane_table(sweep: SweepDocument) -> list[str]:
    down, across = sweep.inputs
    labels = [_value(across, value) for value in across.values]
    cell = max(NARROWEST, *(len(label) for label in labels)) + 1
    shown = _shown(len(labels), (WIDTH - LABEL - EVENS) // cell)
    lines = [f"{'':>{LABEL}}{''.join(f'{labels[column]:>{cell}}' for column in shown)}  break-even"]
    for index, even in enumerate(sweep.break_even):
        row = sweep.points[index * len(labels) : (index + 1) * len(labels)]
        cells = "".join(
            _colored(row[column], f"{MARKS[row[column].decision]:>{cell}}") for column in shown
        )
        parts = _evens(across, even.values, WIDTH - LABEL - len(shown) * cell - 2)
        lines.append(f"{_value(down, row[0].values[0]):>{LABEL}}{cells}  {parts}")
    lines += [
        "",
        "  · don't   lean, yes: self-hosting wins   only: no API qualifies   ? unknown",
        *wrapped(f"break-even: the {across.name} at which the NPV saving is 0.", "  "),
    ]
    if len(shown) < len(labels):
        lines.append(f"  {len(shown)} of {len(labels)} columns; --format csv has all.")
    return lines


def _shown(count: int, room: int) -> list[int]:
    """Return which columns fit: all, or evenly spaced ones with both ends."""
    if count <= room:
        return list(range(count))
    return [round(place * (count - 1) / (room - 1)) for place in range(room)]


def _colored(point: PointPart, text: str) -> str:
    return click.style(text, fg=DECISION_COLORS[point.decision])


def _evens(axis: InputPart, values: Sequence[float], room: int) -> str:
    """As many break-evens as there is room for."""
    texts = [_value(axis, value) for value in values] or ["none"]
    while len(", ".join(texts)) > room and len(texts) > 1:
        texts = [*texts[:-2], "…"]
    return ", ".join(texts)


def _value(axis: InputPart, value: float) -> str:
    """Return a value of an input as its unit is read."""
    if axis.unit == "Mtok/month":
        return tokens(value)
    if axis.unit == "share":
        return percent(value)
    if axis.unit == "USD/GPU-hour":
        return usd_price(value)
    return f"{value:,.0f}" if axis.whole else plain(value)


def _whole(value: float | None) -> str:
    return "unknown" if value is None else f"${grouped(value)}"


def _about(value: float | None) -> str:
    return "unknown" if value is None else usd_about(value)
