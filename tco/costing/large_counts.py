"""Tails of sums of large binomial counts by a closed form.

Exact sums take a number of terms that grows with the count; this takes the same time for any
count. Tests compare both near the size from which it is used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tco.arrays import FloatArray

__all__ = ["normal_tail", "trials_tail"]

NEWTON_STEPS = 30
AT_MEAN = 1e-3
"""Standard deviations from the mean within which the saddle point's correction is its limit."""


def normal_tail(z: FloatArray) -> FloatArray:
    """Return P(Z > z) of a standard normal; numpy has no error function of its own."""
    halves = [0.5 * math.erfc(deviation) for deviation in (z.ravel() / math.sqrt(2.0)).tolist()]
    return np.array(halves, float).reshape(z.shape)


def trials_tail(
    counts: Sequence[FloatArray], chances: Sequence[float], least: FloatArray
) -> FloatArray:
    """Return P(S >= least) for S a sum of binomial counts, one element per sum.

    ``counts`` has the trials of each binomial count, ``chances`` their chances of success.

    Uses the saddle point of the cumulant function with a continuity correction (Daniels 1987) and
    Barndorff-Nielsen's r*, which keeps it between 0 and 1.
    """
    uncertain = [(n, chance) for n, chance in zip(counts, chances, strict=True) if chance > 0]
    chance = np.array([chance for _, chance in uncertain])
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
