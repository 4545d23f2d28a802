"""Every fleet of a stack at work: its nodes, its spares, and what an outage sends to an API."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tco.arrays import FloatArray, Quantity, ratio
from tco.costing.fleet import FleetMonth, Operation
from tco.costing.group import Group
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.costing.standby import node_availability, outage_overflow, spares_needed
from tco.scenario import BASE_CASE, Scenario
from tco.throughput.request_time import request_is_known, request_seconds
from tco.units import HOURS_PER_MONTH

SPAN = 2.0
"""The growth of outages is taken between the likely time down over and times this."""

__all__ = [
    "FleetOperation",
    "GroupWork",
    "burstiness",
    "group_work",
    "hours_short",
    "operate",
    "outage_share",
    "spare_nodes",
    "speed",
    "speed_is_known",
]


@dataclass(frozen=True, kw_only=True)
class GroupWork:
    """A group's fleet at work, the spares it holds, and what an outage sends to an API.

    ``factor`` is the demand over the pricing day's demand, ``months`` after that day.
    ``growth_read`` is the growth of outages where a table has it.
    """

    group: Group
    factor: FloatArray
    month: FleetMonth
    spares: FloatArray
    spare_pool: PoolModel
    outage_share: FloatArray
    growth_read: FloatArray | None = None
    months: Quantity = 0.0

    @cached_property
    def outage_growth(self) -> FloatArray:
        """The power of the time down with which the outage share grows: 1 where nodes fail alone.

        It is taken between half and twice the likely time.
        """
        if self.growth_read is not None:
            return self.growth_read
        operation = self.group.fleet.at(self.factor)
        less, more = (_outage(self.group, operation, down) for down in (1 / SPAN, SPAN))
        steepness = np.log(np.where(less > 0, ratio(more, less), SPAN**2))
        return np.asarray(steepness / math.log(SPAN**2), float)

    def spares_in(self, pool: PoolModel) -> FloatArray:
        """Spare replicas in a pool."""
        return self.spares if pool is self.spare_pool else np.zeros_like(self.spares)


@dataclass(frozen=True)
class FleetOperation:
    """All services at work under a factor of their demand (one, or an array of them)."""

    factors: tuple[FloatArray, ...]
    groups: tuple[tuple[GroupWork, ...], ...]

    @property
    def none(self) -> FloatArray:
        """A zero per load factor or month, to give a line the length of the rest."""
        return np.zeros(self.factors[0].shape[-1:])

    @property
    def held_nodes(self) -> FloatArray:
        """Nodes of the stack at the busiest hour, spares included."""
        return np.asarray(sum(nodes for _, nodes in self.nodes_by_pool()) + self.none, float)

    def nodes_by_pool(self) -> Iterator[tuple[PoolModel, FloatArray]]:
        """Yield every pool of every group with its nodes at the busiest hour, spares included."""
        for groups in self.groups:
            for group in groups:
                for pool, peak in zip(group.group.pools, group.month.peak_nodes, strict=True):
                    yield pool, (peak + group.spares_in(pool)) * pool.nodes_per_replica

    def unserved_share(self, service: ServiceModel, index: int) -> FloatArray:
        """Share of a service's requests that nothing serves."""
        if service.overflow is not None:
            return self.none
        shares = [group.month.overflow_share * group.group.share for group in self.groups[index]]
        return np.asarray(sum(shares) + self.none, float)

    def refused_share(self, service: ServiceModel, index: int) -> FloatArray:
        """Share of a service's requests unserved, 0 within its limit."""
        share = self.unserved_share(service, index)
        return np.where(share > service.unserved_limit + 1e-12, share, 0.0)

    def refused_tokens(self, stack: StackModel) -> FloatArray:
        """Return the share of the stack's tokens that its fleets refuse, ``(load factors,)``."""
        weights = [
            factor * service.mtok_per_month
            for service, factor in zip(stack.services, self.factors, strict=True)
        ]
        refused = sum(
            weight * self.refused_share(service, index)
            for index, (service, weight) in enumerate(zip(stack.services, weights, strict=True))
        )
        return ratio(np.asarray(refused, float), np.asarray(sum(weights), float))

    def served(self, stack: StackModel) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return whether every service stays within its limit of unserved requests."""
        refused = [
            self.refused_share(service, index) > 0 for index, service in enumerate(stack.services)
        ]
        return ~np.any(refused, axis=0)


def operate(
    stack: StackModel,
    factor: Quantity | Sequence[Quantity] = 1.0,
    scenario: Scenario = BASE_CASE,
    months: Quantity = 0.0,
) -> FleetOperation:
    """Return the fleets under factors of the demand (METHOD, Fleet).

    A throughput above the likely one makes the load smaller: L = demand / throughput. ``months``
    after the pricing day it has moved along its path.

    Args:
        stack: The resolved stack.
        factor: Of the demand of the pricing day, ``(load factors,)`` or one; a sequence has one
            of them per service.
        scenario: The values of the uncertain figures.
        months: After the pricing day, one or one per load factor.

    Returns:
        The nodes, spares and shares of every group; their arrays are ``(load factors,)``.

    Raises:
        OverflowError: The demand needs more nodes, or more spares, than any fleet may have.
    """
    factors = factor if isinstance(factor, Sequence) else [factor] * len(stack.services)
    arrays = [np.atleast_1d(np.asarray(factor, float)) for factor in factors]
    return FleetOperation(
        tuple(arrays),
        tuple(
            tuple(
                _at_speed(service, group, array, months, scenario=scenario)
                for group in service.groups
            )
            for service, array in zip(stack.services, arrays, strict=True)
        ),
    )


def _throughput(group: Group, months: Quantity, scenario: Scenario) -> Quantity:
    """Return a group's throughput over the likely one of the pricing day."""
    return scenario.value(group.throughput) * group.progress.factor(months, scenario)


