"""The load by node rank: how often each node is needed, how full it is, what its hour would cost.

With the j-th node added, f_j is the share of hours in which N(h) >= j and u_j the mean load it
takes: what j nodes carry less what j - 1 carry. The u_j add up to the mean load.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tco.analysis.optimization.supplies import full_node_hour_usd, supplies_of
from tco.arrays import FloatArray
from tco.costing.api_rate import ApiRate
from tco.costing.group import Group
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.units import HOURS_PER_WEEK

__all__ = ["API", "Rank", "Supply", "load_by_rank", "rank_table", "ranks", "supply_name"]

MOST_RANKS = 64


class ApiSupply(enum.Enum):
    """The supply that owns no node; no name of a pool equals it."""

    API = "api"


API = ApiSupply.API
Supply = str | ApiSupply
"""The name of a pool or of a purchase option, or the API."""


def supply_name(supply: Supply) -> str:
    """Return a supply as it is displayed."""
    return supply if isinstance(supply, str) else supply.value


@dataclass(frozen=True)
class Rank:
    """One node by rank: how often it is needed, how full it is, USD per clock hour by supply."""

    rank: int
    needed_share: float
    busy_share: float
    usd_per_hour: dict[Supply, float]

    @property
    def cheapest(self) -> Supply:
        """The supply that the rank takes: the cheapest per clock hour."""
        return min(self.usd_per_hour, key=lambda name: self.usd_per_hour[name])


def load_by_rank(group: Group, nodes: int) -> tuple[FloatArray, FloatArray]:
    """Return how often each node of the reference pool is needed, and how full it is.

    Both are shares of the hours of the week, ``(nodes,)``: f_j and u_j for j = 1 to ``nodes``
    (METHOD, The load by node rank).
    """
    fleet = group.fleet
    levels, inverse = np.unique(fleet.load_by_hour, return_inverse=True)
    hours = np.bincount(inverse) / HOURS_PER_WEEK
    needed = fleet.needed(levels)
    counts = np.arange(nodes + 1.0)
    left = fleet.arrivals.overflow(
        counts[:, None] + 0.0 * levels, levels[None, :] + 0.0 * counts[:, None]
    )
    left[0] = levels
    busy = (left[:-1] - left[1:]) @ hours
    return (needed[None, :] >= counts[1:, None]) @ hours, busy


def rank_table(
    group: Group, prices: Mapping[str, tuple[float, bool]], full_hour_usd: float | None
) -> list[Rank]:
    """Return the table for the nodes that a group needs, up to 64.

    ``prices`` has USD per node-hour by supply, and whether it is committed: paid in every hour
    rather than while the rank is needed. ``full_hour_usd`` is v, the API's price.
    """
    most = float(group.fleet.needed(group.fleet.load_by_hour).max())
    nodes = int(min(MOST_RANKS, max(1.0, most)))
    needed, busy = load_by_rank(group, nodes)
    return [
        Rank(
            index + 1,
            float(needed[index]),
            float(busy[index]),
            {
                **{
                    name: usd if committed else float(needed[index]) * usd
                    for name, (usd, committed) in prices.items()
                },
                **({API: float(busy[index]) * full_hour_usd} if full_hour_usd is not None else {}),
            },
        )
        for index in range(nodes)
    ]


def ranks(
    stack: StackModel, service: ServiceModel, group: Group, rival: ApiRate | None
) -> list[Rank]:
    """Return the table of a group's declared pools, the cheapest of a purchase option.

    And the rival.

    Prices are for the work of one node of the first pool.
    """
    cheapest: dict[str, tuple[float, bool]] = {}
    for supply in supplies_of(stack, group):
        cheapest.setdefault(supply.pool.supply.option, (supply.usd_per_unit_hour, supply.committed))
    prices = {pool.supply.option: cheapest[pool.supply.option] for pool in group.pools}
    value = full_node_hour_usd(stack, service, group, rival) if rival is not None else None
    return rank_table(group, prices, value)
