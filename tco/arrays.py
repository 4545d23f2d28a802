"""One figure, or one figure per scenario: every formula takes either."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tco.units import MONTHS_PER_YEAR

__all__ = ["FloatArray", "Quantity", "as_scalar", "distinct", "monthly_rate", "ratio"]

FloatArray = NDArray[np.float64]
Quantity = float | FloatArray


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, elementwise; 0 where the whole is 0."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.zeros_like(part, float), where=whole > 0)


def as_scalar(value: Quantity) -> float:
    """Return the first of several values, or the one there is."""
    return float(np.ravel(value)[0])


def distinct(values: FloatArray) -> FloatArray:
    """Return the values in ascending order, each once.

    As ``np.unique`` gives them, which loads all of ``numpy.ma`` on its first call.
    """
    ordered = np.sort(values, axis=None)
    return ordered[np.diff(ordered, prepend=-np.inf) > 0]


def monthly_rate(yearly: Quantity) -> Quantity:
    """Return the effective monthly rate of an effective yearly one: (1 + r)^(1/12) - 1."""
    return (1.0 + yearly) ** (1.0 / MONTHS_PER_YEAR) - 1.0
