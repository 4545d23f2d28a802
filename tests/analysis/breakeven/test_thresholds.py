"""Each flipping value, put back into the plan, makes both sides equal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.analysis.breakeven.thresholds import Threshold, Thresholds, flip
from tco.analysis.evaluation import Evaluation
from tests.conftest import ON_DEMAND, Keys, Lab, owned

RIVAL: Keys = {"api": "mid/api", "input_usd_per_mtok": 7, "output_usd_per_mtok": 7}
NODE: Keys = {"instance": "box.8x", "region": "r1", "usd_per_hour": 20}
SPOT: Keys = {"instance": "box.8x", "region": "r1", "purchase": "spot", "usd_per_hour": 8}


def evaluated(
    lab: Lab,
    pools: Keys,
    *,
    api: float = 1.0,
    nodes: float = 1.0,
    requests: float = 1.0,
    **plan: Any,
) -> Evaluation:
    """A stack at $7 per 1M, with its API's and its nodes' prices times a factor."""
    lab.workload(
        requests_per_month=requests * 0.9 * 730 * 3600,
        growth_per_year=plan.pop("growth", 0.0),
    )
    prices = [
        {**RIVAL, **{key: RIVAL[key] * api for key in RIVAL if key != "api"}},
        *({**row, "usd_per_hour": row["usd_per_hour"] * nodes} for row in (NODE, SPOT)),
    ]
    lab.stack(
        pools,
        plan.pop("service", {}),
        prices=[lab.book("prices", prices=prices)],
        alternatives=["mid/api"],
        **{"outlook": {"api_price_decay_per_year": 0.2}, **plan},
    )
    return lab.evaluate()


def limits(result: Evaluation) -> Thresholds:
    return result.alternatives[0].thresholds


def at(threshold: Threshold) -> float:
    assert threshold.status == "at"
    assert threshold.value is not None
    return threshold.value


def saving(result: Evaluation) -> float:
    assert result.verdict.saving_npv_usd is not None
    return result.verdict.saving_npv_usd


MIXED: Keys = {
    "od": {**ON_DEMAND, "nodes": 1},
    "spot": {**ON_DEMAND, "purchase": "spot", "nodes": 1},
}


@pytest.mark.parametrize("pools", [{"main": {**ON_DEMAND, "nodes": 1}}, MIXED])
def test_gpu_hour_price_that_flips(lab: Lab, pools: Keys) -> None:
    """At the flipping price per GPU-hour the present values are equal, around it they are not."""
    result = evaluated(lab, pools)
    price = at(limits(result).usd_per_gpu_hour)
    hours = sum(line.quantity for line in result.lines if line.line.category == "compute")
    usd = sum(line.usd_per_month for line in result.lines if line.line.category == "compute")
    factor = price / (usd / hours / 8)
    assert saving(evaluated(lab, pools, nodes=factor)) == pytest.approx(0, abs=0.01)
    assert saving(evaluated(lab, pools, nodes=factor * 0.999)) > 1
    assert saving(evaluated(lab, pools, nodes=factor * 1.001)) < -1


@pytest.mark.parametrize("growth", [0.0, -0.3, 0.5])
def test_api_price_factor_that_flips(lab: Lab, growth: float) -> None:
    """At the flipping factor on the rival's prices the present values are equal.

    Also where growth outruns the fleet, and what it refuses is bought at those prices.
    """
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    factor = at(limits(evaluated(lab, pools, growth=growth)).api_price_factor)
    assert saving(evaluated(lab, pools, api=factor, growth=growth)) == pytest.approx(0, abs=0.01)
    assert saving(evaluated(lab, pools, api=factor * 1.001, growth=growth)) > 1


def test_api_price_factor_counts_the_overflow_to_the_same_api(lab: Lab) -> None:
    """Where the stack's own overflow goes to the rival, its price moves on both sides.

    f = (C_self - overflow) / (C_api - overflow).
    """
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    service = {"overflow": "mid/api"}
    result = evaluated(lab, pools, requests=2, service=service)
    factor = at(limits(result).api_price_factor)
    overflow = result.fleets[0].overflow_share
    assert overflow == pytest.approx(0.8 / 1.8)
    moved = evaluated(lab, pools, requests=2, service=service, api=factor)
    assert saving(moved) == pytest.approx(0, abs=0.01)


def test_fte_that_flips(lab: Lab) -> None:
    """With the flipping number of people the present values are equal."""
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    fte = at(limits(evaluated(lab, pools, nodes=0.5, ops={"fte": 0.9})).fte)
    moved = evaluated(lab, pools, nodes=0.5, ops={"fte": fte})
    assert saving(moved) == pytest.approx(0, abs=0.01)


def test_purchase_price_that_flips(lab: Lab) -> None:
    """At the flipping purchase price the present values are equal: capital, residual, upkeep."""
    keys: Keys = {"residual": 0.2, "maintenance_per_year": 0.05}
    capex = at(limits(evaluated(lab, {"own": owned(200_000, **keys)})).capex_usd)
    moved = evaluated(lab, {"own": owned(capex, **keys)})
    assert saving(moved) == pytest.approx(0, abs=0.01)
    assert saving(evaluated(lab, {"own": owned(capex * 1.01, **keys)})) < -1


def test_utilization_that_flips(lab: Lab) -> None:
    """At the flipping utilization of the same fleet the present values are equal."""
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    result = evaluated(lab, pools, api=1.2)
    needed = at(limits(result).utilization)
    moved = evaluated(lab, pools, api=1.2, requests=needed / result.utilization)
    assert saving(moved) == pytest.approx(0, abs=0.01)
    assert moved.utilization == pytest.approx(needed)


CENTS = st.integers(-10_000, 10_000).map(lambda cents: cents / 100)


@given(CENTS, CENTS)
def test_flip_is_the_root_of_a_line(at_zero: float, at_one: float) -> None:
    """Where a value changes sign, the line through both points is zero there."""
    found = flip(at_zero, at_one)
    if found.value is not None:
        assert found.value >= 0
        scale = abs(at_one - at_zero) * max(1.0, found.value)
        root = at_zero + (at_one - at_zero) * found.value
        assert root == pytest.approx(0, abs=1e-9 * max(scale, abs(at_zero), 1e-300))
    else:
        assert at_one == at_zero or at_zero * (at_one - at_zero) > 0


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ((5, 5), "always"),  # an input that moves nothing, and it is won
        ((-5, -5), "never"),
        ((-1, -3), "never"),  # even a price of 0 does not help
        ((1, 3), "always"),  # even an API for nothing would be more expensive
        ((-1, -0.5), "at"),
        ((4, 2), "at"),
    ],
)
def test_what_no_value_flips(line: tuple[float, float], status: str) -> None:
    """Always and never: no value of the input changes the answer."""
    assert flip(*line).status == status


def test_parameters_that_a_stack_does_not_have(lab: Lab) -> None:
    """A rented stack has no purchase price, an owned one no rent, and neither a payback of 0."""
    rented = limits(evaluated(lab, {"main": {**ON_DEMAND, "nodes": 1}}))
    assert (rented.capex_usd.status, rented.payback_months.status) == ("none", "none")
    bought = limits(evaluated(lab, {"own": owned(200_000)}))
    assert (bought.usd_per_gpu_hour.status, bought.capex_usd.status) == ("none", "at")


def test_without_a_total_nothing_is_known(lab: Lab) -> None:
    """A stack that refuses half of its requests has no flipping values."""
    lab.workload(requests_per_month=2 * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    [rival] = lab.evaluate().alternatives
    assert {
        threshold.status for threshold in (rival.thresholds.fte, rival.thresholds.utilization)
    } == {"unknown"}
