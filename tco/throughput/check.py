"""The physical limits applied to the shipped measurements and to a user's benchmarks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from tco.catalog.benchmark import Benchmark, BenchmarkPoint, Latency
from tco.catalog.catalog import Catalog
from tco.catalog.curves import Measurement, curve_models, curve_sources, measurements
from tco.catalog.model_row import ModelRow
from tco.catalog.specs import ModelSpec, gpu_specs, model_specs
from tco.errors import Problem
from tco.throughput.configuration import Parallelism, parallelism_of
from tco.throughput.formats import FORMATS
from tco.throughput.limits import Finding, LoadPoint, findings
from tco.throughput.memory_fit import smallest_count
from tco.throughput.replica import Replica
from tco.throughput.shape import Shape

__all__ = [
    "CurveCheck",
    "MeasurementFinding",
    "benchmark_findings",
    "benchmark_replica",
    "catalog_findings",
    "check_curves",
    "faults_of_rows",
    "impossible_benchmarks",
    "point_load",
]

UNREPEATED = ("source", "record", "note", "measured_on", "checkpoint", "ttft_p99_ms", "itl_p99_ms")
"""The columns in which two rows of one measurement may differ."""
NOT_SPECULATIVE = ("none", "unknown")


class MeasurementFinding(NamedTuple):
    """What is odd about a shipped measurement."""

    model: str
    row: Measurement
    finding: Finding


class CurveCheck(NamedTuple):
    """The shipped measurements: how many, what is wrong, and how many are implausible but kept."""

    measurements: int
    faults: tuple[Problem, ...]
    implausible: int


@lru_cache(maxsize=1)
def check_curves() -> CurveCheck:
    """Return the check of the shipped measurements: physical bounds, Little's law, duplicates.

    A rate above a bound, a repeated row and a row of an unknown source are faults.
    """
    found = list(catalog_findings())
    faults = [
        Problem(f"{fault.model}.csv", _row_name(fault.row), fault.finding.message)
        for fault in found
        if fault.finding.severity == "rejected"
    ]
    count = 0
    for model in curve_models():
        rows = measurements(model)
        count += len(rows)
        faults += faults_of_rows(f"{model}.csv", rows)
    implausible = sum(fault.finding.severity == "implausible" for fault in found)
    return CurveCheck(count, tuple(faults), implausible)


def faults_of_rows(file: str, rows: Iterable[Measurement]) -> Iterator[Problem]:
    """Yield the rows of a curve file that repeat another one, and those of an unknown source."""
    seen: set[Measurement] = set()
    blank: dict[str, Any] = dict.fromkeys(UNREPEATED, "")
    for row in rows:
        kept = row._replace(**blank)
        if kept in seen:
            yield Problem(file, _row_name(row), "is listed twice.", "Keep one of the rows.")
        seen.add(kept)
        if row.source not in curve_sources():
            hint = "Add it to sources.csv, with its license."
            yield Problem(file, _row_name(row), f'has the unknown source "{row.source}".', hint)


def _row_name(row: Measurement) -> str:
    """Return a measurement as a reader finds it in its file."""
    load = "" if row.concurrency is None else f" at concurrency {row.concurrency:g}"
    return f"{row.gpus} x {row.gpu} {row.precision} {row.engine} {row.version}{load}"


def catalog_findings() -> Iterator[MeasurementFinding]:
    """Yield what is odd among the shipped measurements whose lengths are known."""
    for model in curve_models():
        for row in measurements(model):
            if row.input is None or row.output is None:
                continue
            shape = Shape(row.input, row.output)
            load = LoadPoint(
                shape=shape,
                output_tok_s=row.output_tok_s,
                concurrency=row.concurrency,
                ttft_ms=row.ttft_ms,
                itl_ms=row.itl_ms,
            )
            for finding in findings(load, _replica_of_row(model, row)):
                yield MeasurementFinding(model, row, finding)


def _replica_of_row(model: str, row: Measurement) -> Replica | None:
    """Return the replica of a measurement; None where its steps do more than decode one token."""
    if row.mode != "aggregated" or row.speculative not in NOT_SPECULATIVE:
        return None
    shared = parallelism_of(row.parallelism, row.gpus)
    return _replica(model_specs().get(model), row.gpu, row.gpus, row.precision, shared=shared)


def benchmark_findings(row: Benchmark, spec: ModelSpec | None = None) -> Iterator[Finding]:
    """Yield what is odd about a benchmark of a price book: its memory, then point by point.

    ``spec`` is that of an own model; a model of the catalog brings its own.
    """
    replica = benchmark_replica(row, spec)
    if replica is not None and row.gpus < smallest_count(replica.weights_gb, replica.gpu.memory_gb):
        yield _too_large(replica)
    for index, point in enumerate(row.points):
        load = point_load(row, point)
        for finding in findings(load, replica) if load is not None else ():
            yield replace(finding, point=index)


def _too_large(replica: Replica) -> Finding:
    text = f"{replica.weights_gb:,.0f} GB of weights do not fit {replica.memory_gb:,.0f} GB."
    return Finding(
        severity="rejected",
        message=text,
        value=replica.weights_gb,
        low=0.0,
        high=replica.memory_gb,
        basis="the memory of its GPUs",
        unit="GB of weights",
        mistake="Is it another precision, or more GPUs?",
    )


def benchmark_replica(row: Benchmark, spec: ModelSpec | None = None) -> Replica | None:
    """Return the replica of a benchmark, or None where model, GPU or precision is not known."""
    known = spec or model_specs().get(row.model)
    return _replica(known, row.gpu, row.gpus, row.precision, shared=Parallelism(row.gpus))


def point_load(row: Benchmark, point: BenchmarkPoint) -> LoadPoint | None:
    """Return the load of a point; a request rate gives its tokens and what is in flight."""
    shape = Shape(float(row.input), float(row.output), row.cached.likely)
    if point.output_tok_s is not None:
        tok_s = point.output_tok_s.likely
    elif point.request_rate is not None:
        tok_s = point.request_rate.likely * shape.output
    else:
        return None
    in_flight = point.concurrency.likely if point.concurrency else None
    e2e_ms = _middle(point.e2e_ms)
    if point.request_rate is not None and e2e_ms is not None:
        in_flight = tok_s / shape.output * e2e_ms / 1000.0
    return LoadPoint(
        shape=shape,
        output_tok_s=tok_s,
        concurrency=in_flight,
        ttft_ms=_middle(point.ttft_ms),
        itl_ms=_middle(point.itl_ms),
    )


def impossible_benchmarks(catalog: Catalog) -> Iterator[Problem]:
    """Yield the benchmarks of a catalog or price book that are above a physical bound."""
    specs = {row.model: row.spec for row, _ in catalog.rows(ModelRow) if row.spec is not None}
    for row, book in catalog.rows(Benchmark):
        model, gpu = catalog.model(row.model) or row.model, catalog.gpu(row.gpu) or row.gpu
        named = row.model_copy(update={"model": model, "gpu": gpu})
        for finding in benchmark_findings(named, specs.get(model)):
            if finding.severity == "rejected":
                name = f"benchmark {row.model} {row.gpus} {row.gpu} {row.precision} {row.engine}"
                yield Problem(book.name, name, finding.message, finding.mistake)


def _middle(latency: Latency | None) -> float | None:
    """Return the mean of a latency, else its median."""
    found = latency and (latency.mean or latency.p50)
    return found.likely if found else None


def _replica(
    spec: ModelSpec | None, gpu: str, gpus: int, precision: str, shared: Parallelism
) -> Replica | None:
    known = gpu_specs().get(gpu)
    if spec is None or known is None or not spec.has_layout or precision not in FORMATS:
        return None
    return Replica(model=spec, gpu=known, gpus=gpus, precision=precision, parallelism=shared)
