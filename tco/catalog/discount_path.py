"""What discounts take off a price on a day, and the months in which that changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TypeVar

from tco.catalog.book import AnyRow, Book
from tco.catalog.discount import Discount, discounted
from tco.catalog.match import CatalogMatch, Discounts
from tco.catalog.spend_terms import SpendTerms
from tco.providers.provider import vendor_of

__all__ = ["at_discount", "spend_terms"]

R = TypeVar("R", bound=AnyRow)
HeldDiscount = tuple[Discount, Book]


def at_discount(
    match: CatalogMatch[R], held: Sequence[HeldDiscount], day: dt.date
) -> CatalogMatch[R]:
    """Return a price as it is on a day, with the months from that day on in which it steps.

    ``held`` are the discounts that cover the price, of whatever period, the highest book first. A
    percentage is taken off prices of lower books; terms for a month's bill hold for a negotiated
    price of the book itself as well.
    """
    off = [pair for pair in held if pair[0].percent_off is not None and pair[1] is not match.book]
    today = _in_force(off, day)
    steps, books = _steps(off, day)
    found = _in_force([pair for pair in held if pair[0].has_terms], day)
    terms = spend_terms(*found, day) if found is not None else None
    books += [pair[1] for pair in (today, found) if pair is not None]
    factor = 1.0 if today is None else today[0].factor
    row = match.row if today is None else discounted(match.row, factor)
    parts = [_off(*today)] if today is not None else []
    parts += [f"less above amounts by {_file(found[1])}"] if found and found[0].tiers else []
    if parts:
        source = "; ".join((f"{match.row.source or match.book.source}", *parts))
        row = row.model_copy(update={"source": source})
    return replace(match, row=row, discounts=Discounts(tuple(books), steps, terms, factor))


def _in_force(held: Sequence[HeldDiscount], day: dt.date) -> HeldDiscount | None:
    return next((pair for pair in held if pair[0].holds_on(day)), None)


def _steps(
    held: Sequence[HeldDiscount], day: dt.date
) -> tuple[tuple[tuple[int, float], ...], list[Book]]:
    """Return the months in which another discount holds, and the books of those."""
    today = _in_force(held, day)
    factor = today[0].factor if today is not None else 1.0
    steps: dict[int, float] = {}
    before, books = today, list[Book]()
    for turn in sorted({turn for discount, _ in held for turn in discount.turns if turn > day}):
        then = _in_force(held, turn)
        if then != before:
            steps[_months(day, turn)] = (then[0].factor if then is not None else 1.0) / factor
            books += [then[1]] if then is not None else []
        before = then
    return tuple(steps.items()), books


def spend_terms(discount: Discount, book: Book, day: dt.date) -> SpendTerms:
    """Return the terms of a contract that holds on a day, counted from there."""
    vendor, book_name = vendor_of(discount.pattern), PurePath(book.name).stem
    is_node, last = discount.kind != "api", discount.until
    ends = last is not None and last < dt.date.max
    return SpendTerms(
        name=discount.pattern if discount.pattern.strip("*?") else book_name,
        provider=book_name if is_node or "*" in vendor else vendor,
        is_api=not is_node,
        committed_usd=discount.committed_usd_per_month or 0.0,
        other_usd=discount.other_usd_per_month or 0.0,
        tiers=tuple(
            (tier.above_usd_per_month, 1.0 - tier.percent_off / 100.0) for tier in discount.tiers
        ),
        months=_months(day, last + dt.timedelta(days=1)) if ends and last is not None else None,
        is_signed=discount.signed,
        source=f"{discount.source or book.source}; {_file(book)}",
        as_of=discount.as_of,
        is_confidential=book.confidential,
    )


def _off(discount: Discount, book: Book) -> str:
    """Return the part of a line's source about a discount; without the rate if confidential."""
    off = "a discount off" if book.confidential else f"{discount.percent_off:g}% off"
    return f"{off} list by {_file(book)}"


def _file(book: Book) -> str:
    return PurePath(book.name).name


def _months(day: dt.date, turn: dt.date) -> int:
    """Return the first month, counted from a day, that begins on a later day or after it.

    >>> _months(dt.date(2026, 11, 23), dt.date(2027, 10, 1))
    11
    """
    months = 12 * (turn.year - day.year) + turn.month - day.month
    return months + (turn.day > day.day)
