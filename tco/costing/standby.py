"""Standby for nodes that are down: spare nodes, or an API that takes the overflow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from tco.arrays import FloatArray, Quantity, distinct_rows, ratio, read_only
from tco.costing.arrivals import Arrivals
from tco.costing.fleet import Operation
from tco.costing.large_counts import trials_tail
from tco.costing.log_factorial import log_factorial

__all__ = [
    "chances_up",
    "node_availability",
    "outage_overflow",
    "spares_needed",
]

MOST_SPARES = 64
COUNTED_NODES_CUTOFF = 500
"""Fleets of more nodes are not counted out, node by node. See METHOD.md for the error."""
NEGLIGIBLE_CUTOFF = 1e-9
FEWEST = 7.0
"""Fewer nodes down than this many roots of the mean below it: a chance below exp(-7²/2)."""
STRIDES = 2.0
"""Nodes down are taken at this many values per standard deviation at least."""


def node_availability(
    mtbf_hours: Quantity,
    mttr_hours: Quantity,
    interruptions_per_hour: Quantity = 0.0,
    boot_hours: Quantity = 0.0,
) -> Quantity:
    """Share of time one node is up: 1 / (1 + MTTR/MTBF + nu b).

    Without spot interruptions it is MTBF / (MTBF + MTTR).

    >>> round(node_availability(6335, 24), 5)
    0.99623
    """
    return 1.0 / (1.0 + mttr_hours / mtbf_hours + interruptions_per_hour * boot_hours)


@lru_cache(maxsize=4096)
def _binomial(nodes: int, availability: float) -> FloatArray:
    """P(k of the nodes are up), k = 0..nodes."""
    k = np.arange(nodes + 1.0)
    if availability >= 1.0:
        return read_only((k == nodes).astype(float))
    ways = log_factorial(k[-1:]) - log_factorial(k) - log_factorial(nodes - k)
    log_chance = ways + k * math.log(availability) + (nodes - k) * math.log1p(-availability)
    return read_only(np.exp(log_chance))


@lru_cache(maxsize=4096)
def chances_up(nodes: tuple[int, ...], availabilities: tuple[float, ...]) -> FloatArray:
    """Return P(at least n of several pools' nodes are up), ``(nodes + 1,)``: n = 0 to all of them.

    Nodes fail independently, each up for the availability of its pool (METHOD, Standby).

    >>> round(float(chances_up((5,), (0.99,))[4]), 6)
    0.99902
    """
    up = np.ones(1)
    for count, availability in zip(nodes, availabilities, strict=True):
        up = np.convolve(up, _binomial(count, availability))
    return read_only(np.minimum(np.cumsum(up[::-1])[::-1], 1.0))


def spares_needed(
    operation: Operation,
    requests: FloatArray,
    availabilities: Sequence[float],
    spare_availability: float,
    target: float,
) -> FloatArray:
    """Return the least k with sum l P(Bin(P(h)+k, A) >= min(N(h), P(h))) / sum l >= target.

    One k per load factor, by growing steps and bisection: from 0, of a large fleet from the nodes
    that are down on average.

    Args:
        operation: The fleet, ``(load factors, levels)``.
        requests: The weight l of each level of the week, ``(levels,)``.
        availabilities: The share of time that a node of each pool is up, 0 to 1.
        spare_availability: The same of a spare.
        target: The share of the requests that find enough nodes up, below 1.

    Returns:
        Spare nodes, ``(load factors,)``.

    Raises:
        OverflowError: 64 spares and a quarter of the nodes do not reach the target.
    """
    kinds = [spare_availability, *sorted({*availabilities} - {spare_availability})]
    held = np.stack(
        [
            sum(
                np.rint(nodes)
                for nodes, availability in zip(operation.provisioned, availabilities, strict=True)
                if availability == kind
            )
            + np.zeros_like(operation.needed)
            for kind in kinds
        ],
        -1,
    )
    needed = np.minimum(operation.needed, held.sum(axis=-1))
    weights = requests * operation.hours
    weights = weights / weights.sum() if weights.any() else np.full_like(weights, 1 / len(weights))
    most = float(MOST_SPARES + int(held.sum(axis=-1).max()) // 4)
    down = (held @ (1.0 - np.array(kinds))).max(axis=1)
    trial = np.where(held.sum(axis=-1).max(axis=1) > COUNTED_NODES_CUTOFF, np.floor(down), 0.0)
    step = np.ceil(np.sqrt(np.maximum(trial, 1.0)))
    short, enough = np.full(len(held), -1.0), np.full(len(held), np.inf)
    rows = np.arange(len(held))
    while rows.size:
        chance = _chances_enough(held[rows], kinds, trial[rows], needed[rows])
        met = chance @ weights >= target - 1e-12
        enough[rows[met]], short[rows[~met]] = trial[rows[met]], trial[rows[~met]]
        if short.max() >= most:
            raise OverflowError(
                f"{most:.0f} spare nodes do not reach an availability of {target:g}"
            )
        between = np.floor((short + enough) / 2)
        trial = np.where(enough < np.inf, between, np.minimum(short + step, most))
        step *= 2.0
        rows = np.flatnonzero(enough - short > 1)
    return enough


def _chances_enough(
    held: FloatArray, kinds: Sequence[float], spares: FloatArray, needed: FloatArray
) -> FloatArray:
    """P(enough nodes are up) by load factor and level, spares being of the first kind.

    ``held`` has the nodes of each availability on its last axis. Fleets of more nodes than
    ``COUNTED_NODES_CUTOFF`` are not counted out but taken by their saddle point.
    """
    fleets = held.copy()
    fleets[..., 0] += spares[:, None]
    out = np.empty(needed.shape)
    counted = held.sum(axis=-1) <= COUNTED_NODES_CUTOFF
    few = np.concatenate([fleets[counted], needed[counted][:, None]], axis=-1).astype(np.int16)
    rows, which = distinct_rows(few)
    up = tuple(kinds)
    chances = [chances_up(tuple(nodes), up)[least] for *nodes, least in rows.tolist()]
    out[counted] = np.array(chances)[which]
    if not counted.all():
        many = np.moveaxis(fleets[~counted], -1, 0)
        down = [1.0 - kind for kind in kinds]
        out[~counted] = 1.0 - trials_tail([*many], down, many.sum(axis=0) - needed[~counted] + 1.0)
    return out


def outage_overflow(
    operation: Operation, arrivals: Arrivals, availability: FloatArray
) -> FloatArray:
    """Return the share of the requests that overflow because nodes are down, beyond all others.

    ``availability`` is the share of time a node is up, ``(load factors,)``, as the result is.

    The expected overflow over the number of nodes that are up, less the overflow with all up.
    Pools of different hardware fail here in proportion to their share of the capacity. Each hour
    walks up from the fewest nodes that are ever down until what is left is rare; where many are
    down and the overflow has no kink, by a part of their standard deviation at a time.
    """
    nodes: FloatArray = np.sum(operation.provisioned, axis=0)
    out = np.broadcast_to(1.0 - availability[:, None], nodes.shape).ravel()
    n, load = nodes.ravel(), operation.load.ravel()
    size = ratio(operation.capacity, nodes).ravel()
    root = np.sqrt(n * out)
    stride = np.maximum(np.floor(root / STRIDES if arrivals.factor is None else 0.0 * root), 1.0)
    down = np.maximum(np.floor(n * out - FEWEST * root), 0.0)
    chance, left, expected = _chance_down(n, down, out), np.ones_like(n), np.zeros_like(n)
    open_ = np.arange(n.size)
    while open_.size:
        here, up = chance[open_] * stride[open_], n[open_] - down[open_]
        expected[open_] += here * arrivals.overflow(up * size[open_], load[open_])
        left[open_] -= here
        down[open_] += stride[open_]
        open_ = open_[(left[open_] > NEGLIGIBLE_CUTOFF) & (up >= stride[open_])]
        chance[open_] = _chance_down(n[open_], down[open_], out[open_])
    extra = np.maximum(expected.reshape(nodes.shape) - operation.overflow, 0.0) @ operation.hours
    return ratio(extra, operation.load_hours)


def _chance_down(nodes: FloatArray, down: FloatArray, out: FloatArray) -> FloatArray:
    """P(exactly ``down`` of the nodes are down), for whole numbers of nodes below all of them."""
    up = nodes - down
    ways = log_factorial(nodes) - log_factorial(down) - log_factorial(up)
    rare = np.where(down > 0, down * np.log(np.where(down > 0, out, 1.0)), 0.0)
    return np.exp(ways + rare + up * np.log1p(-out))
