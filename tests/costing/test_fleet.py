"""From demand to nodes: sizing, bursts, boots, replicas, what overflows."""

from __future__ import annotations

import numpy as np
import pytest

from tco.analysis.optimization.ranks import load_by_rank
from tco.costing.group import Group
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, caps_of, cost_by_category

BURSTS = {"quantile": 0.99}


def group_of(lab: Lab) -> Group:
    return lab.load().services[0].groups[0]


def bursting(lab: Lab, load: float, nodes: object = "auto", **service: object) -> None:
    """A Poisson demand of a flat load in nodes, n* = 15."""
    lab.workload(requests_per_month=load * 730 * 3600, burst=BURSTS)
    lab.stack({"main": {**ON_DEMAND, "nodes": nodes}}, {"overflow": "api/plain", **service})


@pytest.mark.parametrize(("load", "nodes"), [(0.2, 1), (0.5, 1), (1, 2), (2, 3), (4, 6), (8, 10)])
def test_fleet_by_quantile(lab: Lab, load: float, nodes: float) -> None:
    """Bursts of p99 at a target load of 0.8 and n* = 15 need far more nodes than the mean load.

    One point: k is Poisson. L = 1: mean 15, 25 at p99 <= 30 -> 2 nodes, and 1 <= 0.8 x 2. L = 4:
    mean 60, 79 at p99 > 75 -> 6 nodes. L = 8: mean 120, 146 at p99 <= 150, and 8 <= 0.8 x 10 -> 10.
    """
    bursting(lab, load, sizing={"target_load": 0.8})
    assert lab.evaluate().fleets[0].nodes == nodes


@pytest.mark.parametrize(
    ("load", "busy"), [(1, [0.8197, 0.1801, 0.0002]), (2, [0.9455, 0.7896, 0.2603, 0.0046])]
)
def test_load_by_rank(lab: Lab, load: float, busy: list[float]) -> None:
    """Each further node takes the overflow of those before it (Erlang B, 15 places a node)."""
    bursting(lab, load)
    _, found = load_by_rank(group_of(lab), len(busy))
    assert found == pytest.approx(busy, abs=5e-5)
    _, everything = load_by_rank(group_of(lab), 30)
    assert everything.sum() == pytest.approx(load)


def test_overflow_past_one_full_node(lab: Lab) -> None:
    """A node at a load of one refuses .1803 of it (Erlang B of 15 at 15), which the API bills."""
    bursting(lab, 1, nodes=1)
    result = lab.evaluate()
    assert result.fleets[0].overflow_share == pytest.approx(0.1803, abs=5e-5)
    billed = result.fleets[0].overflow_share * 730 * 3600 * 0.001
    assert cost_by_category(result)["api"] == pytest.approx(billed)


def test_diurnal_demand_halves_a_static_fleet(lab: Lab) -> None:
    """Peak/mean 1.6 at a target load of 0.8 leaves a static fleet 50 % utilized."""
    # 64 nodes of mean load: a peak of 102.4 / 0.8 = 128 nodes, whole without rounding
    shape = {"kind": "diurnal", "peak_to_mean": 1.6}
    lab.workload(requests_per_month=64 * 730 * 3600, shape=shape)
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}}, {"sizing": {"target_load": 0.8}})
    result = lab.evaluate()
    assert result.fleets[0].nodes == 128
    assert result.utilization == pytest.approx(0.5)


def test_burst_factor_is_certain(lab: Lab) -> None:
    """A stated factor multiplies the load for certain: 2 nodes x 1.5 need three."""
    lab.workload(requests_per_month=2 * 730 * 3600, burst={"factor": 1.5})
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}})
    assert lab.evaluate().fleets[0].nodes == 3


def test_a_full_node_is_not_two(lab: Lab) -> None:
    """A load of exactly one node needs one, whatever the last bit of a product says."""
    for load in (1.0, 3.0, 7.0, 49.0):
        lab.workload(requests_per_month=load * 730 * 3600)
        lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}})
        assert lab.evaluate().fleets[0].nodes == load


def test_sized_until_the_unserved_share_is_within_its_limit(lab: Lab) -> None:
    """With overflow: refuse a fleet grows past the quantile until at most 0.1% is refused."""
    bursting(lab, 1, sizing={"target_load": 1.0}, overflow="refuse")
    # p99 of 15 in flight is 25 -> 2 nodes, which refuse P(Y = 30)/P(Y <= 30) = 0.02%: enough.
    assert lab.evaluate().fleets[0].nodes == 2
    lab.workload(requests_per_month=730 * 3600, burst={"quantile": 0.5})
    # p50 of 15 is 15 -> 1 node, which refuses 18% -> raised to 2
    assert lab.evaluate().fleets[0].nodes == 2


