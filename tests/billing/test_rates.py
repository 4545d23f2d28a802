"""Rates of a bill: hours times rates, and what is beside them, are the bill."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.billing.rates import RateTally
from tco.billing.record import HOURS, BilledLine, CostCategory, LineKind

DAY = dt.date(2026, 10, 1)
MONEY = st.floats(-1e6, 1e6, allow_nan=False)
LINES = st.builds(
    BilledLine,
    day=st.dates(DAY, dt.date(2026, 10, 31)),
    last_day=st.just(dt.date(2026, 10, 31)),
    kind=st.sampled_from(LineKind),
    provider=st.just("AWS"),
    service=st.just("AmazonEC2"),
    category=st.sampled_from(CostCategory),
    instance=st.sampled_from([None, "p5.48xlarge", "g6.12xlarge"]),
    region=st.sampled_from([None, "us-east-1"]),
    operating_system=st.sampled_from([None, "Linux", "Windows"]),
    purchase=st.sampled_from([None, "on-demand", "spot", "reserved"]),
    quantity=st.sampled_from([None, 0.0, 1.0, 24.0, -1.0]),
    unit=st.sampled_from([None, HOURS, "GB"]),
    effective_usd=MONEY,
    billed_usd=MONEY,
)


def tallied(lines: Sequence[BilledLine]) -> RateTally:
    """A tally of lines."""
    tally = RateTally()
    for line in lines:
        tally.add(line)
    return tally


@given(st.lists(LINES, max_size=30))
def test_every_cost_counts_once(lines: list[BilledLine]) -> None:
    """Effective and billed costs of rates and of the rest add up to those of the lines."""
    tally = tallied(lines)
    costs = [*(rate.cost for rate in tally.rates), *tally.beside.values()]
    effective = sum(line.effective_usd for line in lines)
    assert sum(cost.effective_usd for cost in costs) == pytest.approx(effective, abs=1e-6)
    assert tally.effective_usd == pytest.approx(effective, abs=1e-6)
    billed = sum(line.billed_usd for line in lines)
    assert sum(cost.billed_usd for cost in costs) == pytest.approx(billed, abs=1e-6)
    assert sum(cost.lines for cost in costs) == tally.lines == len(lines)


@given(st.lists(LINES, max_size=30))
def test_a_rate_times_its_hours_is_its_cost(lines: list[BilledLine]) -> None:
    """The mean weighs hours, and the price of a rate is the mean or a range around it."""
    for rate in tallied(lines).rates:
        assert rate.mean * rate.hours == pytest.approx(rate.cost.effective_usd)
        assert rate.price.low <= rate.price.likely <= rate.price.high
        assert rate.price.likely == pytest.approx(rate.mean, rel=1e-4)


def node(hours: float | None, usd: float) -> BilledLine:
    """Hours of a node, or a discount on it without hours."""
    return BilledLine(
        day=DAY,
        last_day=DAY,
        kind=LineKind.USAGE,
        provider="AWS",
        service="AmazonEC2",
        category=CostCategory.COMPUTE,
        instance="p5.48xlarge",
        region="us-east-1",
        purchase="on-demand",
        quantity=hours,
        unit=HOURS,
        effective_usd=usd,
        billed_usd=usd,
    )


def test_a_discount_lowers_every_rate_alike() -> None:
    """30 hours at $50 and 10 at $60 less $420 are $42 on average; half of the hours cost $40."""
    [rate] = tallied([node(30, 1_500), node(10, 600), node(None, -420)]).rates
    assert rate.mean == pytest.approx((1_500 + 600 - 420) / 40)
    assert rate.median == pytest.approx(50 * (2_100 - 420) / 2_100)


def test_usage_that_is_taken_back() -> None:
    """A negative quantity takes its hours with it."""
    [rate] = tallied([node(30, 1_500), node(-10, -500)]).rates
    assert (rate.hours, rate.mean) == (20, 50)
