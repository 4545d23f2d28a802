"""Negotiated discounts: percent off list by family, region, purchase option and period."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.api_price import ApiPrice
from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.catalog.discount import Discount, discounted
from tco.catalog.embedded import load_catalog
from tco.catalog.node_price import NodePrice, Purchase
from tests.conftest import DAY, Keys, Lab

NODE: Keys = {"instance": "box.8x", "region": "r1"}


def book(name: str, **keys: Any) -> Book:
    made = Book.model_validate({"source": "order form", "as_of": "2026-11-20", **keys})
    return made.model_copy(update={"name": f"stacks/prices/{name}.yaml"})


def on_demand(catalog: Catalog, day: dt.date = DAY, purchase: Purchase = "on-demand") -> float:
    found = catalog.node_price("box.8x", "r1", purchase, day)
    assert found is not None
    return found.row.usd_per_node_hour.likely


def test_a_discount_in_numbers(catalog: Catalog) -> None:
    """12% off $20 an hour is 20 x 0.88 = $17.60, and the source says who takes it off."""
    above = catalog.with_books([book("contract", discounts=[{**NODE, "percent_off": 12}])])
    found = above.node_price("box.8x", "r1", "on-demand", DAY)
    assert found is not None
    assert found.row.usd_per_node_hour.likely == pytest.approx(17.60)
    rate = found.sourced("rate", found.row.usd_per_node_hour, "USD/h")
    assert rate.source == "made up for the tests; 12% off list by contract.yaml"
    assert rate.as_of == dt.date(2026, 11, 1)
    assert on_demand(catalog) == 20


@pytest.mark.parametrize(
    ("keys", "usd"),
    [
        ({}, (18.0, 8.0, 10.8)),
        ({"purchase": "on-demand"}, (18.0, 8.0, 12.0)),
        ({"purchase": ["spot", "reserved"]}, (20.0, 7.2, 10.8)),
        ({"purchase": "capacity-block"}, (20.0, 8.0, 12.0)),
    ],
)
def test_purchase_options(catalog: Catalog, keys: Keys, usd: tuple[float, ...]) -> None:
    """On demand and reserved unless stated; prices of spot nodes and blocks are a market's."""
    above = catalog.with_books([book("c", discounts=[{**NODE, "percent_off": 10, **keys}])])
    reserved = above.node_price(
        "box.8x",
        "r1",
        "reserved",
        DAY,
        kind="savings-plan",
        term="1yr",
        payment="no-upfront",
    )
    assert reserved is not None
    found = (on_demand(above), on_demand(above, purchase="spot"), reserved.row.usd_per_hour)
    assert found[:2] == pytest.approx(usd[:2])
    assert found[2] is not None
    assert found[2].likely == pytest.approx(usd[2])
    block = above.node_price("box.8x", "r1", "reserved", DAY, kind="capacity-block")
    assert block is not None
    named = keys.get("purchase") == "capacity-block"
    assert block.row.usd_per_node_hour.likely == pytest.approx(27 if named else 30)


@pytest.mark.parametrize(
    ("keys", "holds"),
    [
        ({"instance": "box.*"}, True),
        ({"instance": "BOX.?x"}, True),
        ({"instance": "slow.*"}, False),
        ({"instance": "*", "region": "r1"}, True),
        ({"instance": "*", "region": "r2"}, False),
        ({"instance": "*", "until": "2026-11-23"}, True),
        ({"instance": "*", "until": "2026-11-22"}, False),
        ({"instance": "*", "from": "2026-11-23"}, True),
        ({"instance": "*", "from": "2026-11-24"}, False),
        ({"offer": "*"}, False),
        ({"api": "*"}, False),
    ],
)
def test_what_a_discount_holds_for(catalog: Catalog, keys: Keys, *, holds: bool) -> None:
    """Family, region and period decide; the first and the last day are in the period."""
    above = catalog.with_books([book("c", discounts=[{"percent_off": 50, **keys}])])
    assert on_demand(above) == (10 if holds else 20)


