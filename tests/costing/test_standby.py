"""What stands ready for nodes that are down."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from tco.costing.fleet_operation import operate
from tco.costing.standby import chances_up, node_availability
from tests.conftest import ON_DEMAND, Keys, Lab, cost_by_category


@pytest.mark.parametrize(
    ("availability", "needed", "expected"),
    [
        (0.99, 4, [0.960596, 0.999020, 0.999980]),
        (0.99, 8, [0.922745, 0.996564, 0.999886, 0.999997]),
        (0.995, 4, [0.980150, 0.999752]),
    ],
)
def test_chance_that_enough_nodes_are_up(
    availability: float, needed: int, expected: list[float]
) -> None:
    """P(at least m of n + k nodes are up) is the binomial tail: .99^4 = .960596 for k=0."""
    found = [chances_up((needed + k,), (availability,))[needed] for k in range(len(expected))]
    assert found == pytest.approx(expected, abs=1e-6)


def test_chance_over_pools_of_different_reliability() -> None:
    """Two pools are convolved: one of two nodes up is 1 - .1 x .2 whatever pool it is in."""
    assert chances_up((1, 1), (0.9, 0.8))[1] == pytest.approx(1 - 0.1 * 0.2)


@pytest.mark.parametrize(("repair", "expected"), [(4, 0.99937), (24, 0.99623), (72, 0.98876)])
def test_availability_from_published_failures(repair: float, expected: float) -> None:
    """Llama 3's 419 interruptions in 54 days on 2,048 nodes give an MTBF of 6,335 node-hours."""
    mtbf = 2_048 * 54 * 24 / 419
    assert mtbf == pytest.approx(6_335, abs=0.5)
    assert node_availability(mtbf, repair) == pytest.approx(expected, abs=5e-6)


def test_spot_interruptions_lower_availability() -> None:
    """Each interruption takes a boot from the time a spot node is up: 1/(1 + 0.01 + 1/20 x 1/4)."""
    assert node_availability(100, 1, 1 / 20, 0.25) == pytest.approx(1 / (1 + 0.01 + 0.0125))


@pytest.mark.parametrize(("target", "spares"), [(0.96, 0), (0.999, 1), (0.9999, 2)])
def test_spares_for_a_target_at_the_price_of_the_pool(lab: Lab, target: float, spares: int) -> None:
    """The least number of spares that meets the availability is held, and paid for all month."""
    lab.workload(requests_per_month=4 * 730 * 3600)  # 4 nodes, 0.99 available: .960596, .999020
    lab.stack({"main": {**ON_DEMAND, "nodes": 4}}, {"standby": {"availability": target}})
    result = lab.evaluate()
    assert result.fleets[0].standby_nodes == spares
    assert cost_by_category(result)["standby"] == pytest.approx(spares * 20 * 730)


def test_spares_where_the_fleet_is_sometimes_half_idle(lab: Lab) -> None:
    """Availability is weighed by requests, and idle nodes of a static fleet serve as spares."""
    lab.nodes_by_hour([4] * 12 + [2] * 12)
    lab.stack({"main": {**ON_DEMAND, "nodes": 4}}, {"standby": {"availability": 0.973}})
    # k = 0: 2/3 of the requests at P(4 of 4 up) = .960596, 1/3 at P(2 of 4 up) = .999996
    # -> .973729, so 0.973 is met without a spare, though .960596 alone is below it.
    assert lab.evaluate().fleets[0].standby_nodes == 0


