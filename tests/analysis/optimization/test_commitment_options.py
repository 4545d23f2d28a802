"""The commitment options: what each costs a month, and what it costs to be wrong."""

from __future__ import annotations

import pytest

from tco.analysis.optimization.commitment_options import CommitmentOption, commitment_options
from tco.documents.plan import stack_part
from tco.report.cash_flow import option_rows
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned


def options_of(lab: Lab) -> dict[str, CommitmentOption]:
    """The commitment options of the lab's stack, by name."""
    stack = lab.load()
    return {option.name: option for option in commitment_options(stack, stack.alternatives)}


def figures(lab: Lab) -> str:
    """A book with what it takes to own an 8xH100 node, and a three-year term."""
    named: dict[str, tuple[object, str]] = {
        "purchase_usd_node_8xh100": (240_000, "USD"),
        "node_kw_max_dgx_h100": (10, "kW"),
        "colocation_usd_per_kw_month": (100, "USD/kW-month"),
        "residual_share_after_36_months": (0.25, "share"),
    }
    rows = [{"figure": key, "value": value, "unit": unit} for key, (value, unit) in named.items()]
    box: Keys = {"instance": "box.8x", "region": "r1", "purchase": "reserved"}
    terms: Keys = {"kind": "savings-plan", "term": "3yr", "payment": "partial-upfront"}
    price = {**box, **terms, "usd_per_hour": 4, "upfront_usd": 72_000}
    return lab.book("ladder", figures=rows, prices=[price])


def test_options_in_the_order_of_their_reversibility(lab: Lab) -> None:
    """API, pilot, short reserve, one year, three years, own: the easiest to leave stands first."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}})
    names = ["API", "on-demand pilot", "short reserve", "one year", "three years", "own"]
    assert list(options_of(lab)) == names


def test_what_a_month_costs_on_each_option(lab: Lab) -> None:
    """Two nodes of the plan, bought another way, through the ledger.

    On demand 2 x 20 x 730; a block 2 x 30 x 730; a year at the cheaper of $12 an hour without
    upfront and $96,360/8,760 h = $11; three years at 4 + 72,000/(36 x 730) an hour.
    """
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, prices=[figures(lab)])
    options = options_of(lab)
    monthly = [option.usd_per_month for option in options.values()]
    expected = [1_314, 29_200, 43_800, 2 * 11 * 730, 2 * (4 * 730 + 2_000)]
    assert monthly[:5] == pytest.approx(expected)
    assert options["one year"].how == "box.8x, savings plan 1yr all upfront"


def test_what_it_costs_to_be_wrong(lab: Lab) -> None:
    """Stopping after three months leaves nine of a year and 33 of three years to be paid.

    A year, paid upfront: 96,360 x 9/12; three years: 33 x (4 x 730 + 72,000/36); own: 240,000 less
    the residual quarter. Calls and hours on demand end at once, a block with its month.
    """
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, prices=[figures(lab)])
    wrong = [option.exit_cost_usd for option in options_of(lab).values()]
    expected = [0, 0, 0, 2 * 96_360 * 9 / 12, 2 * 33 * (4 * 730 + 2_000), 2 * 180_000]
    assert wrong == pytest.approx(expected)


def test_owning_pays_for_its_place_and_its_power(lab: Lab) -> None:
    """An owned node at the catalog's figures has maintenance, colocation and electricity.

    At a rate of 0%: 180,000/36 + 240,000 x .05/12 + 10 x 100 + 10 kW x 730 x 1.25 x $0.10.
    """
    pools = {"main": {**ON_DEMAND, "nodes": 1}}
    lab.stack(pools, prices=[figures(lab)], finance={"discount_rate": 0})
    own = options_of(lab)["own"]
    assert own.usd_per_month == pytest.approx(5_000 + 1_000 + 1_000 + 912.5)


def test_commitments_hold_the_peak_and_the_spares(lab: Lab) -> None:
    """A pool that follows the load is committed at its peak, and spares are committed too.

    3 nodes for half the day, 1 for the rest, one spare: 4 x 11 x 730 instead of 3 x 20 x 730.
    """
    lab.nodes_by_hour([1] * 12 + [3] * 12)
    pool = {**ON_DEMAND, "nodes": FOLLOWING, "boot_hours": 0}
    lab.stack({"main": pool}, {"standby": {"pool": "main", "nodes": 1}})
    options = options_of(lab)
    assert options["on-demand pilot"].usd_per_month == pytest.approx(3 * 20 * 730)
    assert options["one year"].usd_per_month == pytest.approx(4 * 11 * 730)
    assert options["one year"].exit_cost_usd == pytest.approx(4 * 96_360 * 9 / 12)


def test_declared_owned_node_is_the_last_option(lab: Lab) -> None:
    """A node that the plan buys is priced as it stands, and no one rents out the same."""
    lab.stack({"own": owned(100_000, residual=0.1)})
    options = options_of(lab)
    assert options["own"].usd_per_month == pytest.approx(lab.evaluate().usd_per_month)
    assert options["own"].exit_cost_usd == pytest.approx(90_000)
    assert options["one year"].reason == "node of 8 H100 has no price of a one-year term"


def test_options_without_a_price_say_so(lab: Lab) -> None:
    """What catalog and books do not price is a row with its reason, never a zero."""
    lab.stack({"main": {"offer": "acme/8x", "nodes": 1}}, alternatives=[])
    options = options_of(lab)
    unpriced = {
        name: option.reason for name, option in options.items() if option.usd_per_month is None
    }
    assert unpriced == {
        "API": "no eligible alternative is an API with a price",
        "short reserve": "acme/8x has no price of six months or of a capacity block",
        "one year": "acme/8x has no price of a one-year term",
        "three years": "acme/8x has no price of a three-year term",
        "own": "the catalog has no purchase_usd_node_8xh100; state it in a price book",
    }
    shown = {row.name: (row.usd, row.exit_cost) for row in option_rows(stack_part(lab.evaluate()))}
    assert shown["one year"] == ("no price", "")
    assert stack_part(lab.evaluate()).commitment_options[0].usd_per_month is None


def test_cheapest_eligible_api_is_the_first_option(lab: Lab) -> None:
    """An API that lacks a required property is no option, however cheap."""
    pools, both = {"main": {**ON_DEMAND, "nodes": 1}}, ["api/plain", "api/dear"]
    lab.stack(pools, alternatives=both)
    assert options_of(lab)["API"].how == "api/plain"
    lab.stack(pools, {"require": ["eu-residency"]}, alternatives=both)
    assert options_of(lab)["API"].how == "api/dear"


def test_an_api_too_short_for_a_request_is_no_option(lab: Lab) -> None:
    """The option is the cheapest API that takes every request, however cheap another is."""
    short = {"api": "api/short", "input_usd_per_mtok": 0.1, "output_usd_per_mtok": 0.1}
    book = lab.book("short", prices=[{**short, "context_tokens": 900}])
    rivals = ["api/short", "api/plain"]
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, prices=[book], alternatives=rivals)
    assert options_of(lab)["API"].how == "api/plain"
