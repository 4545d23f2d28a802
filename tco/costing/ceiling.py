"""The ceiling of a stack: what it costs per month at most, with every pool at its `max`.

METHOD.md, "Ceiling".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tco.arrays import as_scalar, monthly_rate
from tco.catalog.sourced import SourcedValue
from tco.costing.fleet_operation import FleetOperation, spare_nodes
from tco.costing.pool_model import PoolModel
from tco.costing.purchase import Option
from tco.costing.stack import StackModel
from tco.scenario import BASE_CASE
from tco.units import HOURS_PER_MONTH, MONTHS_PER_YEAR

__all__ = ["Ceiling", "PoolCeiling", "ceiling", "planned_peak"]


@dataclass(frozen=True, kw_only=True)
class PoolCeiling:
    """What a pool costs per month at most.

    ``usd_per_node_month`` is the price as the pool buys its nodes; ``most_usd_per_node_month`` is
    the price if it gets none that way: spot nodes on demand, a commitment before it is bought.
    """

    pool: str
    node: str
    region: str | None
    option: Option
    least_nodes: int
    nodes: int
    usd_per_node_month: float
    most_usd_per_node_month: float
    spares: int
    usd_per_spare_month: float

    @property
    def usd_per_month(self) -> float:
        """Return USD per month with every node at the highest price it may have."""
        return self.nodes * self.most_usd_per_node_month + self._spares_usd

    @property
    def bought_usd_per_month(self) -> float:
        """Return USD per month with every node bought as the pool states."""
        return self.nodes * self.usd_per_node_month + self._spares_usd

    @property
    def _spares_usd(self) -> float:
        return self.spares * self.usd_per_spare_month


@dataclass(frozen=True)
class Ceiling:
    """What a stack's nodes and platform cost per month at most."""

    pools: tuple[PoolCeiling, ...]
    platform_usd_per_month: float

    @property
    def usd_per_month(self) -> float:
        """Return USD per month at most: nodes, spares and platform."""
        return sum(pool.usd_per_month for pool in self.pools) + self.platform_usd_per_month


def ceiling(stack: StackModel, operation: FleetOperation) -> Ceiling:
    """Return the ceiling with every pool at its `max`; a pool without one counts as planned."""
    peak = _peak_nodes(operation)
    most = {pool.name: _most_nodes(pool, peak) for pool in _pools(stack)}
    return _at(stack, most, spare_nodes(operation))


def planned_peak(stack: StackModel, operation: FleetOperation) -> Ceiling:
    """Return the same sum for the nodes of the plan's highest hour."""
    return _at(stack, _peak_nodes(operation), spare_nodes(operation))


def _pools(stack: StackModel) -> list[PoolModel]:
    return list({pool.name: pool for _, _, _, pool in stack.pools()}.values())


def _most_nodes(pool: PoolModel, peak: Mapping[str, int]) -> int:
    if pool.plan.nodes.max is None:
        return peak[pool.name]
    spot = pool.supply.spot
    return math.ceil(pool.plan.nodes.max * (spot.overprovision if spot is not None else 1.0))


def _peak_nodes(operation: FleetOperation) -> dict[str, int]:
    """Return the nodes of each pool at the busiest hour, without spares."""
    held: dict[str, int] = {}
    for group in (group for groups in operation.groups for group in groups):
        for pool, replicas in zip(group.group.pools, group.month.peak_nodes, strict=True):
            nodes = round(as_scalar(replicas) * pool.nodes_per_replica)
            held[pool.name] = held.get(pool.name, 0) + nodes
    return held


def _at(stack: StackModel, nodes: Mapping[str, int], spares: Mapping[str, int]) -> Ceiling:
    pools = [
        _pool(stack, pool, nodes[pool.name], spares.get(pool.name, 0)) for pool in _pools(stack)
    ]
    return Ceiling(tuple(pools), _platform_usd(stack, pools))


def _pool(stack: StackModel, pool: PoolModel, nodes: int, spares: int) -> PoolCeiling:
    supply = pool.supply
    rate = monthly_rate(stack.discount_rate.value.likely)
    bought = (
        supply.rate.value.likely
        if supply.spot is not None
        else as_scalar(supply.effective_usd_per_hour(BASE_CASE, rate))
    )
    otherwise = _otherwise(stack, pool)
    most = bought if otherwise is None else max(bought, otherwise.value.likely)
    spare = as_scalar(supply.as_spare().effective_usd_per_hour(BASE_CASE, rate))
    power = _power_usd_per_month(pool)
    return PoolCeiling(
        pool=pool.name,
        node=pool.node,
        region=pool.region,
        option=supply.option,
        least_nodes=min(nodes, pool.plan.nodes.min),
        nodes=nodes,
        usd_per_node_month=bought * HOURS_PER_MONTH + power,
        most_usd_per_node_month=most * HOURS_PER_MONTH + power,
        spares=spares,
        usd_per_spare_month=spare * HOURS_PER_MONTH + power,
    )


def _otherwise(stack: StackModel, pool: PoolModel) -> SourcedValue | None:
    """Return the price of a node that is not had as the pool buys it: on demand, where it can."""
    if pool.supply.spot is not None:
        return pool.supply.spot.on_demand
    return stack.market.on_demand(pool) if pool.awaits_purchase else None


def _power_usd_per_month(pool: PoolModel) -> float:
    """Return what an owned node under full load costs per month beside its price."""
    terms = pool.power
    if terms is None:
        return 0.0
    usd = terms.colocation_usd_per_month.value.likely if terms.colocation_usd_per_month else 0.0
    if terms.load_w and terms.pue and terms.usd_per_kwh:
        kwh = terms.load_w.value.likely / 1000 * terms.pue.value.likely * HOURS_PER_MONTH
        usd += kwh * terms.usd_per_kwh.value.likely
    return usd


def _platform_usd(stack: StackModel, pools: Sequence[PoolCeiling]) -> float:
    platform = stack.platform
    services = sum(bool(service.groups) for service in stack.services)
    usd = services * sum(figure.value.likely for _, figure in platform.usd_per_month)
    per_node = sum(figure.value.likely for _, figure in platform.usd_per_node_month)
    license_figure = platform.licence_usd_per_gpu_year
    per_gpu = license_figure.value.likely / MONTHS_PER_YEAR if license_figure is not None else 0.0
    for limit, pool in zip(pools, _pools(stack), strict=True):
        usd += (limit.nodes + limit.spares) * (per_node + per_gpu * pool.gpus)
    return usd
