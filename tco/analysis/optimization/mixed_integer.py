"""The cheapest counts of several types of node, as a mixed-integer program (HiGHS in scipy).

Committed counts hold all week, elastic ones by level of the week; the overflow of a level is
convex in its capacity, so straight lines through whole nodes bound it from below exactly there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from tco.analysis.optimization.supplies import CandidatePool
from tco.arrays import FloatArray, distinct
from tco.costing.group import Group
from tco.errors import TcoError
from tco.units import HOURS_PER_WEEK

__all__ = ["cheapest_counts"]

MOST_LEVELS = 24
MOST_LINES = 256
"""Lines that bound the overflow of a level; of larger fleets they run through fewer counts."""
SECONDS = 20.0
GAP = 1e-4


def cheapest_counts(
    group: Group, supplies: Sequence[CandidatePool], full_hour_usd: float | None, seconds: float
) -> tuple[int, ...]:
    """Nodes by supply that serve the week at the least cost, elastic ones at their most.

    ``full_hour_usd`` is the API's price of a full node-hour of overflow; None: every hour has the
    nodes it needs. It takes ``seconds`` at most. Raises TcoError where the solver finds nothing.
    """
    load, share = _levels(group)
    count, levels = len(supplies), len(load)
    columns = count * (1 + levels) + levels  # held all week; by level; overflow by level
    usd = np.array([supply.usd_per_hour for supply in supplies])
    committed = np.array([supply.committed for supply in supplies])
    cost = np.concatenate(
        [
            np.where(committed, usd, 0.0),
            np.outer(share, np.where(committed, 0.0, usd)).ravel(),
            share * (full_hour_usd or 0.0),
        ]
    )
    most = np.ceil(group.fleet.needed(load).max() / _capacity(supplies)) + 1
    upper = np.concatenate(
        [
            np.where(committed, most, 0.0),
            np.tile(np.where(committed, 0.0, most), levels),
            np.full(levels, np.inf if full_hour_usd is not None else 0.0),
        ]
    )
    integral = np.repeat(np.array([1, 0]), [count * (1 + levels), levels])
    solved = milp(
        cost,
        integrality=integral,
        bounds=Bounds(np.zeros(columns), upper),
        constraints=_served(group, supplies, load, overflows=full_hour_usd is not None),
        options={"time_limit": min(seconds, SECONDS), "mip_rel_gap": GAP},
    )
    if solved.x is None:
        raise TcoError(f"no mix of {count} supplies was found: {solved.message}")
    nodes = np.rint(np.asarray(solved.x[: count * (1 + levels)])).reshape(1 + levels, count)
    return tuple(int(count) for count in nodes.max(axis=0))


def _levels(group: Group) -> tuple[FloatArray, FloatArray]:
    """Group the loads of the week into at most 24 levels, each at its highest, with shares."""
    loads, counts = np.unique(np.round(group.fleet.load_by_hour, 12), return_counts=True)
    level_of = np.minimum(np.arange(len(loads)) * MOST_LEVELS // len(loads), len(loads) - 1)
    members = [np.flatnonzero(level_of == level) for level in np.unique(level_of)]
    return (
        np.array([loads[index].max() for index in members]),
        np.array([counts[index].sum() for index in members]) / HOURS_PER_WEEK,
    )


def _capacity(supplies: Sequence[CandidatePool]) -> FloatArray:
    return np.array([supply.fleet.capacity_per_node for supply in supplies])


def _served(
    group: Group, supplies: Sequence[CandidatePool], load: FloatArray, *, overflows: bool
) -> LinearConstraint:
    """Enough capacity in every level, or its overflow above each line through two whole nodes."""
    count, levels = len(supplies), len(load)
    needed = group.fleet.needed(load)
    rows: list[tuple[int, float, float]] = []  # level, slope of the capacity, least value
    for level in range(levels):
        if not overflows:
            rows.append((level, 1.0, float(needed[level])))
            continue
        most = float(needed[level]) + 1
        nodes = distinct(np.rint(np.linspace(0.0, most, int(min(most, MOST_LINES)) + 1)))
        over = group.fleet.arrivals.overflow(nodes, np.full_like(nodes, load[level]))
        over[0] = load[level]
        slopes = np.diff(over) / np.diff(nodes)
        rows += [
            (level, -float(slope), float(high - slope * node))
            for slope, high, node in zip(slopes, over, nodes, strict=False)
        ]
    matrix = lil_array((len(rows), count * (1 + levels) + levels))
    capacity = _capacity(supplies)
    for row, (level, slope, _) in enumerate(rows):
        matrix[row, :count] = slope * capacity
        start = count * (1 + level)
        matrix[row, start : start + count] = slope * capacity
        if overflows:
            matrix[row, count * (1 + levels) + level] = 1.0
    return LinearConstraint(matrix.tocsr(), lb=np.array([least for _, _, least in rows]))
