"""On-demand prices come from exactly the right product of the price list."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import BAD_INPUT, OK
from tests.refresh.conftest import Aws, Refresh
from tests.refresh.price_list import lists, product, tiered

ONE = ("--source", "aws-on-demand", "--region", "us-east-1", "--format", "json")
BIG, SMALL = "p5.48xlarge", "p5.4xlarge"


@pytest.mark.parametrize(
    "other",
    [
        {"operatingSystem": "Windows"},
        {"tenancy": "Dedicated"},
        {"preInstalledSw": "SQL Std"},
        {"capacitystatus": "UnusedCapacityReservation"},
        {"licenseModel": "Bring your own license"},
        {"marketoption": "CapacityBlock"},
        {"regionCode": "us-west-2"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_only_the_plain_linux_product_counts(
    refresh: Refresh, aws: Aws, other: dict[str, str]
) -> None:
    """Another system, tenancy, license, capacity, market or region is another product."""
    lists(aws, product(BIG, "55.0400000000", "A1"), product(BIG, "99.0", "B2", **other))
    answer = refresh(*ONE, "--instance", BIG)
    assert answer.code == OK
    [price] = answer.json["prices"]
    assert (price["usd_per_hour"], price["source"]) == (55.04, "AWS Price List, SKU A1")


def test_every_page_is_read_and_other_types_are_left_out(refresh: Refresh, aws: Aws) -> None:
    """A price on the last page counts; types that the catalog does not know have no use."""
    listed = [product("m7i.large", "0.1", "C3"), product(BIG, "55.04", "A1")]
    lists(aws, *listed, product(SMALL, "6.88", "D4"), pages=3)
    answer = refresh(*ONE)
    assert [price["instance"] for price in answer.json["prices"]] == [SMALL, BIG]


def test_the_first_tier_and_no_reservation_counts(refresh: Refresh, aws: Aws) -> None:
    """The hour on demand is the price, not an upfront fee and not a later tier."""
    lists(aws, tiered(BIG, "A1"))
    [price] = refresh(*ONE, "--instance", BIG).json["prices"]
    assert price["usd_per_hour"] == 2


def test_a_product_at_zero_is_not_sold(refresh: Refresh, aws: Aws) -> None:
    """A type that is only sold otherwise is listed at 0, which is no price."""
    lists(aws, product(BIG, "0.0000000000", "A1"))
    [price] = refresh(*ONE, "--instance", BIG).json["prices"]
    assert price["status"] == "vanished"


def test_two_prices_of_one_type_are_told_and_not_chosen_from(refresh: Refresh, aws: Aws) -> None:
    """Nothing is guessed: the type is missing, and the others arrive."""
    same = product(SMALL, "7", "C3"), product(SMALL, "7", "D4")
    lists(aws, product(BIG, "55", "A1"), product(BIG, "56", "B2"), *same)
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert [price["instance"] for price in answer.json["prices"]] == [SMALL]
    [missing] = answer.json["missing"]
    assert missing["instance"] == BIG
    assert "55 USD (SKU A1), 56 USD (SKU B2)" in missing["message"]


def test_a_price_in_another_currency_is_no_price_in_dollars(refresh: Refresh, aws: Aws) -> None:
    """The regions in China are priced in CNY."""
    item = json.loads(product(BIG, "300", "A1"))
    text = json.dumps(item).replace('"USD"', '"CNY"')
    lists(aws, text)
    answer = refresh(*ONE, "--instance", BIG)
    assert answer.code == BAD_INPUT
    assert "CNY" in answer.json["missing"][0]["message"]


@pytest.mark.parametrize(
    "item",
    ["not JSON", "{}", "[]", '{"product": {"attributes": []}}'],
)
def test_an_answer_of_another_form_is_an_error(refresh: Refresh, aws: Aws, item: str) -> None:
    """What the service has changed is one message, never a traceback and never a price."""
    lists(aws, item)
    answer = refresh(*ONE, "--instance", BIG)
    assert answer.code == BAD_INPUT
    assert "another form than the known one" in answer.json["problems"][0]["message"]
