"""How fast a group serves in a scenario: its throughput, its bursts, and the nodes it obtains."""

from __future__ import annotations

import numpy as np

from tco.arrays import FloatArray, Quantity, ratio
from tco.costing.group import Group
from tco.costing.group_work import GroupWork
from tco.scenario import BASE_CASE, Scenario
from tco.throughput.request_time import request_is_known, request_seconds

__all__ = ["burstiness", "speed", "speed_is_known", "throughput"]


def throughput(group: Group, months: Quantity, scenario: Scenario) -> Quantity:
    """Return a group's throughput over the likely one of the pricing day."""
    return scenario.value(group.throughput) * group.progress.factor(months, scenario)


def burstiness(group: Group, scenario: Scenario) -> Quantity:
    """Return the burst rate of a group's requests over the likely one."""
    rate = group.burst_rate
    return 1.0 if rate is None else scenario.value(rate) / rate.value.likely


def speed(done: GroupWork, scenario: Scenario) -> Quantity:
    """Return the requests that a group's nodes serve over the likely number.

    That is their throughput, times the nodes obtained, over what a request takes of a node. A spot
    pool without a fallback counts by its share of the group's capacity.
    """
    group = done.group
    made = throughput(group, done.months, scenario)
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
