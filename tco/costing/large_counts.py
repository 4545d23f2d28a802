"""Tails of large counts by closed forms: Poisson counts, and sums of binomial counts.

Exact sums take a number of terms that grows with the count; these take the same time for any
count. Tests compare both with the exact sums near the size from which they are used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tco.arrays import FloatArray

__all__ = ["normal_tail", "poisson_tail_and_pmf", "trials_tail"]

TEMME = (
    (
        *(-1 / 3, 1 / 12, -2 / 135, 1 / 864, 1 / 2835, -139 / 777600, 1 / 25515),
        *(-571 / 261273600, -281 / 151559100, 163879 / 197522841600),
    ),
    (-1 / 540, -1 / 288, 1 / 378, -77 / 77760, 1 / 4860, -1 / 2488320, -2743 / 151559100),
    (25 / 6048, -139 / 51840, 1 / 1296, 1 / 497664, -6199 / 57736800),
)
"""Coefficients of Temme's expansion of the incomplete gamma function (DLMF 8.12.11), by power."""
NEWTON_STEPS = 30
AT_MEAN = 1e-3
"""Standard deviations from the mean within which the saddle point's correction is its limit."""


def normal_tail(z: FloatArray) -> FloatArray:
    """Return P(Z > z) of a standard normal; numpy has no error function of its own."""
    halves = [0.5 * math.erfc(one) for one in (z.ravel() / math.sqrt(2.0)).tolist()]
    return np.array(halves, float).reshape(z.shape)


def poisson_tail_and_pmf(k: FloatArray, mean: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return P(Y >= k) and P(Y = k) for Y ~ Poisson(mean), elementwise.

    P(Y >= k) is the incomplete gamma function P(k, mean), by Temme's uniform expansion. From 1,000
    on, and within 15 standard deviations of the mean, the relative error is below 1e-9.
    """
    away = (mean - k) / k
    half_square = np.maximum(away - np.log1p(away), 0.0)
    eta = np.copysign(np.sqrt(2.0 * half_square), away)
    density = np.exp(-k * half_square) / np.sqrt(2.0 * math.pi * k)
    series = sum(
        np.polynomial.polynomial.polyval(eta, np.array(row)) / k**power
        for power, row in enumerate(TEMME)
    )
    tail = normal_tail(-eta * np.sqrt(k)) - density * series
    gamma_star = 1.0 + 1.0 / (12.0 * k) + 1.0 / (288.0 * k**2) - 139.0 / (51840.0 * k**3)
    return tail, density / gamma_star


def trials_tail(
    counts: Sequence[FloatArray], chances: Sequence[float], least: FloatArray
) -> FloatArray:
    """Return P(S >= least) for S a sum of binomial counts, one element per sum.

    ``counts`` has the trials of each binomial count, ``chances`` their chances of success.

    Uses the saddle point of the cumulant function with a continuity correction (Daniels 1987) and
    Barndorff-Nielsen's r*, which keeps it between 0 and 1.
    """
    uncertain = [(n, chance) for n, chance in zip(counts, chances, strict=True) if chance > 0]
    chance = np.array([one for _, one in uncertain])
    trials = np.stack([*(n for n, _ in uncertain), 0.0 * least], -1)[:, :-1]
    target = least - 0.5
    most = trials.sum(axis=1)
    tail = np.where(target < 0, 1.0, 0.0)
    inside = (target > 0) & (target < most)
    trials, target = trials[inside], target[inside]
    t = _saddle_point(trials, chance, target)
    tilted = _tilted(t, chance)
    exponent = target * t - (trials * np.log1p(chance * np.expm1(t)[:, None])).sum(axis=1)
    r = np.copysign(np.sqrt(2.0 * np.maximum(exponent, 0.0)), t)
    spread = (trials * tilted * (1.0 - tilted)).sum(axis=1)
    skew = (trials * tilted * (1.0 - tilted) * (1.0 - 2.0 * tilted)).sum(axis=1)
    near = np.abs(r) < AT_MEAN
    u = 2.0 * np.sinh(t / 2.0) * np.sqrt(spread)
    safe = np.where(near, 1.0, r)
    correction = np.where(near, skew / (6.0 * spread**1.5), np.log(np.where(near, 1.0, u / safe)))
    tail[inside] = normal_tail(r + correction / safe)
    return tail


def _tilted(t: FloatArray, chance: FloatArray) -> FloatArray:
    """Return the chances of success under an exponential tilt t."""
    odds = chance * np.exp(t)[:, None]
    return odds / (1.0 - chance + odds)


def _saddle_point(trials: FloatArray, chance: FloatArray, target: FloatArray) -> FloatArray:
    """Return the tilt under which the mean is the target, by Newton's method.

    It starts from the tilt of one binomial count with all the trials and the same mean.
    """
    size, mean = trials.sum(axis=1), trials @ chance
    t = np.log(target / (size - target)) - np.log(mean / (size - mean))
    for _ in range(NEWTON_STEPS):
        tilted = _tilted(t, chance)
        step = (target - (trials * tilted).sum(axis=1)) / (trials * tilted * (1 - tilted)).sum(1)
        t = t + np.clip(step, -1.0, 1.0)
        if np.all(np.abs(step) <= 1e-12):
            break
    return t