def _at_speed(
    service: ServiceModel, group: Group, factor: FloatArray, months: Quantity, scenario: Scenario
) -> GroupWork:
    """Return a group at work at the throughput and the burst rate of a scenario."""
    burst = burstiness(group, scenario)
    load_factor = factor / _throughput(group, months, scenario) * burst
    done = group_work(service, group, factor, load_factor)
    return replace(done, month=done.month.serving(1.0 / burst), months=months)


def spare_nodes(operation: FleetOperation) -> dict[str, int]:
    """Return the spare nodes of each pool that has any, at the first load factor."""
    held: dict[str, int] = {}
    for groups in operation.groups:
        for group in groups:
            nodes = round(float(group.spares[0])) * group.spare_pool.nodes_per_replica
            if nodes:
                held[group.spare_pool.name] = held.get(group.spare_pool.name, 0) + nodes
    return held


def burstiness(group: Group, scenario: Scenario) -> Quantity:
    """Return the burst rate of a group's requests over the likely one."""
    rate = group.burst_rate
    return 1.0 if rate is None else scenario.value(rate) / rate.value.likely


def group_work(
    service: ServiceModel, group: Group, factor: FloatArray, load_factor: FloatArray
) -> GroupWork:
    """Return a group under a factor of its demand, which makes ``load_factor`` times its load."""
    operation = group.fleet.at(load_factor)
    none = np.zeros(len(load_factor))
    standby = service.standby
    spare_pool = next(
        (candidate for candidate in group.pools if candidate.supply.option != "spot"),
        group.pools[0],
    )
    done = GroupWork(
        group=group,
        factor=factor,
        month=operation.month,
        spares=none,
        spare_pool=spare_pool,
        outage_share=none,
    )
    if standby.kind == "nodes":
        for pool in group.pools:
            if pool.name == standby.pool:
                return replace(done, spares=none + standby.replicas(pool), spare_pool=pool)
        return done
    if standby.kind == "availability" and standby.target is not None:
        spares = spares_needed(
            operation,
            operation.load[0],
            [_likely_up(pool) for pool in group.pools],
            _likely_up(spare_pool),
            target=standby.target,
        )
        return replace(done, spares=spares)
    if standby.kind == "api":
        return replace(done, outage_share=_outage(group, operation))
    return done


def _outage(group: Group, operation: Operation, down: float = 1.0) -> FloatArray:
    """Share of the requests that outages take, with nodes ``down`` times as long as is likely."""
    up = 1.0 - (1.0 - _mean_up(group, operation)) * down
    return outage_overflow(operation, group.fleet.arrivals, up)


