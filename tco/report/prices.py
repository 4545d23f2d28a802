"""The catalog's figures as lists: what they are, where they come from, how old they are."""

from __future__ import annotations

import datetime as dt
import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tco.catalog.book import AnyRow, Book, describe
from tco.catalog.catalog import Catalog
from tco.catalog.rows import ApiPrice, Benchmark, Figure, Instance, NodePrice, SpotBand
from tco.errors import Problem, did_you_mean
from tco.plan.pools import TERM_MONTHS
from tco.ranges import Range
from tco.report.numbers import plain
from tco.units import HOURS_PER_MONTH

__all__ = [
    "Checked",
    "FigureEntry",
    "check_catalog",
    "check_text",
    "figure_rows",
    "figures_in_full",
    "figures_json",
    "figures_text",
]

WIDTH = 80
MOST_USD_PER_GPU_HOUR = 100.0
MOST_USD_PER_MTOK = 1000.0


@dataclass(frozen=True)
class FigureEntry:
    """One row of the catalog with its age."""

    name: str
    value: str
    row: AnyRow
    book: Book
    age_days: int | None


@dataclass(frozen=True)
class Checked:
    """What a check of the catalog found."""

    figures: int
    faults: tuple[Problem, ...]
    old: tuple[FigureEntry, ...]


def figure_rows(
    catalog: Catalog,
    today: dt.date,
    words: Sequence[str],
    kind: str | None,
    older_than: int | None,
) -> list[FigureEntry]:
    """The rows whose name holds every word, in the order of the books."""
    found: list[FigureEntry] = []
    for book in catalog.books:
        for row in book.rows:
            name = describe((*row.key, row.valid_from and f"from {row.valid_from}"))
            age = (today - row.as_of).days if row.as_of is not None else None
            if (
                all(word.casefold() in name.casefold() for word in words)
                and kind in (None, row.key[0])
                and (older_than is None or age is None or age > older_than)
            ):
                found.append(FigureEntry(name, _value(row), row, book, age))
    return found


def _range(value: Range) -> str:
    return (
        plain(value.likely, 6)
        if value.is_point
        else f"{plain(value.low)} / {plain(value.likely)} / {plain(value.high)}"
    )


def _value(row: AnyRow) -> str:
    if isinstance(row, NodePrice):
        return _node_value(row)
    if isinstance(row, ApiPrice):
        prices = {
            "in": row.input_usd_per_mtok,
            "cached": row.cached_input_usd_per_mtok,
            "out": row.output_usd_per_mtok,
        }
        told = (f"{name} {_range(one)}" for name, one in prices.items() if one is not None)
        return f"{', '.join(told)} USD/Mtok"
    if isinstance(row, Figure):
        return f"{_range(row.value)} {row.unit}"
    if isinstance(row, Benchmark):
        best = max((one.output_tok_s.likely for one in row.points if one.output_tok_s), default=0)
        return f"up to {plain(best)} tok/s ({len(row.points)} points, {row.kind})"
    if isinstance(row, SpotBand):
        return f"{_range(row.interrupted_per_month)} interrupted a month"
    return ""


def _node_value(row: NodePrice) -> str:
    """A node's price; with an upfront, that and what an hour then costs all in all."""
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


def figures_text(rows: Sequence[FigureEntry]) -> str:
    """A line a figure: name, value, age; an estimate is marked."""
    lines: list[str] = []
    for one in rows:
        mark = "~" if one.row.estimate else " "
        if len(one.name) <= 44 and len(one.value) <= 25:
            lines.append(f"{one.name:<44}{mark}{one.value:>25} {_age(one):>8}")
        else:
            lines += textwrap.wrap(one.name, 79, subsequent_indent="  ", break_on_hyphens=False)
            *before, last = textwrap.wrap(one.value, 65)
            lines += [f"{'':5}{part:>65}" for part in before]
            lines.append(f"{mark:>5}{last:>65} {_age(one):>8}")
    return "\n".join([*lines, f"{_count(len(rows))}; ~ estimate"]) + "\n"


def _count(figures: int) -> str:
    return f"{figures:,} figure{'' if figures == 1 else 's'}"


