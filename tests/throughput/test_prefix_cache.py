"""How many sessions a replica has, how many it keeps, and what is left of the cache hits beyond."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tco.plan.workload import Sessions
from tco.throughput.configuration import Pins
from tco.throughput.memory_fit import memory_fit
from tco.throughput.node import NodeThroughput
from tco.throughput.prefix_cache import Residency, residency, resident_limit
from tco.throughput.selection import select
from tco.throughput.shape import Shape

CHAT = Shape(1000, 1000, cached=0.9)


def qwen(shape: Shape = CHAT) -> NodeThroughput:
    """Qwen3 32B in fp8 on one H100."""
    return select("qwen3-32b", "H100-SXM", 1, shape, pins=Pins(precision="fp8"))


def found(sessions: Sessions, requests_per_s: float, held: float = 0) -> Residency:
    """The residency of a replica that keeps 100 sessions."""
    return residency(
        qwen(), sessions, resident=100, requests_per_s=requests_per_s, held_replicas=held
    )


def test_the_cliff() -> None:
    """Hits hold up to 95% of the sessions that a replica keeps, and not beyond."""
    assert Residency(open_sessions=95, share=1, resident=100).holds
    assert not Residency(open_sessions=96, share=1, resident=100).holds
    assert Residency(open_sessions=96, share=1, resident=100).replicas_that_hold == 2
    assert Residency(open_sessions=96, share=1, resident=1).replicas_that_hold is None


def test_sessions_are_spread_as_the_requests_are() -> None:
    """A replica that serves a quarter of the requests has a quarter of the sessions."""
    most = qwen().point.output_tok_s / CHAT.output
    stated = Sessions(active=1e6, context_tokens=2000)
    assert found(stated, 4 * most).per_replica == pytest.approx(1e6 / 4)
    assert found(stated, most / 2).per_replica == 1e6
    assert found(stated, most / 2, held=5).per_replica == pytest.approx(1e6 / 5)


def test_idle_sessions_count() -> None:
    """A request every 60 s after its answer holds its context for the whole time in between."""
    node = qwen()
    most = node.point.output_tok_s / CHAT.output
    stated = Sessions(active=1, context_tokens=2000, idle_s=60)
    expected = (node.point.concurrency or 0) + most * 60
    assert found(stated, most).per_replica == pytest.approx(expected)


def test_what_a_replica_keeps() -> None:
    """As many sessions as requests of their context fit; unknown for hybrid or split serving."""
    node = qwen()
    assert node.replica is not None
    assert resident_limit(node, 20_000) == memory_fit(node.replica, 20_000).sequences
    hybrid = replace(node.replica, model=replace(node.replica.model, attention="hybrid"))
    assert resident_limit(replace(node, replica=hybrid), 20_000) is None
    assert resident_limit(replace(node, replica=None), 20_000) is None
    split = replace(node.configuration, mode="disaggregated")
    assert resident_limit(replace(node, configuration=split), 20_000) is None


def test_a_limit_holds_for_the_hits_of_every_request() -> None:
    """Beyond the cliff 90% hits cost as much node time as 16%, and fewer hits as much as before."""
    node = qwen()
    limited = replace(node, hit_limit=0.16)
    assert limited.node_seconds(CHAT) == node.node_seconds(replace(CHAT, cached=0.16))
    assert limited.node_seconds(CHAT, 0.1) == node.node_seconds(CHAT, 0.1)
