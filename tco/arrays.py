"""One figure, or one figure per scenario: every formula takes either."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tco.units import MONTHS_PER_YEAR

__all__ = [
    "FloatArray",
    "Quantity",
    "as_scalar",
    "compounded",
    "distinct",
    "distinct_rows",
    "monthly_rate",
    "positive_part",
    "ratio",
    "read_only",
    "without_months",
]

Item = TypeVar("Item", bound=np.generic)
FloatArray = NDArray[np.float64]
Quantity = float | FloatArray
"""A figure: one number, or an array with one number per scenario, per month or per load factor.

Formulas work elementwise, so that the shape of a result is that of its inputs, broadcast. With
scenarios over months the shape is ``(scenarios, months)``, one month after the other in memory:
numpy keeps that order and runs along many scenarios, not along few months, which a sum does in an
eighth of the time. Where ``(scenarios, 1)`` meets ``(months,)``, ``order="F"`` sets it.
"""

LEAST = 5e-324
"""The least number above 0."""
IDLE_BYTES = 16 * 2**20
np.empty(IDLE_BYTES, np.uint8)
"""Free a block of this size once; none of its pages is touched. glibc gives idle memory back to the
system beyond twice the largest block ever freed, and would take the memory of every formula's
arrays again, page by page: a sixth of the time of scenarios."""


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, elementwise; 0 where the whole is 0."""
    is_some = np.greater(whole, 0)
    if np.all(is_some):
        return part / whole
    like = part if np.ndim(part) > np.ndim(whole) else whole
    none = np.zeros_like(like, shape=np.broadcast_shapes(np.shape(part), np.shape(whole)))
    return np.divide(part, whole, out=none, where=is_some)


def read_only(array: NDArray[Item]) -> NDArray[Item]:
    """Return an array that is kept for other callers, so that none of them can write to it."""
    array.setflags(write=False)
    return array


def positive_part(value: Quantity) -> Quantity:
    """Return max(value, 0), elementwise."""
    return max(value, 0.0) if isinstance(value, float) else np.maximum(value, 0.0)


def as_scalar(value: Quantity) -> float:
    """Return the first of several values, or the one there is."""
    return float(np.ravel(value)[0])


def compounded(factor_per_year: Quantity, months: Quantity) -> Quantity:
    """Return the factor after months of what changes by a factor a year: f^(t/12).

    An array of factors has none below 0.
    """
    years = months / MONTHS_PER_YEAR
    if isinstance(factor_per_year, float):
        return factor_per_year**years
    grown = np.multiply(np.log(np.maximum(factor_per_year, LEAST)), years, order="F")
    return np.exp(grown, out=grown)


def without_months(value: Quantity) -> Quantity:
    """Return a figure without its axis of months: one number, or one per scenario."""
    return np.asarray(value)[..., 0] if np.ndim(value) else value


def distinct(values: FloatArray) -> FloatArray:
    """Return the values in ascending order, each once.

    As ``np.unique`` gives them, which loads all of ``numpy.ma`` on its first call.
    """
    ordered = np.sort(values, axis=None)
    return ordered[np.diff(ordered, prepend=-np.inf) > 0]


def distinct_rows(rows: NDArray[np.int16]) -> tuple[NDArray[np.int16], NDArray[np.intp]]:
    """Return the rows, each once, and which of them every row is.

    As ``np.unique`` gives them along an axis, which takes ten times as long: it compares the
    rows, while counts of 16 bits are sorted column by column without a comparison.
    """
    order = np.lexsort(rows.T)
    ordered = rows[order]
    is_first = np.any(np.diff(ordered, axis=0, prepend=-1) != 0, axis=1)
    which = np.empty(len(rows), np.intp)
    which[order] = np.cumsum(is_first) - 1
    return ordered[is_first], which


def monthly_rate(yearly: Quantity) -> Quantity:
    """Return the effective monthly rate of an effective yearly one: (1 + r)^(1/12) - 1."""
    return (1.0 + yearly) ** (1.0 / MONTHS_PER_YEAR) - 1.0
