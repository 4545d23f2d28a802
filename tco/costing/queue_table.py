"""A function of the load of several pools, tabulated where loads ask for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tco.arrays import FloatArray

__all__ = ["Table"]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A function of ln L/C for several pools, ``(pools, knots)``: values and slopes at knots.

    Cubic between knots, which lie densely below a full pool and ever wider apart above it: even
    ``steps`` of arcsinh of the distance from the first over its size, ``low`` being below 0. The
    function is computed at a knot when a load next to it is first asked for; ``value`` is NaN
    until then.
    """

    function: Callable[[NDArray[np.intp], FloatArray], tuple[FloatArray, FloatArray]]
    low: FloatArray
    steps: FloatArray
    knots: FloatArray
    value: FloatArray
    slope: FloatArray

    def at(self, rows: NDArray[np.intp], log_load: FloatArray) -> FloatArray:
        """Return the values of pools at ln of loads; below the first knot they are infinite."""
        low = self.low[rows]
        place = np.arcsinh(np.maximum(1.0 - log_load / low, 0.0)) / self.steps[rows]
        last = self.knots.shape[1] - 2
        left = np.minimum(place.astype(np.intp), last)
        right = left + 1
        self._fill(rows, left)
        start, end = self.knots[rows, left], self.knots[rows, right]
        width = end - start
        t = (np.minimum(log_load, end) - start) / width
        first, second = self.value[rows, left], self.value[rows, right]
        rise, next_rise = width * self.slope[rows, left], width * self.slope[rows, right]
        u = 1.0 - t
        value = (1.0 + 2.0 * t) * u**2 * first + t**2 * (1.0 + 2.0 * u) * second
        value += t * u * (u * rise - t * next_rise)
        return np.where(log_load < low, np.inf, value)

    def _fill(self, rows: NDArray[np.intp], left: NDArray[np.intp]) -> None:
        """Compute what is still missing at the knots on either side of loads."""
        asked = np.zeros(self.knots.shape, bool)
        asked[rows, left] = asked[rows, left + 1] = True
        pools, places = np.nonzero(asked & np.isnan(self.value))
        if pools.size:
            value, self.slope[pools, places] = self.function(pools, self.knots[pools, places])
            self.value[pools, places] = value  # last: another thread takes the knot as computed
