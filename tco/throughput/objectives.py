"""The latency that a plan promises: milliseconds by statistic, of token time and of first token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tco.throughput.percentiles import LatencyName, LatencyStatistic

__all__ = ["LatencyObjective", "LatencyObjectives"]


@dataclass(frozen=True, slots=True)
class LatencyObjective:
    """One promise: a latency's statistic stays within a limit in milliseconds."""

    name: LatencyName
    statistic: LatencyStatistic
    limit_ms: float

    def __str__(self) -> str:
        """Return the objective as a reader names it."""
        label = {"itl_ms": "ITL", "ttft_ms": "TTFT"}[self.name]
        return f"{label} {self.statistic} <= {self.limit_ms:g} ms"


@dataclass(frozen=True)
class LatencyObjectives:
    """Every promise of a plan; none at all where both are empty."""

    itl_ms: Mapping[LatencyStatistic, float] = field(default_factory=dict[LatencyStatistic, float])
    ttft_ms: Mapping[LatencyStatistic, float] = field(default_factory=dict[LatencyStatistic, float])

    def __iter__(self) -> Iterator[LatencyObjective]:
        """Iterate over the promises."""
        for statistic, limit in self.itl_ms.items():
            yield LatencyObjective("itl_ms", statistic, limit)
        for statistic, limit in self.ttft_ms.items():
            yield LatencyObjective("ttft_ms", statistic, limit)

    def __bool__(self) -> bool:
        """Return whether anything is promised."""
        return bool(self.itl_ms or self.ttft_ms)
