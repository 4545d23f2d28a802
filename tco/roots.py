"""Where a function crosses 0, from two points on either side of it.

``bisect`` needs no values, only the side; ``roots`` takes many brackets of a cheap function at
once; ``crossing`` calls an expensive function as seldom as it can, and takes whole numbers.
Both of the latter are false position: an end that stays twice counts half (the Illinois rule), or
the other end would only creep.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tco.arrays import FloatArray

__all__ = ["bisect", "crossing", "roots"]

HALVINGS = 60
"""They narrow a bracket down to the precision of a number."""
MOST_STEPS = 40
VALUE_RTOL = 1e-9
"""A value below this share of the value at an end is 0."""
BRACKET_RTOL = 1e-12
CROSSING_RTOL = 1e-6
"""A crossing is found to this part of its bracket."""
MOST_CALLS = 60


def bisect(
    below: Callable[[FloatArray], NDArray[np.bool_]], low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the last points that are below and the first that are not, all at once.

    >>> low, high = bisect(lambda x: x * x < 2.0, np.zeros(1), np.full(1, 2.0))
    >>> round(float(low[0]), 6), round(float(high[0]), 6)
    (1.414214, 1.414214)
    """
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        short = below(middle)
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return low, high


def roots(
    values: Callable[[FloatArray], FloatArray],
    a: FloatArray,
    b: FloatArray,
    at_a: FloatArray,
    at_b: FloatArray,
) -> FloatArray:
    """Return a root between each a and b, whose values have different signs, all at once.

    Each is the one that would be found alone.

    >>> [found] = roots(lambda x: x**3 - 8.0, *np.array([[0.0], [3.0], [-8.0], [19.0]]))
    >>> round(float(found), 6)
    2.0
    """
    x, found = b, np.zeros(len(a), bool)
    for _ in range(MOST_STEPS if len(a) else 0):
        flat = at_b == at_a
        next_x = np.where(flat, (a + b) / 2, b - at_b * (b - a) / np.where(flat, 1.0, at_b - at_a))
        x = np.where(found, x, next_x)
        at_x = values(x)
        near = np.abs(b - a) <= BRACKET_RTOL * b
        found |= (np.abs(at_x) <= VALUE_RTOL * (1 + np.abs(at_a))) | near
        if np.all(found):
            break
        crossed = (at_x > 0) != (at_b > 0)
        a, at_a = np.where(crossed, b, a), np.where(crossed, at_b, at_a / 2)
        b, at_b = x, at_x
    return x


def crossing(
    value: Callable[[float], float | None],
    low: tuple[float, float],
    high: tuple[float, float],
    *,
    whole: bool = False,
) -> float:
    """Return where a value changes its sign between two points, each given with its value.

    ``whole``: only whole numbers are tried, and the first on the far side is returned. Where the
    function has no value, the search ends in the middle of what is left.
    """
    (left, at_left), (right, at_right) = low, high
    positive = at_left > 0
    near = 1.0 if whole else CROSSING_RTOL * (right - left)
    last_moved = ""
    for _ in range(MOST_CALLS):
        if right - left <= near:
            break
        x = left - at_left * (right - left) / (at_right - at_left)
        x = _inside(x, left, right, whole=whole)
        at_x = value(x)
        if at_x is None:
            break
        if at_x == 0 and not whole:
            return x
        if (at_x > 0) is positive:
            at_right = at_right / 2 if last_moved == "left" else at_right
            left, at_left, last_moved = x, at_x, "left"
        else:
            at_left = at_left / 2 if last_moved == "right" else at_left
            right, at_right, last_moved = x, at_x, "right"
    return right if whole else (left + right) / 2


def _inside(x: float, low: float, high: float, *, whole: bool) -> float:
    """Return a point strictly between two ends."""
    if whole:
        return min(max(float(round(x)), low + 1), high - 1)
    margin = CROSSING_RTOL * (high - low) / 4
    return min(max(x, low + margin), high - margin)
