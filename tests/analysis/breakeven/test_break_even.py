"""Break-even as intervals of volume, against a brute-force scan of the same costs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.analysis.breakeven.break_even import sample_points, scan, self_usd, winning_intervals
from tco.arrays import FloatArray
from tco.costing.ledger import api_bill
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned

Interval = tuple[float, float | None]


def _found(
    saving: Callable[[FloatArray], FloatArray], steps: FloatArray, ceiling: float, *, lasting: bool
) -> list[Interval]:
    samples = sample_points(steps, ceiling)
    values = np.atleast_2d(saving(samples.points))
    [found] = winning_intervals(lambda at, _: saving(at), samples, values, lasting=[lasting])
    return found


def inside(volume: float, intervals: list[Interval], margin: float) -> bool | None:
    """Whether a volume lies in an interval; None within the margin of an end."""
    for low, high in intervals:
        ends = [low] if high is None else [low, high]
        if any(abs(volume - end) <= margin for end in ends):
            return None
        if low < volume and (high is None or volume < high):
            return True
    return False


@given(
    st.lists(st.floats(0.1, 100), min_size=1, max_size=12),
    st.floats(0, 50),
    st.floats(0.1, 30),
    st.floats(0.01, 3),
)
def test_intervals_agree_with_a_brute_force_scan(
    steps: list[float], fixed: float, jump: float, slope: float
) -> None:
    """Every volume of a fine grid lies inside an interval exactly where the saving is positive."""
    at = np.unique(np.round(steps, 3))

    def saving(volume: FloatArray) -> FloatArray:
        nodes = np.searchsorted(at, volume * (1 - 1e-9), side="left")
        return slope * volume - fixed - jump * nodes

    found = _found(saving, at, 110.0, lasting=False)
    grid = np.linspace(0.01, 109.99, 2_000)
    for volume, value in zip(grid, saving(grid), strict=True):
        verdict = inside(float(volume), found, 1e-3)
        assert verdict is None or verdict == (value > 0), volume
    for (_, first), (second, _) in itertools.pairwise(found):
        assert first is not None
        assert first < second


def test_adjacent_pieces_are_one_interval() -> None:
    """A step that stays on the winning side does not cut the interval."""

    def saving(volume: FloatArray) -> FloatArray:
        return volume - 0.5 - 0.1 * (volume > 2)

    assert _found(saving, np.array([2.0]), 5.0, lasting=False) == [(pytest.approx(0.5), 5.0)]
    assert _found(saving, np.array([2.0]), 5.0, lasting=True) == [(pytest.approx(0.5), None)]


def test_no_interval_where_nothing_is_saved() -> None:
    """Where self-hosting never wins there is no interval, lasting or not."""
    assert _found(lambda x: -1 - x, np.array([2.0]), 5.0, lasting=True) == []


STACKS: dict[str, Keys] = {
    "re-sized": {"main": {**ON_DEMAND, "nodes": "auto"}},
    "fixed": {"main": {**ON_DEMAND, "nodes": 3}},
    "following": {"main": {**ON_DEMAND, "nodes": FOLLOWING}},
    "owned and rented": {"own": owned(300_000), "rest": {**ON_DEMAND, "nodes": FOLLOWING}},
}


def _stack(lab: Lab, pools: Keys, **service: Any) -> None:
    shape = {"kind": "diurnal", "peak_to_mean": 1.8}
    lab.workload(requests_per_month=2 * 730 * 3600, shape=shape, burst={"quantile": 0.99})
    row = {"api": "mid/api", "input_usd_per_mtok": 24, "output_usd_per_mtok": 24}
    lab.stack(
        pools,
        service,
        prices=[lab.book("mid", prices=[row])],
        alternatives=["mid/api"],
        ops={},
        platform=None,
    )


@pytest.mark.parametrize("overflow", ["refuse", "api/dear"])
@pytest.mark.parametrize("name", STACKS)
def test_a_stacks_intervals_agree_with_a_scan(lab: Lab, name: str, overflow: str) -> None:
    """At a thousand volumes the interval says what the ledger and the API's bill say."""
    _stack(lab, STACKS[name], overflow=overflow, standby={"availability": 0.999})
    stack = lab.load()
    found = scan(stack)
    reach = (found.capacity_mtok or found.ceiling_mtok) / stack.mtok_per_month
    factors = np.linspace(reach / 1000, reach * 0.999, 1_000)
    rate = stack.alternatives[0].rates[0]
    assert rate is not None
    bill = float(np.asarray(api_bill(stack, stack.services[0], rate)))
    saving = factors * bill - self_usd(stack, factors)
    assert (saving > 0).any()
    assert (saving < 0).any()
    for factor, value in zip(factors, saving, strict=True):
        volume = float(factor) * stack.mtok_per_month
        verdict = inside(volume, found.wins[0], 1e-4 * volume)
        assert verdict is None or verdict == (value > 0), volume


