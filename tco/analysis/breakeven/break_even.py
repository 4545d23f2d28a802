"""Break-even as intervals of volume: where self-hosting is cheaper, between all the steps.

The cost of a fleet jumps with every node, so there is seldom one break-even number. Each piece
between two steps is scanned and every root in it is bracketed; adjacent pieces are merged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tco.arrays import FloatArray, distinct
from tco.costing.arrivals import TOLERANCE
from tco.costing.fleet_operation import operate
from tco.costing.group import Group
from tco.costing.ledger import api_bills, ledger
from tco.costing.lines import total
from tco.costing.service_model import ServiceModel, StandbyTerms
from tco.costing.stack import Alternative, StackModel
from tco.roots import roots
from tco.scenario import BASE_CASE, Scenario

__all__ = [
    "BreakEven",
    "Samples",
    "Scan",
    "sample_points",
    "scan",
    "self_usd",
    "winning_intervals",
]

Interval = tuple[float, float | None]

MOST_PARTS = 8
"""Parts of a piece: enough to bracket the roots of what the overflow or a price band bends."""
FINEST_PARTS = 400
"""No part need be shorter than this share of the scan: an eighth of one of 50 nodes."""
MOST_PIECES = 2_000
"""Steps nearer to one another than this allows are taken together: fleets of hundreds of nodes."""
NOISE = 1e-9
"""A saving below this share of the cost is none."""
SCANNED_NODES = 50
MOST_SCANNED_NODES = 20_000.0
SCANNED_TIMES = 10.0
"""The scan reaches this many nodes, or this many times the volume, whichever is more."""
JUST_ABOVE = 1e-9
NARROWINGS = 3
"""How often the part of the scan in which a fleet is full is cut into 32."""
SMALLEST_CAPACITY = 1e-6
"""A fleet that is full below this share of its demand serves nothing."""


@dataclass(frozen=True)
class Samples:
    """Points at which a cost is taken, ascending, and which piece between two steps each is of."""

    points: FloatArray
    piece: NDArray[np.intp]

    @property
    def ceiling(self) -> float:
        """The last of them."""
        return float(self.points[-1])


def sample_points(steps: FloatArray, ceiling: float) -> Samples:
    """Points of every piece between two steps: its two ends and, where it is long, some between.

    The fleet still has the lower node count at a step itself, and up to the fleet's tolerance
    above it, so a piece starts just above that.
    """
    inside = distinct(steps[(steps > 0) & (steps < ceiling)])
    edges = np.concatenate(([0.0], inside, [ceiling]))
    low, width = edges[:-1], np.diff(edges)
    parts = np.clip(np.ceil(width / ceiling * FINEST_PARTS), 1, MOST_PARTS).astype(np.intp)
    piece = np.repeat(np.arange(len(parts)), parts + 1)
    position = np.arange(len(piece)) - np.repeat(np.cumsum(parts + 1) - parts - 1, parts + 1)
    part = np.where(position == 0, JUST_ABOVE, position / parts[piece])
    points = np.maximum(low[piece] + width[piece] * part, low[piece] * (1 + 4 * TOLERANCE))
    return Samples(np.minimum(points, edges[piece + 1]), piece)


def winning_intervals(
    saving: Callable[[FloatArray, NDArray[np.intp]], FloatArray],
    samples: Samples,
    values: FloatArray,
    *,
    lasting: Sequence[bool],
) -> list[list[Interval]]:
    """Intervals of volume in which the saving against each of several rivals is positive.

    ``saving`` gives it at volumes, each against a rival; ``values`` are the savings at the samples,
    ``(rivals, samples)``. A saving jumps after a piece and is continuous within one. ``lasting``
    says of each that it stays positive past the last sample: the last end is then open.
    """
    points, piece = samples.points, samples.piece
    wins = values > 0
    rival, last = np.nonzero(wins[:, 1:] != wins[:, :-1])
    ends = points[last]
    within = piece[last] == piece[last + 1]
    of, at = rival[within], last[within]
    ends[within] = roots(
        lambda volume: saving(volume, of),
        points[at],
        points[at + 1],
        values[of, at],
        at_b=values[of, at + 1],
    )
    return [
        _between(
            [*([0.0] if row[0] else []), *ends[rival == index], *([math.inf] if row[-1] else [])],
            samples.ceiling,
            lasting=lasts,
        )
        for index, (row, lasts) in enumerate(zip(wins, lasting, strict=True))
    ]


def _between(bounds: Sequence[float], ceiling: float, *, lasting: bool) -> list[Interval]:
    """Return the intervals from every other bound to the next, those that touch as one."""
    merged: list[Interval] = []
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        known = float(end) if end < math.inf else None if lasting else ceiling
        if merged and start <= (merged[-1][1] or 0.0) + JUST_ABOVE * ceiling:
            merged[-1] = (merged[-1][0], known)
        else:
            merged.append((float(start), known))
    return merged


@dataclass(frozen=True)
class Scan:
    """The cost of a stack against its volume, sampled for the memo's picture, and its limits."""

    mtok: FloatArray
    self_usd: FloatArray
    ceiling_mtok: float
    capacity_mtok: float | None
    wins: tuple[list[Interval], ...]


