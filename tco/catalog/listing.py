"""The catalog's rows as a list: their names, the book that holds them, how old they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tco.catalog.book import AnyRow, Book, describe
from tco.catalog.discount import Discount
from tco.catalog.plausibility.finding import PlausibilityFinding
from tco.errors import Problem

__all__ = ["Checked", "FigureEntry", "figure_rows"]


@dataclass(frozen=True)
class FigureEntry:
    """One row of the catalog with its age."""

    name: str
    row: AnyRow | Discount
    book: Book
    age_days: int | None


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check of the catalog found, and how many of its measurements are implausible."""

    figures: int
    faults: tuple[Problem, ...]
    old: tuple[FigureEntry, ...]
    implausible: tuple[PlausibilityFinding, ...] = ()
    measurements: int = 0
    implausible_measurements: int = 0


def figure_rows(
    books: Sequence[Book],
    today: dt.date,
    words: Sequence[str],
    kind: str | None,
    older_than: int | None,
) -> list[FigureEntry]:
    """Return the rows whose name holds every word, in the order of the books."""
    found: list[FigureEntry] = []
    for book in books:
        for row in book.stated:
            name = describe((*row.key, row.valid_from and f"from {row.valid_from}"))
            age = (today - row.as_of).days if row.as_of is not None else None
            if (
                all(word.casefold() in name.casefold() for word in words)
                and kind in (None, row.key[0])
                and (older_than is None or age is None or age > older_than)
            ):
                found.append(FigureEntry(name, row, book, age))
    return found