def test_an_interval_is_what_a_plan_of_that_volume_says(lab: Lab) -> None:
    """A plan at a volume inside an interval is cheaper than its rival, outside it costs more."""
    _stack(lab, STACKS["re-sized"])
    result = lab.evaluate()
    wins = result.alternatives[0].wins_mtok_per_month
    assert wins
    low = wins[-1][0] / result.stack.mtok_per_month
    for factor, cheaper in ((low * 0.9999, False), (low * 1.0001, True)):
        shape = {"kind": "diurnal", "peak_to_mean": 1.8}
        requests = factor * 2 * 730 * 3600
        lab.workload(requests_per_month=requests, shape=shape, burst={"quantile": 0.99})
        moved = lab.evaluate()
        rival = moved.alternatives[0].usd_per_month or 0
        assert ((moved.usd_per_month or 0) < rival) == cheaper


def test_a_full_fleet_ends_the_scan(lab: Lab) -> None:
    """A fixed fleet that refuses the rest wins up to its capacity, and no interval is open.

    Full is where 0.1% of the requests, the limit, find both nodes busy.
    """
    lab.workload(requests_per_month=0.5 * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, alternatives=["api/dear"])
    result = lab.evaluate()
    full = 2 * 730 * 3.6 / 0.999  # million tokens of two nodes
    assert result.scan.capacity_mtok == pytest.approx(full)
    # 2 x 20 x 730 at $10 per 1M
    assert result.alternatives[0].wins_mtok_per_month == [
        (pytest.approx(2_920), pytest.approx(full))
    ]


def test_an_interval_is_open_only_if_the_saving_lasts(lab: Lab) -> None:
    """Where every further node costs more than its tokens at the API, no interval is open.

    $40,000 a month of the API's price is fixed cost that three cheap owned nodes save; a fourth
    node, rented at $20 an hour, serves tokens of $3.60 an hour.
    """
    lab.workload(requests_per_month=3 * 730 * 3600)
    pools: Keys = {
        "own": {**owned(48_000), "nodes": 3},
        "rest": {**ON_DEMAND, "nodes": FOLLOWING, "boot_hours": 0},
    }
    lab.stack(pools, finance={"discount_rate": 0})
    [(low, high)] = lab.evaluate().alternatives[0].wins_mtok_per_month
    assert low == pytest.approx(3_000)  # three annuities of $1,000 at $1 per 1M
    assert high == pytest.approx(3 * 730 * 3.6)


def test_an_unpriced_rival_has_no_interval(lab: Lab) -> None:
    """Nothing can be won against a price that no one knows."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/short"])
    assert lab.evaluate().alternatives[0].wins_mtok_per_month == []


def test_volume_is_of_all_services_together(lab: Lab) -> None:
    """Two services move together: the interval is in the tokens of both."""
    lab.workload("a", requests_per_month=730 * 3600)
    lab.workload("b", requests_per_month=3 * 730 * 3600)
    services = {
        name: lab.service({f"{name}-pool": {**ON_DEMAND, "nodes": nodes}}, workload=name)
        for name, nodes in (("a", 2), ("b", 6))
    }
    lab.plan(services, alternatives=["api/dear"])
    result = lab.evaluate()
    # 8 nodes x $14,600 at $10 per 1M; full at twice the demand of 4 nodes
    assert result.alternatives[0].wins_mtok_per_month == [
        (pytest.approx(11_680), pytest.approx(8 * 730 * 3.6 / 0.999))
    ]