def test_no_load_needs_no_node(lab: Lab) -> None:
    """Hours without requests have no nodes in a pool that follows the load."""
    lab.nodes_by_hour([0] * 12 + [2] * 12)
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING, "boot_hours": 0}})
    assert cost_by_category(lab.evaluate())["compute"] == pytest.approx(730 / 2 * 2 * 20)


def test_boot_hours_are_billed(lab: Lab) -> None:
    """Each start of a node that follows the load bills its boot: 2 a day x 0.25 h."""
    lab.nodes_by_hour([1] * 12 + [3] * 12)
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}})
    hours = 730 * 2 + 2 * 0.25 * 730 / 24
    assert cost_by_category(lab.evaluate())["compute"] == pytest.approx(hours * 20)


def test_booting_is_never_more_expensive_than_staying(lab: Lab) -> None:
    """Where boots take longer than the trough lasts, the pool costs what its peak costs."""
    lab.nodes_by_hour([3] * 23 + [1])
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING, "boot_hours": 5}})
    assert cost_by_category(lab.evaluate())["compute"] == pytest.approx(730 * 3 * 20)


def test_minimum_and_maximum_bound_a_span(lab: Lab) -> None:
    """A span holds its minimum in quiet hours and overflows past its maximum in busy ones."""
    lab.nodes_by_hour([0.5] * 12 + [4] * 12)
    nodes = {"min": 2, "max": 3, "follow": "load"}
    lab.stack({"main": {**ON_DEMAND, "nodes": nodes, "boot_hours": 0}}, {"overflow": "api/plain"})
    cost = cost_by_category(lab.evaluate())
    assert cost["compute"] == pytest.approx(365 * (2 + 3) * 20)
    assert cost["api"] == pytest.approx(365 * 3600 * 0.001)


def test_static_span_keeps_its_peak(lab: Lab) -> None:
    """A static span is sized for the busiest hour and held all week."""
    lab.nodes_by_hour([0.5] * 23 + [3])
    lab.stack({"main": {**ON_DEMAND, "nodes": {"min": 1, "max": 9}}})
    assert cost_by_category(lab.evaluate())["compute"] == pytest.approx(730 * 3 * 20)


def test_pools_fill_in_merit_order(lab: Lab) -> None:
    """A following pool starts only the nodes that the committed base does not cover."""
    lab.nodes_by_hour([1] * 12 + [5] * 12)
    commitment = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
    base: Keys = {**ON_DEMAND, "purchase": "reserved", "nodes": 2, "commitment": commitment}
    more: Keys = {**ON_DEMAND, "nodes": FOLLOWING, "boot_hours": 0}
    lab.stack({"more": more, "base": base})
    # 2 reserved at $12 in all hours, 3 on demand at $20 in half of them
    assert cost_by_category(lab.evaluate())["compute"] == pytest.approx(730 * 24 + 365 * 60)


def test_pools_of_different_hardware_count_by_their_work(lab: Lab) -> None:
    """A node of half the speed stands for half a reference node: 2 + 2 x 0.5 serve a load of 3."""
    lab.workload(requests_per_month=3 * 730 * 3600)
    lab.book("cheap", prices=[{"instance": "slow.8x", "region": "r1", "usd_per_hour": 9}])
    pools: Keys = {
        "quick": {**ON_DEMAND, "nodes": 2},
        "slow": {"instance": "slow.8x", "nodes": 2},
    }
    lab.stack(pools, prices=["cheap.yaml"])
    result = lab.evaluate()
    assert result.fleets[0].unserved_share == 0.0
    assert result.utilization == pytest.approx(1.0)
    assert result.fleets[0].nodes == 4


def test_two_replicas_on_a_node(lab: Lab) -> None:
    """Two replicas of four GPUs, 50 tok/s each, make an eight-GPU node of 100 tok/s and n* = 30."""
    lab.workload(requests_per_month=2 * 730 * 3600)
    serving = {"model": "half", "gpus_per_replica": 4}
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}}, {"serving": serving})
    fleet = lab.evaluate().fleets[0]
    assert fleet.node_output_tok_s == pytest.approx(100)
    assert fleet.concurrency == pytest.approx(30)
    assert fleet.nodes == 2


