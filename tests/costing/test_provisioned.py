"""Provisioned units for the base load: the cheapest number of them, what they serve, their bill."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.analysis.evaluation import Evaluation
from tco.costing.ledger import api_bills
from tco.costing.provisioned import ProvisionedUse, provisioned_use
from tco.errors import BadInput
from tco.units import WEEKS_PER_MONTH
from tests.conftest import ON_DEMAND, Keys, Lab

TOKENS = {"name": "all", "share": 1, "input": 800, "output": 200}
BY_TOKEN = {"api": "rival/api", "input_usd_per_mtok": 1, "output_usd_per_mtok": 4}
UNITS = {
    "api": "rival/api",
    "purchase": "provisioned",
    "unit": "PTU",
    "usd_per_unit_hour": 0.1,
    "input_tok_s_per_unit": 40,
    "output_tok_s_per_unit": 10,
    "term": "1mo",
}
"""A request takes 800/40 + 200/10 = 40 s of a unit and costs $0.0016: a full unit-hour, $0.144."""
OFFICE = [3600.0] * 42 + [360.0] * 126
"""40 units in a quarter of the hours, 4 in the rest."""
NAME = "rival/api provisioned 1mo"


def declared(lab: Lab, per_hour: list[float], units: Keys | None = None, **keys: Any) -> None:
    lab.workload(classes=[{**TOKENS, **keys}], per_hour=per_hour)
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 9}},
        {"overflow": "api/plain"},
        prices=[lab.book("rival", prices=[BY_TOKEN, {**UNITS, **(units or {})}])],
        alternatives=["rival/api", NAME],
    )


def planned(lab: Lab, per_hour: list[float], units: Keys | None = None) -> Evaluation:
    declared(lab, per_hour, units)
    return lab.evaluate()


def use(
    lab: Lab,
    per_hour: list[float],
    units: Keys | None = None,
    factor: float = 1.0,
    **keys: Any,
) -> ProvisionedUse:
    declared(lab, per_hour, units, **keys)
    stack = lab.load()
    rate = stack.alternatives[1].rates[0]
    assert rate is not None
    return provisioned_use(rate, stack.services[0].demand, stack.day, factor)


def test_worked_example(lab: Lab) -> None:
    """Units pay in more than 0.1/0.144 = 69% of the hours: 4 of them, and 36 by the token.

    A week has 42 x 3,600 + 126 x 360 = 196,560 requests, 42 x 3,240 of them above the units.
    """
    by_token, provisioned = planned(lab, OFFICE).alternatives[:2]
    above = 42 * 3240
    units_usd = 4 * 0.1 * 730
    assert provisioned.name == NAME
    assert by_token.usd_per_month == pytest.approx(196_560 * WEEKS_PER_MONTH * 0.0016)
    assert provisioned.usd_per_month == pytest.approx(units_usd + above * WEEKS_PER_MONTH * 0.0016)
    found = use(lab, OFFICE)
    assert found.units[0] == 4
    assert found.utilization[0] == pytest.approx(1)
    assert found.overflow_share[0] == pytest.approx(above / 196_560)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ({"usd_per_unit_hour": 0.15}, 0),
        ({"usd_per_unit_hour": 0.03}, 40),
        ({"min_units": 5}, 5),
        ({"min_units": 15}, 0),
        ({"min_units": 3, "unit_step": 3}, 3),
        ({"usd_per_unit_hour": 0.03, "min_units": 15, "unit_step": 10}, 35),
    ],
)
def test_units_are_bought_where_they_pay(lab: Lab, units: Keys, expected: int) -> None:
    """More expensive than by the token: none; cheap: for the peak; in the steps that are sold."""
    assert use(lab, OFFICE, units).units[0] == expected


def test_cache_hits_take_their_weight_of_a_unit(lab: Lab) -> None:
    """With all input from the cache at weight 0 a request takes 20 s: half the units serve it."""
    units = {"cached_input_weight": 0, "usd_per_unit_hour": 0.03}
    assert use(lab, [3600.0] * 168, units, cached=1.0).units[0] == 20


@given(
    week=st.lists(st.integers(0, 9000), min_size=168, max_size=168).filter(any),
    price=st.floats(0.005, 0.3),
    least=st.integers(1, 30),
    step=st.integers(1, 20),
    factor=st.floats(0.1, 5),
)
def test_no_other_number_of_units_is_cheaper(
    lab: Lab, week: list[int], price: float, least: int, step: int, factor: float
) -> None:
    """Trying every number of units on sale, hour by hour, finds nothing cheaper."""
    keys = {"usd_per_unit_hour": price, "min_units": least, "unit_step": step}
    found = use(lab, [float(count) for count in week], keys, factor)
    load = np.array(week) * factor * 40 / 3600
    choices = [0, *range(least, least + int(load.max()) + 2 * step, step)]

    def usd(units: float) -> float:
        above = np.maximum(load - units, 0).sum() * 3600 / 40
        return float(units * price * 168 + above * 0.0016)

    best = min(usd(units) for units in choices)
    assert usd(found.units[0]) == pytest.approx(best)
    assert found.overflow_share[0] == pytest.approx(
        np.maximum(load - found.units[0], 0).sum() / load.sum()
    )


def test_units_never_cost_more_than_paying_by_the_token(lab: Lab) -> None:
    """At any volume: the number of units may be 0. More tokens never cost less."""
    stack = planned(lab, OFFICE, {"min_units": 5, "unit_step": 5}).stack
    factors = np.linspace(0.0, 8.0, 400)
    by_token, units = (
        np.asarray((api_bills(stack, alternative, factors) or [])[0])
        for alternative in stack.alternatives[:2]
    )
    assert np.all(units <= by_token + 1e-9)
    assert np.all(np.diff(units) >= -1e-9)
    assert units[-1] < by_token[-1]


def test_units_are_an_alternative_without_being_named_where_they_pay(lab: Lab) -> None:
    """Naming the API is enough; where no unit pays, there is no second row of the same price."""
    for price, expected in ((0.1, ["rival/api", NAME]), (0.2, ["rival/api"])):
        lab.workload(classes=[TOKENS], per_hour=OFFICE)
        lab.stack(
            {"main": {**ON_DEMAND, "nodes": 9}},
            {"overflow": "api/plain"},
            prices=[lab.book("rival", prices=[BY_TOKEN, {**UNITS, "usd_per_unit_hour": price}])],
            alternatives=["rival/api"],
        )
        names = [alternative.name for alternative in lab.evaluate().alternatives]
        assert [name for name in names if name.startswith("rival")] == expected


def test_an_uncertain_price_of_units_moves_their_part_of_the_bill(lab: Lab) -> None:
    """Units at half to twice the price: the bill's P90 has twice the units' part."""
    result = planned(lab, [3600.0] * 168, {"usd_per_unit_hour": [0.05, 0.1, 0.2]})
    drawn = result.alternatives[1].uncertainty
    assert drawn is not None
    assert drawn.bill.p90 / drawn.bill.p50 == pytest.approx(2, rel=0.05)
    assert [figure.name for figure in drawn.inputs] == ["rival/api: provisioned unit"]


def test_an_api_price_with_a_purchase_says_what_is_accepted(lab: Lab) -> None:
    """A row of an API with another purchase is refused by its key."""
    row = {**UNITS, "purchase": "reserved"}
    lab.workload(classes=[TOKENS], requests_per_month=1e6)
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 9}},
        {"overflow": "api/plain"},
        prices=[lab.book("rival", prices=[BY_TOKEN, row])],
        alternatives=["rival/api"],
    )
    assert "provisioned" in lab.refused()


@pytest.mark.parametrize("spec", [{"overflow": NAME}, {"standby": {"api": NAME}}])
def test_units_take_no_overflow(lab: Lab, spec: Keys) -> None:
    """Units that are named where requests are billed by the token are refused, with the API."""
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    lab.stack(pools, spec, prices=[lab.book("rival", prices=[BY_TOKEN, UNITS])])
    with pytest.raises(BadInput) as caught:
        lab.evaluate()
    text = str(caught.value)
    assert f"{NAME} is billed by provisioned units" in text
    assert "Name the API that is billed by the token: rival/api." in text