def test_layers(catalog: Catalog) -> None:
    """A discount lowers the layers below its book; of two books the later one's counts alone."""
    row = {**NODE, "usd_per_hour": 16}
    off = [{"instance": "*", "percent_off": 50}]
    few = [{"instance": "*", "percent_off": 25}]
    for books, usd in (
        ([book("a", prices=[row], discounts=off)], 16),  # negotiated in the same book
        ([book("a", discounts=off), book("b", prices=[row])], 16),  # negotiated in a later one
        ([book("a", prices=[row]), book("b", discounts=off)], 8),  # a list price of an earlier one
        ([book("a", discounts=off), book("b", discounts=few)], 15),
        ([book("a", prices=[row], discounts=off), book("b", discounts=few)], 12),
    ):
        assert on_demand(catalog.with_books(books)) == usd


def test_an_api_in_tiers_and_at_peak_hours(catalog: Catalog) -> None:
    """Every price of an API is lowered, its batch discount and its thresholds are not."""
    tier = {"above_prompt_tokens": 100, "input_usd_per_mtok": 4, "output_usd_per_mtok": 8}
    peak = {"utc_hours": [1, 4], "input_usd_per_mtok": 6, "output_usd_per_mtok": 10}
    api: Keys = {
        **{"api": "x/y", "input_usd_per_mtok": [1, 2, 4], "output_usd_per_mtok": 4},
        **{"usd_per_request": 0.01, "batch_discount": 0.5, "tiers": [tier], "peak": peak},
    }
    books = [book("list", prices=[api]), book("c", discounts=[{"api": "x/*", "percent_off": 25}])]
    found = catalog.with_books(books).api_price("x/y", DAY)
    assert found is not None
    row = found.row
    prices = row.input_usd_per_mtok
    assert (prices.low, prices.likely, prices.high) == (0.75, 1.5, 3)
    assert row.tiers[0].output_usd_per_mtok.likely == 6
    assert row.tiers[0].above_prompt_tokens == 100
    assert row.peak[0].input_usd_per_mtok.likely == 4.5
    assert row.usd_per_request is not None
    assert row.usd_per_request.likely == pytest.approx(0.0075)
    assert row.batch_discount is not None
    assert row.batch_discount.likely == 0.5


def test_every_source_of_an_apis_price_is_discounted() -> None:
    """A row of the catalog, a host of open weights and a price of genai-prices alike."""
    catalog = load_catalog()
    apis = ["deepseek/deepseek-v4-pro", sorted(catalog.hosts.apis)[0], "openai/gpt-4o"]
    above = catalog.with_books([book("c", discounts=[{"api": "*", "percent_off": 50}])])
    for api in apis:
        before, after = (source.api_price(api, DAY) for source in (catalog, above))
        assert before is not None
        assert after is not None
        assert after.row.output_usd_per_mtok == before.row.output_usd_per_mtok * 0.5


