"""How a measured curve stands beside its bounds, point by point (METHOD, Plausible figures)."""

from __future__ import annotations

from collections.abc import Iterator

from tco.calibration.point_check import PointCheck
from tco.catalog.benchmark import Benchmark
from tco.catalog.specs import ModelSpec
from tco.throughput.check import benchmark_replica, point_load
from tco.throughput.limits import expected_bound, flops_share, little_ratio

__all__ = ["point_checks"]


def point_checks(row: Benchmark, spec: ModelSpec | None) -> Iterator[PointCheck]:
    """Yield the checks of a benchmark whose names are the catalog's."""
    replica = benchmark_replica(row, spec)
    for point in row.points:
        load = point_load(row, point)
        if load is None:
            yield PointCheck(point)
            continue
        bandwidth = flops = None
        if replica is not None:
            flops = flops_share(replica, load.shape, load.output_tok_s)
            if load.concurrency is not None:
                bound = expected_bound(replica, load.shape, load.concurrency)
                bandwidth = load.output_tok_s / bound
        yield PointCheck(
            point,
            concurrency=load.concurrency,
            little_ratio=little_ratio(load),
            bandwidth_share=bandwidth,
            flops_share=flops,
        )
