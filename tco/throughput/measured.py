"""Curves and capacities out of the catalog's measurements, and out of a price book's benchmarks."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tco.arrays import FloatArray
from tco.catalog.benchmark import Benchmark, BenchmarkPoint, Latency
from tco.catalog.curves import CurveSource, Measurement, curve_sources
from tco.catalog.specs import figure
from tco.ranges import Range
from tco.throughput.capacity import Capacity
from tco.throughput.configuration import Configuration
from tco.throughput.curve import Curve
from tco.throughput.percentiles import STATISTICS, LatencyStatistic
from tco.throughput.published import Origin
from tco.throughput.shape import Shape

__all__ = ["benchmark_curve", "capacities_of", "curves_of", "newest_version"]


def curves_of(model: str, rows: Iterable[Measurement]) -> list[Curve]:
    """Return one curve per configuration, version and shape, of the closed-loop rows.

    Where a concurrency was measured more than once, the newest day counts, and on one day the
    median. Agents' traces with a cached prefix are left out: no other row is comparable.
    """
    sources = curve_sources()
    grouped: defaultdict[tuple[object, ...], list[Measurement]] = defaultdict(list)
    for row in map(one_replica, rows):
        if row.kind != "closed-loop" or sources[row.source].runs == "agentic":
            continue
        if row.concurrency is None or row.input is None or row.output is None:
            continue
        key = (row.gpu, row.gpus, row.precision, row.engine, row.version, row.parallelism)
        how = (row.mode, row.speculative, sources[row.source].runs, row.checkpoint)
        grouped[*key, *how, row.input, row.output].append(row)
    return [_curve(model, points) for points in grouped.values()]


def capacities_of(model: str, rows: Iterable[Measurement]) -> list[Capacity]:
    """Return the offline maxima and the server rates among the rows."""
    sources = curve_sources()
    return [
        Capacity(
            configuration=_configuration(model, row, sources[row.source]),
            kind=row.kind,
            output_tok_s=row.output_tok_s,
            shape=None if row.input is None or row.output is None else Shape(row.input, row.output),
            output=row.output,
            ttft_limit_ms=row.ttft_limit_ms,
            itl_limit_ms=row.itl_limit_ms,
            source=_source_text(row, sources),
            as_of=row.measured_on,
            published=sources[row.source].as_of,
            license=sources[row.source].license,
        )
        for row in map(one_replica, rows)
        if row.kind in ("offline", "server")
    ]


def one_replica(row: Measurement) -> Measurement:
    """Return a row of several replicas behind one endpoint as what one of them does.

    Fewer requests than replicas keep only as many of them busy, each with one request.
    """
    if "replicas" not in row.parallelism:
        return row
    found = re.fullmatch(r"(.*) x(\d+) replicas", row.parallelism)
    if found is None:
        return row
    count = int(found[2])
    busy = min(count, row.concurrency or count)
    return row._replace(
        gpus=row.gpus // count,
        parallelism=found[1],
        concurrency=row.concurrency and row.concurrency / busy,
        output_tok_s=row.output_tok_s / busy,
    )


def _configuration(model: str, row: Measurement, source: CurveSource) -> Configuration:
    return Configuration(
        model=model,
        gpu=row.gpu,
        gpus=row.gpus,
        precision=row.precision,
        engine=row.engine,
        version=row.version,
        parallelism=row.parallelism,
        mode=row.mode,
        speculative=row.speculative,
        runs=source.runs,
        checkpoint=row.checkpoint,
    )


def _source_text(row: Measurement, sources: Mapping[str, CurveSource]) -> str:
    source = sources[row.source]
    return row.record if row.source == "reports" else f"{source.title} {row.record}"


def _curve(model: str, rows: Sequence[Measurement]) -> Curve:
    """Return the curve of the rows of one configuration, version and shape."""
    sources, first = curve_sources(), rows[0]
    by_concurrency: defaultdict[float, list[Measurement]] = defaultdict(list)
    for row in rows:
        by_concurrency[row.concurrency or 0.0].append(row)
    groups = [_newest(by_concurrency[c]) for c in sorted(by_concurrency)]
    used = [row for group in groups for row in group]
    last = max(used, key=lambda row: row.measured_on)
    return Curve(
        configuration=_configuration(model, first, sources[first.source]),
        shape=Shape(first.input or 0.0, first.output or 0.0),
        concurrency=np.array(sorted(by_concurrency)),
        output_tok_s=np.array([_median([counted_tok_s(row) for row in group]) for group in groups]),
        itl_ms=_latencies(groups, "itl"),
        ttft_ms=_latencies(groups, "ttft"),
        derived=any(row.derived for row in used),
        source=_source_text(last, sources),
        as_of=last.measured_on,
        published=sources[last.source].as_of,
        license=sources[last.source].license,
    )


def _newest(rows: Sequence[Measurement]) -> list[Measurement]:
    newest = max(row.measured_on for row in rows)
    return [row for row in rows if row.measured_on == newest]


def counted_tok_s(row: Measurement) -> float:
    """Return tok/s as it would have been counted: Little's law overstates by a few percent."""
    if not row.derived:
        return row.output_tok_s
    mode = "aggregated" if row.mode == "aggregated" else "disaggregated"
    return row.output_tok_s * figure(f"derived_{mode}").likely


