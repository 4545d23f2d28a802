"""Break-even as intervals of volume: where self-hosting is cheaper, between all the steps.

The cost of a fleet jumps with every node, so there is seldom one break-even number. Each piece
between two steps is scanned and every root in it is bracketed; adjacent pieces are merged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tco.model.fleet import TOLERANCE
from tco.model.ledger import api_bill, ledger, total
from tco.model.scenario import LIKELY, Scenario
from tco.model.stack import Alternative, Group, ServiceModel, StackModel
from tco.model.work import work
from tco.units import FloatArray

__all__ = ["Scan", "sample_points", "scan", "self_usd", "winning_intervals"]

Interval = tuple[float, float | None]

SAMPLES = 9
"""Points per piece: enough to bracket the roots of what a Poisson loss or a price band bends."""
MOST_PIECES = 2_000
"""Steps nearer to one another than this allows are taken together: fleets of hundreds of nodes."""
NOISE = 1e-9
"""A saving below this share of the cost is none."""
SCANNED_NODES = 50
MOST_SCANNED_NODES = 20_000.0
SCANNED_TIMES = 10.0
"""The scan reaches this many nodes, or this many times the volume, whichever is more."""
JUST_ABOVE = 1e-9


def winning_intervals(
    saving: Callable[[FloatArray], FloatArray],
    steps: FloatArray,
    ceiling: float,
    *,
    lasting: bool,
) -> list[Interval]:
    """Intervals of volume, up to ``ceiling``, in which ``saving`` is positive.

    ``steps`` are the volumes after which the saving jumps; it is continuous in between.
    ``lasting`` says that the saving stays positive past the ceiling: the last end is then open.
    """
    points = sample_points(steps, ceiling, SAMPLES)
    values = saving(points.ravel()).reshape(points.shape)
    return _intervals(saving, points, values, lasting=lasting)


def sample_points(steps: FloatArray, ceiling: float, samples: int) -> FloatArray:
    """Points of every piece between two steps, one row a piece: its ends and some in between.

    The fleet still has the lower node count at a step itself, and up to the fleet's tolerance
    above it, so a row starts just above that.
    """
    inside = np.unique(steps[(steps > 0) & (steps < ceiling)])
    edges = np.concatenate(([0.0], inside, [ceiling]))
    low, high = edges[:-1, None], edges[1:, None]
    parts = np.concatenate(([JUST_ABOVE], np.linspace(0.0, 1.0, samples)[1:]))
    past_step = low * (1 + 4 * TOLERANCE)
    return np.minimum(np.maximum(low + (high - low) * parts, past_step), high)


def _intervals(
    saving: Callable[[FloatArray], FloatArray],
    points: FloatArray,
    values: FloatArray,
    *,
    lasting: bool,
) -> list[Interval]:
    ceiling = float(points[-1, -1])
    edges = np.concatenate(([0.0], points[:-1, -1]))
    wins = values > 0
    roots = _roots(saving, points, values)
    merged: list[Interval] = []
    for piece, low in enumerate(edges):
        for start, end in _pieces(float(low), points[piece], wins[piece], roots[piece]):
            if merged and start <= (merged[-1][1] or 0.0) + JUST_ABOVE * ceiling:
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append((start, end))
    if merged and lasting and merged[-1][1] == ceiling:
        merged[-1] = (merged[-1][0], None)
    return merged


def _pieces(
    low: float, points: FloatArray, wins: Sequence[bool], roots: FloatArray
) -> list[Interval]:
    """Winning stretches of one piece, ends at its edges or at roots."""
    found: list[Interval] = []
    start: float | None = low if wins[0] else None
    for place in range(1, len(points)):
        if wins[place] != wins[place - 1]:
            root = float(roots[place - 1])
            if start is None:
                start = root
            else:
                found.append((start, root))
                start = None
    if start is not None:
        found.append((start, float(points[-1])))
    return found


def _roots(
    saving: Callable[[FloatArray], FloatArray], points: FloatArray, values: FloatArray
) -> FloatArray:
    """Roots between neighboring points of different sign, all at once (regula falsi, Illinois)."""
    roots = np.full((points.shape[0], points.shape[1] - 1), np.nan)
    change = (values[:, 1:] > 0) != (values[:, :-1] > 0)
    if not change.any():
        return roots
    a, b = points[:, :-1][change], points[:, 1:][change]
    fa, fb = values[:, :-1][change], values[:, 1:][change]
    x = b.copy()
    for _ in range(40):
        flat = fb == fa
        x = np.where(flat, (a + b) / 2, b - fb * (b - a) / np.where(flat, 1.0, fb - fa))
        fx = saving(x)
        if np.all((np.abs(fx) <= 1e-9 * (1 + np.abs(fa))) | (np.abs(b - a) <= 1e-12 * b)):
            break
        crossed = (fx > 0) != (fb > 0)
        a, fa = np.where(crossed, b, a), np.where(crossed, fb, fa / 2)
        b, fb = x, fx
    roots[change] = x
    return roots


@dataclass(frozen=True)
class Scan:
    """The cost of a stack against its volume, sampled for the memo's picture, and its limits."""

    mtok: FloatArray
    self_usd: FloatArray
    ceiling_mtok: float
    capacity_mtok: float | None
    wins: tuple[list[Interval], ...]


