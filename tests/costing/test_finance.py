"""The time value of money, and an owned node through the real ledger."""

from __future__ import annotations

import numpy as np
import pytest

from tco.arrays import monthly_rate
from tco.costing.finance import annuity, capital_recovery_factor, discount, remaining_value
from tests.conftest import Lab, cost_by_category, owned


def test_annuity() -> None:
    """An owned node's month is the annuity of its price less its discounted residual value."""
    rate = monthly_rate(0.10)
    assert rate == pytest.approx(0.00797414, abs=5e-9)
    # (300,000 - 45,000 / 1.1^4) x CRF(0.797414%, 48) = 269,264 x 0.0251560
    assert annuity(300_000, 45_000, rate, 48) == pytest.approx(6_773.64, abs=0.005)


def test_annuity_without_interest_is_the_straight_line() -> None:
    """At a rate of 0 % capital costs only what it loses in value, without a division by zero."""
    assert annuity(300_000, 45_000, 0.0, 48) == pytest.approx(255_000 / 48)  # 5,312.50
    assert capital_recovery_factor(0.0, 48) == pytest.approx(1 / 48)


def test_annuity_of_an_array_of_rates() -> None:
    """One formula serves an array of scenarios, a rate of 0 among them."""
    rates = np.array([0.0, 0.005, 0.02])
    expected = [annuity(300_000, 45_000, float(rate), 48) for rate in rates]
    assert annuity(300_000, 45_000, rates, 48) == pytest.approx(np.array(expected))


@pytest.mark.parametrize("rate", [0.0, 0.01])
def test_remaining_value_runs_from_the_price_to_the_residual(rate: float) -> None:
    """What is left of a purchase is its price at first and its residual at the end of its life."""
    assert remaining_value(300_000, 45_000, rate, 48, 0) == pytest.approx(300_000)
    assert remaining_value(300_000, 45_000, rate, 48, 48) == pytest.approx(45_000)


def test_remaining_value_makes_the_annuity_fair_at_any_age() -> None:
    """Buying, paying nothing more and selling after 20 months costs exactly 20 annuities."""
    rate = 0.01
    weights = discount(rate, np.arange(20.0))
    left = remaining_value(300_000, 45_000, rate, 48, 20)
    bought_and_sold = 300_000 - left * weights[-1]
    assert bought_and_sold == pytest.approx(annuity(300_000, 45_000, rate, 48) * weights.sum())


def test_discount_pays_a_month_at_its_end() -> None:
    """The first month's bill counts (1+i)^-1, not in full."""
    assert discount(0.01, np.arange(3.0)) == pytest.approx([1.01**-1, 1.01**-2, 1.01**-3])


def test_owned_node_through_the_ledger(lab: Lab) -> None:
    """A bought node costs its annuity, its maintenance and its colocation: $1.723 a GPU-hour."""
    rack = {"kw": 10.2, "usd_per_kw_month": 200, "electricity": "included"}
    node = owned(300_000, residual=0.15, maintenance_per_year=0.05, colocation=rack)
    lab.stack({"own": node}, finance={"discount_rate": 0.10})
    result = lab.evaluate()
    cost = cost_by_category(result)
    # 6,773.64 annuity + 300,000 x 5 % / 12 = 1,250 maintenance; 10.2 kW x $200 = 2,040
    assert cost["compute"] == pytest.approx(8_023.64, abs=0.005)
    assert cost["power"] == pytest.approx(2_040)
    assert result.usd_per_month == pytest.approx(10_063.64, abs=0.005)
    assert (result.usd_per_month or 0) / (8 * 730) == pytest.approx(1.723, abs=0.0005)