def _latencies(
    groups: Sequence[Sequence[Measurement]], name: str
) -> dict[LatencyStatistic, FloatArray]:
    """Return the measured latencies by statistic, ``(points,)``; an unstated one is a mean."""
    values: dict[LatencyStatistic, list[float]] = {"mean": [], "p50": [], "p99": []}
    for group in groups:
        found: dict[LatencyStatistic, list[float]] = {"mean": [], "p50": [], "p99": []}
        for row in group:
            itl = name == "itl"
            middle = row.itl_ms if itl else row.ttft_ms
            statistic = row.itl_stat if itl else row.ttft_stat
            tail = row.itl_p99_ms if itl else row.ttft_p99_ms
            if middle:
                found["p50" if statistic == "p50" else "mean"].append(middle)
            if tail:
                found["p99"].append(tail)
        for key, many in found.items():
            values[key].append(_median(many))
    return {key: np.array(many) for key, many in values.items()}


def _median(values: Sequence[float]) -> float:
    """Return the median, NaN of nothing. ``np.median`` loads all of ``numpy.ma``."""
    ordered, half = sorted(values), len(values) // 2
    if not ordered:
        return np.nan
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def newest_version(curves: Iterable[Curve]) -> list[Curve]:
    """Return the curves of the newest version, at every shape it has.

    A version with fewer than three points at each of its shapes counts only where no other has.
    """
    by_version: defaultdict[str, list[Curve]] = defaultdict(list)
    for curve in curves:
        by_version[curve.configuration.version].append(curve)

    def rank(many: Sequence[Curve]) -> tuple[bool, str]:
        return any(curve.is_full_curve for curve in many), max(curve.as_of for curve in many)

    return max(by_version.values(), key=rank)


@dataclass(frozen=True, slots=True)
class _Point:
    """One point of a benchmark as a curve needs it."""

    concurrency: float
    output_tok_s: float
    itl_ms: Latency | None
    ttft_ms: Latency | None


def benchmark_curve(row: Benchmark, *, is_own: bool) -> Curve | Capacity:
    """Return the curve of a benchmark row, or the capacity of one without concurrency.

    ``is_own`` marks a row of a user's price book. At a request rate the concurrency is the served
    rate times the mean end-to-end latency. Of two points at one concurrency the slower one counts.
    """
    origin: Origin = "predicted" if row.kind == "predicted" else "own" if is_own else "catalog"
    configuration = Configuration(
        model=row.model,
        gpu=row.gpu,
        gpus=row.gpus,
        precision=row.precision,
        engine=row.engine,
        version=row.engine_version or "",
        parallelism=(row.parallelism or "").lower(),
        mode=row.mode,
        speculative=row.speculative,
        runs="community",
    )
    shape = Shape(float(row.input), float(row.output), row.cached.likely)
    as_of = row.as_of.isoformat() if row.as_of else ""
    notes: list[str] = []
    made = [point for each in row.points if (point := _point(each, row.output, notes))]
    fastest_first = sorted(made, key=lambda point: point.output_tok_s, reverse=True)
    by_concurrency = {point.concurrency: point for point in fastest_first}
    points = [by_concurrency[c] for c in sorted(by_concurrency)]
    if not points:
        fastest = max(point.output_tok_s.likely for point in row.points if point.output_tok_s)
        return Capacity(
            configuration=configuration,
            kind="offline",
            output_tok_s=fastest,
            shape=shape,
            output=shape.output,
            origin=origin,
            source=row.source or "",
            as_of=as_of,
            is_estimate=row.estimate,
            stated_spread=_widest(row),
        )
    return Curve(
        configuration=configuration,
        shape=shape,
        concurrency=np.array([point.concurrency for point in points]),
        output_tok_s=np.array([point.output_tok_s for point in points]),
        itl_ms=_stated([point.itl_ms for point in points]),
        ttft_ms=_stated([point.ttft_ms for point in points]),
        origin=origin,
        prefill_share=row.prefill_share,
        cache_speedup=row.cached_prefill_speedup,
        source=row.source or "",
        as_of=as_of,
        is_estimate=row.estimate,
        stated_spread=_widest(row),
        notes=tuple(dict.fromkeys(notes)),
    )


def _widest(row: Benchmark) -> Range | None:
    """Return the widest range of tok/s that a benchmark's points state, over the likely one."""
    stated = [point.output_tok_s for point in row.points if point.output_tok_s is not None]
    ranges = [factor * (1 / factor.likely) for factor in stated if not factor.is_point]
    return max(ranges, key=lambda range_: range_.high / range_.low, default=None)


def _point(point: BenchmarkPoint, output: int, notes: list[str]) -> _Point | None:
    """Return a point by concurrency, None at saturation; note what was assumed."""
    if point.request_rate is None:
        if point.concurrency is None or point.output_tok_s is None:
            return None
        tok_s = point.output_tok_s.likely
        return _Point(point.concurrency.likely, tok_s, point.itl_ms, point.ttft_ms)
    served = point.request_rate.likely
    if point.output_tok_s is not None:
        served = point.output_tok_s.likely / output
        if not math.isclose(served, point.request_rate.likely, rel_tol=0.01):
            sent = f"{point.request_rate.likely:g} sent and {served:.3g} served"
            notes.append(f"requests/s: {sent}; the served rate counts")
    mean = point.e2e_ms and (point.e2e_ms.mean or point.e2e_ms.p50)
    if mean is None:
        return None
    if point.e2e_ms is None or point.e2e_ms.mean is None:
        notes.append("the mean end-to-end latency was not measured: the median is used")
    in_flight = served * mean.likely / 1000.0
    return _Point(in_flight, served * output, point.itl_ms, point.ttft_ms)


def _stated(latencies: Sequence[Latency | None]) -> dict[LatencyStatistic, FloatArray]:
    """Return the latencies of a benchmark's points by statistic, ``(points,)``."""
    made: dict[LatencyStatistic, FloatArray] = {}
    for statistic in STATISTICS:
        ranges = [getattr(latency, statistic) if latency else None for latency in latencies]
        made[statistic] = np.array([range_.likely if range_ else np.nan for range_ in ranges])
    return made
