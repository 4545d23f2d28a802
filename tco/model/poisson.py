"""Requests in flight as a Poisson count: its tail, its loss, and what places may carry, for arrays.

Written with numpy alone, since importing ``scipy.special`` takes as long as the whole of a
cold ``tco plan``; a test compares every function with scipy's.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from tco.units import FloatArray

__all__ = ["log_factorial", "loss", "most_load", "survival"]

BLOCK = 24
UP = np.arange(1.0, BLOCK + 1.0)
DOWN = np.arange(0.0, BLOCK)
NEGLIGIBLE = 1e-17
LOG_FACTORIALS = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1.0, 1025.0)))))


def log_factorial(counts: FloatArray) -> FloatArray:
    """ln(k!), by a running sum up to 1,024 and Stirling's series beyond (error < 1e-13)."""
    small = LOG_FACTORIALS[np.minimum(counts, len(LOG_FACTORIALS) - 1).astype(np.intp)]
    if counts.size == 0 or counts.max() < len(LOG_FACTORIALS):
        return small
    k = np.maximum(counts, 1.0)
    stirling = k * np.log(k) - k + 0.5 * np.log(2 * math.pi * k) + 1 / (12 * k) - 1 / (360 * k**3)
    return np.where(counts < len(LOG_FACTORIALS), small, stirling)


def _pmf(counts: FloatArray, mean: FloatArray) -> FloatArray:
    """P(Y = k)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log = counts * np.log(mean) - mean - log_factorial(counts)
    at_zero = np.where(mean > 0, 0.0, np.where(counts == 0, 1.0, 0.0))
    return np.where(mean > 0, np.exp(np.where(mean > 0, log, 0.0)), at_zero)


def survival(counts: ArrayLike, mean: ArrayLike) -> FloatArray:
    """P(Y >= k) for Y ~ Poisson(mean), elementwise.

    Above the mean the terms P(Y = k), P(Y = k+1), … are added, below it 1 minus the terms
    downward from k-1; either series shrinks geometrically and is cut where it no longer counts.
    """
    k, m = np.broadcast_arrays(np.asarray(counts, float), np.asarray(mean, float))
    shape, k, m = k.shape, k.ravel(), m.ravel()
    out = np.where(k <= 0, 1.0, 0.0)
    spread = np.sqrt(m)
    upper = (k > m) & (k > 0) & (k <= m + 40 * spread + 60)
    lower = (k <= m) & (k > 0) & (k >= m - 40 * spread)
    out[(k > 0) & (k < m - 40 * spread)] = 1.0
    out[upper] = _series(k[upper], m[upper], up=True)
    out[lower] = 1.0 - _series(k[lower] - 1.0, m[lower], up=False)
    return np.clip(out, 0.0, 1.0).reshape(shape)


def _series(start: FloatArray, mean: FloatArray, *, up: bool) -> FloatArray:
    """Sum of the Poisson terms from ``start`` upward or downward.

    Terms are added a block at a time, and only where they still count.
    """
    out = np.ones_like(start)
    open_, k, m = np.arange(start.size), start, mean
    last = np.ones_like(start)
    while open_.size:
        at = k[:, None]
        ratio = m[:, None] / (at + UP) if up else np.maximum(at - DOWN, 0.0) / m[:, None]
        terms = last[:, None] * np.cumprod(ratio, axis=1)
        out[open_] += terms.sum(axis=1)
        last = terms[:, -1]
        counts = last > NEGLIGIBLE * out[open_]
        open_, k, m, last = open_[counts], k[counts], m[counts], last[counts]
        k = k + BLOCK if up else k - BLOCK
    return out * _pmf(start, mean)


def loss(capacity: ArrayLike, mean: ArrayLike) -> FloatArray:
    """E[(Y - c)+] for Y ~ Poisson(mean): m P(Y >= k) - c P(Y >= k+1), k = floor(c).

    ``capacity`` need not be whole. Both are in requests in flight.
    """
    c, m = np.broadcast_arrays(np.asarray(capacity, float), np.asarray(mean, float))
    k = np.floor(c + 1e-9)
    at_k = survival(k, m)
    beyond = at_k - _pmf(k, m)
    return np.maximum(m * at_k - c * np.maximum(beyond, 0.0), 0.0)


def most_load(counts: ArrayLike, probability: float) -> FloatArray:
    """The largest mean with P(Y <= k) >= probability, by Newton's method in the mean.

    dP(Y <= k)/dm = -P(Y = k); the start is the Wilson-Hilferty approximation. Four steps reach
    the noise of the tail itself, about 1e-13.
    """
    k = np.asarray(counts, float)
    z = _normal_quantile(probability)
    shape = k + 1.0
    start = shape * (1 - 1 / (9 * shape) - z / (3 * np.sqrt(shape))) ** 3
    m = np.maximum(start, 1e-6)
    for _ in range(50):
        step = (1.0 - survival(k + 1, m) - probability) / np.maximum(_pmf(k, m), 1e-300)
        moved = np.clip(m + step, m / 3, m * 3 + 1.0)
        if np.all(np.abs(moved - m) <= 1e-11 * m):
            return moved
        m = moved
    return m


def _normal_quantile(probability: float) -> float:
    return NormalDist().inv_cdf(probability)
