"""Work that can wait, moved on own nodes to the hours of its delay with the largest headroom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tco.arrays import FloatArray
from tco.units import HOURS_PER_WEEK

__all__ = ["Waiting", "moved_load"]

MOST_SWEEPS = 200
SETTLED, DECIMALS = 1e-7, 6
"""The load has settled once no hour changes by more than this share of the mean; the result is
rounded to these decimals of it, so that hours that settle at one level need the same nodes."""


@dataclass(frozen=True)
class Waiting:
    """The share of the load of every hour that can wait, and for how many hours."""

    share: float
    hours: int


def moved_load(load: FloatArray, waiting: Sequence[Waiting], most: float = math.inf) -> FloatArray:
    """Return the load of a cyclic week after what can wait has moved, the same in total.

    What arrives in an hour goes to the least loaded hours from then until its delay has passed,
    up to a load of ``most`` there; what finds no room stays in its hour. Every hour's arrivals
    move in turn until none does any more: the week is then as even as the delays allow.
    """
    moves = [move for move in waiting if move.share > 0 and move.hours > 0]
    if not moves:
        return load
    return _moved(np.asarray(load, float).tobytes(), tuple(moves), most).copy()


@lru_cache(maxsize=256)
def _moved(week: bytes, moves: tuple[Waiting, ...], most: float) -> FloatArray:
    """Return the moved load of a week, computed once however many plans serve the same one."""
    load = np.frombuffer(week)
    parts = [_windows(move.hours) for move in moves]
    placed = [np.zeros((HOURS_PER_WEEK, windows.shape[1])) for windows in parts]
    for move, held in zip(moves, placed, strict=True):
        held[:, 0] = load * move.share
    mean = float(load.mean())
    total, hours = load.copy(), np.flatnonzero(load)
    for _ in range(MOST_SWEEPS):
        before, hours = total.copy(), hours[::-1]
        for move, windows, held in zip(moves, parts, placed, strict=True):
            for hour in hours:
                window = windows[hour]
                total[window] -= held[hour]
                held[hour] = _filled(total[window], float(load[hour]) * move.share, most)
                total[window] += held[hour]
        if np.abs(total - before).max() <= SETTLED * mean:
            break
    return np.round(total / mean, DECIMALS) * mean


def _windows(hours: int) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
    """Return, for each hour of the week, the hours in which its work may be served."""
    delays = np.arange(min(hours + 1, HOURS_PER_WEEK))
    return (np.arange(HOURS_PER_WEEK)[:, None] + delays[None, :]) % HOURS_PER_WEEK


def _filled(levels: FloatArray, amount: float, most: float) -> FloatArray:
    """Return what each hour takes of an amount: the lowest first, up to one common level."""
    order = np.sort(levels)
    needed = order * np.arange(1, len(order) + 1) - np.cumsum(order)
    count = int(np.searchsorted(needed, amount, side="right"))
    level = (amount + order[:count].sum()) / count
    taken = np.maximum(min(level, most) - levels, 0.0)
    taken[0] += max(amount - float(taken.sum()), 0.0)
    return taken
