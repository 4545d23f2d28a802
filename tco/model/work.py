"""Every fleet of a stack at work: its nodes, its spares, and what an outage sends to an API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tco.model.fleet import FleetMonth, Operation
from tco.model.scenario import LIKELY, Scenario
from tco.model.stack import Group, PoolModel, ServiceModel, StackModel
from tco.model.standby import node_availability, outage_overflow, spares_needed
from tco.units import FloatArray, Quantity, ratio

__all__ = ["GroupWork", "Work", "group_work", "spare_nodes", "work"]


@dataclass(frozen=True)
class GroupWork:
    """A group's fleet at work, the spares it holds, and what an outage sends to an API.

    ``factor`` is the demand over that of the pricing day.
    """

    group: Group
    factor: FloatArray
    month: FleetMonth
    spares: FloatArray
    spare_pool: PoolModel
    outage_share: FloatArray

    @property
    def held_nodes(self) -> FloatArray:
        """Nodes at the busiest hour, spares included."""
        sizes = [pool.nodes_per_replica for pool in self.group.pools]
        nodes = sum(peak * size for peak, size in zip(self.month.peak_nodes, sizes, strict=True))
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
        held = sum(one.held_nodes for groups in self.groups for one in groups)
        return np.asarray(held + self.none, float)

    def unserved_share(self, service: ServiceModel, place: int) -> FloatArray:
        """Share of a service's requests that nothing serves."""
        if service.overflow is not None:
            return self.none
        shares = [one.month.overflow_share * one.group.share for one in self.groups[place]]
        return np.asarray(sum(shares) + self.none, float)

    def refused_share(self, service: ServiceModel, place: int) -> FloatArray:
        """Share of a service's requests unserved, 0 within its limit."""
        share = self.unserved_share(service, place)
        return np.where(share > service.unserved_limit + 1e-12, share, 0.0)

    def refused_tokens(self, stack: StackModel) -> FloatArray:
        """Share of the stack's tokens that its fleets refuse."""
        weights = [
            factor * service.mtok_per_month
            for service, factor in zip(stack.services, self.factors, strict=True)
        ]
        refused = sum(
            weight * self.refused_share(service, place)
            for place, (service, weight) in enumerate(zip(stack.services, weights, strict=True))
        )
        return ratio(np.asarray(refused, float), np.asarray(sum(weights), float))

    def served(self, stack: StackModel) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether every service stays within its limit of unserved requests."""
        refused = [
            self.refused_share(service, place) > 0 for place, service in enumerate(stack.services)
        ]
        return ~np.any(refused, axis=0)


def work(
    stack: StackModel, factor: Quantity | Sequence[Quantity] = 1.0, scenario: Scenario = LIKELY
) -> Work:
    """The fleets under a factor of the demand; a sequence has one factor per service.

    A throughput above the likely one makes the load smaller: L = demand / throughput.
    """
    factors = factor if isinstance(factor, Sequence) else [factor] * len(stack.services)
    arrays = [np.atleast_1d(np.asarray(one, float)) for one in factors]
    return Work(
        tuple(arrays),
        tuple(
            tuple(
                group_work(service, group, one, one / scenario.value(group.throughput))
                for group in service.groups
            )
            for service, one in zip(stack.services, arrays, strict=True)
        ),
    )


def spare_nodes(stack: StackModel) -> dict[str, int]:
    """Nodes that stand ready in each pool that holds any, at the plan's own demand."""
    held: dict[str, int] = {}
    for groups in work(stack).groups:
        for one in groups:
            nodes = round(float(one.spares[0])) * one.spare_pool.nodes_per_replica
            if nodes:
                held[one.spare_pool.name] = held.get(one.spare_pool.name, 0) + nodes
    return held


def group_work(
    service: ServiceModel, group: Group, factor: FloatArray, load_factor: FloatArray
) -> GroupWork:
    """A group under a factor of its demand, which makes ``load_factor`` times its load."""
    operation = group.fleet.at(load_factor)
    none = np.zeros(len(load_factor))
    standby = service.standby
    spare_pool = next((one for one in group.pools if one.supply.option != "spot"), group.pools[0])
    done = GroupWork(group, factor, operation.month, none, spare_pool, none)
    if standby.kind == "nodes":
        for pool in group.pools:
            if pool.name == standby.pool:
                return replace(done, spares=none + standby.replicas(pool), spare_pool=pool)
        return done
    if standby.kind == "availability" and standby.target is not None:
        spares = spares_needed(
            operation,
            operation.load[0],
            [_up(pool) for pool in group.pools],
            _up(spare_pool),
            standby.target,
        )
        return replace(done, spares=spares)
    if standby.kind == "api":
        outage = outage_overflow(operation, group.fleet.arrivals, _mean_up(group, operation))
        return replace(done, outage_share=outage)
    return done


def _mean_up(group: Group, operation: Operation) -> FloatArray:
    """Share of time a replica is up, by load factor: the pools weighed by their node-hours."""
    hours = np.stack(operation.month.node_hours)
    up = np.array([_up(pool) for pool in group.pools])
    total = hours.sum(axis=0)
    return np.where(total > 0, up @ hours / np.where(total > 0, total, 1.0), up.mean())


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
