"""Checks of the catalog and of price books: sources, days, names, impossible values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from tco.catalog.benchmark import Benchmark
from tco.catalog.catalog import Catalog
from tco.catalog.discount_names import idle_discounts
from tco.catalog.hardware import Instance, SpotBand
from tco.catalog.listing import Checked, FigureEntry, figure_rows
from tco.catalog.node_price import NodePrice
from tco.catalog.plausibility.books import book_findings
from tco.catalog.score import Score
from tco.errors import Problem, did_you_mean

__all__ = ["check_catalog"]


def check_catalog(catalog: Catalog, today: dt.date, max_age: int) -> Checked:
    """Figures without source or day, of an unknown name, or impossible; and the old ones.

    A model's score stays what it was measured to be, however old it is.
    Doubles, negative values and upside-down ranges are refused when a book is read.
    """
    books = [*catalog.every_book, catalog.hosts_book(today)]
    rows = figure_rows(books, today, (), None, older_than=None)
    instances = {row.instance for row, _ in catalog.rows(Instance)}
    faults = [
        fault
        for row in rows
        for fault in (*_unnamed(row, catalog, instances), *_faults(row, today))
    ]
    faults += [fault for book in catalog.own_books for fault in idle_discounts(book, catalog)]
    found = [
        finding for book in catalog.every_book for finding in book_findings(book, catalog, today)
    ]
    faults += [
        Problem(finding.file, finding.path, finding.message)
        for finding in found
        if not finding.confirmed
    ]
    old = [
        row
        for row in rows
        if row.age_days is not None and row.age_days > max_age and not isinstance(row.row, Score)
    ]
    return Checked(
        figures=len(rows),
        faults=tuple(faults),
        old=tuple(sorted(old, key=lambda row: -(row.age_days or 0))),
        implausible=tuple(found),
    )


def _unnamed(entry: FigureEntry, catalog: Catalog, instances: Collection[str]) -> Iterator[Problem]:
    """Names that neither catalog nor book defines: nothing would ever read such a row."""
    row = entry.row
    if isinstance(row, NodePrice | SpotBand):
        name = row.instance
        if name is not None and name not in instances:
            meant = did_you_mean(name, instances) or "Add it under instances."
            yield Problem(
                entry.book.name, entry.name, f'no instance type "{name}" is known.', meant
            )
    gpu = row.gpu if isinstance(row, NodePrice | Instance | Benchmark) else None
    if gpu is not None and catalog.gpu(gpu) is None:
        meant = did_you_mean(gpu, catalog.gpu_names) or "Add it under hardware."
        yield Problem(entry.book.name, entry.name, f'no GPU "{gpu}" is known.', meant)


def _faults(entry: FigureEntry, today: dt.date) -> list[Problem]:
    row, texts = entry.row, list[tuple[str, str]]()
    if not row.source:
        texts.append(("has no source.", "Write where it was seen."))
    if row.as_of is None:
        texts.append(("has no day.", "Write as_of: the day it was seen."))
    elif row.as_of > today:
        texts.append((f"was seen on {row.as_of}, after today, {today}.", "Check as_of."))
    return [Problem(entry.book.name, entry.name, message, hint) for message, hint in texts]
