"""What can be done when a commitment ends, and what it costs."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest

from tco.analysis.commitments.renewal import Choice, Commitments, commitments
from tco.plan.stack_file import read_stack
from tco.resolve.resolver import resolve_stack
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

LATER = dt.date(2027, 1, 15)
RESERVED: Keys = {
    "instance": "box.8x",
    "purchase": "reserved",
    "nodes": 1,
    "commitment": {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"},
}
UPFRONT: Keys = {**RESERVED, "commitment": {**RESERVED["commitment"], "payment": "all-upfront"}}
BOUGHT = {"id": "sp-1", "start": "2026-02-01"}


def found_of(lab: Lab, today: dt.date = DAY, scenarios: int = 0) -> Commitments:
    """The commitments of the stack `one`."""
    resolve = partial(resolve_stack, catalog=lab.catalog, today=today)
    source = read_stack(lab.folder, "one")
    return commitments(source, resolve, today, scenarios=scenarios, seed=1)


def choices_of(lab: Lab) -> dict[str, Choice]:
    """The choices of the only commitment."""
    [only] = found_of(lab).ends
    return {choice.name: choice for choice in only.choices}


def test_each_choice_is_the_stack_with_one_change(lab: Lab) -> None:
    """One node for 730 hours at $12 reserved, at $20 on demand; half a node's work at an API.

    The API bills 0.5 x 730 node-hours at $3.60.
    """
    lab.nodes_by_hour([0.5] * 24)
    lab.stack({"main": RESERVED})
    found = choices_of(lab)
    assert {name: choice.usd_per_month for name, choice in found.items()} == {
        "renew": pytest.approx(8_760),
        "on-demand": pytest.approx(14_600),
        "api": pytest.approx(1_314),
    }
    assert found["api"].how == "api/plain"
    [only] = found_of(lab).ends
    assert only.cheapest == found["api"]


def test_renewing_pays_the_upfront_of_every_node_again(lab: Lab) -> None:
    """Two nodes at $96,360 for a year, nothing by the hour: $16,060 a month."""
    lab.stack({"main": {**UPFRONT, "nodes": 2}})
    renewed = choices_of(lab)["renew"]
    assert renewed.upfront_usd == pytest.approx(192_720)
    assert renewed.usd_per_month == pytest.approx(16_060)


def test_a_dropped_pool_leaves_its_work_to_the_rest(lab: Lab) -> None:
    """The other pool's node on demand serves all of half a node's work: $14,600."""
    lab.nodes_by_hour([0.5] * 24)
    lab.stack({"base": RESERVED, "burst": {**ON_DEMAND, "nodes": 1}})
    found = choices_of(lab)
    assert found["renew"].usd_per_month == pytest.approx(8_760 + 14_600)
    assert found["drop"].usd_per_month == pytest.approx(14_600)
    assert found["drop"].how == "burst"


def test_a_dropped_pool_with_spares_moves_them(lab: Lab) -> None:
    """One spare in the dropped pool is held by the other one: two nodes on demand."""
    lab.nodes_by_hour([0.5] * 24)
    pools = {"base": RESERVED, "burst": {**ON_DEMAND, "nodes": 1}}
    lab.stack(pools, {"standby": {"pool": "base", "nodes": 1}})
    assert choices_of(lab)["drop"].usd_per_month == pytest.approx(2 * 14_600)


def test_what_the_rest_cannot_serve_has_no_price(lab: Lab) -> None:
    """Without overflow, one node cannot serve two nodes' work within the limit of refusals."""
    lab.nodes_by_hour([2.0] * 24, burst={"factor": 1.0})
    lab.stack({"base": {**RESERVED, "nodes": 2}, "burst": {**ON_DEMAND, "nodes": 1}})
    dropped = choices_of(lab)["drop"]
    assert dropped.usd_per_month is None
    assert "unserved" in dropped.reason or "served" in dropped.reason


def test_the_only_pool_of_a_service_cannot_be_dropped(lab: Lab) -> None:
    """Its requests would have nowhere to go but to an API, which is a choice of its own."""
    mine = lab.service({"base": RESERVED}, overflow="api/plain")
    other = lab.service({"own": {**ON_DEMAND, "nodes": 1}})
    lab.plan({"chat": mine, "code": other})
    assert list(choices_of(lab)) == ["renew", "on-demand", "api"]


