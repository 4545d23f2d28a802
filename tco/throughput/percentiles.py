"""Latency at the percentile that an objective names, inferred where another one was measured.

An objective is never ignored: a stricter one must not give a cheaper answer. p50 is judged on a
mean, p90 and p95 as p99, and p50 on the lowest tail where nothing else is known. Where p99 was not
measured it is the mean times the P90 of p99/mean over the rows that have both: 1.25 for token time,
12 for time to first token (METHOD, Throughput).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np

from tco.arrays import FloatArray
from tco.catalog.specs import figure

__all__ = ["STATISTICS", "LatencyName", "LatencyStatistic", "at_percentile", "empty_latencies"]

LatencyName = Literal["itl_ms", "ttft_ms"]
LatencyStatistic = Literal["mean", "p50", "p90", "p95", "p99"]
STATISTICS: tuple[LatencyStatistic, ...] = get_args(LatencyStatistic)
TAIL: dict[LatencyName, str] = {"itl_ms": "itl_p99_over_mean", "ttft_ms": "ttft_p99_over_mean"}


def empty_latencies(points: int) -> dict[LatencyStatistic, FloatArray]:
    """Return latencies of which nothing was measured, ``(points,)`` by statistic."""
    return {name: np.full(points, np.nan) for name in STATISTICS}


def at_percentile(
    name: LatencyName,
    measured: Mapping[LatencyStatistic, FloatArray],
    statistic: LatencyStatistic,
) -> tuple[FloatArray, bool]:
    """Return a latency at a statistic by point, NaN where nothing is known, and if it is inferred.

    Statistics are in ascending order at every point: a p99 is never below the mean.
    """
    mean, median = measured["mean"], measured["p50"]
    middle = np.where(np.isnan(median), mean, median)
    lowest = np.fmin(np.fmin(measured["p90"], measured["p95"]), measured["p99"])
    is_tail = np.isnan(middle) & ~np.isnan(lowest)
    middle = np.where(is_tail, lowest, middle)
    if statistic == "p50":
        return middle, bool(np.any(is_tail))
    if statistic == "mean":
        known = np.where(np.isnan(mean), middle, mean)
        return known, bool(np.any(np.isnan(mean) & ~np.isnan(known)))
    floor = np.fmax(middle, mean)
    tail = np.where(np.isnan(measured["p99"]), floor * figure(TAIL[name]).high, measured["p99"])
    tail = np.fmax(np.fmax(tail, floor), np.fmax(measured["p90"], measured["p95"]))
    p95 = np.where(np.isnan(measured["p95"]), tail, np.fmax(measured["p95"], floor))
    p95 = np.fmax(p95, measured["p90"])
    p90 = np.where(np.isnan(measured["p90"]), p95, np.fmax(measured["p90"], floor))
    value = {"p99": tail, "p95": p95, "p90": p90}[statistic]
    return value, bool(np.any(np.isnan(measured[statistic]) & ~np.isnan(value)))
