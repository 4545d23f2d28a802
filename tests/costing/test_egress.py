"""What leaves the cloud, and the bands it is priced in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import ON_DEMAND, Lab, cost_by_category


def egress_usd(lab: Lab, pool: dict[str, Any] | None = None, **terms: Any) -> float:
    """USD of the egress of one node on AWS, or of another pool."""
    lab.stack({"main": {**(pool or ON_DEMAND), "nodes": 1}}, {"egress": terms})
    return cost_by_category(lab.evaluate())["egress"]


@pytest.mark.parametrize(
    ("gb", "expected"),
    [
        (100, 0.0),
        (1_100, 90.0),  # 1,000 x .09
        (50_000, 4_292.20),  # (10,240 - 100) x .09 + (50,000 - 10,240) x .085
        (200_000, 912.6 + 40_960 * 0.085 + 102_400 * 0.07 + 46_400 * 0.05),
    ],
)
def test_bands_with_the_free_tier_claimed(lab: Lab, gb: float, expected: float) -> None:
    """Bands are cumulative, and the free 100 GB lie inside the first 10 TB."""
    assert egress_usd(lab, gb_per_month=gb, free_tier=True) == pytest.approx(expected)


@pytest.mark.parametrize(("gb", "expected"), [(1_000, 90.0), (49_900, 4_292.20)])
def test_the_free_tier_counts_as_used_up(lab: Lab, gb: float, expected: float) -> None:
    """Unless the stack claims it, another one has the free tier: cost(100 + x) - cost(100)."""
    assert egress_usd(lab, gb_per_month=gb) == pytest.approx(expected)


def test_volume_from_tokens_and_overhead(lab: Lab) -> None:
    """GB = requests x (output tokens x bytes per token + overhead) / 1e9."""
    lab.workload(requests_per_month=1_000_000)
    # 1e6 x (100 x 200 + 1,000) / 1e9 = 21 GB x .09
    assert egress_usd(lab, to="internet") == pytest.approx(21 * 0.09)


def test_reasoning_is_not_sent(lab: Lab) -> None:
    """Reasoning tokens are made and billed, but the reader does not receive them."""
    tokens = {"name": "all", "share": 1, "input": 900, "output": 60, "reasoning": 40}
    lab.workload(requests_per_month=1_000_000, classes=[tokens])
    assert egress_usd(lab, to="internet") == pytest.approx((60 * 200 + 1_000) / 1000 * 0.09)


def test_bands_fill_service_by_service(lab: Lab) -> None:
    """Two services of one account share its bands: their sum costs what one volume costs."""
    terms = {"to": "internet", "gb_per_month": 8_000, "free_tier": True}
    services = {
        name: lab.service({f"{name}-pool": {**ON_DEMAND, "nodes": 1}}, egress=terms)
        for name in ("a", "b")
    }
    lab.plan(services)
    # 16,000 GB: 10,140 x .09 + 5,760 x .085
    expected = 912.6 + 5_760 * 0.085
    assert cost_by_category(lab.evaluate())["egress"] == pytest.approx(expected)


def test_private_network_is_free(lab: Lab) -> None:
    """What stays private costs nothing to send."""
    assert egress_usd(lab, to="private", gb_per_month=5_000) == 0.0


def test_offer_pays_its_own_transfer_price(lab: Lab) -> None:
    """A rented cloud's transfer price is its own, and an overhead figure without one, not AWS's."""
    assert egress_usd(lab, {"offer": "acme/8x"}, gb_per_month=1_000) == pytest.approx(20)
    row = {"offer": "acme/8x", "gpu": "H100", "gpus": 8, "usd_per_hour": 9}
    book = lab.book("contract", prices=[{**row, "egress_usd_per_gb": 0}])
    lab.stack(
        {"main": {"offer": "acme/8x", "nodes": 1}},
        {"egress": {"gb_per_month": 1_000}},
        prices=[book],
    )
    assert cost_by_category(lab.evaluate())["egress"] == 0.0


def test_overflow_is_not_sent_by_the_fleet(lab: Lab) -> None:
    """Half of the requests overflow to an API, which sends its answers itself."""
    lab.workload(requests_per_month=2 * 730 * 3600)
    service = {"egress": {"to": "internet"}, "overflow": "api/plain"}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, service)
    sent = 730 * 3600 * (100 * 200 + 1_000) / 1e9
    assert cost_by_category(lab.evaluate())["egress"] == pytest.approx(sent * 0.09)