def scan(stack: StackModel) -> Scan:
    """Break-even intervals of every alternative, in million tokens a month, all services together.

    Lengths, shape, cache share and prices are held; fixed pools stay fixed, others re-size.
    """
    ceiling = _ceiling(stack)
    capacity = _capacity(stack, ceiling)
    reach = capacity if capacity is not None else ceiling
    steps = [_steps(stack, reach)]
    others = [one.stack for one in stack.alternatives if one.stack is not None]
    steps += [_steps(other, reach) for other in others]
    points = sample_points(_thinned(np.concatenate(steps)), reach, SAMPLES)
    own = self_usd(stack, points.ravel()).reshape(points.shape)
    volume = stack.mtok_per_month
    wins: list[list[Interval]] = []
    for alternative in stack.alternatives:
        rival = _cost(stack, alternative)
        if rival is None:
            wins.append([])
            continue
        values = rival(points.ravel()).reshape(points.shape) - own
        values = np.where(np.abs(values) <= NOISE * own, 0.0, values)
        lasting = capacity is None and _lasts(points, values)
        found = _intervals(_saving(stack, rival), points, values, lasting=lasting)
        wins.append([(lo * volume, None if hi is None else hi * volume) for lo, hi in found])
    return Scan(
        points.ravel() * volume,
        own.ravel(),
        ceiling * volume,
        None if capacity is None else capacity * volume,
        tuple(wins),
    )


def self_usd(stack: StackModel, factor: FloatArray, scenario: Scenario = LIKELY) -> FloatArray:
    """USD of the pricing day's month at factors of the demand."""
    return np.asarray(total(ledger(stack, work(stack, factor), 0.0, scenario)) + 0.0 * factor)


def _cost(stack: StackModel, alternative: Alternative) -> Callable[[FloatArray], FloatArray] | None:
    """An alternative's cost at factors of the demand, or None without a price."""
    if alternative.unpriced:
        return None
    if alternative.stack is not None:
        return _stack_cost(stack, alternative.stack)
    slope = 0.0
    for service, rate in zip(stack.services, alternative.rates, strict=True):
        if rate is None:
            return None
        slope += float(np.asarray(api_bill(stack, service, rate)))
    return lambda factor: slope * factor


def _stack_cost(stack: StackModel, other: StackModel) -> Callable[[FloatArray], FloatArray]:
    """Another stack's cost; demand that it refuses it buys at what ours costs."""

    def cost(factor: FloatArray) -> FloatArray:
        done = work(other, factor)
        usd = np.asarray(total(ledger(other, done)) + 0.0 * factor)
        refused = done.refused_tokens(other)
        return usd + refused * self_usd(stack, factor) if refused.any() else usd

    return cost


def _saving(
    stack: StackModel, rival: Callable[[FloatArray], FloatArray]
) -> Callable[[FloatArray], FloatArray]:
    return lambda factor: rival(factor) - self_usd(stack, factor)


def _ceiling(stack: StackModel) -> float:
    """Factor of the demand up to which the scan goes; no fleet may outgrow what can be computed."""
    load = max(
        float(group.fleet.load_by_hour.max())
        for service in stack.services
        for group in service.groups
    )
    return min(max(SCANNED_TIMES, SCANNED_NODES / load), max(1.5, MOST_SCANNED_NODES / load))


def _capacity(stack: StackModel, ceiling: float) -> float | None:
    """The largest factor that every service can serve, or None where there is no such limit."""
    if bool(work(stack, ceiling).served(stack)[0]):
        return None
    low, high = 0.0, ceiling
    for _ in range(12):
        grid = np.linspace(low, high, 17)
        served = work(stack, grid[1:]).served(stack)
        first = int(np.argmin(served)) if not served.all() else len(served) - 1
        low, high = float(grid[first]), float(grid[first + 1])
        if high - low <= 1e-12 * high:
            break
    return low


def _steps(stack: StackModel, reach: float) -> FloatArray:
    """Factors of the demand after which some fleet needs another node."""
    found = [
        _group_steps(service, group, reach)
        for service in stack.services
        for group in service.groups
    ]
    return np.unique(np.concatenate(found)) if found else np.zeros(0)


def _group_steps(service: ServiceModel, group: Group, reach: float) -> FloatArray:
    follows = any(pool.follow != "static" for pool in group.fleet.pools)
    loads = group.fleet.load_by_hour
    levels = (
        np.unique(np.round(loads, 12))
        if follows or service.standby.target
        else loads.max(keepdims=True)
    )
    most = group.fleet.steps(float(loads.max()) * reach)
    if group.fleet.arrivals.factor is not None:  # a certain peak overflows from one load on
        full = np.arange(1.0, len(most) + 1) / group.fleet.arrivals.factor
        levels, most = np.unique(np.round(loads, 12)), np.concatenate([most, full])
    levels = levels[levels > 0]
    return (most[:, None] / levels[None, :]).ravel()


def _thinned(steps: FloatArray) -> FloatArray:
    """The steps, of very many only the last of each of 2,000 even parts in logarithms."""
    steps = np.unique(steps[steps > 0])
    if len(steps) <= MOST_PIECES:
        return steps
    even = np.linspace(math.log(steps[0]), math.log(steps[-1]), MOST_PIECES + 1)
    edges = np.exp(even[1:])
    return np.unique(steps[np.searchsorted(steps, edges * (1 + NOISE), side="right") - 1])


def _lasts(points: FloatArray, values: FloatArray) -> bool:
    """Whether a saving at the ceiling stays: its worst does not fall over the second half."""
    late = points >= points[-1, -1] / 2
    earlier = ~late & (points >= points[-1, -1] / 4)
    worst = float(values[late].min())
    before = float(values[earlier].min()) if earlier.any() else worst
    return worst > 0 and worst >= before - 1e-6 * abs(before)
