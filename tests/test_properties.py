"""What holds for every stack, whatever its figures: found by searching for a counterexample."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.costing.fleet_operation import operate
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned

SPOT = {"purchase": "spot", "spot": {"availability": 0.9}}
RESERVED = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
BLOCK = {"kind": "capacity-block", "hours": 720}

pools = st.sampled_from(
    [
        {"od": {**ON_DEMAND, "nodes": "auto"}},
        {"od": {**ON_DEMAND, "nodes": FOLLOWING}},
        {"spot": {**ON_DEMAND, **SPOT, "nodes": FOLLOWING}},
        {
            "base": {**ON_DEMAND, "purchase": "reserved", "nodes": 2, "commitment": RESERVED},
            "od": {**ON_DEMAND, "nodes": FOLLOWING},
        },
        {"block": {**ON_DEMAND, "purchase": "reserved", "nodes": "auto", "commitment": BLOCK}},
        {"own": {**owned(200_000, residual=0.1), "nodes": 3}},
        {"rent": {"offer": "acme/8x", "nodes": 2}, "slow": {"instance": "slow.8x", "nodes": 1}},
    ]
)
shapes = st.sampled_from(
    [
        {"kind": "flat"},
        {"kind": "diurnal", "peak_to_mean": 1.7},
        {"kind": "office", "peak_to_mean": 3},
    ]
)
bursts = st.sampled_from([{"factor": 1.0}, {"factor": 1.5}, {"quantile": 0.99}, {"quantile": 0.9}])
loads = st.floats(0.05, 12)
standbys = st.sampled_from(
    ["none", {"availability": 0.99}, {"availability": 0.9999}, {"api": "api/dear"}]
)


@st.composite
def stacks(draw: st.DrawFn) -> dict[str, Any]:
    """A stack with its demand, all its parts drawn."""
    return {
        "pools": draw(pools),
        "load": draw(loads),
        "shape": draw(shapes),
        "burst": draw(bursts),
        "standby": draw(standbys),
    }


def evaluated(lab: Lab, stack: dict[str, Any], **plan: Any) -> Evaluation:
    """A drawn stack, with people, platform and egress, its overflow at an API."""
    lab.workload(
        requests_per_month=stack["load"] * 730 * 3600,
        shape=stack["shape"],
        burst=stack["burst"],
    )
    service: Keys = {"standby": stack["standby"], "overflow": "api/dear", "egress": {}}
    lab.stack(stack["pools"], service, **{"ops": {}, "platform": None, **plan})
    return evaluate(lab.load(), lab.day, scenarios=0)


def usd(result: Evaluation) -> float:
    assert result.usd_per_month is not None
    return result.usd_per_month


@given(stacks())
def test_the_ledger_adds_up(lab: Lab, stack: dict[str, Any]) -> None:
    """The lines are the total, each within its low and high, none below nothing."""
    result = evaluated(lab, stack)
    assert sum(line.usd_per_month for line in result.lines) == pytest.approx(usd(result))
    for line in result.lines:
        assert line.low <= line.usd_per_month <= line.high
        assert line.usd_per_month >= -1e-9


@given(stacks(), st.floats(1.0, 3.0))
def test_cost_grows_with_demand(lab: Lab, stack: dict[str, Any], factor: float) -> None:
    """More requests never cost less: what a fleet does not take, a more expensive API bills."""
    less = usd(evaluated(lab, stack))
    more = usd(evaluated(lab, {**stack, "load": stack["load"] * factor}))
    assert more >= less * (1 - 1e-9)


@given(stacks())
def test_all_tokens_are_served_or_billed(lab: Lab, stack: dict[str, Any]) -> None:
    """The node-hours at work and the overflow are the demand: none is lost, none counts twice."""
    result = evaluated(lab, {**stack, "standby": "none"})
    [fleet] = result.fleets
    [[group]] = operate(result.stack).groups
    served = sum(
        float(hours[0]) * pool.work_per_node
        for hours, pool in zip(group.month.busy_hours, group.group.fleet.pools, strict=True)
    )
    load = float(group.group.fleet.load_by_hour.mean()) * 730
    assert served + fleet.overflow_share * load == pytest.approx(load)
    assert 0 <= fleet.utilization <= 1 + 1e-9


MONEY_FIGURES = (
    *("electricity_usd_per_kwh", "rented_egress_usd_per_gb", "owned_egress_usd_per_gb"),
    *("aws_internet_usd_per_gb_first_10tb", "aws_internet_usd_per_gb_next_40tb"),
    *("aws_internet_usd_per_gb_next_100tb", "aws_internet_usd_per_gb_above_150tb"),
    *("usd_per_fte_year", "disk_usd_per_gb_month", "logs_usd_per_gb"),
    "load_balancer_usd_per_month",
    *("cloudwatch_alarm_usd_per_month", "cloudwatch_metric_usd_per_month"),
)


def _scaled_book(lab: Lab, factor: float) -> str:
    """A price book with every price of the tests' catalog times a factor."""
    [book] = lab.catalog.books
    rows = [price.model_dump(mode="json", exclude_none=True) for price in book.prices]
    prices = [
        {
            key: value * factor if "usd" in key and isinstance(value, float) else value
            for key, value in row.items()
        }
        for row in rows
    ]
    figures = [
        {"figure": figure.figure, "value": figure.value.likely * factor, "unit": figure.unit}
        for figure in book.figures
        if figure.figure in MONEY_FIGURES
    ]
    return lab.book("scaled", prices=prices, figures=figures)


