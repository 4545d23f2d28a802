"""What a refresh proposes: fetched prices against those that are in force."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator, Sequence

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.catalog.node_price import NodePrice
from tco.natural_order import natural
from tco.ranges import Range
from tco.refresh.change import Change
from tco.refresh.collect import Collected
from tco.refresh.status import is_seen_again

__all__ = ["changes", "node_changes"]


def changes(
    collected: Collected, catalog: Catalog, book: Book | None, day: dt.date
) -> list[Change]:
    """Return every fetched price and every vanished one, by name.

    ``catalog`` has the book on top. A day has one price of a thing: one that the book has for the
    day stays.
    """
    found = node_changes(collected.prices, catalog, book, day)
    found += _vanished(collected, catalog)
    return sorted(found, key=lambda change: [natural(str(part)) for part in change.price.key])


def node_changes(
    prices: Sequence[NodePrice], catalog: Catalog, book: Book | None, day: dt.date
) -> list[Change]:
    """Return each price, which holds from a day, against the one in force on that day."""
    dated = {(row.key, row.valid_from) for row in (book.prices if book is not None else ())}
    return [_change(price, catalog, dated, day) for price in prices]


def _change(
    price: NodePrice, catalog: Catalog, dated: Collection[tuple[object, object]], day: dt.date
) -> Change:
    before = _in_force(price, catalog, day)
    if before is None:
        return Change("new", price)
    if not _same(before, price):
        taken = (price.key, day) in dated
        return Change("dated-today" if taken else "changed", price, before)
    seen = is_seen_again(before, price.as_of or day)
    return Change("confirmed" if seen else "unchanged", price, before)


def _in_force(row: NodePrice, catalog: Catalog, day: dt.date) -> NodePrice | None:
    match = catalog.node_price(
        row.instance,
        row.region,
        row.purchase,
        day,
        kind=row.kind,
        term=row.term,
        payment=row.payment,
    )
    return None if match is None or match.first_known else match.row


def _same(before: NodePrice, price: NodePrice) -> bool:
    zero = Range(0.0, 0.0, 0.0)
    return _equal(before.usd_per_node_hour, price.usd_per_node_hour) and _equal(
        before.upfront_usd or zero, price.upfront_usd or zero
    )


def _equal(left: Range, other: Range) -> bool:
    pairs: Sequence[tuple[float, float]] = (
        (left.low, other.low),
        (left.likely, other.likely),
        (left.high, other.high),
    )
    return all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) for a, b in pairs)


def _vanished(collected: Collected, catalog: Catalog) -> Iterator[Change]:
    """Yield the prices in force that their source, asked for them, no longer has."""
    arrived = {price.key for price in collected.prices}
    unclear = {(trouble.source, trouble.region, trouble.instance) for trouble in collected.troubles}
    for source, ask in collected.complete:
        for instance in ask.instances:
            if (source.name, ask.region, instance) in unclear:
                continue
            keys = {
                row.key: row
                for row in catalog.prices_of(instance)
                if row.region == ask.region and source.covers(row) and row.key not in arrived
            }
            for row in keys.values():
                before = _in_force(row, catalog, ask.day)
                if before is not None:
                    yield Change("vanished", before, before)
