"""Constants and conversions. Everything in tco is per month of 730 hours and in USD."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BYTES_PER_GB",
    "HOURS_PER_MONTH",
    "HOURS_PER_WEEK",
    "MONTHS_PER_YEAR",
    "SECONDS_PER_HOUR",
    "TOKENS_PER_MTOK",
    "WEEKS_PER_MONTH",
    "WORK_HOURS_PER_FTE_YEAR",
    "FloatArray",
    "Quantity",
    "as_scalar",
    "distinct",
    "monthly_rate",
    "ratio",
]

FloatArray = NDArray[np.float64]
Quantity = float | FloatArray
"""One figure, or one figure per scenario: every formula takes either."""

HOURS_PER_MONTH: Final = 730.0
HOURS_PER_WEEK: Final = 168
WEEKS_PER_MONTH: Final = HOURS_PER_MONTH / HOURS_PER_WEEK
MONTHS_PER_YEAR: Final = 12
SECONDS_PER_HOUR: Final = 3600.0
TOKENS_PER_MTOK: Final = 1e6
BYTES_PER_GB: Final = 1e9
WORK_HOURS_PER_FTE_YEAR: Final = 2080.0
"""52 weeks of 40 hours, the usual full-time year."""


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Part / whole, elementwise; 0 where the whole is 0."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.zeros_like(part, float), where=whole > 0)


def as_scalar(value: Quantity) -> float:
    """The first of several values, or the one there is."""
    return float(np.ravel(value)[0])


def distinct(values: FloatArray) -> FloatArray:
    """The values in ascending order, each once.

    As ``np.unique`` gives them, which loads all of ``numpy.ma`` on its first call.
    """
    ordered = np.sort(values, axis=None)
    return ordered[np.diff(ordered, prepend=-np.inf) > 0]


def monthly_rate(yearly: Quantity) -> Quantity:
    """Effective monthly rate of an effective yearly one: (1 + r)^(1/12) - 1."""
    return (1.0 + yearly) ** (1.0 / MONTHS_PER_YEAR) - 1.0