@dataclass(frozen=True)
class BreakEven:
    """A stack's scan, taken when it is asked for: a comparison of branches shows none."""

    stack: StackModel

    @cached_property
    def scan(self) -> Scan:
        """The cost against the volume, and where it is lower than the alternatives'."""
        return scan(self.stack)


def scan(stack: StackModel) -> Scan:
    """Break-even intervals of every alternative, in million tokens per month of all services.

    Lengths, shape, cache share and prices are held; fixed pools stay fixed, others re-size.
    """
    ceiling = _ceiling(stack)
    capacity = _capacity(stack, ceiling)
    if capacity is not None and capacity < SMALLEST_CAPACITY:
        return _unable(stack, ceiling)
    reach = capacity if capacity is not None else ceiling
    steps = [_steps(stack, reach)]
    others = [
        alternative.stack for alternative in stack.alternatives if alternative.stack is not None
    ]
    steps += [_steps(other, reach) for other in others]
    samples = sample_points(_thinned(np.concatenate(steps)), reach)
    own = self_usd(stack, samples.points)
    volume = stack.mtok_per_month
    costs = [_cost(stack, alternative) for alternative in stack.alternatives]
    rivals = [cost for cost in costs if cost is not None]
    values = np.array([rival(samples.points) - own for rival in rivals]).reshape(-1, len(own))
    values = np.where(np.abs(values) <= NOISE * own, 0.0, values)
    lasting = [capacity is None and _lasts(samples.points, row) for row in values]
    found = iter(winning_intervals(_saving(stack, rivals), samples, values, lasting=lasting))
    wins = [_scaled(next(found), volume) if cost is not None else [] for cost in costs]
    return Scan(
        mtok=samples.points * volume,
        self_usd=own,
        ceiling_mtok=ceiling * volume,
        capacity_mtok=None if capacity is None else capacity * volume,
        wins=tuple(wins),
    )


def _unable(stack: StackModel, ceiling: float) -> Scan:
    """Return the scan of a stack with a service that serves nothing: it wins at no volume."""
    nothing = np.zeros(1)
    wins: tuple[list[Interval], ...] = tuple([] for _ in stack.alternatives)
    own = self_usd(stack, nothing)
    return Scan(
        mtok=nothing,
        self_usd=own,
        ceiling_mtok=ceiling * stack.mtok_per_month,
        capacity_mtok=0.0,
        wins=wins,
    )


def self_usd(stack: StackModel, factor: FloatArray, scenario: Scenario = BASE_CASE) -> FloatArray:
    """Return the USD of the pricing day's month at factors of the demand, shaped as ``factor``.

    Raises OverflowError where a factor needs more nodes than any fleet may have.
    """
    return np.asarray(total(ledger(stack, operate(stack, factor), 0.0, scenario)) + 0.0 * factor)


def _cost(stack: StackModel, alternative: Alternative) -> Callable[[FloatArray], FloatArray] | None:
    """Return an alternative's cost at factors of the demand, or None without a price."""
    if alternative.unpriced:
        return None
    if alternative.stack is not None:
        return _stack_cost(stack, alternative.stack)
    bills = api_bills(stack, alternative)
    if bills is None:
        return None
    if not alternative.is_proportional(stack):
        return lambda factor: np.asarray(sum(api_bills(stack, alternative, factor) or ()), float)
    slope = sum(bills)
    return lambda factor: slope * factor


def _stack_cost(stack: StackModel, other: StackModel) -> Callable[[FloatArray], FloatArray]:
    """Another stack's cost; demand that it refuses it buys at what ours costs."""

    def cost(factor: FloatArray) -> FloatArray:
        done = operate(other, factor)
        usd = np.asarray(total(ledger(other, done)) + 0.0 * factor)
        refused = done.refused_tokens(other)
        return usd + refused * self_usd(stack, factor) if refused.any() else usd

    return cost


