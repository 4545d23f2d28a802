"""The one ledger: seven categories, every line a quantity at a price."""

from __future__ import annotations

import numpy as np
import pytest

from tco.costing.labor import fte_by_nodes
from tco.costing.lines import CATEGORIES
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, cost_by_category, owned

NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}


def test_every_category_is_in_the_ledger(lab: Lab) -> None:
    """Compute, power, egress, standby, labor, platform, API: each has a line, in this order."""
    lab.workload(requests_per_month=2 * 730 * 3600)
    service: Keys = {"standby": {"pool": "main", "nodes": 1}, "overflow": "api/plain", "egress": {}}
    lab.stack(NODE, service, ops={}, platform=None)
    lines = lab.evaluate().lines
    assert list(dict.fromkeys(line.line.category for line in lines)) == list(CATEGORIES)


def test_a_line_is_a_quantity_at_a_price(lab: Lab) -> None:
    """Every amount is its quantity times its price, and all add up to the total."""
    lab.workload(requests_per_month=3.7 * 730 * 3600, burst={"quantile": 0.99})
    pools: Keys = {"own": owned(200_000), "rest": {**ON_DEMAND, "nodes": FOLLOWING}}
    lab.stack(pools, {"standby": {"availability": 0.999}, "egress": {}}, ops={}, platform=None)
    result = lab.evaluate()
    for line in result.lines:
        assert line.usd_per_month == pytest.approx(line.quantity * line.usd_per_unit)
    total = sum(line.usd_per_month for line in result.lines)
    assert result.usd_per_month == pytest.approx(total)
    assert sum(cost_by_category(result).values()) == pytest.approx(total)


def test_rented_power_is_included_and_says_so(lab: Lab) -> None:
    """A rent holds the electricity: a line that says it, at nothing."""
    lab.stack(NODE)
    [line] = [line for line in lab.evaluate().lines if line.line.category == "power"]
    assert (line.line.name, line.usd_per_month) == ("included in the instance price", 0)


@pytest.mark.parametrize(
    "standby",
    ["none", {"availability": 0.95}, {"availability": 0.999}, {"pool": "main", "nodes": 1}],
)
def test_five_categories_are_in_every_bill(lab: Lab, standby: Keys | str) -> None:
    """Compute, power, egress, standby and labor have a line, also where it is at nothing."""
    lab.stack(NODE, {"standby": standby})
    categories = {line.line.category for line in lab.evaluate().lines}
    assert categories >= {"compute", "power", "egress", "standby", "labor"}


def test_no_standby_says_what_to_expect(lab: Lab) -> None:
    """One node in use all month, up 99% of the time, is missed for 7.3 h and costs nothing more."""
    lab.workload(requests_per_month=730 * 3600)
    lab.stack(NODE)
    result = lab.evaluate()
    [line] = [line for line in result.lines if line.line.category == "standby"]
    assert (line.line.name, line.usd_per_month) == ("no standby: expected outage", 0)
    assert (line.line.unit, line.quantity) == ("hour", pytest.approx(7.3))


def test_owned_power_is_paid_idle_as_well(lab: Lab) -> None:
    """A node that is busy half the time draws idle watts all the time, and the rest half of it.

    730 h x (2,500 + (8,000 - 2,500) x 0.5) W / 1000 x PUE 1.25 x $0.10.
    """
    power = {"idle_w": 2_500, "load_w": 8_000}
    lab.stack({"own": owned(200_000, colocation=None, power=power)})
    expected = 730 * (2.5 + 5.5 * 0.5) * 1.25 * 0.10
    assert cost_by_category(lab.evaluate())["power"] == pytest.approx(expected)


def test_colocation_with_electricity_included_is_all(lab: Lab) -> None:
    """Space by the kilowatt with electricity included is one line, whatever the load."""
    rack = {"kw": 10.2, "usd_per_kw_month": 195, "electricity": "included"}
    lab.stack({"own": owned(200_000, colocation=rack)})
    [line] = [line for line in lab.evaluate().lines if line.line.category == "power"]
    assert (line.line.name, line.usd_per_month) == ("colocation", pytest.approx(1_989))


def test_spares_of_owned_nodes_draw_idle_power(lab: Lab) -> None:
    """A spare stands idle: its price and its idle watts are paid."""
    power = {"idle_w": 1_000, "load_w": 1_000, "pue": 1, "usd_per_kwh": 0.1}
    node = owned(48_000, colocation=None, power=power)
    lab.stack({"own": node}, {"standby": {"pool": "own", "nodes": 1}}, finance={"discount_rate": 0})
    cost = cost_by_category(lab.evaluate())
    assert cost["power"] == pytest.approx(2 * 730 * 0.1)
    assert cost["compute"] == cost["standby"] == pytest.approx(1_000)


# Labor


