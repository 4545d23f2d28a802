"""Month by month: payments, the balance, the month in which the cheaper side changes."""

from __future__ import annotations

import numpy as np
import pytest

from tco.analysis.cashflow.months import MonthByMonth
from tco.arrays import monthly_rate
from tco.costing.finance import discount
from tco.documents.plan import stack_part
from tco.documents.stack import stack_summary
from tco.report.cash_flow import month_rows
from tco.report.view import stack_view
from tests.conftest import ON_DEMAND, Keys, Lab, owned


def months_of(lab: Lab) -> MonthByMonth:
    """The months of the lab's stack."""
    table = lab.evaluate().months
    assert table is not None
    return table


def bought(lab: Lab, *, decay: float = 0.2) -> None:
    """$300,000 for a node that costs $8,000 a month to run, against a bill of $20,000."""
    lab.workload(requests_per_month=20_000_000)
    rack = {"usd_per_month": 8_000, "electricity": "included"}
    lab.stack(
        {"own": owned(300_000, life_years=5, colocation=rack)},
        {"serving": {"model": "fast"}},
        outlook={"api_price_decay_per_year": decay},
    )


def test_months_of_a_purchase(lab: Lab) -> None:
    """Capex is paid in month 1, the running cost every month, the API along its price path.

    The bill of month t is 20,000 x 0.8^(t/12), t = 0 first; the balance adds up what is not paid.
    """
    bought(lab)
    table = months_of(lab)
    bills = 20_000 * 0.8 ** (np.arange(60) / 12)
    assert [month.number for month in table.months] == list(range(1, 61))
    assert [month.upfront_usd for month in table.months] == [300_000, *[0] * 59]
    assert [month.running_usd for month in table.months] == pytest.approx([8_000] * 60)
    assert [month.rival_usd for month in table.months] == pytest.approx(bills.tolist())
    balance = np.cumsum(bills - 8_000) - 300_000
    assert [month.cumulative_usd for month in table.months] == pytest.approx(balance.tolist())


def test_months_discount_to_the_verdicts_saving(lab: Lab) -> None:
    """The table is the cash flow behind the verdict: discounted, it gives the present value."""
    bought(lab)
    result = lab.evaluate()
    table = months_of(lab)
    rate = monthly_rate(0.1)
    weights = discount(rate, np.arange(60.0))
    paid = np.array([month.rival_usd - month.running_usd for month in table.months])
    upfront = np.array([month.upfront_usd for month in table.months])
    saving = float(paid @ weights - upfront @ weights * (1 + rate))
    saving += table.remaining_usd * float(weights[-1])
    assert result.verdict.saving_npv_usd == pytest.approx(saving)


def test_month_in_which_falling_prices_turn_the_answer(lab: Lab) -> None:
    """A node of $14,600 beats a bill of $16,206 until prices have fallen by 10%.

    0.5^(t/12) < 14,600/16,206 from t = 1.81 on: the third month.
    """
    api = {"api": "api/plain", "input_usd_per_mtok": 37 / 3, "output_usd_per_mtok": 37 / 3}
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        prices=[lab.book("api", prices=[api])],
        outlook={"api_price_decay_per_year": 0.5},
    )
    assert months_of(lab).turns_in_month == 3
    view = stack_view(stack_summary(lab.evaluate()))
    assert "api/plain is cheaper from month 3 on" in view.horizon


def test_growth_turns_the_answer_the_other_way(lab: Lab) -> None:
    """A bill of $13,140 passes a node of $14,600 as demand grows: 1.5^(t/12) > 1.111, t > 3.1."""
    lab.workload(requests_per_month=0.5 * 730 * 3600, growth_per_year=0.5)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    assert months_of(lab).turns_in_month == 5
    assert (
        "self-hosting is cheaper from month 5 on"
        in stack_view(stack_summary(lab.evaluate())).horizon
    )


def test_nothing_turns_at_flat_prices(lab: Lab) -> None:
    """Without growth and decay the cheaper side stays what it is."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    assert months_of(lab).turns_in_month is None
    assert "cheaper side" not in stack_view(stack_summary(lab.evaluate())).horizon


def test_refused_demand_is_bought_at_the_rival(lab: Lab) -> None:
    """What a fixed fleet outgrows is paid to the rival, in the table as in the present value."""
    lab.workload(requests_per_month=0.9 * 730 * 3600, growth_per_year=1.0)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    last = months_of(lab).months[-1]
    load = 0.9 * 2 ** (11 / 12)
    assert last.refused_usd == pytest.approx((load - 1) * 36 * 730)
    assert last.rival_usd == pytest.approx(load * 36 * 730)


def test_no_months_without_a_priced_rival(lab: Lab) -> None:
    """Nothing to compare with, nothing to show: the JSON says null, the memo no table."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=[])
    result = lab.evaluate()
    assert result.months is None
    assert month_rows(stack_summary(result)) == []
    assert stack_part(result).horizon is None


def test_json_of_the_horizon(lab: Lab) -> None:
    """Every month with its payments, payback, turn and present value, nothing rounded."""
    bought(lab, decay=0.0)
    horizon = stack_part(lab.evaluate()).model_dump(mode="json")["horizon"]
    assert horizon["against"] == "api/plain"
    assert horizon["payback_months"] == {"status": "at", "value": pytest.approx(25)}
    assert horizon["turns_in_month"] is None
    first: Keys = horizon["months"][0]
    assert (first["month"], first["cheaper"]) == (1, "self")
    assert first["cumulative_usd"] == pytest.approx(20_000 - 8_000 - 300_000)


def test_quarterly_rows_beyond_a_year(lab: Lab) -> None:
    """A memo shows twelve months, then quarters: 12 + 48/3 rows of five years, sums inside."""
    bought(lab, decay=0.0)
    rows = month_rows(stack_summary(lab.evaluate()))
    assert len(rows) == 12 + 16
    assert [rows[11].months, rows[12].months, rows[-1].months] == ["12", "13–15", "58–60"]
    assert (rows[11].rival, rows[12].rival, rows[12].running) == ("$20,000", "$60,000", "$24,000")
    assert rows[-1].cumulative == "$420,000"  # 60 x 12,000 - 300,000
