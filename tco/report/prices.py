"""The catalog's figures as lists: what they are, where they come from, how old they are."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tco.catalog.api_price import ApiPrice
from tco.catalog.benchmark import Benchmark
from tco.catalog.book import AnyRow, PackageBook
from tco.catalog.figure import Figure
from tco.catalog.hardware import SpotBand
from tco.catalog.listing import Checked, FigureEntry
from tco.catalog.node_price import NodePrice
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.catalog.score import Score
from tco.numbers import grouped, plain
from tco.ranges import Range
from tco.report.layout import WIDTH, cell_lines, wrapped
from tco.units import HOURS_PER_MONTH, TERM_MONTHS

__all__ = [
    "check_text",
    "figures_in_full",
    "figures_text",
]

AGE, VALUE = 9, 25
"""Columns of an age with its space, and of a value that stands beside its name."""
INDENT = 5


def _range(value: Range) -> str:
    return (
        plain(value.likely, 6)
        if value.is_point
        else f"{plain(value.low)} / {plain(value.likely)} / {plain(value.high)}"
    )


def _value(row: AnyRow) -> str:
    if isinstance(row, NodePrice):
        return _node_value(row)
    if isinstance(row, ApiPrice | ProvisionedPrice):
        return _api_value(row)
    if isinstance(row, Figure):
        return f"{_range(row.value)} {row.unit}"
    if isinstance(row, Benchmark):
        best = max(
            (point.output_tok_s.likely for point in row.points if point.output_tok_s), default=0
        )
        return f"up to {plain(best)} tok/s ({len(row.points)} points, {row.kind})"
    if isinstance(row, SpotBand):
        return f"{_range(row.interrupted_per_month)} interrupted a month"
    return f"{plain(row.value)}%, {grouped(row.samples)} samples" if isinstance(row, Score) else ""


def _api_value(row: ApiPrice | ProvisionedPrice) -> str:
    """Return an API's prices by the token, or the price of its provisioned units."""
    if isinstance(row, ProvisionedPrice):
        return f"{_range(row.usd_per_unit_hour)} USD/{row.unit}-h"
    prices = {
        "in": row.input_usd_per_mtok,
        "cached": row.cached_input_usd_per_mtok,
        "out": row.output_usd_per_mtok,
    }
    texts = (f"{name} {_range(price)}" for name, price in prices.items() if price is not None)
    return f"{', '.join(texts)} USD/Mtok"


def _node_value(row: NodePrice) -> str:
    """Return a node's price; with an upfront, that and what an hour then costs all in all."""
    hourly = row.usd_per_node_hour
    if row.upfront_usd is None or row.upfront_usd.high == 0 or row.term is None:
        return f"{_range(hourly)} USD/h"
    hours = TERM_MONTHS[row.term] * HOURS_PER_MONTH
    effective = plain(hourly.likely + row.upfront_usd.likely / hours, 4)
    running = f", {_range(hourly)} USD/h" if hourly.high > 0 else ""
    upfront = f"{_range(row.upfront_usd)} USD upfront per {row.term}"
    return f"{upfront}{running}: {effective} USD/h effective"


def _age(entry: FigureEntry) -> str:
    return "undated" if entry.age_days is None else f"{entry.age_days} d"


def figures_text(rows: Sequence[FigureEntry], width: int = WIDTH) -> str:
    """Return one line per figure: name, value, age; an estimate is marked."""
    names, values = width - VALUE - AGE - 2, width - AGE - INDENT - 1
    lines: list[str] = []
    packages = dict.fromkeys(row.book.name for row in rows if isinstance(row.book, PackageBook))
    for row in rows:
        mark = "*" if isinstance(row.book, PackageBook) else "~" if row.row.estimate else " "
        age = f"{_age(row):>{AGE}}"
        if len(row.name) <= names and len(_value(row.row)) <= VALUE:
            lines.append(f"{row.name:<{names}}{mark}{_value(row.row):>{VALUE}}{age}")
        else:
            lines += wrapped(row.name, width=width - 1)
            *before, last = cell_lines(_value(row.row), values)
            lines += [f"{'':{INDENT}}{part:>{values}}" for part in before]
            lines.append(f"{mark:>{INDENT}}{last:>{values}}{age}")
    marks = ["~ estimate", *(f"* not in the catalog, from {name}" for name in packages)]
    lines += wrapped("; ".join([_count(len(rows)), *marks]), width=width)
    return "\n".join(lines) + "\n"


def _count(figures: int) -> str:
    return f"{figures:,} figure{'' if figures == 1 else 's'}"


def figures_in_full(rows: Sequence[FigureEntry], width: int = WIDTH) -> str:
    """Every field of every figure."""
    blocks: list[str] = []
    for row in rows:
        fields = row.row.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        lines = [row.name]
        for key, value in fields.items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            lines += wrapped(f"{key}: {shown}", "  ", width=width)
        lines.append(f"  age: {_age(row)}   book: {row.book.name}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def check_text(checked: Checked, max_age: int, width: int = WIDTH) -> str:
    """Return the outcome of a check."""
    lines = [
        line for fault in checked.faults for line in wrapped(f"{fault.file}: {fault}", width=width)
    ]
    if checked.old:
        lines.append(f"Older than {max_age} days:")
        for figure in checked.old:
            lines += wrapped(f"  {_age(figure):>8}  {figure.name}", hang=" " * 14, width=width)
    odd = checked.implausible_measurements
    lines.append(f"{checked.measurements:,} measurements of throughput, {odd} implausible")
    count = len(checked.faults)
    faults = f"{count} fault{'' if count == 1 else 's'}"
    lines.append(f"{_count(checked.figures)}, {faults}, {len(checked.old)} old")
    return "\n".join(lines) + "\n"
