"""The distinct loads of a week: a fleet is sized once for each, not once per hour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tco.arrays import FloatArray, read_only
from tco.units import WEEKS_PER_MONTH

__all__ = ["LoadLevels", "load_levels"]


@dataclass(frozen=True)
class LoadLevels:
    """The distinct loads of a week, the hours of each per month, and the steps between them.

    ``waiting`` is the share of each that can wait. ``changes`` are the levels that follow another
    in the cyclic week, those before, how often.
    """

    load: FloatArray
    waiting: FloatArray
    hours: FloatArray
    changes: tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]


@lru_cache(maxsize=64)
def load_levels(week: bytes, waiting: bytes) -> LoadLevels:
    """Return the levels of a week's loads. Every mix of a search serves the same week."""
    load_by_hour, waiting_by_hour = np.frombuffer(week), np.frombuffer(waiting)
    rounded = np.round(load_by_hour + 1j * waiting_by_hour, 12)
    _, first, inverse = np.unique(rounded, return_index=True, return_inverse=True)
    hours = np.bincount(inverse).astype(float) * WEEKS_PER_MONTH
    pairs, times = np.unique(inverse * len(first) + np.roll(inverse, 1), return_counts=True)
    now, before = np.divmod(pairs, len(first))
    return LoadLevels(
        load=read_only(load_by_hour[first]),
        waiting=read_only(waiting_by_hour[first]),
        hours=read_only(hours),
        changes=(read_only(now), read_only(before), read_only(times.astype(float))),
    )
