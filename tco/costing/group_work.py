"""A group's fleet at work: its nodes, its spares, and what an outage sends to an API."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tco.arrays import FloatArray, Quantity, ratio
from tco.costing.fleet import FleetMonth, Operation
from tco.costing.group import Group
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import ServiceModel
from tco.costing.standby import node_availability, outage_overflow, spares_needed
from tco.scenario import BASE_CASE, Scenario
from tco.units import HOURS_PER_MONTH

__all__ = ["GroupWork", "group_work", "hours_short", "outage_share"]

SPAN = 2.0
"""The growth of outages is taken between the likely time down over and times this."""


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