def test_fixed_spares_are_priced_in_their_pool(lab: Lab) -> None:
    """A fixed number of spares costs the price of the pool it names."""
    base: Keys = {
        **ON_DEMAND,
        "purchase": "reserved",
        "nodes": 1,
        "commitment": {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"},
    }
    more: Keys = {**ON_DEMAND, "nodes": 1}
    lab.stack({"base": base, "more": more}, {"standby": {"pool": "more", "nodes": 2}})
    assert cost_by_category(lab.evaluate())["standby"] == pytest.approx(2 * 20 * 730)


def test_a_spot_node_is_no_spare(lab: Lab) -> None:
    """Where all pools are spot, spares are bought at the on-demand price of the fallback."""
    pool: Keys = {**ON_DEMAND, "purchase": "spot", "nodes": 1}
    lab.stack({"main": pool}, {"standby": {"pool": "main", "nodes": 1}})
    assert cost_by_category(lab.evaluate())["standby"] == pytest.approx(20 * 730)


def test_api_as_standby_costs_what_an_outage_sends_to_it(lab: Lab) -> None:
    """One node that is down 1% of the time sends 1% of its requests to the API."""
    lab.workload(requests_per_month=730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"standby": {"api": "api/dear"}})
    # 2,628,000 requests x 1 % x $0.01: far cheaper than a spare node of $14,600
    assert cost_by_category(lab.evaluate())["standby"] == pytest.approx(262.8)


def test_api_as_standby_pays_only_for_what_the_other_nodes_cannot_take(lab: Lab) -> None:
    """Two nodes at a load of one: only both down at once (0.01%) sends everything to the API."""
    lab.workload(requests_per_month=730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, {"standby": {"api": "api/dear"}})
    assert cost_by_category(lab.evaluate())["standby"] == pytest.approx(2.628)


@pytest.mark.parametrize("nodes", [1, 10, 100, 1_000, 20_000])
def test_api_as_standby_for_a_fleet_of_any_size(lab: Lab, nodes: int) -> None:
    """The outage's share is the mean over the whole binomial, however many nodes are down."""
    load = 0.99 * nodes
    lab.workload(requests_per_month=load * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": nodes}}, {"standby": {"api": "api/dear"}})
    up = np.arange(nodes + 1)
    missing = np.maximum(load - up, 0.0) / load
    exact = float(binom.pmf(up, nodes, 0.99) @ missing)
    share = operate(lab.load()).groups[0][0].outage_share[0]
    assert share == pytest.approx(exact, rel=1e-6)


def test_a_replica_on_two_nodes_is_up_only_while_both_are(lab: Lab) -> None:
    """Spares count a replica over two nodes as down when either of them is.

    P(4 of 5 replicas up) is .996 at .99^2 = .9801 each, and .999 at .99 each: 0.998 takes two.
    """
    lab.workload(requests_per_month=4 * 730 * 3600)
    pool = {**ON_DEMAND, "nodes": 8}
    serving = {"model": "twin", "gpus_per_replica": 16}
    lab.stack({"main": pool}, {"serving": serving, "standby": {"availability": 0.998}})
    assert lab.evaluate().fleets[0].standby_nodes == 2 * 2


@pytest.mark.parametrize(("stated", "held"), [(1, 2), (2, 2), (3, 4)])
def test_spare_nodes_are_nodes(lab: Lab, stated: int, held: int) -> None:
    """A stated number of spares counts nodes, in whole replicas of two, and says if it is more."""
    serving = {"model": "twin", "gpus_per_replica": 16}
    standby = {"pool": "main", "nodes": stated}
    lab.stack({"main": {**ON_DEMAND, "nodes": 4}}, {"serving": serving, "standby": standby})
    result = lab.evaluate()
    assert result.fleets[0].standby_nodes == held
    assert cost_by_category(result)["standby"] == pytest.approx(held * 20 * 730)
    reported = f"so {held} spare nodes are held instead of {stated}."
    assert any(reported in warning.message for warning in result.stack.warnings) == (held != stated)


def test_a_fleet_of_no_nodes_takes_no_spares(lab: Lab) -> None:
    """Where nothing can be served the spares are none, not a division of nothing by nothing."""
    commitment = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
    pool: Keys = {**ON_DEMAND, "purchase": "reserved", "nodes": 0, "commitment": commitment}
    lab.stack({"base": pool}, {"standby": {"availability": 0.9}})
    result = lab.evaluate()
    assert result.fleets[0].standby_nodes == 0
    assert result.usd_per_month is None
