"""The months ahead: growth, renewals, what is left at the end, and their present value."""

from __future__ import annotations

import numpy as np
import pytest

from tco.analysis.cashflow.priced_projection import PricedProjection
from tco.analysis.cashflow.projection import cash_flow, payback_months, project
from tco.arrays import monthly_rate
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, at_start, owned

NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
UPFRONT: Keys = {"kind": "savings-plan", "term": "1yr", "payment": "all-upfront"}
BASE: Keys = {**ON_DEMAND, "purchase": "reserved", "nodes": 1, "commitment": UPFRONT}


def test_a_level_month_has_the_present_value_of_an_annuity(lab: Lab) -> None:
    """$14,600 at the end of each of 12 months at 10% a year."""
    lab.stack(NODE, finance={"discount_rate": 0.1})
    rate = monthly_rate(0.1)
    expected = 14_600 * (1 - (1 + rate) ** -12) / rate
    assert PricedProjection(project(lab.load())).npv_usd == pytest.approx(expected)


def test_the_rival_is_discounted_on_its_path(lab: Lab) -> None:
    """Month t: demand x 1.5^(t/12), price x 0.8^(t/12), weight (1+i)^-(t+1)."""
    lab.workload(requests_per_month=1_000_000, growth_per_year=0.5)
    lab.stack(NODE, outlook={"api_price_decay_per_year": 0.2}, finance={"discount_rate": 0.1})
    months = np.arange(12)
    bills = 1_000 * (1.5 * 0.8) ** (months / 12)
    expected = bills @ (1 + monthly_rate(0.1)) ** -(months + 1.0)
    assert lab.evaluate().alternatives[0].npv_usd == pytest.approx(expected)


@pytest.mark.parametrize(
    ("pools", "months"),
    [
        (NODE, 12),
        ({"base": BASE}, 12),
        ({"own": owned(100_000)}, 48),
        ({"own": owned(100_000, life_years=4.5), "base": BASE}, 54),
        ({"own": owned(100_000, life_years=0.5)}, 12),
    ],
)
def test_as_long_as_the_longest_commitment(lab: Lab, pools: Keys, months: int) -> None:
    """A year without a commitment, else the longest term or life."""
    lab.stack(pools)
    assert lab.load().horizon_months == months


def test_a_stated_horizon(lab: Lab) -> None:
    """The plan may look further ahead than it commits."""
    lab.stack({"base": BASE}, finance={"horizon": 36})
    assert lab.load().horizon_months == 36


def test_an_upfront_is_paid_when_the_term_starts_and_again_when_it_ends(lab: Lab) -> None:
    """$96,360 in months 0 and 12 of 18, and half of the second is left at the end."""
    lab.stack({"base": BASE}, finance={"horizon": 18, "discount_rate": 0})
    flow = cash_flow(project(lab.load()))
    assert {int(at): flow.upfront_usd[at] for at in np.flatnonzero(flow.upfront_usd)} == {
        0: 96_360,
        12: 96_360,
    }
    assert flow.remaining_usd == pytest.approx(96_360 / 2)
    assert flow.running_usd == pytest.approx(np.zeros(18))


def test_owning_for_its_life_costs_its_annuities(lab: Lab) -> None:
    """Buying and selling at the residual costs what the ledger's annuity says, month by month."""
    lab.stack({"own": owned(300_000, residual=0.15)}, finance={"discount_rate": 0.1})
    rate = monthly_rate(0.1)
    expected = 6_773.64 * (1 - (1 + rate) ** -48) / rate
    assert PricedProjection(project(lab.load())).npv_usd == pytest.approx(expected, rel=1e-6)


def test_a_fleet_that_follows_is_re_sized_as_demand_grows(lab: Lab) -> None:
    """Demand that doubles in a year takes twice the nodes in month 12; fixed counts stay."""
    lab.workload(requests_per_month=2 * 730 * 3600, growth_per_year=1.0)
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING, "boot_hours": 0}}, finance={"horizon": 13})
    flow = cash_flow(project(lab.load()))
    assert flow.running_usd[[0, 12]] == pytest.approx([2 * 14_600, 4 * 14_600])
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, finance={"horizon": 13})
    assert cash_flow(project(lab.load())).running_usd == pytest.approx(np.full(13, 2 * 14_600))


def test_committed_nodes_stay_if_demand_shrinks(lab: Lab) -> None:
    """What was bought is paid to its end, however little is left to do."""
    lab.workload(requests_per_month=3 * 730 * 3600, growth_per_year=-0.9)
    monthly = {**UPFRONT, "payment": "no-upfront"}
    lab.stack({"base": {**BASE, "nodes": "auto", "commitment": monthly}})
    assert cash_flow(project(lab.load())).running_usd == pytest.approx(np.full(12, 3 * 12 * 730))


def test_nodes_bought_on_the_way_are_paid_when_they_are_needed(lab: Lab) -> None:
    """A fourth owned node is bought in the month that needs it, and is worth more at the end.

    3 nodes in month 0; 3 x 1.5^(t/12) passes 3 in month 1 and 4 in month 9.
    """
    lab.workload(requests_per_month=3 * 730 * 3600, growth_per_year=0.5)
    node: Keys = {**owned(48_000), "nodes": "auto"}
    lab.stack({"own": node}, finance={"discount_rate": 0, "horizon": 48})
    paid = cash_flow(project(lab.load())).upfront_usd
    assert paid[0] == pytest.approx(3 * 48_000)
    assert np.flatnonzero(paid)[:3].tolist() == [0, 1, 9]


def test_setup_is_paid_once(lab: Lab) -> None:
    """Set-up is an upfront of day one; the ledger's monthly part of it is not paid again."""
    lab.stack(NODE, ops={"fte": 0, "setup_usd": 24_000}, finance={"discount_rate": 0})
    flow = cash_flow(project(lab.load()))
    assert flow.upfront_usd[0] == 24_000
    assert flow.running_usd == pytest.approx(np.full(12, 14_600))


# Payback


def test_payback_is_the_first_month_that_covers(lab: Lab) -> None:
    """25 equal months, interpolated inside a month, and none if the savings stop short."""
    assert payback_months(at_start(300_000, 48), np.full(48, 12_000.0)) == pytest.approx(25)
    assert payback_months(at_start(100, 3), np.array([40.0, 40.0, 40.0])) == pytest.approx(2.5)
    assert payback_months(at_start(100, 3), np.array([40.0, 40.0, 19.9])) is None
    assert payback_months(at_start(100, 4), np.array([60.0, -30.0, 60.0, 60.0])) == pytest.approx(
        3 + 10 / 60
    )


def test_payback_counts_every_upfront(lab: Lab) -> None:
    """An all-upfront year and the set-up pay back by the API's bill less what runs on.

    (96,360 + 10,000) / 26,280 = 4.05 months at a full node of `api/dear`.
    """
    lab.workload(requests_per_month=730 * 3600)
    lab.stack({"base": BASE}, alternatives=["api/dear"], ops={"fte": 0, "setup_usd": 10_000})
    found = lab.evaluate().alternatives[0].thresholds.payback_months
    assert found.value == pytest.approx(106_360 / 26_280)
