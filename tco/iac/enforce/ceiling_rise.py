"""Whether a plan lets a running stack cost more: its ceiling against the one of the last update.

The stack output `tco` keeps the ceiling of the last update that the gate let pass. It is compared
at today's prices, so that a price that rose in the catalog is not taken for a larger stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tco.costing.ceiling import Ceiling, PoolCeiling
from tco.iac.estimate.properties import Unknown, each, is_mapping, look
from tco.numbers import usd

__all__ = ["RecordedPool", "ceiling_record", "ceiling_rise", "recorded_pools", "recorded_usd"]

ROUNDING: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class RecordedPool:
    """A pool as the stack output keeps it."""

    pool: str
    node: str
    region: str | None
    option: str
    least_nodes: int
    nodes: int
    spares: int
    usd_per_node_month: float
    most_usd_per_node_month: float
    usd_per_spare_month: float


def ceiling_record(ceiling: Ceiling) -> dict[str, Any]:
    """Return what the stack output keeps of a ceiling."""
    return {
        "usd_per_month": ceiling.usd_per_month,
        "pools": [
            {key: getattr(pool, key) for key in RecordedPool.__dataclass_fields__}
            for pool in ceiling.pools
        ],
    }


def recorded_pools(output: object) -> tuple[RecordedPool, ...] | None:
    """Return the pools that the stack output `tco` keeps; None where it keeps none."""
    if not is_mapping(output) or look(output, "ceiling", "pools") is None:
        return None
    try:
        return tuple(
            RecordedPool(**dict(pool))
            for pool in each(output, "ceiling", "pools")
            if not isinstance(pool, Unknown)
        )
    except TypeError:
        return None


def recorded_usd(recorded: Iterable[RecordedPool], now: Ceiling) -> float:
    """Return the recorded ceiling in USD per month at today's prices, with today's platform."""
    prices = _Prices(now)
    return sum(prices.most(pool) for pool in recorded) + now.platform_usd_per_month


def ceiling_rise(recorded: Sequence[RecordedPool], now: Ceiling) -> str:
    """Return how the nodes may cost more per month than at the last update, or an empty text.

    Compared are all nodes at the highest price they may have, all nodes as they are bought, and
    the least nodes as they are bought.
    """
    prices = _Prices(now)
    sums: tuple[tuple[str, Callable[[RecordedPool | PoolCeiling], float]], ...] = (
        ("its ceiling", prices.most),
        ("its ceiling as bought", prices.bought),
        ("its floor", prices.least),
    )
    for name, cost in sums:
        was, will = sum(map(cost, recorded)), sum(map(cost, now.pools))
        if will > was * (1 + ROUNDING):
            return (
                f"{name} rises from {usd(was)} to {usd(will)} a month ({_resized(recorded, now)})"
            )
    return ""


def _resized(recorded: Sequence[RecordedPool], now: Ceiling) -> str:
    """Return the pools that differ, each with its nodes before and after."""
    before = {pool.pool: _size(pool) for pool in recorded}
    after = {pool.pool: _size(pool) for pool in now.pools}
    return ", ".join(
        f"{name}: {before.get(name, 'nothing')} to {after.get(name, 'nothing')}"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    )


def _size(pool: RecordedPool | PoolCeiling) -> str:
    least, most = f"{pool.least_nodes:g}", f"{pool.nodes:g}"  # floats, as the engine keeps them
    span = most if least == most else f"{least}-{most}"
    spares = f" + {pool.spares:g} spare" if pool.spares else ""
    return f"{span}{spares} x {pool.node} {pool.option}"


class _Prices:
    """Prices of nodes today; a node that the plan no longer has keeps its recorded price."""

    def __init__(self, now: Ceiling) -> None:
        self._pools: Mapping[tuple[str | None, ...], PoolCeiling] = {
            key: pool for pool in now.pools for key in (_node(pool), (*_node(pool), pool.option))
        }

    def most(self, pool: RecordedPool | PoolCeiling) -> float:
        bought_alike = self._pools.get((*_node(pool), pool.option))
        today = bought_alike or self._pools.get(_node(pool), pool)
        return pool.nodes * today.most_usd_per_node_month + self._spares(pool)

    def bought(self, pool: RecordedPool | PoolCeiling) -> float:
        return pool.nodes * self._same(pool).usd_per_node_month + self._spares(pool)

    def least(self, pool: RecordedPool | PoolCeiling) -> float:
        return pool.least_nodes * self._same(pool).usd_per_node_month + self._spares(pool)

    def _spares(self, pool: RecordedPool | PoolCeiling) -> float:
        return pool.spares * self._same(pool).usd_per_spare_month

    def _same(self, pool: RecordedPool | PoolCeiling) -> RecordedPool | PoolCeiling:
        return self._pools.get((*_node(pool), pool.option), pool)


def _node(pool: RecordedPool | PoolCeiling) -> tuple[str | None, ...]:
    return (pool.node, pool.region)
