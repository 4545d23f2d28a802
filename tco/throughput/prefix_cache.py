"""How many cache hits a node can hold: hits last only while every session's context is in memory.

Below 0.95 of the resident sessions measured hit rates were 0.91-0.99 in 38 of 38 runs, above it at
most 0.16 in 38 of 39: a cliff. Sessions count, not requests in flight (METHOD, Prefix cache on own
nodes).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tco.catalog.specs import figure
from tco.plan.workload import Sessions
from tco.throughput.memory_fit import resident_sessions
from tco.throughput.node import NodeThroughput

__all__ = ["Residency", "hit_limit", "most_sessions", "residency", "resident_limit"]


@dataclass(frozen=True, kw_only=True)
class Residency:
    """The open sessions of a pool's requests, a replica's share of them, and how many it keeps."""

    open_sessions: float
    share: float
    resident: float

    @property
    def per_replica(self) -> float:
        """Return the open sessions of one replica."""
        return self.open_sessions * self.share

    @property
    def holds(self) -> bool:
        """Return whether the cache of every session stays in GPU memory.

        >>> [Residency(open_sessions=n, share=0.5, resident=100).holds for n in (190, 191)]
        [True, False]
        """
        return self.per_replica <= most_sessions(self.resident)

    @property
    def replicas_that_hold(self) -> int | None:
        """Return how many replicas keep every session, or None where none keeps one."""
        each = most_sessions(self.resident)
        return math.ceil(self.open_sessions / each) if each >= 1 else None


def most_sessions(resident: float) -> float:
    """Return up to how many sessions hits last, of those that one replica keeps."""
    return figure("cache_resident_limit").likely * resident


def hit_limit() -> float:
    """Return the most of the input that is found in the cache where sessions do not fit."""
    return figure("cache_hits_beyond_residency").likely


def resident_limit(node: NodeThroughput, context_tokens: float) -> float | None:
    """Return how many sessions of a mean context one replica keeps, or None where that is unknown.

    It is unknown without the specs of the model and the GPU, for hybrid attention, whose recurrent
    state fills first, and where prefill and decode have replicas of their own.
    """
    replica = node.replica
    if replica is None or replica.model.attention == "hybrid":
        return None
    if node.configuration.mode == "disaggregated":
        return None
    return resident_sessions(replica, context_tokens)


def residency(
    node: NodeThroughput,
    sessions: Sessions,
    *,
    resident: float,
    requests_per_s: float,
    held_replicas: float,
) -> Residency:
    """Return how many sessions a replica has in the busiest hour, and how many it keeps.

    Open are the stated sessions, and at least the requests in flight with those whose next request
    is still to come: rate x (time in flight + idle time). A replica's share of them is its share of
    the requests: what it serves at its operating point, or less where the plan holds more replicas.

    Args:
        node: the throughput at its operating point.
        sessions: the sessions of these requests.
        resident: the sessions that one replica keeps.
        requests_per_s: the requests of the busiest hour.
        held_replicas: the replicas that the plan holds at least.
    """
    most = node.point.output_tok_s / node.shape.output
    in_flight_s = (node.point.concurrency or 0.0) / most
    open_at_once = max(sessions.active, requests_per_s * (in_flight_s + sessions.idle_s))
    share = min(1.0, most / requests_per_s, 1.0 / max(held_replicas, 1.0))
    return Residency(open_sessions=open_at_once, share=share, resident=resident)