@pytest.mark.parametrize(
    ("nodes", "fte"),
    [(1, 0.25), (2.5, 0.375), (4, 0.5), (16, 1.5), (100, 6), (0, 0.25), (184, 10.5)],
)
def test_fte_by_the_catalogs_table(nodes: float, fte: float) -> None:
    """Linear between the rows, flat below the first, the last slope beyond the last.

    184 nodes: 6 + 84 x (6 - 1.5) / (100 - 16) = 10.5.
    """
    table = [(1, 0.25), (4, 0.5), (16, 1.5), (100, 6.0)]
    assert fte_by_nodes(np.array([nodes]), table) == pytest.approx([fte])


def test_labor_by_the_table_counts_spares(lab: Lab) -> None:
    """Three nodes and a spare are four: 0.5 FTE x $240,000 / 12."""
    lab.workload(requests_per_month=3 * 730 * 3600)
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 3}}
    lab.stack(pools, {"standby": {"pool": "main", "nodes": 1}}, ops={})
    assert cost_by_category(lab.evaluate())["labor"] == pytest.approx(10_000)


def test_labor_by_a_table_with_hours_per_node(lab: Lab) -> None:
    """0.5 FTE and 2 nodes x 8 h a month, of 2,080 hours a year: 16 x 12 / 2,080 = 0.0923 FTE."""
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 2}},
        ops={"fte": {1: 0.5}, "hours_per_node_month": 8, "usd_per_fte_year": 120_000},
    )
    expected = (0.5 + 2 * 8 * 12 / 2_080) * 10_000
    assert cost_by_category(lab.evaluate())["labor"] == pytest.approx(expected)


def test_labor_less_what_the_api_needs_too(lab: Lab) -> None:
    """0.5 FTE of which 0.2 would be needed for an API as well: 0.3 x $20,000."""
    lab.stack(NODE, ops={"fte": 0.5, "api_fte": 0.2})
    assert cost_by_category(lab.evaluate())["labor"] == pytest.approx(6_000)


def test_setup_is_spread_over_the_horizon(lab: Lab) -> None:
    """$24,000 of set-up over 12 months is $2,000 a month."""
    lab.stack(NODE, ops={"fte": 0, "setup_usd": 24_000})
    assert cost_by_category(lab.evaluate())["labor"] == pytest.approx(2_000)


# Platform


def test_platform_of_the_catalog_counts_spares(lab: Lab) -> None:
    """A load balancer a service, disks and logs a node, spares included.

    25 + 2 nodes x (1,000 GB x 0.08 + 20 GB x 0.5).
    """
    lab.stack(NODE, {"standby": {"pool": "main", "nodes": 1}}, platform=None)
    assert cost_by_category(lab.evaluate())["platform"] == pytest.approx(25 + 2 * 90)


def test_platform_of_the_plan_stands_instead(lab: Lab) -> None:
    """What a plan states replaces the catalog's: $300, $50 a node, $1,200 a GPU and year.

    300 + 2 x 50 + 16 GPUs x 100.
    """
    stated = {"usd_per_month": 300, "usd_per_node_month": 50, "licence_usd_per_gpu_year": 1_200}
    lab.stack(NODE, {"standby": {"pool": "main", "nodes": 1}}, platform=stated)
    assert cost_by_category(lab.evaluate())["platform"] == pytest.approx(300 + 100 + 1_600)


# Ranges


def test_a_range_counts_at_its_likely_value_and_shows_its_ends(lab: Lab) -> None:
    """[0.25, 0.5, 1] FTE is 0.5 in the total, a quarter and one at the ends, and an estimate."""
    lab.stack(NODE, ops={"fte": [0.25, 0.5, 1]})
    [line] = [line for line in lab.evaluate().lines if line.line.category == "labor"]
    assert (line.low, line.usd_per_month, line.high) == pytest.approx((5_000, 10_000, 20_000))
    assert line.estimate


def test_a_range_without_a_likely_value_has_the_geometric_mean(lab: Lab) -> None:
    """[1, 4] has its median at 2, for rates err by factors; a share at the mean of the logits."""
    lab.stack(NODE, ops={"fte": [1, 4]}, outlook={"api_price_decay_per_year": [0.2, 0.8]})
    assert cost_by_category(lab.evaluate())["labor"] == pytest.approx(2 * 20_000)
    decay = lab.load().plan.outlook.api_price_decay_per_year
    assert decay is not None
    assert decay.likely == pytest.approx(0.5)


# Confidential books


def test_confidential_rates_are_not_shown(lab: Lab) -> None:
    """A confidential book's rates stay out of the table of figures; totals are shown."""
    price = {"instance": "box.8x", "region": "r1", "usd_per_hour": 12.3456}
    lab.stack(NODE, prices=[lab.book("contract", prices=[price], confidential=True)])
    result = lab.evaluate()
    [rate, *_] = [figure for line in result.lines for figure in line.line.figures]
    assert rate.confidential
    assert result.usd_per_month == pytest.approx(12.3456 * 730)
