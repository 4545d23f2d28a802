"""What stands ready for nodes that are down: spare nodes, or an API that takes the overflow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from tco.costing.fleet import Arrivals, Operation
from tco.costing.poisson import log_factorial
from tco.units import FloatArray, Quantity, ratio

__all__ = [
    "chances_up",
    "node_availability",
    "outage_overflow",
    "spares_needed",
]

MOST_SPARES = 64
NEGLIGIBLE_CUTOFF = 1e-9
FEWEST = 7.0
"""Fewer nodes down than this many roots of the mean below it: a chance below exp(-7²/2)."""


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
    k = np.arange(nodes + 1)
    if availability >= 1.0:
        return (k == nodes).astype(float)
    ways = np.array(
        [math.lgamma(nodes + 1) - math.lgamma(i + 1) - math.lgamma(nodes - i + 1) for i in k]
    )
    return np.exp(ways + k * math.log(availability) + (nodes - k) * math.log1p(-availability))


@lru_cache(maxsize=4096)
def chances_up(nodes: tuple[int, ...], availabilities: tuple[float, ...]) -> FloatArray:
    """P(at least n of several pools' nodes are up), n = 0 to all of them.

    >>> round(float(chances_up((5,), (0.99,))[4]), 6)
    0.99902
    """
    up = np.ones(1)
    for count, availability in zip(nodes, availabilities, strict=True):
        up = np.convolve(up, _binomial(count, availability))
    return np.minimum(np.cumsum(up[::-1])[::-1], 1.0)


def spares_needed(
    operation: Operation,
    requests: FloatArray,
    availabilities: Sequence[float],
    spare_availability: float,
    target: float,
) -> FloatArray:
    """Least k with sum lambda P(Bin(P(h)+k, A) >= min(N(h), P(h))) / sum lambda >= target.

    ``requests`` weighs the levels of the week. One k per load factor of the operation. Raises
    OverflowError where 64 spares and a quarter of the nodes would not do.
    """
    provisioned = np.stack([np.rint(nodes) for nodes in operation.provisioned], -1).astype(int)
    total = provisioned.sum(axis=-1)
    needed = np.minimum(operation.needed, total).astype(int)
    flat = provisioned.reshape(-1, provisioned.shape[-1])
    code = flat @ (int(flat.max()) + 1) ** np.arange(flat.shape[1])
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    fleets, which = flat[first].tolist(), inverse.reshape(total.shape)
    weights = requests * operation.hours
    weights = weights / weights.sum() if weights.any() else np.full_like(weights, 1 / len(weights))
    spares = np.full(len(total), -1.0)
    most = MOST_SPARES + int(total.max()) // 4
    up = (*availabilities, spare_availability)
    for k in range(most + 1):
        chances = [chances_up((*fleet, k), up) for fleet in fleets]
        starts = np.cumsum([0, *(len(one) for one in chances)])[which]
        met = np.concatenate(chances)[starts + needed] @ weights
        spares = np.where((spares < 0) & (met >= target - 1e-12), float(k), spares)
        if (spares >= 0).all():
            return spares
    raise OverflowError(f"{most} spare nodes do not reach an availability of {target:g}")


def outage_overflow(
    operation: Operation, arrivals: Arrivals, availability: FloatArray
) -> FloatArray:
    """Share of the requests that overflow because nodes are down, beyond what overflows anyway.

    ``availability`` is the share of time a node is up, one value per load factor.

    The expected overflow over the number of nodes that are up, less the overflow with all up.
    Pools of different hardware fail here in proportion to their share of the capacity. Each hour
    walks up from the fewest nodes that are ever down until what is left is rare.
    """
    nodes: FloatArray = np.sum(operation.provisioned, axis=0)
    out = np.broadcast_to(1.0 - availability[:, None], nodes.shape).ravel()
    n, load = nodes.ravel(), operation.load.ravel()
    size = ratio(operation.capacity, nodes).ravel()
    down = np.maximum(np.floor(n * out - FEWEST * np.sqrt(n * out)), 0.0)
    chance, left, expected = _chance_down(n, down, out), np.ones_like(n), np.zeros_like(n)
    open_ = np.arange(n.size)
    while open_.size:
        here, up = chance[open_], n[open_] - down[open_]
        expected[open_] += here * arrivals.overflow(up * size[open_], load[open_])
        left[open_] -= here
        down[open_] += 1.0
        chance[open_] = here * up / down[open_] * out[open_] / (1.0 - out[open_])
        open_ = open_[(left[open_] > NEGLIGIBLE_CUTOFF) & (up >= 1.0)]
    extra = np.maximum(expected.reshape(nodes.shape) - operation.overflow, 0.0) @ operation.hours
    return ratio(extra, operation.load_hours)


def _chance_down(nodes: FloatArray, down: FloatArray, out: FloatArray) -> FloatArray:
    """P(exactly ``down`` of the nodes are down), for whole numbers of nodes below all of them."""
    up = nodes - down
    ways = log_factorial(nodes) - log_factorial(down) - log_factorial(up)
    rare = np.where(down > 0, down * np.log(np.where(down > 0, out, 1.0)), 0.0)
    return np.exp(ways + rare + up * np.log1p(-out))
