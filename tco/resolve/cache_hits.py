"""Prefix-cache hits on a pool's nodes: they last only while every session stays in GPU memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tco.costing.pool_model import PoolModel
from tco.percent import percent_text
from tco.plan.demand import Demand
from tco.plan.workload import RequestClass
from tco.resolve.lookup import Lookup
from tco.throughput.node import NodeThroughput
from tco.throughput.prefix_cache import (
    Residency,
    hit_limit,
    most_sessions,
    residency,
    resident_limit,
)
from tco.units import SECONDS_PER_HOUR

__all__ = ["with_lasting_hits"]


def with_lasting_hits(
    todo: Lookup,
    choose: Callable[[float], NodeThroughput],
    demand: Demand,
    classes: Sequence[RequestClass],
    pools: Sequence[PoolModel],
) -> NodeThroughput:
    """Return the throughput with the cache hits that last, and note what limits them.

    ``choose`` returns the throughput under a limit of the hit share, ``pools`` serve the classes.
    Without stated sessions the hits are as stated, and the note says up to how many sessions they
    last. What an API caches does not change: its hits stay as the workload states them.
    """
    node = choose(1.0)
    if not node.rule.effectiveness or not any(request.cached.high > 0 for request in classes):
        return node
    tokens = node.shape.input + node.shape.output
    if demand.sessions is not None:
        tokens = demand.sessions.context_tokens
    resident = resident_limit(node, tokens)
    if resident is None:
        text = "how many sessions a replica keeps in memory is not known"
        limited, text = node, f"{text}, so cache hits are as stated"
    elif demand.sessions is None:
        most = most_sessions(resident)
        text = f"a replica keeps {most:,.0f} open sessions of {tokens:,.0f} tokens in memory"
        limited, text = node, f"{text}; with more, cache hits are lost"
    else:
        found = _residency(node, demand, classes, pools, resident=resident)
        limited = node if found.holds else replace(choose(hit_limit()), hit_limit=hit_limit())
        text = f"a replica has {found.per_replica:,.0f} open sessions of {tokens:,.0f} tokens"
        text += f" and keeps {resident:,.0f} of them in memory, so cache hits are "
        text += "as stated" if found.holds else _what_is_left(found, node)
    todo.warn("cache-hits", f"{node.configuration}: {text}.")
    return limited


def _residency(
    node: NodeThroughput,
    demand: Demand,
    classes: Sequence[RequestClass],
    pools: Sequence[PoolModel],
    resident: float,
) -> Residency:
    """Return the residency of some classes' share of the workload's sessions and requests."""
    if demand.sessions is None:
        raise AssertionError("only stated sessions have a residency")
    share = sum(request.share for request in classes)
    held = sum(pool.plan.nodes.min for pool in pools) * node.replicas / node.nodes_per_replica
    return residency(
        node,
        demand.sessions.model_copy(update={"active": demand.sessions.active * share}),
        resident=resident,
        requests_per_s=float(demand.requests_per_hour.max()) * share / SECONDS_PER_HOUR,
        held_replicas=held,
    )


def _what_is_left(found: Residency, node: NodeThroughput) -> str:
    """Return the hits that are left, and how many nodes would keep every session."""
    left = f"at most {percent_text(hit_limit())}"
    replicas = found.replicas_that_hold
    if replicas is None:
        return left
    nodes = -(-replicas * node.nodes_per_replica // node.replicas)
    return f"{left}; {nodes:,} nodes would keep every session"
