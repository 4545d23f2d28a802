"""Every fleet of a stack at work: its nodes, its spares, and what an outage sends to an API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tco.model.fleet import Operation
from tco.model.stack import Group, PoolModel, ServiceModel, StackModel
from tco.model.standby import node_availability, outage_overflow, spares_needed
from tco.units import FloatArray, Quantity

__all__ = ["GroupWork", "Work", "work"]


@dataclass(frozen=True)
class GroupWork:
    """A group's fleet at work, the spares it holds, and what an outage sends to an API."""

    group: Group
    operation: Operation
    spares: FloatArray
    spare_pool: PoolModel
    outage_share: FloatArray

    @property
    def held_nodes(self) -> FloatArray:
        """Nodes at the busiest hour, spares included."""
        sizes = [pool.nodes_per_replica for pool in self.group.pools]
        peaks = self.operation.peak_nodes
        nodes = sum(peak * size for peak, size in zip(peaks, sizes, strict=True))
        return np.asarray(nodes + self.spares * self.spare_pool.nodes_per_replica, float)


@dataclass(frozen=True)
class Work:
    """All services at work under a factor of their demand (one, or an array of them)."""

    factors: tuple[FloatArray, ...]
    groups: tuple[tuple[GroupWork, ...], ...]

    @property
    def none(self) -> FloatArray:
        """A zero per load factor, to give a line the length of the rest."""
        return np.zeros_like(self.factors[0])

    @property
    def held_nodes(self) -> FloatArray:
        """Nodes of the stack at the busiest hour, spares included."""
        return np.sum([one.held_nodes for groups in self.groups for one in groups], axis=0)

    def unserved_share(self, service: ServiceModel, place: int) -> FloatArray:
        """Share of a service's requests that nothing serves."""
        if service.overflow is not None:
            return self.none
        shares = [one.operation.overflow_share * one.group.share for one in self.groups[place]]
        return np.sum(shares, axis=0) if shares else self.none

    def served(self, stack: StackModel) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether every service stays within its limit of unserved requests."""
        met = [
            self.unserved_share(service, place) <= service.unserved_limit + 1e-12
            for place, service in enumerate(stack.services)
        ]
        return np.all(met, axis=0)


def work(stack: StackModel, factor: Quantity | Sequence[Quantity] = 1.0) -> Work:
    """The fleets under a factor of the demand; a sequence has one factor per service."""
    factors = factor if isinstance(factor, Sequence) else [factor] * len(stack.services)
    arrays = [np.atleast_1d(np.asarray(one, float)) for one in factors]
    return Work(
        tuple(arrays),
        tuple(
            tuple(_group_work(service, group, one) for group in service.groups)
            for service, one in zip(stack.services, arrays, strict=True)
        ),
    )


def _group_work(service: ServiceModel, group: Group, factor: FloatArray) -> GroupWork:
    operation = group.fleet.at(factor)
    none = np.zeros(len(factor))
    standby = service.standby
    spare_pool = next((one for one in group.pools if one.supply.option != "spot"), group.pools[0])
    if standby.kind == "nodes":
        named = [one for one in group.pools if one.name == standby.pool]
        held = none + (standby.nodes if named else 0)
        return GroupWork(group, operation, held, named[0] if named else spare_pool, none)
    if standby.kind == "availability" and standby.target is not None:
        spares = spares_needed(
            operation,
            operation.load[0],
            [_up(pool) for pool in group.pools],
            _up(spare_pool),
            standby.target,
        )
        return GroupWork(group, operation, spares, spare_pool, none)
    outage = none
    if standby.kind == "api":
        nodes = np.array([hours.sum() for hours in operation.node_hours])
        weights = nodes / nodes.sum() if nodes.sum() > 0 else np.ones(len(nodes)) / len(nodes)
        up = float(np.dot(weights, [_up(pool) for pool in group.pools]))
        outage = outage_overflow(operation, group.fleet.arrivals, up)
    return GroupWork(group, operation, none, spare_pool, outage)


def _up(pool: PoolModel) -> float:
    """Share of time one replica of a pool is up, all its nodes, at the likely figures."""
    spot = pool.supply.spot
    node = node_availability(
        pool.mtbf_hours.value.likely,
        pool.mttr_hours.value.likely,
        spot.interruptions_per_hour.value.likely if spot else 0.0,
        pool.boot_hours.value.likely if spot else 0.0,
    )
    return float(node) ** pool.nodes_per_replica
