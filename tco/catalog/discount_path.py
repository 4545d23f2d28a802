"""What discounts take off a price on a day, and from which month on that is more or less."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TypeVar

from tco.catalog.book import AnyRow, Book
from tco.catalog.discount import Discount, discounted
from tco.catalog.match import CatalogMatch, Discounts

__all__ = ["at_discount"]

R = TypeVar("R", bound=AnyRow)
Held = Sequence[tuple[Discount, Book]]


def at_discount(match: CatalogMatch[R], held: Held, day: dt.date) -> CatalogMatch[R]:
    """Return a price as it is on a day, with the months from that day on in which it steps.

    ``held`` are the discounts that cover the price, of whatever period: the first one whose period
    holds a day counts on it.
    """
    today = _in_force(held, day)
    factor = today[0].factor if today is not None else 1.0
    steps: dict[int, float] = {}
    before = today
    books = [today[1]] if today is not None else []
    for turn in sorted({turn for discount, _ in held for turn in discount.turns if turn > day}):
        then = _in_force(held, turn)
        if then != before:
            steps[_months(day, turn)] = (then[0].factor if then is not None else 1.0) / factor
            books += [then[1]] if then is not None else []
        before = then
    made = replace(match, discounts=Discounts(tuple(books), tuple(steps.items())))
    return made if today is None else replace(made, row=_lowered(match, *today))


def _in_force(held: Held, day: dt.date) -> tuple[Discount, Book] | None:
    return next((pair for pair in held if pair[0].holds_on(day)), None)


def _lowered(match: CatalogMatch[R], discount: Discount, book: Book) -> R:
    """Return the row with the discount taken off, and named in its source."""
    off = "a discount off" if book.confidential else f"{discount.percent_off:g}% off"
    source = f"{match.row.source or match.book.source}; {off} list by {PurePath(book.name).name}"
    return discounted(match.row, discount.factor).model_copy(update={"source": source})


def _months(day: dt.date, turn: dt.date) -> int:
    """Return the first month, counted from a day, that begins on a later day or after it.

    >>> _months(dt.date(2026, 11, 23), dt.date(2027, 10, 1))
    11
    """
    months = 12 * (turn.year - day.year) + turn.month - day.month
    return months + (turn.day > day.day)
