"""A node in a region with its prices side by side: on demand, reserved, spot, in blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from tco.catalog.listing import FigureEntry
from tco.catalog.node_price import NodePrice
from tco.units import HOURS_PER_MONTH, TERM_MONTHS

__all__ = ["COLUMNS", "NodeColumn", "NodeRow", "effective_usd_per_hour"]

NodeColumn = Literal["on-demand", "reserved", "spot", "capacity-block"]
COLUMNS: tuple[NodeColumn, ...] = get_args(NodeColumn)


@dataclass
class NodeRow:
    """Prices of a node in a region; of several reservations, the cheapest."""

    node: str
    region: str | None
    prices: dict[NodeColumn, FigureEntry] = field(default_factory=dict[NodeColumn, FigureEntry])


def effective_usd_per_hour(row: NodePrice) -> float:
    """Return what a node-hour costs with the upfront spread over the term."""
    upfront = row.upfront_usd.likely if row.upfront_usd is not None else 0.0
    hours = TERM_MONTHS[row.term] * HOURS_PER_MONTH if row.term is not None else 1.0
    return row.usd_per_node_hour.likely + upfront / hours
