"""Where a throughput comes from, and how far off it may be: a drawn factor, not a cap.

The order is that of the sources: a measured curve of the exact configuration first, the physical
estimator last (METHOD, Spread).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum

from tco.catalog.specs import GpuSpec
from tco.ranges import Range, point

__all__ = ["Provenance", "combined", "is_far", "maturity_spread", "weakest"]

FAR = 3.0
"""Input per output token changed by this factor or more is a far extrapolation."""


class Provenance(Enum):
    """How a throughput is known; the value is what documents hold."""

    MEASURED = "measured"
    SCALED = "scaled"
    OTHER_COUNT = "scaled-from-gpu-count"
    OTHER_GPU = "scaled-from-gpu"
    PREDICTED = "predicted"
    CALIBRATED = "estimated-calibrated"
    ESTIMATED = "estimated"

    @property
    def label(self) -> str:
        """Return what a reader sees."""
        return {
            Provenance.MEASURED: "measured",
            Provenance.SCALED: "scaled from other lengths",
            Provenance.OTHER_COUNT: "scaled from another GPU count",
            Provenance.OTHER_GPU: "scaled from another GPU",
            Provenance.PREDICTED: "predicted by a simulator",
            Provenance.CALIBRATED: "estimated, calibrated by one measurement",
            Provenance.ESTIMATED: "estimated (physical model)",
        }[self]

    @property
    def is_estimated(self) -> bool:
        """Return whether the physical estimator gives it."""
        return self in (Provenance.CALIBRATED, Provenance.ESTIMATED)

    @property
    def is_lean_at_most(self) -> bool:
        """Return whether it is not measured, so that a verdict is Leaning yes at most."""
        return self is Provenance.PREDICTED or self.is_estimated


def weakest(found: Iterable[Provenance]) -> Provenance:
    """Return the one farthest from a measurement."""
    return max(found, key=list(Provenance).index)


def is_far(ratio_change: float) -> bool:
    """Return whether input per output token changed so much that scaling is a far one."""
    return ratio_change >= FAR


def maturity_spread(gpu: GpuSpec) -> Range:
    """Return the factor on throughput of how mature the software of a GPU is."""
    step = gpu.step_factor
    return Range(step.likely / step.high, 1.0, step.likely / step.low)


def combined(factors: Iterable[Range]) -> Range:
    """Return the product of independent factors: their log errors add in quadrature.

    >>> combined([Range(0.8, 1.0, 1.25)])
    Range(low=0.8, likely=1.0, high=1.25, share=False)
    """
    kept = [factor for factor in factors if not factor.is_point]
    if len(kept) < 2:
        return kept[0] if kept else point(1.0)
    likely = math.prod(factor.likely for factor in kept)
    down = math.hypot(*(math.log(factor.low / factor.likely) for factor in kept))
    up = math.hypot(*(math.log(factor.high / factor.likely) for factor in kept))
    return Range(likely * math.exp(-down), likely, likely * math.exp(up))