def _mean_up(group: Group, operation: Operation) -> FloatArray:
    """Share of time a replica is up, by load factor: the pools weighed by their node-hours."""
    hours = np.stack(operation.month.node_hours)
    up = np.array([_likely_up(pool) for pool in group.pools])
    total = hours.sum(axis=0)
    return np.where(total > 0, up @ hours / np.where(total > 0, total, 1.0), up.mean())


def _likely_up(pool: PoolModel) -> float:
    return float(_up(pool, BASE_CASE))


def _up(pool: PoolModel, scenario: Scenario) -> Quantity:
    """Share of time one replica of a pool is up, all its nodes."""
    spot = pool.supply.spot
    node = node_availability(
        scenario.value(pool.mtbf_hours),
        scenario.value(pool.mttr_hours),
        scenario.value(spot.interruptions_per_hour) if spot else 0.0,
        scenario.value(pool.boot_hours) if spot else 0.0,
    )
    return node**pool.nodes_per_replica


def hours_short(done: GroupWork) -> FloatArray:
    """Return the hours of a month in which a replica in use is down, at the likely figures.

    Hours in use x the share of time that a replica is down, over the pools; at most the month of
    730 hours. ``(load factors,)``.
    """
    pools = zip(done.month.needed_hours, done.group.pools, strict=True)
    down = sum(hours * (1.0 - _likely_up(pool)) for hours, pool in pools)
    return np.minimum(np.asarray(down, float), HOURS_PER_MONTH)


def outage_share(service: ServiceModel, done: GroupWork, scenario: Scenario) -> FloatArray:
    """Return the share of a group's requests that outages send to the standby API.

    It grows as a power of the time that nodes are down, and is at most what does not overflow.
    """
    if service.standby.kind != "api":
        return done.outage_share
    likely, drawn = (_node_hours_down(done, case) for case in (BASE_CASE, scenario))
    down = ratio(drawn, likely)
    if np.all(down == 1.0):
        return done.outage_share
    share = done.outage_share * down**done.outage_growth
    return np.minimum(share, 1.0 - done.month.overflow_share)


def _node_hours_down(done: GroupWork, scenario: Scenario) -> FloatArray:
    pools = zip(done.month.node_hours, done.group.pools, strict=True)
    down = (np.multiply(hours, 1.0 - _up(pool, scenario), order="F") for hours, pool in pools)
    return np.asarray(sum(down), float)


def speed(done: GroupWork, scenario: Scenario) -> Quantity:
    """Return the requests that a group's nodes serve over the likely number.

    That is their throughput, times the nodes obtained, over what a request takes of a node. A spot
    pool without a fallback counts by its share of the group's capacity.
    """
    group = done.group
    made = _throughput(group, done.months, scenario)
    if not _pools_are_known(group):
        likely, obtained = (_capacity(done, case) for case in (BASE_CASE, scenario))
        made = made * np.where(likely > 0, ratio(obtained, likely), 1.0)
    if not _requests_are_known(group):
        made = made * _node_seconds(group, BASE_CASE) / _node_seconds(group, scenario)
    return made


def speed_is_known(group: Group) -> bool:
    """Return whether nothing about the speed or the bursts of a group is uncertain."""
    burst = group.burst_rate
    known = group.throughput.value.is_point and group.progress.is_known
    known = known and (burst is None or burst.value.is_point)
    return known and _pools_are_known(group) and _requests_are_known(group)


def _pools_are_known(group: Group) -> bool:
    """Return whether every pool has the nodes it asks for, or a share of them that is certain."""
    spots = [pool.supply.spot for pool in group.pools]
    return all(
        spot is None or spot.on_demand is not None or spot.availability.value.is_point
        for spot in spots
    )


def _requests_are_known(group: Group) -> bool:
    return all(request_is_known(group.nodes[0], request) for request in group.classes)


def _node_seconds(group: Group, scenario: Scenario) -> Quantity:
    """Return the node-seconds of the first pool that a mean request of the classes takes."""
    return sum(
        request.share * request_seconds(group.nodes[0], request, group.workload, scenario)
        for request in group.classes
    )


def _capacity(done: GroupWork, scenario: Scenario) -> FloatArray:
    """Node-hours of the reference pool's work that a group obtains in a month."""
    pools = zip(done.month.node_hours, done.group.pools, done.group.fleet.pools, strict=True)
    hours = (
        hours * fleet.work_per_node * pool.supply.obtainable(scenario)
        for hours, pool, fleet in pools
    )
    return np.asarray(sum(hours), float)
