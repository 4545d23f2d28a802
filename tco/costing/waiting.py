"""Work that can wait, moved on own nodes to the hours of its delay with the largest headroom."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tco.arrays import FloatArray, ratio, read_only
from tco.plan.workload import CanWait, RequestClass
from tco.ranges import point
from tco.scenario import BASE_CASE
from tco.throughput.node import NodeThroughput
from tco.throughput.request_time import request_seconds
from tco.units import HOURS_PER_WEEK

__all__ = ["MovedLoad", "Waiting", "at_once_and_waiting", "moved_load", "waiting_of"]

MOST_SWEEPS = 200
SETTLED, DECIMALS = 1e-7, 6
"""The load has settled once no hour changes by more than this share of the mean; the result is
rounded down to these decimals of it: hours that settle at one level need the same nodes, and an
hour that is filled up to what its nodes carry needs no other one."""


@dataclass(frozen=True)
class Waiting:
    """The share of the load of every hour that can wait, and for how many hours."""

    share: float
    hours: int


@dataclass(frozen=True)
class MovedLoad:
    """The load of every hour of a week, and the share of it that can wait, ``(168,)`` each."""

    load: FloatArray
    waiting_share: FloatArray


def at_once_and_waiting(
    classes: Iterable[RequestClass],
) -> tuple[list[RequestClass], list[RequestClass]]:
    """Split classes into what is served as it comes and what waits for its stated hours.

    The shares are the likely ones. A class without hours is served as it comes, and keeps the
    share of it for which an API gives its batch discount.
    """
    at_once: list[RequestClass] = []
    waiting: list[RequestClass] = []
    for request in classes:
        waits = 0.0 if request.can_wait.hours is None else request.can_wait.share.likely
        if waits == 0.0:
            at_once.append(request)
            continue
        waiting.append(_part(request, waits, 1.0))
        if waits < 1.0:
            at_once.append(_part(request, 1 - waits, 0.0))
    return at_once, waiting


def _part(request: RequestClass, part: float, waits: float) -> RequestClass:
    can_wait = CanWait(share=point(waits), hours=request.can_wait.hours)
    return request.model_copy(update={"share": request.share * part, "can_wait": can_wait})


def waiting_of(
    node: NodeThroughput, workload: str, classes: Sequence[RequestClass]
) -> tuple[Waiting, ...]:
    """Return what of a node's load can wait, at the likely figures: the share of its time."""
    if all(request.can_wait.hours is None for request in classes):
        return ()
    seconds = [
        request.share * float(request_seconds(node, request, workload, BASE_CASE))
        for request in classes
    ]
    return tuple(
        Waiting(request.can_wait.share.likely * own / sum(seconds), request.can_wait.hours or 0)
        for request, own in zip(classes, seconds, strict=True)
    )


def moved_load(load: FloatArray, waiting: Sequence[Waiting], most: float = math.inf) -> MovedLoad:
    """Return the load of a cyclic week after what can wait has moved, the same in total.

    What arrives in an hour goes to the least loaded hours from then until its delay has passed,
    up to a load of ``most`` there; what finds no room stays in its hour. Every hour's arrivals
    move in turn until none does any more: the week is then as even as the delays allow.
    """
    moves = [move for move in waiting if move.share > 0 and move.hours > 0]
    if not moves:
        return MovedLoad(load, np.zeros_like(load))
    binding = most if most < load.max() else math.inf
    return _moved(np.asarray(load, float).tobytes(), tuple(moves), binding)


@lru_cache(maxsize=256)
def _moved(week: bytes, moves: tuple[Waiting, ...], most: float) -> MovedLoad:
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
    waits = np.zeros(HOURS_PER_WEEK)
    for windows, held in zip(parts, placed, strict=True):
        np.add.at(waits, windows, held)
    unit = 10.0**-DECIMALS * mean
    waiting_share = np.round(ratio(waits, total), DECIMALS)
    return MovedLoad(read_only(np.floor(total / unit) * unit), read_only(waiting_share))


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
