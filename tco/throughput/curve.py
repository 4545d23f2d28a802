"""A throughput curve: output tok/s and latency of one replica by concurrency, at one shape.

Between the measured points PCHIP runs through the logarithms: median leave-one-out error 1.7%, P90
7.1% (METHOD, Throughput). Token time is a running maximum. Outside the points nothing is assumed
about what can be promised: the operating point is a measured or an interpolated one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np

from tco.arrays import FloatArray, read_only
from tco.ranges import Range
from tco.roots import bisect
from tco.throughput.configuration import Configuration
from tco.throughput.objectives import LatencyObjective, LatencyObjectives
from tco.throughput.pchip import Pchip, pchip
from tco.throughput.percentiles import LatencyName, LatencyStatistic, at_percentile, empty_latencies
from tco.throughput.published import Published
from tco.throughput.shape import Shape

__all__ = ["Curve", "OperatingPoint", "Slo", "Unmet", "operating_point"]

Slo = Literal["met", "unverified", "none"]
"""Whether the objectives are met at the operating point, or nothing is promised."""
FULL_CURVE = 3
"""Points from which a curve shows how throughput grows with the load."""


@dataclass(frozen=True, kw_only=True)
class Curve(Published):
    """Points in ascending order of concurrency, ``(points,)`` each, NaN for what is not known.

    Output tok/s and latencies are those of one replica. ``ttft_holds`` is False at another shape
    than the measured one: a time to first token then does not hold. ``derived`` marks tok/s that
    follow from latency by Little's law instead of being counted. ``is_full`` marks that the last
    point is where GPU memory is full, not where a measurement ended. A benchmark may state its
    share of prefill in node time and its speed-up of cache hits: they replace alpha and e.
    ``measured_shape`` is None where the lengths are those measured.
    """

    configuration: Configuration
    shape: Shape
    concurrency: FloatArray
    output_tok_s: FloatArray
    itl_ms: Mapping[LatencyStatistic, FloatArray] = field(
        default_factory=dict[LatencyStatistic, FloatArray]
    )
    ttft_ms: Mapping[LatencyStatistic, FloatArray] = field(
        default_factory=dict[LatencyStatistic, FloatArray]
    )
    measured_shape: Shape | None = None
    ttft_holds: bool = True
    derived: bool = False
    is_full: bool = False
    prefill_share: Range | None = None
    cache_speedup: Range | None = None

    def __post_init__(self) -> None:
        for points in (self.itl_ms, self.ttft_ms):
            for latency in points.values():
                read_only(latency)
        read_only(self.concurrency)
        read_only(self.output_tok_s)

    @cached_property
    def _log_tok_s(self) -> Pchip:
        return pchip(np.log(self.concurrency), np.log(self.output_tok_s))

    @property
    def is_full_curve(self) -> bool:
        """Return whether there are enough points to say how throughput grows with the load."""
        return len(self.concurrency) >= FULL_CURVE

    @property
    def measured_range(self) -> tuple[float, float]:
        """Return the lowest and the highest concurrency of the curve."""
        return float(self.concurrency[0]), float(self.concurrency[-1])

    def output_tok_s_at(self, concurrency: FloatArray | float) -> FloatArray:
        """Return T(c), output tok/s of one replica, shaped as ``concurrency``.

        Below the first point T falls in proportion to c, beyond the last one it is flat: what the
        sizing of a fleet needs. Neither is ever an operating point.
        """
        c = np.asarray(concurrency, float)
        low, high = self.measured_range
        inside = np.exp(self._log_tok_s(np.log(np.clip(c, low, high))))
        return np.where(c < low, inside * c / low, inside)

    def latencies(self, name: LatencyName) -> Mapping[LatencyStatistic, FloatArray]:
        """Return the latencies of a kind by statistic, NaN where it is not measured."""
        known = self.itl_ms if name == "itl_ms" else self.ttft_ms
        return {**empty_latencies(len(self.concurrency)), **known}

    def knows(self, name: LatencyName) -> bool:
        """Return whether any statistic of a latency is known at this shape."""
        if name == "ttft_ms" and not self.ttft_holds:
            return False
        return any(bool(np.any(~np.isnan(values))) for values in self.latencies(name).values())

    def verifies(self, objectives: LatencyObjectives) -> bool:
        """Return whether every latency that is promised is known at this shape."""
        return all(self.knows(objective.name) for objective in objectives)

    def latency(self, name: LatencyName, statistic: LatencyStatistic) -> Judged:
        """Return a latency at a statistic as a function of concurrency."""
        values, inferred = at_percentile(name, self.latencies(name), statistic)
        known = ~np.isnan(values)
        values = values[known]
        if name == "itl_ms":
            values = np.maximum.accumulate(values)
        return Judged(self.concurrency[known], values, inferred)

    def without(self, index: int) -> Curve:
        """Return the curve without one of its points, to compare it with what is interpolated."""
        keep = np.arange(len(self.concurrency)) != index
        return replace(
            self,
            concurrency=self.concurrency[keep],
            output_tok_s=self.output_tok_s[keep],
            itl_ms={name: values[keep] for name, values in self.itl_ms.items()},
            ttft_ms={name: values[keep] for name, values in self.ttft_ms.items()},
        )


@dataclass(frozen=True)
class Judged:
    """A latency in ms by concurrency, at the statistic that an objective names."""

    concurrency: FloatArray
    value_ms: FloatArray
    inferred: bool

    @cached_property
    def _log(self) -> Pchip:
        return pchip(np.log(self.concurrency), np.log(self.value_ms))

    def at(self, concurrency: FloatArray) -> FloatArray:
        """Return the latency at each concurrency, infinite outside the points that have it."""
        inside = (concurrency >= self.concurrency[0]) & (concurrency <= self.concurrency[-1])
        return np.where(inside, np.exp(self._log(np.log(concurrency))), np.inf)

    def crossings(self, limit_ms: float) -> FloatArray:
        """Return the highest concurrencies next to which the latency is still within the limit.

        Between two points the latency is monotone, so each pair has at most one.
        """
        within = self.value_ms <= limit_ms
        found = [
            self._root(int(index), limit_ms) for index in np.flatnonzero(within[:-1] != within[1:])
        ]
        return np.array(found)

    def _root(self, index: int, limit_ms: float) -> float:
        """Return the concurrency between two points at which the limit is reached, from inside."""
        first, last = (index + 1, index) if self.value_ms[index] > limit_ms else (index, index + 1)
        if self.value_ms[first] >= limit_ms * (1 - 1e-12):
            return float(self.concurrency[first])
        inside, outside = np.log(self.concurrency[[first, last]])
        target = np.log(limit_ms)
        within, _ = bisect(lambda log_c: self._log(log_c) <= target, inside, outside)
        return float(np.exp(within))


@dataclass(frozen=True, kw_only=True)
class OperatingPoint:
    """Where a replica runs: c*, the concurrency with the most output tok/s within the objectives.

    The concurrency is None for a rate that has none. ``is_lower_bound`` marks that the measurement
    ends there with every objective still met. ``inferred`` lists the objectives judged at a
    percentile that was not measured, ``unverified`` those on a latency that is not known.
    """

    concurrency: float | None
    output_tok_s: float
    slo: Slo
    is_lower_bound: bool
    inferred: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmet:
    """Why no point of a curve meets the objectives."""

    reason: str


def operating_point(curve: Curve, objectives: LatencyObjectives) -> OperatingPoint | Unmet:
    """Return c* of a curve under the objectives, or why there is none.

    An objective on a latency that the curve does not know leaves the answer unverified.
    """
    candidates = [curve.concurrency]
    judged: list[tuple[LatencyObjective, Judged]] = []
    unverified: list[str] = []
    for objective in objectives:
        if not curve.knows(objective.name):
            unverified.append(str(objective))
            continue
        latency = curve.latency(objective.name, objective.statistic)
        judged.append((objective, latency))
        candidates.append(latency.crossings(objective.limit_ms))
    at = np.concatenate(candidates)
    meets = np.ones(len(at), bool)
    for objective, latency in judged:
        meets &= latency.at(at) <= objective.limit_ms * (1 + 1e-9)
        if not meets.any():
            return Unmet(f"no measured point of {curve.configuration} has {objective}")
    speed = np.where(meets, curve.output_tok_s_at(at), -np.inf)
    best = int(np.argmax(speed))
    slo: Slo = "none" if not objectives else "unverified" if unverified else "met"
    return OperatingPoint(
        concurrency=float(at[best]),
        output_tok_s=float(speed[best]),
        slo=slo,
        is_lower_bound=bool(at[best] >= curve.measured_range[1]) and not curve.is_full,
        inferred=tuple(str(objective) for objective, latency in judged if latency.inferred),
        unverified=tuple(unverified),
    )
