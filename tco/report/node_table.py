"""Prices of nodes side by side, for a terminal."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from tco.documents.figure_value import NodeHour
from tco.documents.prices import FigurePart, NodeRowPart
from tco.numbers import plain
from tco.report.layout import wrapped

__all__ = ["node_table_text"]

HEADERS = {
    "on-demand": "on demand",
    "reserved": "reserved",
    "spot": "spot",
    "capacity-block": "block",
}
REGION, PRICE = 16, 15
LEGEND = (
    "USD per node-hour and days since it was seen; ~ estimate; of several reservations the "
    "cheapest."
)


def node_table_text(rows: Sequence[NodeRowPart]) -> str:
    """Return a block per node: USD per node-hour by region and purchase option, with its age."""
    lines: list[str] = []
    for node, regions in itertools.groupby(rows, key=lambda row: row.node):
        lines.append(node)
        lines.append(
            f"  {'region':<{REGION}}" + "".join(f"{header:>{PRICE}}" for header in HEADERS.values())
        )
        for row in regions:
            cells = "".join(f"{_cell(row.prices.get(column)):>{PRICE}}" for column in HEADERS)
            lines.append(f"  {row.region or 'any':<{REGION}}{cells}")
        lines.append("")
    lines += wrapped(LEGEND)
    return "\n".join(lines) + "\n"


def _cell(figure: FigurePart | None) -> str:
    price = figure.facts.value if figure is not None else None
    if figure is None or not isinstance(price, NodeHour):
        return "-"
    mark = "~" if figure.facts.is_estimate else ""
    term = f" {price.term}" if price.term is not None else ""
    age = "?" if figure.age_days is None else f"{figure.age_days}d"
    return f"{mark}{plain(price.effective_usd_per_hour, 4)}{term} {age}"