@given(stacks(), st.sampled_from([0.1, 1.5, 7.0]))
def test_scaling_all_money_scales_the_totals(
    lab: Lab, stack: dict[str, Any], factor: float
) -> None:
    """In another currency every total is another number and every decision the same."""
    if "own" in stack["pools"]:
        stack = {**stack, "pools": {"own": {**owned(200_000, residual=0.1), "nodes": 3}}}
    plain = evaluated(lab, stack)
    if "own" in stack["pools"]:
        dear = {"own": {**owned(200_000 * factor, residual=0.1), "nodes": 3}}
        stack = {**stack, "pools": dear}
    scaled = evaluated(lab, stack, prices=[_scaled_book(lab, factor)])
    assert usd(scaled) == pytest.approx(factor * usd(plain))
    for alternative, other in zip(scaled.alternatives, plain.alternatives, strict=True):
        assert alternative.usd_per_month == pytest.approx(factor * (other.usd_per_month or 0))
        assert alternative.npv_usd == pytest.approx(factor * (other.npv_usd or 0))
    assert scaled.verdict.decision == plain.verdict.decision


PRICES: list[Keys] = [
    {"instance": "box.8x", "region": "r1", "usd_per_hour": 20},
    {"instance": "box.8x", "region": "r1", "purchase": "spot", "usd_per_hour": 8},
    {
        **{"instance": "box.8x", "region": "r1", "purchase": "reserved", "usd_per_hour": 12},
        **RESERVED,
    },
    {"offer": "acme/8x", "gpu": "H100", "gpus": 8, "usd_per_hour": 16},
    {"instance": "slow.8x", "region": "r1", "usd_per_hour": 12},
]


@given(stacks(), st.sampled_from(PRICES), st.floats(0.0, 1.0))
def test_a_cheaper_price_never_makes_a_stack_more_expensive(
    lab: Lab, stack: dict[str, Any], price: Keys, factor: float
) -> None:
    """Lowering any node price lowers the total or leaves it, whatever the merit order becomes.

    Among pools that can be switched off the cheapest goes first; where both are static the
    cheaper one takes the load, and both are paid anyway.
    """
    dear = usd(evaluated(lab, stack))
    book = lab.book("cheap", prices=[{**price, "usd_per_hour": price["usd_per_hour"] * factor}])
    assert usd(evaluated(lab, stack, prices=[book])) <= dear * (1 + 1e-9)


@given(stacks(), st.floats(0.5, 0.9999), st.floats(0.5, 0.9999))
def test_more_availability_is_never_cheaper(
    lab: Lab, stack: dict[str, Any], first: float, other: float
) -> None:
    """A higher target takes as many spares or more."""
    low, high = sorted((first, other))
    costs = [
        usd(evaluated(lab, {**stack, "standby": {"availability": target}}))
        for target in (low, high)
    ]
    assert costs[0] <= costs[1] * (1 + 1e-9)


@given(stacks(), st.floats(0.5, 1.0), st.floats(0.5, 1.0))
def test_a_fuller_fleet_is_never_more_expensive(
    lab: Lab, stack: dict[str, Any], first: float, other: float
) -> None:
    """A higher target load needs as many nodes or fewer, and the volume is served either way."""
    group_nodes: list[float] = []
    for target in sorted((first, other)):
        lab.workload(
            requests_per_month=stack["load"] * 730 * 3600,
            shape=stack["shape"],
            burst=stack["burst"],
        )
        service = {"overflow": "api/dear", "sizing": {"target_load": target}}
        lab.stack({"od": {**ON_DEMAND, "nodes": "auto"}}, service)
        group_nodes.append(evaluate(lab.load(), lab.day, scenarios=0).fleets[0].nodes)
    assert group_nodes[0] >= group_nodes[1]
