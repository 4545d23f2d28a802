"""Requests in flight as a Poisson count: its tail, its loss, and what places may carry, for arrays.

Written with numpy alone, since importing ``scipy.special`` takes as long as the whole of a
cold ``tco plan``; a test compares every function with scipy's. Sums of terms serve counts below
``CLOSED_FORM_CUTOFF``; from there a closed form does, whose time does not grow with the count.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from tco.arrays import FloatArray
from tco.costing.large_counts import poisson_tail_and_pmf

__all__ = ["log_factorial", "loss", "most_load", "survival"]

CLOSED_FORM_CUTOFF = 1000.0
"""Counts from here on are not summed term by term; both ways agree to nine digits."""
DIRECT_SUM_CUTOFF = 400
"""Sums that are worth a table of their terms."""
TERM_LOG_CUTOFF = 39.0
"""-ln of a term that adds nothing to 1: 1e-17."""
PROBABILITY_LOG_CUTOFF = -60.0
"""ln of a chance that moves no sum of a float's 16 digits: 1e-26."""
LOG_FACTORIALS = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1.0, 1025.0)))))


def log_factorial(counts: FloatArray) -> FloatArray:
    """ln(k!), by a running sum up to 1,024 and Stirling's series beyond (error < 1e-13)."""
    small = LOG_FACTORIALS[np.minimum(counts, len(LOG_FACTORIALS) - 1).astype(np.intp)]
    if counts.size == 0 or counts.max() < len(LOG_FACTORIALS):
        return small
    k = np.maximum(counts, 1.0)
    stirling = k * np.log(k) - k + 0.5 * np.log(2 * math.pi * k) + 1 / (12 * k) - 1 / (360 * k**3)
    return np.where(counts < len(LOG_FACTORIALS), small, stirling)


def _log_pmf(counts: FloatArray, mean: FloatArray) -> FloatArray:
    """Ln P(Y = k), for a mean above 0."""
    return counts * np.log(mean) - mean - log_factorial(counts)


def survival(counts: ArrayLike, mean: ArrayLike) -> FloatArray:
    """P(Y >= k) for Y ~ Poisson(mean), elementwise."""
    k, m = np.broadcast_arrays(np.asarray(counts, float), np.asarray(mean, float))
    return _tail_and_pmf(k.ravel(), m.ravel())[0].reshape(k.shape)


def _tail_and_pmf(k: FloatArray, m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """P(Y >= k) and P(Y = k), 0 where a count is so rare that it moves no sum.

    Above the mean the terms P(Y = k), P(Y = k+1), … are added, below it 1 minus the terms
    downward from k-1; either series shrinks geometrically and is cut where it no longer counts.
    Large counts have a closed form.
    """
    tail, pmf = np.where(k <= m, 1.0, 0.0), np.zeros_like(m)
    none = m <= 0
    pmf[none] = tail[none] = k[none] <= 0
    log = _log_pmf(k, np.where(none, 1.0, m))
    likely, large = (log > PROBABILITY_LOG_CUTOFF) & ~none, k >= CLOSED_FORM_CUTOFF
    closed = np.flatnonzero(likely & large)
    tail[closed], pmf[closed] = poisson_tail_and_pmf(k[closed], m[closed])
    counts = np.flatnonzero(likely & ~large)
    k, m, at_k = k[counts], m[counts], np.exp(log[counts])
    up = k > m
    down = ~up & (k > 0)
    sums = np.ones_like(m)
    sums[up] = at_k[up] * _series(k[up], m[up], up=True)
    sums[down] = 1.0 - at_k[down] * k[down] / m[down] * _series(k[down] - 1.0, m[down], up=False)
    pmf[counts], tail[counts] = at_k, np.clip(sums, 0.0, 1.0)
    return tail, pmf


def _series(start: FloatArray, mean: FloatArray, *, up: bool) -> FloatArray:
    """Sum of the Poisson terms from ``start`` upward or downward, over the term at ``start``.

    Few sums are a table of all their terms. Many are 1 + r1 (1 + r2 (1 + …)) from the last term
    that counts, one step for all series of that length: no table outgrows the processor's cache.
    """
    count = _terms(start, mean, up=up)
    most = int(count.max(initial=0.0))
    if start.size <= DIRECT_SUM_CUTOFF:
        steps = np.arange(1.0, most + 1.0)
        ratios = _ratio(start[:, None], mean[:, None], steps, up=up)
        return 1.0 + np.cumprod(ratios, axis=1).sum(axis=1)
    order = np.argsort(-count)
    k, m = start[order], mean[order]
    longer = np.searchsorted(-count[order], -np.arange(1.0, most + 1.0), side="right")
    sums = np.ones_like(m)
    for step in range(most, 0, -1):
        here = slice(longer[step - 1])
        sums[here] = 1.0 + _ratio(k[here], m[here], float(step), up=up) * sums[here]
    out = np.empty_like(sums)
    out[order] = sums
    return out


def _ratio(k: FloatArray, m: FloatArray, step: float | FloatArray, *, up: bool) -> FloatArray:
    """Return the ratio of a term, some steps from k, to the term before it."""
    return m / (k + step) if up else np.maximum(k - step + 1.0, 0.0) / m


def _terms(k: FloatArray, m: FloatArray, *, up: bool) -> FloatArray:
    """How many terms count at most: the first that is below exp(-SMALL), since ln x <= x - 1.

    With d = |k - m|: T d + T^2/2 >= SMALL (k + T) upward, T d + T (T - 1)/2 >= SMALL m downward.
    """
    half = TERM_LOG_CUTOFF - (k - m) if up else 0.5 - (m - k)
    terms = np.ceil(half + np.sqrt(half**2 + 2.0 * TERM_LOG_CUTOFF * (k if up else m)))
    return terms if up else np.minimum(terms, k)


def loss(capacity: ArrayLike, mean: ArrayLike) -> FloatArray:
    """E[(Y - c)+] for Y ~ Poisson(mean): (m - c) P(Y >= k) + c P(Y = k), k = floor(c).

    ``capacity`` need not be whole. Both are in requests in flight.
    """
    c, m = np.broadcast_arrays(np.asarray(capacity, float), np.asarray(mean, float))
    shape, c, m = c.shape, c.ravel(), m.ravel()
    at_k, pmf = _tail_and_pmf(np.floor(c + 1e-9), m)
    return np.maximum((m - c) * at_k + c * pmf, 0.0).reshape(shape)


def most_load(counts: ArrayLike, probability: float) -> FloatArray:
    """Return the largest mean with P(Y <= k) >= probability, by Newton's method in the mean.

    dP(Y <= k)/dm = -P(Y = k); the start is the Wilson-Hilferty approximation. Four steps reach
    the noise of the tail itself, about 1e-13.
    """
    k = np.asarray(counts, float)
    z = _normal_quantile(probability)
    shape = k + 1.0
    start = shape * (1 - 1 / (9 * shape) - z / (3 * np.sqrt(shape))) ** 3
    m = np.maximum(start, 1e-6)
    for _ in range(50):
        step = (1.0 - survival(k + 1, m) - probability) / np.exp(np.maximum(_log_pmf(k, m), -700.0))
        moved = np.clip(m + step, m / 3, m * 3 + 1.0)
        if np.all(np.abs(moved - m) <= 1e-11 * m):
            return moved
        m = moved
    return m


def _normal_quantile(probability: float) -> float:
    return NormalDist().inv_cdf(probability)
