"""Work that can wait: where own nodes serve it, and what that saves."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tco.arrays import FloatArray
from tco.costing.fleet_operation import operate
from tco.costing.waiting import Waiting, moved_load
from tests.conftest import ON_DEMAND, Keys, Lab

HALF_DAYS = np.tile([3.0] * 12 + [1.0] * 12, 7)
WEEKS = st.lists(st.integers(0, 90), min_size=168, max_size=168).filter(any)
SHARES = st.floats(0, 1)
HOURS = st.integers(1, 30)


@pytest.mark.parametrize(("share", "busy", "quiet"), [(0.5, 2, 2), (0.1, 2.7, 1.3), (0, 3, 1)])
def test_worked_example(share: float, busy: float, quiet: float) -> None:
    """Half days of 3 and 1 nodes' work: what can wait 12 hours goes from one to the other."""
    moved = moved_load(HALF_DAYS, [Waiting(share, 12)]).load
    assert moved == pytest.approx(np.tile([busy] * 12 + [quiet] * 12, 7), abs=5e-6)


def test_work_is_moved_no_further_than_its_delay() -> None:
    """One busy hour of work for three hours' delay fills that hour and the next three."""
    load = np.zeros(168)
    load[100] = 8.0
    moved = moved_load(load, [Waiting(1.0, 3)]).load
    assert np.flatnonzero(moved).tolist() == [100, 101, 102, 103]
    assert moved[100:104] == pytest.approx([2.0] * 4)


def test_work_goes_round_the_end_of_the_week() -> None:
    """Sunday night's work may be served on Monday morning."""
    load = np.zeros(168)
    load[167] = 2.0
    assert moved_load(load, [Waiting(1.0, 1)]).load[[167, 0]] == pytest.approx([1.0, 1.0])


def test_no_hour_is_filled_above_what_is_held() -> None:
    """Hours beside elastic pools take work up to the nodes that are held; the rest stays."""
    moved = moved_load(HALF_DAYS, [Waiting(0.5, 12)], most=1.5).load
    assert moved.sum() == pytest.approx(HALF_DAYS.sum())
    assert moved[HALF_DAYS == 1.0] == pytest.approx(1.5, abs=5e-6)


@settings(max_examples=8)
@given(week=WEEKS, share=SHARES, hours=HOURS, most=st.floats(0, 100))
def test_no_work_is_lost_and_none_that_cannot_wait_is_moved(
    week: list[int], share: float, hours: int, most: float
) -> None:
    """The week's total stays, every hour keeps its firm work, and no cap is passed by moving."""
    load = np.array(week, float)
    moved = moved_load(load, [Waiting(share, hours)], most).load
    assert moved.sum() == pytest.approx(load.sum())
    assert np.all(moved >= load * (1 - share) - 1e-5 * load.max())
    assert np.all(moved <= np.maximum(load, most) + 1e-5 * load.max())


@settings(max_examples=8)
@given(week=WEEKS, share=SHARES, hours=HOURS)
def test_more_hours_never_make_the_peak_higher(week: list[int], share: float, hours: int) -> None:
    """Work that can wait longer has more hours to choose from."""
    load = np.array(week, float)
    less, more = (moved_load(load, [Waiting(share, longer)]).load for longer in (hours, hours + 6))
    assert load.max() >= less.max() - 1e-6 * load.max()
    assert less.max() >= more.max() - 1e-3 * load.max()


def cost(lab: Lab, can_wait: Any, pools: Keys | None = None, week: Any = (3, 1)) -> float:
    """USD per month for half days of a given number of nodes' work."""
    request = {"name": "all", "share": 1, "input": 900, "output": 100, "can_wait": can_wait}
    days = [node for node in week for _ in range(12)]
    lab.nodes_by_hour(days, classes=[request])
    lab.stack(pools or {"main": {**ON_DEMAND, "nodes": "auto"}}, {"overflow": "api/plain"})
    return lab.evaluate().priced_usd_per_month


def test_waiting_saves_the_nodes_of_the_peak(lab: Lab) -> None:
    """Two nodes instead of three; a plain share, and a share of 0, change nothing."""
    today = cost(lab, 0)
    assert cost(lab, 0.5) == today
    assert cost(lab, {"share": 0.0, "hours": 24}) == today
    assert cost(lab, {"share": 0.5, "hours": 12}) < today
    nodes = operate(lab.load()).groups[0][0].month.peak_nodes[0]
    assert nodes.tolist() == [2.0]


