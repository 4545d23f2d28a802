"""The states of a queue on one side of its full pool, and their sums."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tco.arrays import FloatArray

__all__ = ["LEAST_LOG", "States"]

LEAST_LOG = -80.0
"""ln of a term that is as good as 0; numpy takes ten times as long for the exp of less."""
STEEP = 1.0
"""Fall of ln pi per stride from which a closed form takes the place of the sum over strides."""
FEW_STATES = 16
"""States of which one shows that a pool is so large for its load that it refuses nothing."""
CHUNK = 262_144
"""States of pools under loads that are summed at once, to stay within the processor's cache."""


@dataclass(frozen=True, kw_only=True)
class States:
    """States on one side of m: ln pi(k)/pi(m) at L = C, ``(pools, states)``, -inf where none is.

    One state in every ``stride`` is taken, m first. At m ln pi grows by ln L/C less ``log_g`` per
    state, ``(pools,)`` both. ``sign`` is -1 for the states below m, which m is one of, and 1 for
    those above it.
    """

    sign: int
    log_pi: FloatArray
    stride: FloatArray
    log_g: FloatArray

    @cached_property
    def _steps(self) -> FloatArray:
        return np.arange(float(self.log_pi.shape[1]))

    @property
    def last(self) -> FloatArray:
        """Return the distance of the last state from m."""
        return self.sign * self.stride * self._steps[-1]

    @cached_property
    def _bend(self) -> FloatArray:
        """Return how fast the growth of ln pi falls at m, per state."""
        if len(self._steps) < 3:
            return np.zeros_like(self.stride)
        bend = np.zeros_like(self.stride)
        several = self.stride > 1.0
        log_pi = self.log_pi[several]
        bend[several] = (2.0 * log_pi[:, 1] - log_pi[:, 2]) / self.stride[several] ** 2
        return bend

    def largest_of_some(self, rows: NDArray[np.intp], log_load: FloatArray) -> FloatArray:
        """Return ln of the largest of a few terms of the sum, which is no less than it."""
        few = slice(None, None, -(-len(self._steps) // FEW_STATES))
        terms = (self.sign * self.stride[rows] * log_load)[:, None] * self._steps[few]
        return (terms + self.log_pi[:, few][rows]).max(axis=1)

    def sums(self, rows: NDArray[np.intp], log_load: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ln of the sum of pi(k)/pi(m), and the mean distance, at ln of loads L/C."""
        size = max(1, CHUNK // len(self._steps))
        if len(rows) <= size:
            return self._sums(rows, log_load)
        parts = [slice(start, start + size) for start in range(0, len(rows), size)]
        sums, means = zip(*(self._sums(rows[part], log_load[part]) for part in parts), strict=True)
        return np.concatenate(sums), np.concatenate(means)

    def _sums(self, rows: NDArray[np.intp], log_load: FloatArray) -> tuple[FloatArray, FloatArray]:
        stride, bend = self.stride[rows], self._bend[rows]
        terms = (self.sign * stride * log_load)[:, None] * self._steps
        terms += self.log_pi[rows]
        top = terms.max(axis=1)
        terms -= top[:, None]
        np.exp(np.maximum(terms, LEAST_LOG, out=terms), out=terms)
        part, growth = (stride - 1.0) / 2.0, log_load - self.log_g[rows]
        first, third = (stride**2 - 1.0) / 12.0, (stride**4 - 1.0) / 720.0
        total = stride * terms.sum(axis=1)
        moment = stride * np.einsum("ij,j->i", terms, self._steps)
        if self.sign > 0:
            total -= part * terms[:, -1] + terms[:, 0]
            moment -= part * terms[:, -1] * self._steps[-1]
        at_m = np.exp(-top)
        ends = first * growth - third * (growth**3 - 3.0 * growth * bend)
        total += at_m * (self.sign * ends - part)
        moment = stride * moment + at_m * (first - third * 3.0 * (growth**2 - bend))
        mean = self.sign * moment / np.where(total > 0, total, 1.0)
        steep = (stride > 1.0) & (-self.sign * growth * stride > STEEP)
        if steep.any():
            total[steep], mean[steep] = self._steep(-self.sign * growth[steep], bend[steep])
            top[steep] = 0.0
        return top + np.log(total), mean

    def _steep(self, fall: FloatArray, bend: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the sum and the mean where pi falls from m by a factor exp(-``fall``) at once."""
        part, rest = np.exp(-fall), -np.expm1(-fall)
        first, later = (1.0, part) if self.sign < 0 else (part, 1.0)
        bent = bend * (1.0 + part) / (2.0 * rest**2) * later
        bending = 1.0 - bent + 3.0 * bent**2
        change = 2.0 * bent / fall * (1.0 - 6.0 * bent) / bending
        return first / rest * bending, self.sign * (later / rest - change)
