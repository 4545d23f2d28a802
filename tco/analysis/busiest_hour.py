"""How full nodes are and how slow tokens get: over the week, and in its peak hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tco.costing.arrivals import Arrivals
from tco.costing.fleet import Operation
from tco.costing.group import Group
from tco.costing.queue import Queues, mean_in_flight
from tco.costing.service_model import ServiceModel
from tco.throughput.objectives import LatencyObjective
from tco.throughput.relative_rate import relative_rate
from tco.throughput.request_time import latency_objectives

__all__ = ["BusiestHour", "busiest_hour"]

ALONE = np.zeros(1, np.intp)


@dataclass(frozen=True, kw_only=True)
class BusiestHour:
    """The first group of a service in its busiest hour, and its mean over the week.

    Concurrency is per node. Token time is at the mean concurrency, at the statistic of the
    objective, or the median; None where it was not measured. ``slower_share`` is the share of the
    hour in which it is above the objective; None without one, or where no measured point is.
    """

    nodes: float
    utilization: float
    concurrency: float
    mean_concurrency: float
    itl_ms: float | None
    mean_itl_ms: float | None
    itl_limit_ms: float | None
    slower_share: float | None


def busiest_hour(service: ServiceModel) -> BusiestHour | None:
    """Return the busiest hour of a service at the plan's demand.

    None without a queue: for a stated factor, a rate without concurrency, or no load or no nodes.
    """
    group = service.groups[0]
    operation, arrivals = group.fleet.at(1.0), group.fleet.arrivals
    if arrivals.factor is not None or not (operation.capacity * operation.load).any():
        return None
    load, capacity = operation.load[0], operation.capacity[0]
    in_flight = np.array(
        [_in_flight(arrivals, nodes, work) for nodes, work in zip(capacity, load, strict=True)]
    )
    busiest = int(np.argmax(load))
    mean = float(in_flight @ operation.hours / (capacity @ operation.hours))
    peak = float(in_flight[busiest] / capacity[busiest]) if capacity[busiest] else 0.0
    objective = next(
        (
            objective
            for objective in latency_objectives(service.demand.objectives)
            if objective.name == "itl_ms"
        ),
        None,
    )
    size = group.pools[0].nodes_per_replica
    return BusiestHour(
        nodes=_nodes(group, operation, busiest),
        utilization=float((load - operation.overflow[0])[busiest] / max(capacity[busiest], 1e-9)),
        concurrency=peak / size,
        mean_concurrency=mean / size,
        itl_ms=_itl_ms(group, objective, peak),
        mean_itl_ms=_itl_ms(group, objective, mean),
        itl_limit_ms=objective.limit_ms if objective else None,
        slower_share=_slower_share(group, objective, capacity[busiest], load[busiest]),
    )


def _in_flight(arrivals: Arrivals, nodes: float, load: float) -> float:
    """Return the mean requests in flight; all places where more come than the nodes can serve."""
    places = nodes * arrivals.concurrency
    mean = mean_in_flight(arrivals.rate, arrivals.concurrency, nodes, arrivals.burst_rate * load)
    return min(mean, places)


def _nodes(group: Group, operation: Operation, level: int) -> float:
    pools = zip(group.pools, operation.provisioned, strict=True)
    return float(sum(nodes[0, level] * pool.nodes_per_replica for pool, nodes in pools))


def _itl_ms(group: Group, objective: LatencyObjective | None, concurrency: float) -> float | None:
    """Return the token time at a concurrency per unit of the fleet, inside the measured range."""
    curve = group.nodes[0].curve
    if curve is None or not curve.knows("itl_ms"):
        return None
    latency = curve.latency("itl_ms", objective.statistic if objective else "p50")
    each = concurrency / group.nodes[0].replicas
    inside = np.clip(each, latency.concurrency[0], latency.concurrency[-1])
    return float(latency.at(np.array(inside)))


def _slower_share(
    group: Group, objective: LatencyObjective | None, capacity: float, load: float
) -> float | None:
    """Return P(k > N c) where c is the concurrency at which token time reaches its objective."""
    node, arrivals = group.nodes[0], group.fleet.arrivals
    curve, full = node.curve, node.point.concurrency
    if curve is None or full is None or objective is None or not curve.knows("itl_ms"):
        return None
    crossings = curve.latency("itl_ms", objective.statistic).crossings(objective.limit_ms)
    if not crossings.size or capacity <= 0 or arrivals.routed == "random":
        return None
    limit = max(float(crossings.max()), full)
    slower = relative_rate(curve.concurrency, curve.output_tok_s, limit)
    served = float(curve.output_tok_s_at(full) / curve.output_tok_s_at(limit))
    queues = Queues(slower, limit * node.replicas, np.array([capacity]))
    used = np.array([np.log(max(arrivals.burst_rate * load / capacity * served, 1e-300))])
    if used[0] >= slower.log_end:
        return 1.0
    [odds], _ = queues.log_odds(ALONE, used)
    return float(1.0 / (1.0 + np.exp(-odds)))