def _saving(
    stack: StackModel, rivals: Sequence[Callable[[FloatArray], FloatArray]]
) -> Callable[[FloatArray, NDArray[np.intp]], FloatArray]:
    """Return the saving at factors of the demand, each against one of the rivals."""

    def saving(factor: FloatArray, of: NDArray[np.intp]) -> FloatArray:
        usd = -self_usd(stack, factor)
        for index, rival in enumerate(rivals):
            here = of == index
            usd[here] += rival(factor[here])
        return usd

    return saving


def _scaled(intervals: Sequence[Interval], volume: float) -> list[Interval]:
    return [(low * volume, None if high is None else high * volume) for low, high in intervals]


def _ceiling(stack: StackModel) -> float:
    """Factor of the demand up to which the scan goes; no fleet may outgrow what can be computed."""
    load = max(
        float(group.fleet.load_by_hour.max())
        for service in stack.services
        for group in service.groups
    )
    return min(max(SCANNED_TIMES, SCANNED_NODES / load), max(1.5, MOST_SCANNED_NODES / load))


def _capacity(stack: StackModel, ceiling: float) -> float | None:
    """Return the largest factor that every service can serve.

    Or None where there is no such limit.
    """
    # No spare serves more, and none need be counted.
    stack = stack.with_services(lambda service: replace(service, standby=StandbyTerms()))
    if bool(operate(stack, ceiling).served(stack)[0]):
        return None
    low, high = 0.0, ceiling
    for _ in range(NARROWINGS):  # thirty factors at once take as long as two
        grid = np.linspace(low, high, 33)
        full = int(np.argmax(_room(stack, grid) < 0))
        low, high = float(grid[full - 1]), float(grid[full])
    a, b = np.array([low]), np.array([high])
    at_a, at_b = _room(stack, a), _room(stack, b)
    [found] = roots(lambda factor: _room(stack, factor), a, b, at_a, at_b=at_b)
    return float(found)


def _room(stack: StackModel, factor: FloatArray) -> FloatArray:
    """Return how far the service nearest to its unserved limit is from it, over the limit."""
    done = operate(stack, factor)
    rooms = [
        1.0 - done.unserved_share(service, index) / max(service.unserved_limit, TOLERANCE)
        for index, service in enumerate(stack.services)
    ]
    return np.min(rooms, axis=0)


def _steps(stack: StackModel, reach: float) -> FloatArray:
    """Factors of the demand after which some fleet needs another node."""
    found = [
        _group_steps(service, group, reach)
        for service in stack.services
        for group in service.groups
    ]
    return distinct(np.concatenate(found)) if found else np.zeros(0)


def _group_steps(service: ServiceModel, group: Group, reach: float) -> FloatArray:
    follows = any(pool.follow != "static" for pool in group.fleet.pools)
    loads = group.fleet.load_by_hour
    levels = (
        distinct(np.round(loads, 12))
        if follows or service.standby.target
        else loads.max(keepdims=True)
    )
    most = group.fleet.steps(float(loads.max()) * reach)
    if group.fleet.arrivals.factor is not None:  # a certain peak overflows from one load on
        full = np.arange(1.0, len(most) + 1) / group.fleet.arrivals.factor
        levels, most = distinct(np.round(loads, 12)), np.concatenate([most, full])
    levels, most = levels[levels > 0], _thinned(most)
    return (most[:, None] / levels[None, :]).ravel()


def _thinned(steps: FloatArray) -> FloatArray:
    """Return the steps, of very many only the last of each of 2,000 even parts in logarithms."""
    steps = distinct(steps[steps > 0])
    if len(steps) <= MOST_PIECES:
        return steps
    even = np.linspace(math.log(steps[0]), math.log(steps[-1]), MOST_PIECES + 1)
    edges = np.exp(even[1:])
    return distinct(steps[np.searchsorted(steps, edges * (1 + NOISE), side="right") - 1])


def _lasts(points: FloatArray, values: FloatArray) -> bool:
    """Return whether a saving at the ceiling stays: its worst holds over the second half."""
    late = points >= points[-1] / 2
    earlier = ~late & (points >= points[-1] / 4)
    worst = float(values[late].min())
    before = float(values[earlier].min()) if earlier.any() else worst
    return worst > 0 and worst >= before - 1e-6 * abs(before)
