"""What a node-hour costs, by purchase option."""

from __future__ import annotations

import math

import pytest

from tco.costing.purchase import interruptions_per_hour, spot_usd_per_useful_hour
from tests.conftest import ON_DEMAND, Keys, Lab, cost_by_category

SAVINGS_PLAN = {"kind": "savings-plan", "term": "1yr"}


def reserved(payment: str) -> Keys:
    commitment = {**SAVINGS_PLAN, "payment": payment}
    return {**ON_DEMAND, "purchase": "reserved", "nodes": 1, "commitment": commitment}


def test_spot_with_fallback() -> None:
    """A useful spot hour pays its interruptions' boots and the on-demand hours between."""
    # .85 x 1.00 x (1 + 1/20 x .25) + .15 x 2.50
    found = spot_usd_per_useful_hour(1.00, 0.85, 1 / 20, 0.25, 2.50)
    assert found == pytest.approx(1.235625)


def test_spot_with_overprovisioning_pays_no_fallback() -> None:
    """Over-provisioning stands instead of the fallback, never beside it."""
    # .85 x 1.4 x 1.00 x 1.0125
    found = spot_usd_per_useful_hour(1.00, 0.85, 1 / 20, 0.25, None, 1.4)
    assert found == pytest.approx(1.204875)


def test_interruption_band_of_a_month_becomes_a_rate() -> None:
    """AWS's bands are shares per trailing month: 10% is -ln(0.9)/730 interruptions an hour."""
    assert interruptions_per_hour(0.1) == pytest.approx(-math.log(0.9) / 730)


def test_spot_pool_takes_the_catalogs_band_and_the_on_demand_price(lab: Lab) -> None:
    """A spot pool without terms is priced with the catalog's band, availability and boot."""
    lab.stack({"main": {**ON_DEMAND, "purchase": "spot", "nodes": 1}})
    hourly = 0.85 * 8 * (1 - math.log(0.9) / 730 * 0.25) + 0.15 * 20
    assert cost_by_category(lab.evaluate())["compute"] == pytest.approx(730 * hourly)


def test_what_spot_without_fallback_cannot_get_overflows(lab: Lab) -> None:
    """With fallback none, a full spot node that is available 80% of the time serves 80%."""
    lab.workload(requests_per_month=730 * 3600)
    spot = {"availability": 0.8, "interruptions_per_node_hour": 0, "fallback": "none"}
    pool: Keys = {**ON_DEMAND, "purchase": "spot", "nodes": 1, "spot": spot}
    lab.stack({"main": pool}, {"overflow": "api/plain"})
    cost = cost_by_category(lab.evaluate())
    assert cost["compute"] == pytest.approx(730 * 0.8 * 8)
    assert cost["api"] == pytest.approx(0.2 * 730 * 3600 * 0.001)


def test_all_upfront_is_amortized_over_its_term(lab: Lab) -> None:
    """An upfront of $96,360 over a year is $8,030 a month, and cash of day one in the horizon."""
    lab.stack({"base": reserved("all-upfront")}, finance={"discount_rate": 0})
    result = lab.evaluate()
    assert cost_by_category(result)["compute"] == pytest.approx(96_360 / 12)
    # 12 months at $8,030, or $96,360 at once: the same present value at a rate of 0%
    assert result.verdict.saving_npv_usd == pytest.approx(12 * 1_314 - 96_360)


def test_unused_reserved_hours_are_shown_apart(lab: Lab) -> None:
    """A commitment is paid in every hour; the hours that no one needs are a line of their own."""
    lab.nodes_by_hour([1] * 12 + [0] * 12)
    lab.stack({"base": reserved("no-upfront")})
    lines = [line for line in lab.evaluate().lines if line.line.category == "compute"]
    assert {line.line.commitment_status: line.usd_per_month for line in lines} == pytest.approx(
        {"used": 365 * 12, "unused": 365 * 12}
    )


def test_capacity_block_pays_its_fee_over_its_hours(lab: Lab) -> None:
    """A block's hourly price is the fee over its hours, renewed for as long as it is needed."""
    commitment = {"kind": "capacity-block", "hours": 365}
    pool = {**ON_DEMAND, "purchase": "reserved", "nodes": 1, "commitment": commitment}
    lab.stack({"block": pool})
    result = lab.evaluate()
    assert cost_by_category(result)["compute"] == pytest.approx(30 * 730)


def test_offer_is_priced_by_the_gpu_hour(lab: Lab) -> None:
    """Eight GPUs at $2.00 are $16 an hour, billed when idle as well."""
    lab.workload(requests_per_month=1)
    lab.stack({"rented": {"offer": "acme/8x", "nodes": 1}})
    assert cost_by_category(lab.evaluate())["compute"] == pytest.approx(730 * 16)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"purchase": "on-demand"}, {"purchase": "spot"}),
        ({"purchase": "spot"}, reserved("no-upfront")),
        ({"purchase": "on-demand"}, reserved("all-upfront")),
    ],
)
def test_dispatch_order(lab: Lab, first: Keys, second: Keys) -> None:
    """Requests go to committed nodes first, then spot, then on demand, however they are listed."""
    spot = {"fallback": "on-demand", "availability": 1, "interruptions_per_node_hour": 0}
    late, early = (
        {
            **ON_DEMAND,
            "nodes": 1,
            **option,
            **({"spot": spot} if option["purchase"] == "spot" else {}),
        }
        for option in (first, second)
    )
    lab.stack({"late": late, "early": early})
    [group] = lab.load().services[0].groups
    assert [pool.name for pool in group.pools] == ["early", "late"]
    busy = group.fleet.at(1.0).month.busy_hours
    assert float(busy[0][0]) == pytest.approx(730 * 0.5)
    assert float(busy[1][0]) == pytest.approx(0.0)


def test_cheapest_work_is_dispatched_first(lab: Lab) -> None:
    """Among on-demand pools the one that is cheaper per request goes first, not per hour."""
    slow = {"instance": "slow.8x", "nodes": 1}  # $12 for half the requests: $24 per node of work
    lab.stack({"slow": slow, "quick": {**ON_DEMAND, "nodes": 1}})
    [group] = lab.load().services[0].groups
    assert [pool.name for pool in group.pools] == ["quick", "slow"]
