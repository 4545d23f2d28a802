"""Errors printed in public calculators: each is refused, flagged, or cannot be expressed."""

from __future__ import annotations

import numpy as np
import pytest

from tco.analysis.cashflow.projection import payback_months
from tests.conftest import ON_DEMAND, Keys, Lab, at_start, cost_by_category, owned


def test_price_per_token_is_not_off_by_a_hundred(lab: Lab) -> None:
    """$2.50 an hour at 50 tok/s is 2.50e6 / (3,600 x 50) = $13.89 per 1M, not $0.14."""
    serving = {"gpu": "H100", "gpus": 1, "precision": "fp8", "engine": "vllm"}
    curve = {"model": "small", **serving, "input": 900, "output": 100}
    book = lab.book(
        "one",
        benchmarks=[{**curve, "points": [{"concurrency": 1, "output_tok_s": 50}]}],
        prices=[{"offer": "acme/1x", "gpu": "H100", "gpus": 1, "usd_per_hour": 2.50}],
    )
    lab.workload(requests_per_month=0.5 * 3600 * 730)
    lab.stack(
        {"main": {"offer": "acme/1x", "nodes": 1}}, {"serving": {"model": "small"}}, prices=[book]
    )
    result = lab.evaluate()
    assert (result.usd_per_month or 0) / result.output_mtok_per_month == pytest.approx(
        13.89, abs=0.005
    )


def test_payback_counts_the_purchase_once(lab: Lab) -> None:
    """Running cost has no amortization in it: 35.6 months, not 137.5.

    250,141.80 / ((16 - 6.37) x 730) = 35.6; with 7.14 an hour of amortization 137.5.
    """
    rack = {"usd_per_month": 6.37 * 730, "electricity": "included"}
    cloud = lab.service({"rent": {"offer": "acme/8x", "nodes": 1}})  # 8 x $2.00
    lab.plan({"chat": cloud}, "cloud")
    lab.stack(
        {"own": owned(250_141.80, life_years=4, colocation=rack)},
        alternatives=["stack:cloud"],
        finance={"discount_rate": 0},
    )
    result = lab.evaluate()
    assert cost_by_category(result)["compute"] == pytest.approx(7.14 * 730, rel=1e-3)
    found = result.alternatives[0].thresholds.payback_months.value
    assert found == pytest.approx(35.58, abs=0.005)
    wrong = payback_months(at_start(250_141.80, 200), np.full(200, (16 - 6.37 - 7.14) * 730))
    assert wrong == pytest.approx(137.6, abs=0.1)


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_rented_node_is_billed_when_idle(lab: Lab, share: float) -> None:
    """A rented node costs $/h x 730 at any utilization, and utilization is derived from it."""
    lab.workload(requests_per_month=share * 3600 * 730)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    result = lab.evaluate()
    assert result.usd_per_month == pytest.approx(20 * 730)
    assert result.utilization == pytest.approx(share)


def test_utilization_cannot_be_stated(lab: Lab) -> None:
    """Utilization is an output: a plan that states it is refused."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"sizing": {"utilization": 0.5}})
    assert 'unknown key "utilization"' in lab.refused()


def test_power_and_rent_have_the_same_month(lab: Lab) -> None:
    """An owned and a rented node are held for the same 730 hours: 1 kW is 730 kWh."""
    power = {"idle_w": 1_000, "load_w": 1_000, "pue": 1, "usd_per_kwh": 1}
    lab.stack(
        {"own": owned(100_000, colocation=None, power=power), "rent": {**ON_DEMAND, "nodes": 1}}
    )
    result = lab.evaluate()
    assert cost_by_category(result)["power"] == pytest.approx(730)
    rent = next(line for line in result.lines if line.line.pool == "rent")
    assert rent.quantity == pytest.approx(730)


def test_electricity_is_not_paid_beside_a_price_that_includes_it(lab: Lab) -> None:
    """Colocation with electricity included refuses a second electricity line."""
    rack = {"kw": 10.2, "usd_per_kw_month": 195, "electricity": "included"}
    power = {"idle_w": 2_500, "load_w": 8_000}
    lab.stack({"own": owned(200_000, colocation=rack, power=power)})
    assert "would count the electricity twice" in lab.refused()


def test_colocation_must_say_whether_electricity_is_included(lab: Lab) -> None:
    """A colocation price that does not say what it holds is refused, not guessed."""
    lab.stack({"own": owned(200_000, colocation={"usd_per_month": 2_000})})
    assert "electricity: is missing" in lab.refused()


def test_pue_counts_once(lab: Lab) -> None:
    """Metered colocation pays space by its own price and kWh x PUE once.

    10 kW x $150 = 1,500; 4 kW x 730 h x 1.25 x $0.10 = 365.
    """
    rack = {"kw": 10, "usd_per_kw_month": 150, "electricity": "metered"}
    power = {"idle_w": 4_000, "load_w": 4_000, "pue": 1.25, "usd_per_kwh": 0.10}
    lab.stack({"own": owned(200_000, colocation=rack, power=power)})
    assert cost_by_category(lab.evaluate())["power"] == pytest.approx(1_500 + 365)


def test_cost_of_three_nodes_over_the_tokens_of_three(lab: Lab) -> None:
    """Three full nodes cost as much per token as one: both sides are the fleet's."""
    unit_costs: list[float] = []
    for nodes in (1, 3):
        lab.workload(requests_per_month=nodes * 3600 * 730)
        lab.stack({"main": {**ON_DEMAND, "nodes": nodes}})
        result = lab.evaluate()
        unit_costs.append((result.usd_per_month or 0) / result.output_mtok_per_month)
    # 20 / (3,600 x 100 / 1e6)
    assert unit_costs == pytest.approx([55.5556, 55.5556])


def test_the_rival_is_billed_for_input_too(lab: Lab) -> None:
    """The node absorbs 900 tokens in for 100 out: the API's bill has all 1,000, at its prices."""
    lab.workload(requests_per_month=1_000_000)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/plain", "api/dear"])
    bills = [alternative.usd_per_month for alternative in lab.evaluate().alternatives]
    assert bills == pytest.approx([1_000, 10_000])


def test_an_api_price_without_input_is_refused(lab: Lab) -> None:
    """An output price alone is no price of an API."""
    book = lab.book("half", prices=[{"api": "half/price", "output_usd_per_mtok": 3.48}])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book], alternatives=["half/price"])
    assert "prices[0].input_usd_per_mtok: is missing." in lab.refused()


@pytest.mark.parametrize(("tokens", "usd"), [(900, 1.0), (200_000, 1.0), (200_001, 2.0)])
def test_long_context_tier_is_of_a_request(lab: Lab, tokens: int, usd: float) -> None:
    """A month of a billion tokens is no long prompt: the tier is that of one request's prompt."""
    tier = {"above_prompt_tokens": 200_000, "input_usd_per_mtok": 2, "output_usd_per_mtok": 2}
    row: Keys = {"input_usd_per_mtok": 1, "output_usd_per_mtok": 1, "tiers": [tier]}
    book = lab.book("tiers", prices=[{"api": "api/plain", **row}])
    classes = [{"name": "all", "share": 1, "input": tokens, "output": 100}]
    lab.workload(requests_per_month=1_000_000, classes=classes)
    lab.stack({"main": {**ON_DEMAND, "nodes": 999}}, prices=[book])
    result = lab.evaluate()
    bill = result.alternatives[0].usd_per_month or 0
    assert bill / result.stack.mtok_per_month == pytest.approx(usd)