API: Keys = {"instance": None, "api": "api/*"}
TIERS: list[Keys] = [
    {"above_usd_per_month": 100, "percent_off": 10},
    {"above_usd_per_month": 200, "percent_off": 20},
]
REFUSED: list[tuple[list[Keys], str]] = [
    ([{"percent_off": 120}], "percent_off: 120 is not a discount in percent from 1 to"),
    ([{"percent_off": 100}], "If the usage is free, write a price row with 0."),
    ([{"percent_off": 0.12}], "0.12 is below 1. A discount of 12% is 12."),
    ([{"percent_off": -12}], "-12 is below 0. A discount of 12% is 12."),
    ([{"percent_off": -0.12}], "A discount of 12% is 12."),
    ([{"percent_off": 0}], "0 takes nothing off. Remove the discount."),
    ([{"percent_off": "12"}], "'12' is a string. Write it without quotes."),
    ([{"percent_off": True}], "percent_off: true"),
    ([{"percent_off": [10, 12]}], "percent_off"),
    ([{}], "discounts[0]: needs percent_off, tiers or committed_usd_per_month."),
    ([{"percent_off": 5, "tiers": TIERS}], "tiers by the month's bill are for an api."),
    ([{**API, "percent_off": 5, "tiers": TIERS}], "has either percent_off or tiers."),
    ([{**API, "tiers": TIERS[::-1]}], "are not in ascending order"),
    ([{**API, "tiers": [TIERS[0], TIERS[0]]}], "are not in ascending order"),
    (
        [{**API, "tiers": [TIERS[0], {**TIERS[1], "percent_off": 5}]}],
        "tiers of [10.0, 5.0] percent off: the discount must not shrink as the bill grows.",
    ),
    ([{**API, "tiers": [{**TIERS[0], "percent_off": 0.1}]}], "A discount of 10% is 10."),
    ([{"percent_off": 5, "signed": True}], "signed needs committed_usd_per_month"),
    ([{"percent_off": 5, "other_usd_per_month": 9}], "needs committed_usd_per_month or tiers."),
    ([{"committed_usd_per_month": -1}], "committed_usd_per_month: -1 should be"),
    ([{"committed_usd_per_month": [1, 2]}], "committed_usd_per_month"),
    (
        [{"committed_usd_per_month": 9e3}, {"committed_usd_per_month": 9e3, "instance": "*"}],
        "apply to the same prices at the same time.",
    ),
    (
        [{"percent_off": 5, "from": "2026-02-01", "until": "2026-01-01"}],
        "discounts[0]: until 2026-01-01 is before from 2026-02-01.",
    ),
    ([{"percent_off": 5, "from": "soon"}], "discounts[0].from: 'soon' is not a date."),
    ([{"percent_off": 5, "until": 2026}], "discounts[0].until: 2026 is not a date."),
    (
        [{"percent_off": 5, "purchase": "spott"}],
        "'spott' should be 'on-demand', 'spot', 'reserved' or",
    ),
    ([{"percent_off": 5, "purchase": []}], "purchase: is empty"),
    ([{"percent_off": 5, "percent": 5}], 'unknown key "percent". Did you mean percent_off?'),
    ([{"percent_off": 5, "api": "api/*"}], "names exactly one of instance, offer and api."),
    ([{"percent_off": 5, "instance": None}], "names exactly one of instance, offer and api."),
    (
        [{"percent_off": 5, "instance": None, "api": "api/*", "region": "r1"}],
        "an API has neither region nor purchase",
    ),
    ([{"percent_off": 5, "instance": "box.[48]x"}], "* and ? are the only wildcards."),
    ([{"percent_off": 5, "instance": "bxo.*"}], '"bxo.*" matches no instance type. Did you me'),
    ([{"percent_off": 5, "region": "eu-*"}], '"box.*" has no price in a region "eu-*".'),
    (
        [{"percent_off": 5, "instance": None, "offer": "acme/*", "region": "r1"}],
        "Its prices have no region: remove the key.",
    ),
    (
        [{"percent_off": 5, "instance": None, "api": "anthropc/*"}],
        '"anthropc/*" matches no API. Did you mean anthropic/*?',
    ),
    ([{"percent_off": 5}, {"percent_off": 5}], "apply to the same prices at the same time."),
    (
        [{"percent_off": 5}, {"percent_off": 6, "instance": "*.8x", "region": "r?"}],
        "discounts[0] (box.* on-demand reserved) and discounts[1] (*.8x r? on-demand reserved)",
    ),
    (
        [{"percent_off": 5, "until": "2026-10-01"}, {"percent_off": 6, "from": "2026-10-01"}],
        "apply to the same prices at the same time.",
    ),
]