def test_a_replica_on_two_nodes(lab: Lab) -> None:
    """A sixteen-GPU replica takes eight-GPU nodes two by two, and both are paid."""
    lab.workload(requests_per_month=1.5 * 730 * 3600)
    serving = {"model": "twin", "gpus_per_replica": 16}
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}}, {"serving": serving})
    result = lab.evaluate()
    assert result.fleets[0].nodes == 4
    assert cost_by_category(result)["compute"] == pytest.approx(4 * 20 * 730)
    assert result.utilization == pytest.approx(1.5 / 2)


@pytest.mark.parametrize(
    ("nodes", "reported"),
    [
        (3, "a replica takes 2 nodes, and 3 is not a multiple of that. Write 2 or 4."),
        ({"min": 0, "max": 1, "follow": "load"}, "and 1 is not a multiple of that. Write 2."),
        ({"min": 1, "max": 4}, "and 1 is not a multiple of that. Write 2."),
    ],
)
def test_nodes_beyond_whole_replicas_are_refused(lab: Lab, nodes: object, reported: str) -> None:
    """A node that completes no replica would be paid for and serve nothing."""
    serving = {"model": "twin", "gpus_per_replica": 16}
    lab.stack({"main": {**ON_DEMAND, "nodes": nodes}}, {"serving": serving})
    text = lab.refused()
    assert "tco:plan.services.chat.pools.main.nodes: " in text
    assert reported in text


def test_a_fleets_speed_is_a_nodes(lab: Lab) -> None:
    """Of a replica on two nodes that makes 100 output tokens a second, a node makes 50."""
    serving = {"model": "twin", "gpus_per_replica": 16}
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, {"serving": serving})
    [fleet] = lab.evaluate().fleets
    assert (fleet.nodes, fleet.node_output_tok_s, fleet.concurrency) == pytest.approx((2, 50, 7.5))


def test_offline_maximum_needs_a_burst_factor(lab: Lab) -> None:
    """Without concurrency a benchmark has no n*, so bursts cannot be derived."""
    serving = {"model": "offline"}
    lab.workload(burst=BURSTS)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"serving": serving})
    assert "offline maximum" in lab.refused()
    lab.workload(burst={"factor": 1.2})
    result = lab.evaluate()
    assert result.fleets[0].concurrency is None
    assert "the throughput is an offline maximum, measured without latency" in caps_of(result)


def test_array_of_factors_is_the_loop_over_them(lab: Lab) -> None:
    """One formula serves a scalar and an array of demand factors."""
    shape = {"kind": "office", "peak_to_mean": 2.5}
    lab.workload(requests_per_month=3 * 730 * 3600, shape=shape, burst=BURSTS)
    nodes = {"min": 1, "max": 8, "follow": "load"}
    lab.stack({"main": {**ON_DEMAND, "nodes": nodes}}, {"overflow": "api/plain"})
    fleet = group_of(lab).fleet
    factors = np.array([0.1, 0.9, 1.0, 1.7, 4.0])
    together = fleet.at(factors).month
    alone = [fleet.at(float(factor)).month for factor in factors]
    assert together.node_hours[0] == pytest.approx(
        [float(fleet.node_hours[0][0]) for fleet in alone]
    )
    assert together.overflow_share == pytest.approx([float(o.overflow_share[0]) for o in alone])
    assert together.starts[0] == pytest.approx([float(o.starts[0][0]) for o in alone])


def test_random_routing_needs_more_nodes(lab: Lab) -> None:
    """Routed at random every node holds its own tail: it carries what a single node may.

    P(Poisson(15 L) <= 15) = 0.99 at L = 0.545: a load of 8 needs 8/0.545 = 14.7: 15 nodes. Behind
    a router that picks the node with the fewest: mean 120, p99 146 <= 150, 10 nodes.
    """
    bursting(lab, 8)
    assert lab.evaluate().fleets[0].nodes == 10
    bursting(lab, 8, sizing={"router": "random"})
    assert lab.evaluate().fleets[0].nodes == 15


def test_burst_rate_multiplies_what_queues_alone(lab: Lab) -> None:
    """Chat queues like 1.15 times its number: mean 8 x 15 x 1.15 = 138, p99 166 <= 180: 12 nodes.

    The load and with it the utilization stay those of the requests: 8/12.
    """
    lab.workload(kind="chat", requests_per_month=8 * 730 * 3600, burst={"quantile": 0.99})
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}}, {"overflow": "api/plain"})
    result = lab.evaluate()
    assert result.fleets[0].nodes == 12
    assert result.utilization == pytest.approx(8 / 12, rel=1e-3)
