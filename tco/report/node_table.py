"""Prices of nodes side by side, for a terminal."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from tco.catalog.listing import FigureEntry
from tco.catalog.node_price import NodePrice
from tco.catalog.node_table import COLUMNS, NodeRow, effective_usd_per_hour
from tco.numbers import plain
from tco.report.layout import wrapped

__all__ = ["node_table_text"]

HEADERS = ("on demand", "reserved", "spot", "block")
REGION, PRICE = 16, 15
LEGEND = (
    "USD per node-hour and days since it was seen; ~ estimate; of several reservations the "
    "cheapest."
)


def node_table_text(rows: Sequence[NodeRow]) -> str:
    """Return a block per node: USD per node-hour by region and purchase option, with its age."""
    lines: list[str] = []
    for node, regions in itertools.groupby(rows, key=lambda row: row.node):
        lines.append(node)
        lines.append(
            f"  {'region':<{REGION}}" + "".join(f"{header:>{PRICE}}" for header in HEADERS)
        )
        for row in regions:
            cells = "".join(f"{_cell(row.prices.get(column)):>{PRICE}}" for column in COLUMNS)
            lines.append(f"  {row.region or 'any':<{REGION}}{cells}")
        lines.append("")
    lines += wrapped(LEGEND)
    return "\n".join(lines) + "\n"


def _cell(entry: FigureEntry | None) -> str:
    if entry is None or not isinstance(entry.row, NodePrice):
        return "-"
    row = entry.row
    mark = "~" if row.estimate else ""
    term = f" {row.term}" if row.term is not None else ""
    age = "?" if entry.age_days is None else f"{entry.age_days}d"
    return f"{mark}{plain(effective_usd_per_hour(row), 4)}{term} {age}"
