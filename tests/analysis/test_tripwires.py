"""Tripwires: each value, put back into the plan, is where the answer changes."""

from __future__ import annotations

from typing import Any

import pytest

from tco.analysis.evaluation import Evaluation
from tco.analysis.tripwires import Tripwire, TripwireKind, tripwires
from tests.conftest import ON_DEMAND, Keys, Lab, owned

NODE_USD, API_USD = 20.0, 7.0


def evaluated(
    lab: Lab, *, node: float = NODE_USD, api: float = API_USD, requests: float = 1.0, **plan: Any
) -> Evaluation:
    """One node at $20 an hour against an API at $7 per 1M, which wins or loses by the demand."""
    lab.workload(requests_per_month=requests * 0.9 * 730 * 3600)
    prices: list[Keys] = [
        {"instance": "box.8x", "region": "r1", "usd_per_hour": node},
        {"api": "mid/api", "input_usd_per_mtok": api, "output_usd_per_mtok": api},
    ]
    pools = plan.pop("pools", {"main": {**ON_DEMAND, "nodes": 1}})
    alternatives: Keys = {"alternatives": ["mid/api"], **plan}
    lab.stack(pools, prices=[lab.book("prices", prices=prices)], **alternatives)
    return lab.evaluate()


def wires(result: Evaluation, kind: TripwireKind) -> list[Tripwire]:
    """The tripwires of one kind."""
    return [wire for wire in tripwires(result).wires if wire.kind == kind]


def crossed(result: Evaluation, kind: TripwireKind) -> float:
    """The value of the one tripwire of a kind."""
    [wire] = wires(result, kind)
    assert wire.status == "at"
    assert wire.threshold is not None
    return wire.threshold


def saving(result: Evaluation) -> float:
    """What self-hosting saves over the horizon."""
    assert result.verdict.saving_npv_usd is not None
    return result.verdict.saving_npv_usd


@pytest.mark.parametrize("requests", [1.0, 0.5])
def test_a_node_at_its_tripwire_costs_what_the_api_costs(lab: Lab, requests: float) -> None:
    """The price of a node, not of a GPU, is what a vendor's list has."""
    usd = crossed(evaluated(lab, requests=requests), "node_price")
    assert saving(evaluated(lab, requests=requests, node=usd)) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("requests", [1.0, 0.5])
def test_an_api_at_its_tripwire_costs_what_the_nodes_cost(lab: Lab, requests: float) -> None:
    """The output price of an API, not a factor on it, is what its page has."""
    usd = crossed(evaluated(lab, requests=requests), "api_price")
    assert saving(evaluated(lab, requests=requests, api=usd)) == pytest.approx(0, abs=1e-3)


def test_past_the_volume_of_a_tripwire_the_month_has_another_cheaper_side(lab: Lab) -> None:
    """A volume is where the cheaper side of the pricing day's month changes."""
    result = evaluated(lab)
    volume = wires(result, "volume")[0].threshold
    assert volume is not None
    for factor, cheaper in ((0.999, False), (1.001, True)):
        scale = factor * volume / result.stack.mtok_per_month
        other = evaluated(lab, requests=scale)
        assert other.rival is not None
        assert (other.priced_usd_per_month < (other.rival.usd_per_month or 0.0)) is cheaper


@pytest.mark.parametrize(
    ("requests", "wins", "utilization", "node", "api", "volume"),
    [
        (1.0, True, "below", "above", "below", ["below", "above"]),
        (0.5, False, "above", "below", "above", ["above"]),
    ],
)
def test_a_tripwire_is_crossed_on_the_other_side_of_today(
    lab: Lab,
    *,
    requests: float,
    wins: bool,
    utilization: str,
    node: str,
    api: str,
    volume: list[str],
) -> None:
    """What wins is watched for what would make it lose, what loses for what would make it win."""
    found = tripwires(evaluated(lab, requests=requests))
    assert found.self_hosting_wins is wins
    directions: dict[str, list[str | None]] = {}
    for wire in found.wires:
        directions.setdefault(wire.kind, []).append(wire.direction)
        assert wire.now is not None
        assert wire.threshold is not None
        assert (wire.threshold < wire.now) == (wire.direction == "below")
    assert directions == {
        "utilization": [utilization],
        "usd_per_gpu_hour": [node],
        "node_price": [node],
        "api_price_factor": [api],
        "api_price": [api],
        "volume": volume,
    }


def test_a_full_fleet_is_a_tripwire_and_no_break_even(lab: Lab) -> None:
    """Above what one node serves, and 0.1% more, the demand is refused: not a break-even."""
    below, above = wires(evaluated(lab), "volume")
    assert (below.at_capacity, above.at_capacity) == (False, True)
    assert above.threshold == pytest.approx(730 * 3600 * 1000 / 1e6 / 0.999)


def test_all_pools_move_by_one_factor(lab: Lab) -> None:
    """Two pools reach the break-even together, each at its own price."""
    pools: Keys = {
        "main": {**ON_DEMAND, "nodes": 1},
        "spot": {**ON_DEMAND, "purchase": "spot", "nodes": 1},
    }
    result = evaluated(lab, pools=pools)
    [mean] = wires(result, "usd_per_gpu_hour")
    assert mean.threshold is not None
    assert mean.now is not None
    nodes = wires(result, "node_price")
    assert [wire.subject for wire in nodes] == ["spot", "main"]
    assert [wire.now for wire in nodes] == [8.0, 20.0]
    for wire in nodes:
        assert wire.threshold is not None
        assert wire.now is not None
        assert wire.threshold / wire.now == pytest.approx(mean.threshold / mean.now)


def test_owned_nodes_have_no_rent_to_watch(lab: Lab) -> None:
    """What a plan does not have is not given a value."""
    result = evaluated(lab, pools={"own": owned(100_000)})
    [mean] = wires(result, "usd_per_gpu_hour")
    assert (mean.status, mean.now, mean.threshold) == ("none", None, None)
    assert not wires(result, "node_price")


def test_an_input_that_changes_nothing_has_no_value(lab: Lab) -> None:
    """An API so cheap that free nodes lose to its price: no rent is low enough."""
    result = evaluated(lab, api=0.02, ops={"fte": 1})
    [node] = wires(result, "node_price")
    [used] = wires(result, "utilization")
    assert (node.status, node.threshold, node.direction) == ("never", None, None)
    assert used.status == "never"


def test_without_a_rival_there_are_no_tripwires(lab: Lab) -> None:
    """Nothing to compare with is one reason of three why nothing can be watched."""
    assert tripwires(evaluated(lab, alternatives={"only": []})).none_because == "no-alternative"


def test_a_requirement_that_decides_leaves_nothing_to_watch(lab: Lab) -> None:
    """No price of an API that may not be used changes the answer."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"require": ["eu-residency"]})
    found = tripwires(lab.evaluate())
    assert (found.none_because, found.wires) == ("constrained", ())


def test_without_a_price_no_value_is_known(lab: Lab) -> None:
    """Unserved demand that nothing is named for has no price."""
    found = tripwires(evaluated(lab, requests=2.0))
    assert (found.none_because, found.wires) == ("unpriced", ())
