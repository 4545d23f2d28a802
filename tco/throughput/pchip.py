"""Piecewise cubic interpolation that keeps the shape of the data (PCHIP), in numpy.

Fritsch and Carlson, "Monotone Piecewise Cubic Interpolation", SIAM J. Numer. Anal. 17 (1980), with
the slopes of Fritsch and Butland (1984): a weighted harmonic mean inside, a one-sided three-point
formula at the ends. scipy's ``PchipInterpolator`` gives the same values and is what tests compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tco.arrays import FloatArray

__all__ = ["Pchip", "pchip"]


@dataclass(frozen=True)
class Pchip:
    """A piecewise cubic through knots ``(points,)`` with slopes; it never overshoots them."""

    x: FloatArray
    y: FloatArray
    slope: FloatArray

    def __call__(self, at: FloatArray | float) -> FloatArray:
        """Return the values at ``at``, shaped as it is; constant outside the knots."""
        x = self.x
        at = np.minimum(np.maximum(np.asarray(at, float), x[0]), x[-1])
        if len(x) == 1:
            return np.full_like(at, self.y[0])
        left = np.searchsorted(x[1:-1], at, side="right")
        past = at - x[left]
        second, third = self._bends
        bent = self.slope[left] + past * (second[left] + past * third[left])
        return self.y[left] + past * bent

    @cached_property
    def _bends(self) -> tuple[FloatArray, FloatArray]:
        """Return the coefficients of the square and the cube of the distance past each knot."""
        width = np.diff(self.x)
        secant, start, end = np.diff(self.y) / width, self.slope[:-1], self.slope[1:]
        second = (3.0 * secant - 2.0 * start - end) / width
        return second, (start + end - 2.0 * secant) / width**2


def pchip(x: FloatArray, y: FloatArray) -> Pchip:
    """Return the interpolant through the knots. ``x`` is strictly increasing, one knot or more."""
    width = np.diff(x)
    secant = np.diff(y) / width
    if len(x) < 3:
        return Pchip(x, y, np.resize(secant, len(x)) if len(x) == 2 else np.zeros(1))
    slope = np.zeros(len(x))
    before, after = secant[:-1], secant[1:]
    weight_before, weight_after = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
    same = before * after > 0
    mean = np.zeros(len(before))
    mean[same] = (weight_before[same] + weight_after[same]) / (
        weight_before[same] / before[same] + weight_after[same] / after[same]
    )
    slope[1:-1] = mean
    slope[0] = _end_slope(width[0], width[1], secant[0], secant[1])
    slope[-1] = _end_slope(width[-1], width[-2], secant[-1], secant[-2])
    return Pchip(x, y, slope)


def _end_slope(near: float, far: float, secant: float, next_secant: float) -> float:
    """Return the slope at an end: the three-point formula, limited so that the shape is kept."""
    slope = ((2 * near + far) * secant - near * next_secant) / (near + far)
    if slope * secant <= 0:
        return 0.0
    if secant * next_secant <= 0 and abs(slope) > 3 * abs(secant):
        return 3 * secant
    return float(slope)