def figures_in_full(rows: Sequence[FigureEntry]) -> str:
    """Every field of every figure."""
    blocks: list[str] = []
    for one in rows:
        fields = one.row.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        lines = [one.name]
        for key, value in fields.items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            lines += textwrap.wrap(
                f"{key}: {shown}",
                78,
                initial_indent="  ",
                subsequent_indent="    ",
                break_on_hyphens=False,
            )
        lines.append(f"  age: {_age(one)}   book: {one.book.name}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def figures_json(rows: Sequence[FigureEntry]) -> dict[str, Any]:
    """``tco.prices/1``."""
    return {
        "schema": "tco.prices/1",
        "figures": [
            {
                "name": one.name,
                "kind": str(one.row.key[0]),
                "age_days": one.age_days,
                "book": one.book.name,
                **one.row.model_dump(mode="json", exclude_none=True),
            }
            for one in rows
        ],
    }


def check_catalog(catalog: Catalog, today: dt.date, max_age: int) -> Checked:
    """Figures without source or day, of an unknown name, or impossible; and the old ones.

    Doubles, negative values and upside-down ranges are refused when a book is read.
    """
    rows = figure_rows(catalog, today, (), None, None)
    faults = [fault for one in rows for fault in (*_unnamed(one, catalog), *_faults(one, today))]
    old = [one for one in rows if one.age_days is not None and one.age_days > max_age]
    return Checked(
        len(rows), tuple(faults), tuple(sorted(old, key=lambda one: -(one.age_days or 0)))
    )


def _unnamed(one: FigureEntry, catalog: Catalog) -> Iterator[Problem]:
    """Names that neither catalog nor book defines: nothing would ever read such a row."""
    row = one.row
    if isinstance(row, NodePrice | SpotBand):
        name = row.instance
        if name is not None and name not in catalog.instances:
            meant = did_you_mean(name, catalog.instances) or "Add it under instances."
            yield Problem(one.book.name, one.name, f'no instance type "{name}" is known.', meant)
    gpu = row.gpu if isinstance(row, NodePrice | Instance | Benchmark) else None
    if gpu is not None and catalog.gpu(gpu) is None:
        meant = did_you_mean(gpu, catalog.gpu_names) or "Add it under hardware."
        yield Problem(one.book.name, one.name, f'no GPU "{gpu}" is known.', meant)


def _faults(one: FigureEntry, today: dt.date) -> list[Problem]:
    row, told = one.row, list[tuple[str, str]]()
    if not row.source:
        told.append(("has no source.", "Write where it was seen."))
    if row.as_of is None:
        told.append(("has no day.", "Write as_of: the day it was seen."))
    elif row.as_of > today:
        told.append((f"was seen on {row.as_of}, after today, {today}.", "Check as_of."))
    if isinstance(row, NodePrice):
        gpus = row.gpus or 1
        price = row.usd_per_node_hour.high / gpus
        if row.offer and price > MOST_USD_PER_GPU_HOUR:
            told.append((f"${price:,.2f} per GPU-hour cannot be.", "Is it a price per month?"))
    if isinstance(row, ApiPrice):
        hit = row.cached_input_usd_per_mtok
        if hit is not None and hit.low > row.input_usd_per_mtok.high:
            told.append(
                (
                    f"a cache hit at {hit.low:g} is dearer than input at "
                    f"{row.input_usd_per_mtok.high:g}.",
                    "Are the two swapped?",
                )
            )
        if row.output_usd_per_mtok.high > MOST_USD_PER_MTOK:
            told.append((f"${row.output_usd_per_mtok.high:,.0f} per 1M cannot be.", ""))
    return [Problem(one.book.name, one.name, message, hint) for message, hint in told]


def check_text(checked: Checked, max_age: int) -> str:
    """The outcome of a check."""
    lines = [line for one in checked.faults for line in _hanging(f"{one.file}: {one}", 2)]
    if checked.old:
        lines.append(f"Older than {max_age} days:")
        for one in checked.old:
            lines += _hanging(f"  {_age(one):>8}  {one.name}", 14)
    count = len(checked.faults)
    faults = f"{count} fault{'' if count == 1 else 's'}"
    lines.append(f"{_count(checked.figures)}, {faults}, {len(checked.old)} old")
    return "\n".join(lines) + "\n"


def _hanging(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)
