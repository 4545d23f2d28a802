"""Latencies by statistic out of the records of tools, in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping

from tco.calibration.record import Record
from tco.calibration.run import Statistics

__all__ = ["flat_statistics", "nested_statistics"]

FLAT = {"mean": "mean", "p50": "median", "p90": "p90", "p95": "p95", "p99": "p99"}


def flat_statistics(
    record: Record, name: str, *within: str, factor: float = 1.0, unit: str = "_ms"
) -> Statistics:
    """Return a latency of keys such as ``mean_ttft_ms``, ``median_ttft_ms``, ``p99_ttft_ms``."""
    return _found(
        {key: (*within, f"{prefix}_{name}{unit}") for key, prefix in FLAT.items()}, record, factor
    )


def nested_statistics(record: Record, keys: Mapping[str, tuple[str, ...]]) -> Statistics:
    """Return a latency whose statistics are at paths of keys."""
    return _found(keys, record, 1.0)


def _found(keys: Mapping[str, tuple[str, ...]], record: Record, factor: float) -> dict[str, float]:
    stated = {name: record.number_if_any(*path) for name, path in keys.items()}
    return {name: value * factor for name, value in stated.items() if value is not None}