@pytest.mark.parametrize(
    "pools",
    [
        {"main": {**ON_DEMAND, "nodes": "auto"}},
        {"main": {**ON_DEMAND, "nodes": 2}},
        {"main": {**ON_DEMAND, "nodes": {"min": 2, "max": 4, "follow": "load"}}},
        {"main": {**ON_DEMAND, "nodes": {"min": 0, "max": 4, "follow": "load"}}},
    ],
    ids=["sized", "fixed", "follows above a floor", "follows"],
)
def test_more_waiting_never_costs_more(lab: Lab, pools: Keys) -> None:
    """In any kind of pool, from no delay to a week."""
    shares = [0.5, *({"share": 0.5, "hours": hours} for hours in (1, 6, 12, 24, 168))]
    costs = [cost(lab, share, pools) for share in shares]
    assert all(later <= before + 1e-6 for before, later in pairwise(costs))


def overflow_lines(lab: Lab, can_wait: Any, nodes: int) -> dict[str, tuple[float, float]]:
    """Node-hours per hour and USD per month of what overflows, by line."""
    price = {"api": "api/batch", "input_usd_per_mtok": 1.0, "output_usd_per_mtok": 1.0}
    book = lab.book("contract", prices=[{**price, "batch_discount": 0.5}])
    request = {"name": "all", "share": 1, "input": 900, "output": 100, "can_wait": can_wait}
    days = [node for node in (3, 1) for _ in range(12)]
    lab.nodes_by_hour(days, classes=[request], burst={"factor": 1.0})
    pools = {"main": {**ON_DEMAND, "nodes": nodes}}
    lab.stack(pools, {"overflow": "api/batch"}, prices=[book])
    return {
        priced.line.name: (priced.quantity / 3600 / 730, priced.usd_per_month)
        for priced in lab.evaluate().lines
        if priced.line.kind.name == "overflow-requests"
    }


def test_what_found_no_idle_hour_goes_to_the_batch_price(lab: Lab) -> None:
    """One node under half days of 3 and 1, of which half can wait 12 hours.

    Every hour has 2 nodes' work, so 1 overflows: in the fuller hours 1.5 cannot wait and 0.5 can,
    which overflows first, beside 0.5 that cannot; in the others 1.5 can wait, and 1 overflows. On
    average 0.75 node-hours at half of $3.60, and 0.25 at $3.60.
    """
    found = overflow_lines(lab, {"share": 0.5, "hours": 12}, nodes=1)
    assert found == {
        "overflow at api/batch": pytest.approx((0.25, 0.25 * 3.60 * 730)),
        "overflow that can wait at api/batch": pytest.approx((0.75, 0.75 * 1.80 * 730)),
    }


def test_a_plain_share_overflows_as_it_comes(lab: Lab) -> None:
    """Without hours the batch discount is on the share of whatever overflows: 1 node-hour."""
    found = overflow_lines(lab, 0.5, nodes=1)
    assert found == {"overflow at api/batch": pytest.approx((1.0, 0.75 * 3.60 * 730))}


def test_all_that_can_wait_is_billed_at_the_batch_price(lab: Lab) -> None:
    """No request is urgent: 1 of 2 nodes' work overflows, all of it at half the price."""
    found = overflow_lines(lab, {"share": 1.0, "hours": 12}, nodes=1)
    assert found == {
        "overflow that can wait at api/batch": pytest.approx((1.0, 1.80 * 730), rel=1e-5)
    }


FOLLOWS: list[Keys] = [
    {"main": {**ON_DEMAND, "nodes": {"min": 1, "max": 9, "follow": "load"}}},
    {"main": {**ON_DEMAND, "nodes": {"min": 2, "max": 9, "follow": "schedule"}}},
    {
        "small": {"instance": "slow.8x", "nodes": 3},
        "more": {**ON_DEMAND, "nodes": {"min": 0, "max": 9, "follow": "load"}},
    },
]


@pytest.mark.parametrize("pools", FOLLOWS, ids=["follows load", "schedule", "half a node held"])
@pytest.mark.parametrize("burst", [{"factor": 1.0}, {"quantile": 0.99}], ids=["smooth", "bursty"])
@pytest.mark.parametrize("share", [0.2, 0.5])
def test_waiting_work_adds_no_node(lab: Lab, pools: Keys, burst: Keys, share: float) -> None:
    """An hour that is filled up to what its nodes carry needs no other one, to the last digit."""
    week = [2, 5, 2, 5, 1, 2, 0.3, 2, 3, 0.3, 3, 3, 0.3, 0, 0, 1, 3, 2, 0, 0.3, 0.3, 0.3, 5, 0]
    request = {"name": "all", "share": 1, "input": 900, "output": 100}

    def nodes(can_wait: Any) -> FloatArray:
        lab.nodes_by_hour(week, classes=[{**request, "can_wait": can_wait}], burst=burst)
        lab.stack(pools, {"overflow": "api/plain"})
        fleet = lab.load().services[0].groups[0].fleet
        held = sum(pool.floor * pool.capacity_per_node for pool in fleet.pools)
        return np.maximum(fleet.needed(fleet.load_by_hour), np.floor(held))

    assert np.all(nodes({"share": share, "hours": 12}) <= nodes(0))
