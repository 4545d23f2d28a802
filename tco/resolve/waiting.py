"""A fleet whose work that can wait moves to its idle hours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from tco.costing.fleet import Fleet
from tco.costing.waiting import Waiting, moved_load
from tco.plan.workload import Demand, RequestClass
from tco.scenario import BASE_CASE
from tco.throughput.node import NodeThroughput
from tco.throughput.request_time import request_seconds

__all__ = ["with_waiting"]


def with_waiting(
    fleet: Fleet, node: NodeThroughput, demand: Demand, classes: Sequence[RequestClass]
) -> Fleet:
    """Return a fleet with the load that its classes' delays allow, at the likely figures.

    Beside pools that follow the load, work moves only to where nodes are held anyway.
    """
    if all(request.can_wait.hours is None for request in classes):
        return fleet
    seconds = [
        request.share * float(request_seconds(node, request, demand.name, BASE_CASE))
        for request in classes
    ]
    waiting = [
        Waiting(request.can_wait.share.likely * own / sum(seconds), request.can_wait.hours or 0)
        for request, own in zip(classes, seconds, strict=True)
    ]
    moved = moved_load(fleet.load_by_hour, waiting, _most(fleet))
    return replace(fleet, load_by_hour=moved.load, waiting_by_hour=moved.waiting_share)


def _most(fleet: Fleet) -> float:
    """Return the load of an hour up to which waiting work adds no node."""
    if all(pool.follow == "static" for pool in fleet.pools):
        return math.inf
    return fleet.most_load(sum(pool.floor * pool.capacity_per_node for pool in fleet.pools))
