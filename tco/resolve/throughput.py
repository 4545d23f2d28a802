"""How fast a pool serves a group of request classes: the benchmark that fits, and its warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tco.arrays import FloatArray
from tco.catalog.match import CatalogMatch
from tco.catalog.rows import Benchmark
from tco.catalog.sourced import SourcedValue
from tco.costing import stack as built
from tco.plan.plan import Service
from tco.plan.workload import Objectives, RequestClass
from tco.resolve.lookup import Lookup
from tco.throughput.operating_point import OperatingPoint, nearest, node_seconds, operating_point
from tco.units import SECONDS_PER_HOUR

__all__ = ["Speed", "operating_points", "speed_of", "throughput_of"]


@dataclass(frozen=True)
class Speed:
    """How fast one pool serves the classes of a group: node-seconds by class, and their mean."""

    pool: built.PoolModel
    points: list[OperatingPoint]
    replicas: float
    seconds: FloatArray
    work: float

    @property
    def usd_per_request(self) -> float:
        """Rent of the node time of a mean request: what puts equal options into merit order."""
        nodes = self.pool.nodes_per_replica
        return self.work * nodes * self.pool.supply.rate.value.likely / SECONDS_PER_HOUR


def speed_of(
    spec: Service,
    classes: Sequence[RequestClass],
    shares: FloatArray,
    pool: built.PoolModel,
    points: list[OperatingPoint],
) -> Speed:
    """The node-seconds of a group's classes on a pool, at their operating points."""
    replicas = _replicas(spec, pool)
    seconds = np.array(
        [
            float(node_seconds(made, request, replicas))
            for made, request in zip(points, classes, strict=True)
        ]
    )
    return Speed(pool, points, replicas, seconds, float(shares @ seconds))


def _replicas(spec: Service, pool: built.PoolModel) -> float:
    """Replicas per node, or 1 where a replica takes whole nodes."""
    wanted = spec.serving.gpus_per_replica or pool.gpus
    return float(max(1, pool.gpus // wanted))


def throughput_of(
    todo: Lookup, model: str, gpu: str, points: Sequence[OperatingPoint]
) -> SourcedValue:
    """The spread of a group's speed around the likely one: the widest of its classes' benchmarks.

    A range that the benchmark states; none for one of the user's own; else the catalog's opinion
    of how far someone else's benchmark, an extrapolation or a prediction is off.
    """
    spreads = [_spread(todo, point) for point in points]
    widest = max(spreads, key=lambda one: one.value.high / one.value.low)
    return widest.scaled(f"throughput of {model} on {gpu}")


def _spread(todo: Lookup, point: OperatingPoint) -> SourcedValue:
    benchmark = point.benchmark
    own = todo.source.holds(benchmark)
    if own or not point.spread.is_point:
        source, origin = benchmark.source or "", "book" if own else "catalog"
        return SourcedValue("", point.spread, "x", source, benchmark.as_of, origin=origin)
    if benchmark.kind == "predicted":
        return todo.figure("prediction_spread")
    return todo.figure("extrapolation_spread" if point.extrapolated else "benchmark_spread")


def operating_points(
    todo: Lookup,
    path: str,
    spec: Service,
    model: str,
    classes: Sequence[RequestClass],
    pool: built.PoolModel,
) -> list[OperatingPoint]:
    """The operating point of each class on a pool's hardware."""
    serving, objectives = spec.serving, todo.demand(spec).objectives
    everything = todo.catalog.benchmarks(model, pool.gpu, None, None, todo.day)
    found = todo.catalog.benchmarks(model, pool.gpu, serving.precision, serving.engine, todo.day)
    gpus = serving.gpus_per_replica or pool.gpus
    fitting = [one for one in found if one.row.gpus == gpus]
    if not fitting:
        wanted = " ".join(part for part in (model, serving.precision, serving.engine) if part)
        raise todo.fail(
            f"{path}.serving",
            f"no benchmark of {wanted} on {gpus} x {pool.gpu} (pool {pool.name}).",
            todo.source.unnamed(model) or _benchmarks_there_are(todo, model, everything),
        )
    points: list[OperatingPoint] = []
    for request in classes:
        chosen, far = nearest(fitting, request)
        made = operating_point(chosen, objectives, extrapolated=far)
        if isinstance(made, str):
            todo.unpriced.append(built.Unpriced(f"{pool.name}: nodes", made))
            unbound = operating_point(chosen, Objectives(), extrapolated=far)
            if isinstance(unbound, str):
                raise AssertionError("a benchmark without objectives has an operating point")
            made = unbound
        for text in made.warnings:
            todo.warn("benchmark", f"{model} on {pool.gpu}: {text}.")
        _warn_of(todo, made, request, pool)
        points.append(made)
    return points


def _warn_of(
    todo: Lookup, made: OperatingPoint, request: RequestClass, pool: built.PoolModel
) -> None:
    benchmark = made.benchmark
    on = f"{benchmark.model} on {benchmark.gpus} x {pool.gpu}"
    if benchmark.kind == "predicted":
        todo.warn(
            "predicted",
            f"{on}: nobody measured it; a simulator predicted it, up to 3-4 x too fast.",
        )
    if made.extrapolated:
        todo.warn(
            "extrapolated",
            f"{on}: measured at {benchmark.input}/{benchmark.output} tokens, used for "
            f"{request.input:g}/{request.generated:g} ({request.name}): extrapolated by tokens.",
        )
    if made.concurrency is None:
        todo.warn("offline-maximum", f"{on}: an offline maximum, without latency or concurrency.")
    if request.cached.likely > 0 and benchmark.prefill_share is None:
        todo.warn(
            "cache-hits",
            f"{on}: the share of prefill is unknown, so cache hits save the node nothing "
            "(conservative) while the API bills them at their own price.",
        )


def _benchmarks_there_are(
    todo: Lookup, model: str, on_gpu: Sequence[CatalogMatch[Benchmark]]
) -> str:
    rows = [one.row for one in on_gpu] or [
        one.row
        for gpu in todo.catalog.gpu_names
        for one in todo.catalog.benchmarks(model, gpu, None, None, todo.day)
    ]
    names = sorted({f"{row.precision} {row.engine} {row.gpus} {row.gpu}" for row in rows})
    listed = "; ".join(names[:6]) + ("; …" if len(names) > 6 else "")
    return f"There are: {listed or 'none'}. Measure it and put it into a price book."
