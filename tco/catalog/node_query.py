"""Find prices of nodes by name and region, side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fnmatch import fnmatchcase

from tco.catalog.catalog import Catalog
from tco.catalog.listing import FigureEntry
from tco.catalog.node_price import NodePrice
from tco.catalog.node_table import NodeColumn, NodeRow, effective_usd_per_hour

__all__ = ["node_table"]


def node_table(catalog: Catalog, words: Sequence[str], region: str, day: dt.date) -> list[NodeRow]:
    """Return the prices in force on a day of the nodes that every word names.

    Args:
        catalog: The catalog, with price books on top.
        words: Each a node, a family such as ``p5``, or a part of a node's name.
        region: A pattern such as ``eu-*``; an offer without a region matches ``*`` alone.
        day: The day on which the prices hold, and from which ages are counted.

    Returns:
        A row per node and region, by name.
    """
    kept = [
        row
        for row, _ in catalog.rows(NodePrice)
        if fnmatchcase((row.region or "").casefold(), region.casefold())
    ]
    names = {row.instance or row.offer or "" for row in kept}
    for word in words:
        names &= _named(word, names)
    found: dict[tuple[str, str], NodeRow] = {}
    for key in dict.fromkeys(row.key for row in kept if (row.instance or row.offer) in names):
        match = catalog.find_as(NodePrice, key, day)
        if match is None or match.first_known:
            continue
        price = match.row
        node, place = price.instance or price.offer or "", price.region or ""
        row = found.setdefault((node, place), NodeRow(node, price.region))
        age = (day - price.as_of).days if price.as_of is not None else None
        column: NodeColumn = "capacity-block" if price.kind == "capacity-block" else price.purchase
        held = row.prices.get(column)
        if (
            held is None
            or not isinstance(held.row, NodePrice)
            or effective_usd_per_hour(price) < effective_usd_per_hour(held.row)
        ):
            row.prices[column] = FigureEntry(node, price, match.book, age)
    return [found[key] for key in sorted(found)]


def _named(word: str, names: set[str]) -> set[str]:
    """Return the names that a word matches: the node, its family, or names that contain it."""
    known = {name: name.casefold() for name in names}
    wanted = word.casefold()
    exact = {name for name, folded in known.items() if folded == wanted}
    family = {
        name
        for name, folded in known.items()
        if folded.startswith((f"{wanted}.", f"{wanted}-", f"{wanted}/"))
    }
    return exact or family or {name for name, folded in known.items() if wanted in folded}
