"""How fast one node serves a class of requests under its latency objectives.

The operating point n* is the measured concurrency with the most output tokens per second among
the points that meet every objective; between and beyond the points nothing is assumed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tco.arrays import Quantity
from tco.catalog.match import CatalogMatch
from tco.catalog.rows import Benchmark, BenchmarkPoint, Latency
from tco.plan.workload import Objectives, RequestClass, cached_share
from tco.ranges import Range, point
from tco.scenario import BASE_CASE, Scenario

__all__ = [
    "SLO",
    "MeasuredPoint",
    "OperatingPoint",
    "measured_points",
    "nearest",
    "node_seconds",
    "node_time_is_known",
    "operating_point",
    "saving_by_cache",
]

SLO = Literal["met", "unverified", "none"]
Curve = Sequence[tuple[float, float]]
"""Concurrencies with a latency in ms, in rising order."""
SAME_SHAPE = 1.10
"""Lengths within 10 % of the measured ones count as measured."""


EXACT = point(1.0)


@dataclass(frozen=True, slots=True)
class MeasuredPoint:
    """One point of a curve, per replica: concurrency, requests per second, output tokens/s."""

    concurrency: float | None
    requests_per_s: float
    output_tok_s: float
    itl_ms: Latency | None
    ttft_ms: Latency | None
    spread: Range = EXACT
    """The speed over the likely one, where the benchmark states a range."""


@dataclass(frozen=True)
class OperatingPoint:
    """Where a replica runs: n* (None for an offline maximum) and its speed there."""

    benchmark: Benchmark
    concurrency: float | None
    requests_per_s: float
    output_tok_s: float
    slo: SLO
    extrapolated: bool
    warnings: tuple[str, ...]
    spread: Range = EXACT


def measured_points(benchmark: Benchmark) -> tuple[list[MeasuredPoint], list[str]]:
    """The points of a benchmark, in the order of their concurrency, and what was assumed."""
    warnings: list[str] = []
    points = [_point(one, benchmark.output, warnings) for one in benchmark.points]
    return sorted(points, key=lambda one: one.concurrency or 0.0), list(dict.fromkeys(warnings))


def _point(point: BenchmarkPoint, output: int, warnings: list[str]) -> MeasuredPoint:
    if point.request_rate is None:
        if point.output_tok_s is None:
            raise AssertionError("a validated point without a rate has output_tok_s")
        speed = point.output_tok_s.likely
        concurrency = point.concurrency.likely if point.concurrency else None
        spread = point.output_tok_s * (1 / speed)
        return MeasuredPoint(
            concurrency, speed / output, speed, point.itl_ms, point.ttft_ms, spread
        )
    served = point.request_rate.likely
    if point.output_tok_s is not None:
        served = point.output_tok_s.likely / output
        if not math.isclose(served, point.request_rate.likely, rel_tol=0.01):
            warnings.append(
                f"requests/s: {point.request_rate.likely:g} sent and {served:.3g} served; "
                "the served rate counts"
            )
    latency = point.e2e_ms
    if latency is None:
        raise AssertionError("a validated point with a rate has e2e_ms")
    mean = latency.mean or latency.p50
    if latency.mean is None:
        warnings.append("the median end-to-end latency stands in for the mean, not measured")
    seconds = (mean.likely if mean else 0.0) / 1000.0
    return MeasuredPoint(served * seconds, served, served * output, point.itl_ms, point.ttft_ms)


def operating_point(
    found: CatalogMatch[Benchmark], objectives: Objectives, *, extrapolated: bool
) -> OperatingPoint | str:
    """n* of a benchmark under the objectives, or why there is none."""
    benchmark = found.row
    points, warnings = measured_points(benchmark)
    slo: SLO = "none"
    admitted = points
    judged: list[tuple[str, float, Curve]] = []
    for name, promised in (("itl_ms", objectives.itl_ms), ("ttft_ms", objectives.ttft_ms)):
        for statistic, limit in _stated(promised):
            known = _known(points, name, statistic)
            if not known:
                slo = "unverified"
                other = any(getattr(one, name) is not None for one in points)
                has = f"another percentile of {name}" if other else f"no {name}"
                warnings.append(
                    f"the benchmark has {has}: {name} {statistic} <= {limit:g} ms is unverified"
                )
                continue
            slo = "unverified" if slo == "unverified" else "met"
            admitted = _meeting(admitted, known, limit)
            judged.append((f"{name} {statistic}", limit, known))
            if not admitted:
                return (
                    f"no measured point of {benchmark.model} on {benchmark.gpus} x "
                    f"{benchmark.gpu} has {name} {statistic} <= {limit:g} ms"
                )
    best = max(admitted, key=lambda one: one.output_tok_s)
    warnings += [
        f"{what} is above {limit:g} ms at concurrency {concurrency:g}, "
        f"below the operating point of {best.concurrency:g}"
        for what, limit, known in judged
        for concurrency, value in known
        if value > limit and concurrency < (best.concurrency or 0.0)
    ]
    return OperatingPoint(
        benchmark,
        best.concurrency,
        best.requests_per_s,
        best.output_tok_s,
        slo,
        extrapolated,
        tuple(warnings),
        best.spread,
    )


def _stated(promised: Latency | None) -> list[tuple[str, float]]:
    if promised is None:
        return []
    values = ((name, getattr(promised, name)) for name in Latency.model_fields)
    return [(name, value.likely) for name, value in values if value is not None]


def _known(points: Sequence[MeasuredPoint], name: str, statistic: str) -> Curve:
    """The points' concurrencies with a latency's statistic, where it was measured."""
    return [
        (one.concurrency, value)
        for one in points
        if one.concurrency is not None and (value := _value(one, name, statistic)) is not None
    ]


def _meeting(admitted: Sequence[MeasuredPoint], known: Curve, limit: float) -> list[MeasuredPoint]:
    """The admitted points within a limit.

    A point that lacks the figure is judged between its measured neighbors, else left out.
    """
    return [
        one
        for one in admitted
        if one.concurrency is not None
        and (value := _between(known, one.concurrency)) is not None
        and value <= limit
    ]


def _value(point: MeasuredPoint, name: str, statistic: str) -> float | None:
    latency: Latency | None = getattr(point, name)
    value: Range | None = getattr(latency, statistic) if latency else None
    return value.likely if value else None


def _between(known: Curve, concurrency: float) -> float | None:
    """The figure at a concurrency: measured, linear between neighbors, undefined outside."""
    below = [pair for pair in known if pair[0] <= concurrency]
    above = [pair for pair in known if pair[0] >= concurrency]
    if not below or not above:
        return None
    (low, at_low), (high, at_high) = max(below), min(above)
    return (
        at_low if low == high else at_low + (at_high - at_low) * (concurrency - low) / (high - low)
    )


def nearest(
    found: Sequence[CatalogMatch[Benchmark]], request: RequestClass
) -> tuple[CatalogMatch[Benchmark], bool]:
    """The benchmark whose lengths are nearest in logarithms, and whether it is extrapolated.

    A measurement is preferred to a prediction however far its lengths are.
    """

    def distance(one: CatalogMatch[Benchmark]) -> tuple[bool, float]:
        benchmark = one.row
        far = math.hypot(
            math.log(max(request.input, 1.0) / benchmark.input),
            math.log(max(request.generated, 1.0) / benchmark.output),
        )
        return benchmark.kind == "predicted", far

    best = min(found, key=distance)
    row = best.row
    ratios = (max(request.input, 1.0) / row.input, max(request.generated, 1.0) / row.output)
    same = all(1 / SAME_SHAPE - 1e-9 <= ratio <= SAME_SHAPE + 1e-9 for ratio in ratios)
    return best, not same


def saving_by_cache(benchmark: Benchmark, cached: Quantity, scenario: Scenario) -> Quantity:
    """Share of a request's node time that cache hits save: s c (1 - R_prefill / R_cached).

    s is the share of prefill in node time; unknown, it counts as 0, which is conservative.
    """
    if benchmark.prefill_share is None or benchmark.cached_prefill_speedup is None:
        return 0.0
    where = f"{benchmark.model} on {benchmark.gpu}"
    prefill = scenario.read(f"{where}: share of prefill", benchmark.prefill_share)
    speedup = scenario.read(f"{where}: speed-up of cache hits", benchmark.cached_prefill_speedup)
    return prefill * cached * (1 - 1 / speedup)


def node_seconds(
    point: OperatingPoint,
    request: RequestClass,
    replicas: float,
    workload: str = "",
    scenario: Scenario = BASE_CASE,
) -> Quantity:
    """Node-seconds of one request, w = [1 - s c (1 - R_prefill/R_cached)] / X_req.

    X_req is the requests per second of a node's ``replicas`` at the operating point. A request of
    other lengths than the measured ones takes node time in proportion to all its tokens. The
    cached share is known by its ``workload``.
    """
    benchmark = point.benchmark
    scale = 1.0
    if point.extrapolated:
        scale = (request.input + request.generated) / (benchmark.input + benchmark.output)
    cached = scenario.read(*cached_share(workload, request))
    measured = scenario.read(f"{benchmark.model}: cached share measured", benchmark.cached)
    uncached = 1 - saving_by_cache(benchmark, measured, scenario)
    share = (1 - saving_by_cache(benchmark, cached, scenario)) / uncached
    return scale * share / (point.requests_per_s * replicas)


def node_time_is_known(point: OperatingPoint, request: RequestClass) -> bool:
    """Whether what cache hits save a node is certain: nothing, or by figures without a range."""
    row = point.benchmark
    if row.prefill_share is None or row.cached_prefill_speedup is None:
        return True
    figures = (request.cached, row.cached, row.prefill_share, row.cached_prefill_speedup)
    return all(one.is_point for one in figures)
