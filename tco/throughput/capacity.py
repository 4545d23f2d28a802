"""A throughput without a curve: an offline maximum, or a server's rate within latency limits.

MLPerf Server is the rate of Poisson arrivals at which p99 TTFT and p99 TPOT stay within stated
limits: it is capacity, it meets objectives no stricter than those limits, and needs no burst
factor. An offline maximum has no latency (METHOD, Throughput).
"""

from __future__ import annotations

from dataclasses import dataclass

from tco.catalog.curves import Kind
from tco.throughput.configuration import Configuration
from tco.throughput.curve import Slo
from tco.throughput.objectives import LatencyObjectives
from tco.throughput.published import Published
from tco.throughput.shape import Shape

__all__ = ["Capacity"]


@dataclass(frozen=True, kw_only=True)
class Capacity(Published):
    """Output tok/s of one replica at saturation or at a limit.

    The shape is None where the input is not stated; ``output`` is the mean output, if it is.
    """

    configuration: Configuration
    kind: Kind
    output_tok_s: float
    shape: Shape | None
    output: float | None = None
    ttft_limit_ms: float | None = None
    itl_limit_ms: float | None = None

    def slo(self, objectives: LatencyObjectives) -> Slo:
        """Return whether the objectives hold: each is no stricter than the limit on p99."""
        if not objectives:
            return "none"
        limits = {"itl_ms": self.itl_limit_ms, "ttft_ms": self.ttft_limit_ms}
        held = (
            (limit := limits[objective.name]) is not None and limit <= objective.limit_ms
            for objective in objectives
        )
        return "met" if all(held) else "unverified"
