"""ln(k!) in numpy alone: ``scipy.special`` takes as long to import as all of a ``tco plan``."""

from __future__ import annotations

import math

import numpy as np

from tco.arrays import FloatArray

__all__ = ["log_factorial"]

LOG_FACTORIALS = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1.0, 1025.0)))))


def log_factorial(counts: FloatArray) -> FloatArray:
    """ln(k!), by a running sum up to 1,024 and Stirling's series beyond (error < 1e-13)."""
    small = LOG_FACTORIALS[np.minimum(counts, len(LOG_FACTORIALS) - 1).astype(np.intp)]
    if counts.size == 0 or counts.max() < len(LOG_FACTORIALS):
        return small
    k = np.maximum(counts, 1.0)
    stirling = k * np.log(k) - k + 0.5 * np.log(2 * math.pi * k) + 1 / (12 * k) - 1 / (360 * k**3)
    return np.where(counts < len(LOG_FACTORIALS), small, stirling)
