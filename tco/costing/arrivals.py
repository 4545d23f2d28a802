"""How requests arrive: the load that a number of nodes may carry, and what overflows them.

Loads are in nodes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tco.arrays import FloatArray, distinct, ratio
from tco.costing.queue import Queues, overflow_share
from tco.throughput.relative_rate import STRAIGHT_LINE, RelativeRate

__all__ = ["TOLERANCE", "Arrivals"]

Router = Literal["least-outstanding", "random"]
TOLERANCE = 1e-9
"""Loads and numbers of nodes closer than this are the same."""
SOLVED_NODES = 128
"""Of more nodes than this, this many are solved and the rest lie between them."""


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """How requests arrive within an hour, and how full a node may be.

    ``concurrency`` is n*, the requests in flight at which a node is full, and ``rate`` how its
    speed grows with them. Requests in flight are those of a queue under ``burst_rate`` times the
    load, within n* for ``quantile`` of the time. With a ``factor`` the peak is factor x mean for
    certain. ``unserved_limit`` is the share that may be refused. Where requests are ``routed`` at
    random, each replica of ``replicas`` per node is a queue of its own.
    """

    concurrency: float
    target_load: float
    quantile: float = 0.99
    rate: RelativeRate = STRAIGHT_LINE
    burst_rate: float = 1.0
    factor: float | None = None
    unserved_limit: float | None = None
    routed: Router = "least-outstanding"
    replicas: int = 1

    def overflow(self, capacity: FloatArray, load: FloatArray) -> FloatArray:
        """Return the load in nodes that finds ``capacity`` nodes full.

        With a factor f the peak f L is certain: the share of it above the capacity overflows.
        """
        if self.factor is not None:
            over = np.maximum(self.factor * load - capacity, 0.0) / self.factor
            return np.where(over <= TOLERANCE * np.maximum(load, 1.0), 0.0, over)
        queued = self.burst_rate * load
        if self.routed == "random":
            whole = np.full_like(load, 1.0 / self.replicas)
            each = ratio(queued, capacity) * whole
            share = overflow_share(self.rate, self.concurrency, whole, each)
            return np.where(capacity > 0, load * share, load)
        return load * overflow_share(self.rate, self.concurrency, capacity, queued)

    def most_load(self, nodes: FloatArray) -> FloatArray:
        """Return the largest load in nodes that a number of nodes may carry: the steps of N(L)."""
        most = nodes * self.target_load
        if self.factor is not None:
            return most / self.factor
        return np.minimum(most, self._most_queued(nodes) / self.burst_rate)

    def _most_queued(self, nodes: FloatArray) -> FloatArray:
        """Return the largest load under which the queue keeps to its quantile and its limit.

        Of many nodes only some are solved: ln(L/N) sqrt(N) is almost straight in ln N between
        them, but for the part of a request that has no place.
        """
        if self.routed == "random":
            [queued_each] = self._solved(np.array([1.0 / self.replicas]))[1]
            return nodes * queued_each * self.replicas
        at = nodes if len(nodes) <= SOLVED_NODES else _spread_out(nodes)
        queues, most = self._solved(at)
        if at is nodes:
            return most
        every = Queues(self.rate, self.concurrency, nodes)
        straight = (np.log(most / at) + queues.unused) * np.sqrt(at)
        between = np.interp(np.log(nodes), np.log(at), straight) / np.sqrt(nodes)
        return nodes * np.exp(between - every.unused)

    def _solved(self, nodes: FloatArray) -> tuple[Queues, FloatArray]:
        """Return the queues of numbers of nodes, and the largest loads that they may carry."""
        queues = Queues(self.rate, self.concurrency, nodes)
        most = queues.most_load(self.quantile)
        if self.unserved_limit is not None:
            most = np.minimum(most, queues.most_load_within(self.unserved_limit))
        return queues, most


def _spread_out(nodes: FloatArray) -> FloatArray:
    """Return some of many ascending numbers of nodes, at even distances in logarithms."""
    first, last = float(nodes[0]), float(nodes[-1])
    return distinct(np.rint(np.exp(np.linspace(math.log(first), math.log(last), SOLVED_NODES))))
