"""Fetched prices as rows of a price book."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tco.catalog.api_price import ApiPrice
from tco.catalog.book import Book, read_book
from tco.catalog.book_text import append_rows
from tco.catalog.node_price import NodePrice
from tco.errors import BadInput, Problem
from tco.ranges import Range

__all__ = ["append_prices", "book_of_list_prices", "existing_book"]

HEAD = "# Prices that `tco prices refresh` has fetched; rows are added, never changed.\n"
PROVENANCE = frozenset({"estimate", "source", "as_of", "valid_from"})
"""The keys that end a row."""


def existing_book(path: Path) -> Book | None:
    """Return the book to append to; None for a file that does not exist. Raises BadInput."""
    if not path.exists():
        return None
    book = read_book(path, str(path))
    if book.currency is not None:
        hint = "Name another file with --book, one without currency."
        message = f"the book is in {book.currency.code}, and new rows are in USD."
        raise BadInput([Problem(str(path), "currency.code", message, hint)])
    return book


def book_of_list_prices(path: Path) -> Book | None:
    """Return the book as ``existing_book`` does, where a list price in it stays one.

    Raises:
        BadInput: The book has discounts, which would take the list prices for negotiated rates.
    """
    book = existing_book(path)
    if book is not None and book.discounts:
        message = (
            "a refresh writes list prices, and beside discounts they would count as negotiated "
            "rates, which no discount lowers."
        )
        hint = (
            "Name another file with --book, and list it under `prices` of the plans before this "
            "one: its prices are then discounted."
        )
        raise BadInput([Problem(str(path), "discounts", message, hint)])
    return book


def append_prices(
    path: Path, book: Book | None, prices: Sequence[NodePrice | ApiPrice], head: str = HEAD
) -> None:
    """Append prices to a book; ``head`` begins a new one. Raises TcoError where it cannot."""
    exact = book is not None and book.estimate
    rows = [
        _row(price, exact) if isinstance(price, NodePrice) else _api_row(price, exact)
        for price in prices
    ]
    append_rows(path, "prices", rows, head=head)


def _api_row(row: ApiPrice, exact: bool) -> dict[str, Any]:
    """Return the keys of an API's row; ``exact`` as for a node's."""
    keys = row.model_dump(mode="json", exclude_defaults=True)
    if exact and not row.estimate:
        keys["estimate"] = False
    return dict(sorted(keys.items(), key=lambda item: item[0] in PROVENANCE))


def _row(row: NodePrice, exact: bool) -> dict[str, Any]:
    """Return the keys of a row; ``exact`` says that it is no estimate where its book's are."""
    given = {
        "instance": row.instance,
        "region": row.region,
        "purchase": row.purchase,
        "kind": row.kind,
        "term": row.term,
        "payment": row.payment,
        "usd_per_hour": _amount(row.usd_per_hour),
        "upfront_usd": _amount(row.upfront_usd),
        "estimate": False if exact else None,
        "source": row.source,
        "as_of": row.as_of and row.as_of.isoformat(),
        "valid_from": row.valid_from and row.valid_from.isoformat(),
        "note": row.note or None,
    }
    return {key: value for key, value in given.items() if value is not None}


def _amount(value: Range | None) -> float | list[float] | None:
    if value is None or value.is_point:
        return None if value is None else value.likely
    return [value.low, value.likely, value.high]
