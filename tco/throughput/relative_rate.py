"""How a replica's output tok/s grow with the requests in flight, relative to a full one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from tco.arrays import FloatArray
from tco.throughput.pchip import Pchip, pchip

__all__ = ["STRAIGHT_LINE", "RelativeRate", "relative_rate"]


@dataclass(frozen=True)
class RelativeRate:
    """g(x) = T(x c*)/T(c*), from the logarithms of its knots: ``log_x`` and ``log_g``.

    Below the first knot g falls in proportion to x, beyond the last it is flat. Without knots it
    is the straight line g(x) = x. Compared by value, so that tables of it can be kept.
    """

    log_x: tuple[float, ...] = ()
    log_g: tuple[float, ...] = ()

    BELOW: ClassVar[FloatArray] = np.geomspace(1e-9, 1.0, 271)
    ABOVE: ClassVar[FloatArray] = np.geomspace(1e-9, 100.0, 331)
    """Distances from x = 1 at which the integral of ln g is tabulated."""

    @property
    def end(self) -> float:
        """Return the x from which the rate is flat: infinite for a straight line."""
        return math.exp(self.log_x[-1]) if self.log_x else math.inf

    @property
    def log_end(self) -> float:
        """Return ln g beyond the last knot."""
        return self.log_g[-1] if self.log_g else math.inf

    @cached_property
    def _curve(self) -> Pchip:
        return pchip(np.array(self.log_x), np.array(self.log_g))

    def log_at(self, x: FloatArray) -> FloatArray:
        """Return ln g(x), shaped as ``x``, which is above 0."""
        log_x = np.log(x)
        if not self.log_x:
            return log_x
        return self._curve(log_x) + np.minimum(log_x - self.log_x[0], 0.0)

    def reach_below(self, drop: FloatArray) -> FloatArray:
        """Return the y at which the integral of -ln g from 1 - y to 1 is ``drop``, at most 1."""
        return np.interp(drop, self._integrals[0], self.BELOW)

    def reach_above(self, drop: FloatArray) -> FloatArray:
        """Return the y at which the integral of ln g from 1 to 1 + y is ``drop``, at most 100."""
        return np.interp(drop, self._integrals[1], self.ABOVE)

    @cached_property
    def _integrals(self) -> tuple[FloatArray, FloatArray]:
        return self._integral(-self.BELOW), self._integral(self.ABOVE)

    def _integral(self, offset: FloatArray) -> FloatArray:
        """Return the integrals of ln g from 1 to 1 + ``offset``, by midpoints, never falling."""
        edges = np.concatenate([[0.0], offset])
        middle = (edges[1:] + edges[:-1]) / 2.0
        return np.maximum.accumulate(np.cumsum(self.log_at(1.0 + middle) * np.diff(edges)))


STRAIGHT_LINE = RelativeRate()
"""The rate of one measured point: in proportion to the requests in flight, without a limit."""


def relative_rate(concurrency: FloatArray, output_tok_s: FloatArray, full: float) -> RelativeRate:
    """Return the rate of measured points relative to that at the concurrency ``full``.

    One point is a straight line through the origin.
    """
    if len(concurrency) == 1:
        return STRAIGHT_LINE
    log_x, log_t = np.log(concurrency / full), np.log(output_tok_s)
    at_full = float(pchip(log_x, log_t)(0.0)) + min(0.0, -float(log_x[0]))
    return RelativeRate(tuple(log_x.tolist()), tuple((log_t - at_full).tolist()))
