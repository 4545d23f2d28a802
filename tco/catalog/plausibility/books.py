"""What is implausible in a price book, row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import PurePath

from tco.catalog.book import AnyRow, Book
from tco.catalog.catalog import Catalog
from tco.catalog.node_price import NodePrice
from tco.catalog.plausibility.finding import FindingId, PlausibilityFinding
from tco.catalog.plausibility.node_prices import Doubt, doubtful_node_price

__all__ = ["book_findings"]


def book_findings(book: Book, catalog: Catalog, day: dt.date) -> Iterator[PlausibilityFinding]:
    """Yield the implausible figures of a book, compared with the published catalog on a day."""
    below = catalog.published or catalog
    is_listed = catalog.origin(book) == "catalog"
    for index, row in enumerate(book.prices):
        if isinstance(row, NodePrice):
            doubt = doubtful_node_price(row, below, day, is_listed=is_listed)
            if doubt is not None:
                yield _finding("node-price", book, row, ("prices", index), doubt=doubt)


def _finding(
    kind: FindingId, book: Book, row: AnyRow, place: tuple[str | int, ...], doubt: Doubt
) -> PlausibilityFinding:
    return PlausibilityFinding(
        id=kind,
        file=book.name,
        location=(*place, doubt.key),
        path=f"prices.{PurePath(book.name).stem}.{row.key[1]}.{doubt.key}",
        value=doubt.value,
        unit=doubt.unit,
        low=doubt.band.low,
        high=doubt.band.high,
        basis=doubt.band.basis,
        mistake=doubt.mistake,
        confidential=book.confidential,
        confirmed=row.confirm or "",
    )
