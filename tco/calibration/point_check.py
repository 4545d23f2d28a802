"""A point of a measured curve beside its bounds."""

from __future__ import annotations

from typing import NamedTuple

from tco.catalog.benchmark import BenchmarkPoint

__all__ = ["PointCheck"]


class PointCheck(NamedTuple):
    """A point, with None for a check that needs what is not known.

    ``little_ratio`` is tok/s over what concurrency and latencies give; ``bandwidth_share`` and
    ``flops_share`` are tok/s over the expected memory bandwidth bound and over the GPUs' peak.
    """

    point: BenchmarkPoint
    concurrency: float | None = None
    little_ratio: float | None = None
    bandwidth_share: float | None = None
    flops_share: float | None = None