@pytest.mark.parametrize(
    ("terms", "end", "assumed"),
    [
        ({}, DAY.replace(year=DAY.year + 1), True),
        ({"id": "sp-1"}, None, False),
        (BOUGHT, dt.date(2027, 2, 1), False),
        ({"start": "2026-12-01"}, dt.date(2027, 12, 1), False),
    ],
    ids=["not bought", "bought, no start", "bought", "planned for a day"],
)
def test_an_end_follows_from_the_start(
    lab: Lab, terms: Keys, end: dt.date | None, assumed: bool
) -> None:
    """What is not bought counts as bought today; what is bought without a start has no end."""
    lab.stack({"main": {**RESERVED, "commitment": {**RESERVED["commitment"], **terms}}})
    [only] = found_of(lab).ends
    assert (only.ends.end, only.ends.assumed) == (end, assumed)


def test_the_first_to_end_comes_first(lab: Lab) -> None:
    """Whatever the order of the pools."""
    kept = {**RESERVED, "commitment": {**RESERVED["commitment"], **BOUGHT}}
    lab.stack({"later": RESERVED, "sooner": kept})
    assert [found.ends.pool.name for found in found_of(lab).ends] == ["sooner", "later"]


def test_the_verdict_no_longer_stands_where_prices_have_moved(lab: Lab) -> None:
    """The reservation costs $12 an hour on the pricing day, and $18 to renew in January.

    The API bills 0.4 x 730 node-hours at $36: one node at $12 saves, at $18 it does not.
    """
    row = {"instance": "box.8x", "region": "r1", **RESERVED["commitment"], "purchase": "reserved"}
    book = lab.book(
        "moved",
        prices=[
            {**row, "usd_per_hour": 12, "valid_from": "2026-01-01"},
            {**row, "usd_per_hour": 18, "valid_from": "2027-01-01"},
        ],
    )
    lab.nodes_by_hour([0.4] * 24, burst={"factor": 1.0})
    lab.stack({"main": RESERVED}, prices=[book], alternatives=["api/dear"])
    found = found_of(lab, LATER)
    assert found.planned.verdict.decision == "LEAN"
    assert found.renewed.verdict.decision == "DO_NOT"
    assert not found.stands
    [only] = found.ends
    assert only.choices[0].usd_per_month == pytest.approx(18 * 730)


def test_a_node_without_an_on_demand_price_says_so(lab: Lab) -> None:
    """A contract of the user's own for a node that the catalog has no other price of."""
    terms = {"kind": "contract", "term": "1yr", "payment": "no-upfront"}
    price = {"offer": "own/8x", "gpu": "H100", "gpus": 8, "purchase": "reserved", **terms}
    book = lab.book("own", prices=[{**price, "usd_per_hour": 9}])
    pool = {"offer": "own/8x", "purchase": "reserved", "nodes": 1, "commitment": terms}
    lab.stack({"main": pool}, prices=[book])
    found = choices_of(lab)
    assert found["renew"].usd_per_month == pytest.approx(9 * 730)
    assert found["on-demand"].usd_per_month is None
    assert found["on-demand"].reason == "own/8x has no on-demand price"


def test_a_discount_that_ends_is_an_end_too(lab: Lab) -> None:
    """25% off the node's $20 until the end of March: $10,950 a month until then, $14,600 after."""
    off = {"instance": "box.*", "percent_off": 25, "until": "2027-03-31"}
    book = lab.book("contract", discounts=[off])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book])
    found = found_of(lab)
    assert found.renewed.usd_per_month == pytest.approx(10_950)
    [change] = found.contract_changes
    assert change.names == ("box.8x",)
    assert dt.date(2027, 3, 31) < change.day <= dt.date(2027, 4, 30)
    assert change.then.usd_per_month == pytest.approx(14_600)


def test_a_contract_without_an_end_in_the_horizon_is_not_listed(lab: Lab) -> None:
    """Its terms are those of every month that is planned."""
    off = {"instance": "box.*", "percent_off": 25, "until": "2029-03-31"}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[lab.book("contract", discounts=[off])])
    assert found_of(lab).contract_changes == ()
