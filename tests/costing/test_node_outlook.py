"""Where rents go: the pricing day's month stays, commitments keep their price for their term."""

from __future__ import annotations

import numpy as np
import pytest

from tco.analysis.cashflow.projection import cash_flow, project
from tests.conftest import ON_DEMAND, Keys, Lab

COMMITMENT: Keys = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
UPFRONT: Keys = {**COMMITMENT, "payment": "all-upfront"}


def running(lab: Lab, pool: Keys, **outlook: float) -> list[float]:
    """What self-hosting pays month by month, with a path of on-demand prices and without."""
    lab.stack(
        {"main": {**pool, "nodes": 1}},
        outlook={"node_price_factor_per_year": outlook},
        finance={"horizon": 24},
    )
    flow = cash_flow(project(lab.load()))
    return [float(usd) for usd in flow.running_usd + flow.upfront_usd]


def test_on_demand_moves_every_month(lab: Lab) -> None:
    """Month t costs 1.2^(t/12) of the rent: after a year a fifth more, and month 0 as it was."""
    flat = running(lab, ON_DEMAND)
    moved = running(lab, ON_DEMAND, **{"on-demand": 1.2})
    assert moved[0] == flat[0]
    node = lab.evaluate().lines[0].usd_per_month
    more = [b - a for a, b in zip(flat, moved, strict=True)]
    expected = node * (1.2 ** (np.arange(24) / 12) - 1)
    assert more == pytest.approx(list(expected))


def test_a_commitment_is_immune_for_its_term(lab: Lab) -> None:
    """A year at its price, then a year at the price on the day it is bought again."""
    pool = {**ON_DEMAND, "purchase": "reserved", "commitment": COMMITMENT}
    flat = running(lab, pool)
    moved = running(lab, pool, **{"on-demand": 1.2})
    assert moved[:12] == flat[:12]
    more = [b - a for a, b in zip(flat[12:], moved[12:], strict=True)]
    assert more == pytest.approx([more[0]] * 12)
    assert more[0] > 0


def test_an_upfront_is_paid_again_at_the_price_then(lab: Lab) -> None:
    """The second year of a prepaid plan costs a fifth more, paid in month 12 alone."""
    pool = {**ON_DEMAND, "purchase": "reserved", "commitment": UPFRONT}
    flat = running(lab, pool)
    moved = running(lab, pool, **{"on-demand": 1.2})
    more = np.array(moved) - np.array(flat)
    assert np.flatnonzero(np.abs(more) > 1e-6).tolist() == [12]
    assert more[12] == pytest.approx(0.2 * 96_360)


def test_the_bill_of_the_pricing_day_does_not_move(lab: Lab) -> None:
    """The month's bill and its range are those of today, however wide the outlook is."""
    bills: list[float | None] = []
    for factor in (1.0, [0.5, 1.0, 2.0]):
        lab.stack(
            {"main": {**ON_DEMAND, "nodes": 1}},
            outlook={"node_price_factor_per_year": {"on-demand": factor}},
        )
        bills.append(lab.evaluate().usd_per_month)
    assert bills[0] == bills[1]


def test_immunity_is_worth_what_prices_rise(lab: Lab) -> None:
    """Sum of c (1.2^(t/12) - 1) over a year without discounting; below 0 where prices fall."""
    pool = {**ON_DEMAND, "purchase": "reserved", "commitment": COMMITMENT, "nodes": 1}
    worth: list[float] = []
    for factor in (1.2, 1.0, 0.8):
        lab.stack(
            {"main": pool},
            outlook={"node_price_factor_per_year": {"on-demand": factor}},
            finance={"discount_rate": 0},
        )
        found = lab.evaluate().price_immunity
        assert found is not None
        worth.append(found.base_case_usd)
    node = lab.evaluate().lines[0].usd_per_month
    assert worth[0] == pytest.approx(node * float((1.2 ** (np.arange(12) / 12) - 1).sum()))
    assert worth[1] == 0
    assert worth[2] < 0


def test_without_a_commitment_there_is_no_immunity(lab: Lab) -> None:
    """A plan on demand has nothing to keep."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    assert lab.evaluate().price_immunity is None


def test_the_outlook_is_drawn(lab: Lab) -> None:
    """The range spreads the horizon of the scenarios, and not the month of the pricing day."""
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        outlook={"node_price_factor_per_year": {"on-demand": [0.7, 1.0, 1.4]}},
    )
    drawn = lab.evaluate().uncertainty
    assert drawn is not None
    assert drawn.npv_usd.p10 < drawn.npv_usd.p90
    assert drawn.usd_per_month.p10 == pytest.approx(drawn.usd_per_month.p90)
