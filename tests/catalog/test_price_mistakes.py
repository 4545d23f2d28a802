"""A mistake in the prices of an API is named with what was probably meant."""

from __future__ import annotations

import pytest

from tco.catalog.api_price import ApiPrice
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.catalog.plausibility.books import book_findings
from tests.catalog.test_book import book, refused
from tests.conftest import DAY, Keys, Lab

RIGHT: Keys = {
    "api": "acme/model",
    "input_usd_per_mtok": 2.5,
    "cached_input_usd_per_mtok": 0.25,
    "output_usd_per_mtok": 10,
}
LONG: Keys = {"above_prompt_tokens": 200_000, "input_usd_per_mtok": 5, "output_usd_per_mtok": 20}
FIVE, HOUR = "cache_write_usd_per_mtok", "cache_write_1h_usd_per_mtok"


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    """The catalog of the package."""
    return load_catalog()


def found(shipped: Catalog, row: Keys) -> dict[str, str]:
    """The mistakes that are found in a row of a price book, by key."""
    made = book(prices=[{**RIGHT, **row}])
    findings = book_findings(made, shipped.with_books([made]), DAY)
    return {
        finding.path.removeprefix("prices..acme/model."): finding.mistake for finding in findings
    }


def scaled(factor: float) -> Keys:
    """The right prices times a factor."""
    return {key: value * factor for key, value in RIGHT.items() if key != "api"}


PER_1K, PER_TOKEN = (f"Per {what} instead of per million?" for what in ("1,000 tokens", "token"))
SWAPPED = "Are input and output swapped?"
HITS = "Are input and cache hits swapped?"


@pytest.mark.parametrize(
    ("row", "mistakes"),
    [
        ({}, {}),
        (scaled(1e-3), {key: PER_1K for key in RIGHT if key != "api"}),
        (scaled(1e-6), {key: PER_TOKEN for key in RIGHT if key != "api"}),
        ({"input_usd_per_mtok": 10, "output_usd_per_mtok": 2.5}, {"output_usd_per_mtok": SWAPPED}),
        ({"input_usd_per_mtok": 3, "output_usd_per_mtok": 2.9}, {"output_usd_per_mtok": SWAPPED}),
        ({"input_usd_per_mtok": 3, "output_usd_per_mtok": 3}, {}),
        ({"cached_input_usd_per_mtok": 2.6}, {"cached_input_usd_per_mtok": HITS}),
        (
            {"tiers": [{**LONG, "input_usd_per_mtok": 20, "output_usd_per_mtok": 5}]},
            {"tiers[0].output_usd_per_mtok": SWAPPED},
        ),
        (
            {"tiers": [{**LONG, "cached_input_usd_per_mtok": 6}]},
            {"tiers[0].cached_input_usd_per_mtok": HITS},
        ),
        (
            {FIVE: 5, HOUR: 3.125},
            {HOUR: "Are writes for 5 minutes and for 1 hour swapped?"},
        ),
        (
            {"usd_per_request": 12},
            {"usd_per_request": "Per 1,000 requests instead of per request?"},
        ),
    ],
)
def test_a_mistake_in_a_price_is_named(
    shipped: Catalog, row: Keys, mistakes: dict[str, str]
) -> None:
    """Units, swapped prices, and a hit above the input price; the right row has none."""
    assert found(shipped, row) == mistakes


@pytest.mark.parametrize(
    ("discount", "message"),
    [
        (-0.5, "batch_discount: -0.5 is below 0. A discount of 50% is 0.5."),
        (-50, "batch_discount: -50 is below 0. A discount of 50% is 0.5."),
        (50, "batch_discount: 50 is above 1. A discount of 50% is 0.5."),
    ],
)
def test_a_discount_is_a_positive_share(lab: Lab, discount: float, message: str) -> None:
    """A negative one and one in percent are refused with what was meant."""
    assert message in refused(lab, prices=[{**RIGHT, "batch_discount": discount}])


def test_no_shipped_output_costs_less_than_its_input(shipped: Catalog) -> None:
    """What is named in a book is not in the catalog."""
    rows = [row for row, _ in shipped.rows(ApiPrice)] + list(shipped.hosts.every(DAY))
    assert len(rows) > 600
    for row in rows:
        assert row.output_usd_per_mtok.likely >= row.input_usd_per_mtok.likely, row.api