@pytest.mark.parametrize(("discounts", "reported"), REFUSED)
def test_a_discount_that_cannot_be(lab: Lab, discounts: list[Keys], reported: str) -> None:
    """What is impossible, doubled or for nothing is refused with its place and what to do."""
    rows = [{"instance": "box.*", **row} for row in discounts]
    kept = [{key: value for key, value in row.items() if value is not None} for row in rows]
    contract = lab.book("contract", discounts=kept)
    lab.stack({"main": {"instance": "box.8x", "nodes": 1}}, prices=[contract])
    assert reported in lab.refused()


def test_discounts_side_by_side(lab: Lab) -> None:
    """Other purchase options, regions, families and periods do not overlap."""
    rows: list[Keys] = [
        {"instance": "box.*", "until": "2026-09-30"},
        {"instance": "box.*", "from": "2026-10-01"},
        {"instance": "slow.*"},
        {"instance": "box.*", "purchase": "spot"},
        {"offer": "acme/*"},
        {"api": "api/*"},
    ]
    contract = lab.book("contract", discounts=[{"percent_off": 10, **row} for row in rows])
    lab.stack({"main": {"instance": "box.8x", "nodes": 1}}, prices=[contract])
    assert lab.evaluate().usd_per_month == pytest.approx(18 * 730)


def test_a_discount_without_a_source_is_refused(lab: Lab) -> None:
    """Its own or the book's, as for any figure."""
    row = {"instance": "box.*", "percent_off": 10}
    contract = lab.book("contract", source=None, discounts=[row])
    lab.stack({"main": {"instance": "box.8x", "nodes": 1}}, prices=[contract])
    assert "discounts[0]: has no source. Write source: in the discount" in lab.refused()


def test_an_unusual_discount_closes_the_gate_until_it_is_confirmed(lab: Lab) -> None:
    """88% off may be the 12% that are paid: it is shown, and a reason in the book lifts it."""
    row = {"instance": "box.*", "percent_off": 88}
    for keys, closed in (({}, True), ({"confirm": "order form 4711, page 3"}, False)):
        contract = lab.book("contract", discounts=[{**row, **keys}])
        lab.stack({"main": {"instance": "box.8x", "nodes": 1}}, prices=[contract])
        [finding] = lab.evaluate().stack.implausible
        assert finding.path == "prices.contract.box.*.percent_off"
        assert "88 percent is outside 1 to 60" in finding.message
        assert (not finding.confirmed) == closed


PERCENT = st.floats(1, 99.9)
PRICE = st.floats(0, 1e4)


@given(PRICE, PERCENT, PERCENT)
def test_more_off_never_costs_more(price: float, a: float, b: float) -> None:
    """A price is never negative, never above the list, and falls with the percentage."""
    row = NodePrice.model_validate({**NODE, "usd_per_hour": price})
    less, more = (
        discounted(row, Discount.model_validate({**NODE, "percent_off": off}).factor)
        for off in sorted((a, b))
    )
    assert 0 <= more.usd_per_node_hour.likely <= less.usd_per_node_hour.likely <= price


@given(PRICE, PRICE, PERCENT)
def test_a_discount_is_linear(x: float, y: float, percent: float) -> None:
    """Off the sum of two prices is the sum of what is off each."""

    def paid(usd: float) -> float:
        row = ApiPrice.model_validate(
            {"api": "x/y", "input_usd_per_mtok": usd, "output_usd_per_mtok": usd}
        )
        discount = Discount.model_validate({"api": "x/y", "percent_off": percent})
        return discounted(row, discount.factor).output_usd_per_mtok.likely

    assert paid(x) + paid(y) == pytest.approx(paid(x + y))


@given(st.text("ab*?", max_size=5), st.text("ab*?", max_size=5), st.text("ab", max_size=4))
def test_patterns_that_match_one_name_overlap(a: str, b: str, name: str) -> None:
    """Where a name matches both patterns of a book, the two are refused together."""
    if not a or not b:
        return
    first, second = (
        Discount.model_validate({"offer": pattern, "percent_off": 5}) for pattern in (a, b)
    )
    if first.names(name) and second.names(name):
        assert first.overlaps(second)
