"""The node time of a plan's requests, with what is uncertain about it drawn by scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tco.arrays import Quantity
from tco.catalog.benchmark import Latency
from tco.plan.workload import Objectives, RequestClass, cached_share
from tco.ranges import Range
from tco.scenario import BASE_CASE, Scenario
from tco.throughput.lengths import effectiveness_of
from tco.throughput.node import NodeThroughput
from tco.throughput.objectives import LatencyObjectives
from tco.throughput.percentiles import STATISTICS, LatencyStatistic
from tco.throughput.shape import Shape

__all__ = ["latency_objectives", "mean_shape", "request_is_known", "request_seconds"]


def shape_of(request: RequestClass) -> Shape:
    """Return the shape of a class of requests; reasoning counts as output."""
    return Shape(request.input, request.generated, request.cached.likely)


def mean_shape(classes: Sequence[RequestClass], hit_limit: float = 1.0) -> Shape:
    """Return the shape of the mean request of some classes: node time is linear in it.

    ``hit_limit`` is the most of a request's input that is found in the prefix cache.
    """
    shares = [request.share for request in classes]
    shapes = [shape_of(request) for request in classes]
    tokens = sum(share * shape.input for share, shape in zip(shares, shapes, strict=True))
    output = sum(share * shape.output for share, shape in zip(shares, shapes, strict=True))
    cached = sum(
        share * shape.input * min(shape.cached, hit_limit)
        for share, shape in zip(shares, shapes, strict=True)
    )
    total = sum(shares)
    return Shape(tokens / total, output / total, cached / tokens)


def latency_objectives(promised: Objectives) -> LatencyObjectives:
    """Return the latency that a workload promises, by statistic."""
    return LatencyObjectives(itl_ms=_limits(promised.itl_ms), ttft_ms=_limits(promised.ttft_ms))


def _limits(latency: Latency | None) -> Mapping[LatencyStatistic, float]:
    limits: dict[LatencyStatistic, Range | None] = {
        statistic: getattr(latency, statistic, None) for statistic in STATISTICS
    }
    return {statistic: limit.likely for statistic, limit in limits.items() if limit is not None}


def request_seconds(
    node: NodeThroughput, request: RequestClass, workload: str, scenario: Scenario = BASE_CASE
) -> Quantity:
    """Return the node-seconds of one request of a class, as a scenario has them.

    The cached share is known by its ``workload``: what hits save a node and an API is one figure.
    """
    where = f"{node.configuration.model} on {node.configuration.gpu}"
    share, speedup = node.prefill_share, node.cache_speedup
    cached = scenario.read(*cached_share(workload, request))
    if speedup is not None:
        saved = effectiveness_of(scenario.read(f"{where}: speed-up of cache hits", speedup))
    else:
        saved = scenario.read(f"{where}: prefill saved by cache hits", node.effectiveness)
    stated = None if share is None else scenario.read(f"{where}: share of prefill", share)
    return node.node_seconds(shape_of(request), cached, prefill_share=stated, effectiveness=saved)


def request_is_known(node: NodeThroughput, request: RequestClass) -> bool:
    """Return whether nothing about the node time of a request is drawn."""
    share, hits = node.prefill_share, request.cached
    if share is not None and not share.is_point:
        return False
    measured = node.measured_shape.cached if node.measured_shape else 0.0
    if hits.is_point and not hits.likely and not measured:
        return True
    return hits.is_point and (node.cache_speedup or node.effectiveness).is_point
