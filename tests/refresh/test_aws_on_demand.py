"""On-demand prices come from exactly the right product of the price list."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import BAD_INPUT, OK
from tests.refresh.conftest import Aws, Refresh
from tests.refresh.price_list import lists, product, tiered

ONE = ("--source", "aws-on-demand", "--region", "us-east-1", "--format", "json")
BIG, SMALL = "p5.48xlarge", "p5.4xlarge"


@pytest.mark.parametrize(
    "other",
    [
        {"operatingSystem": "Windows", "operation": "RunInstances:0002"},
        {"operatingSystem": "RHEL", "operation": "RunInstances:0010"},
        {"operatingSystem": "SUSE", "operation": "RunInstances:000g"},
        {"operatingSystem": "Ubuntu Pro", "operation": "RunInstances:0g00"},
        {"operatingSystem": "Red Hat Enterprise Linux with HA"},
        {"tenancy": "Dedicated", "usagetype": "DedicatedUsage:p5.48xlarge"},
        {"tenancy": "Host", "usagetype": "HostBoxUsage:p5.48xlarge"},
        {"tenancy": "Reserved", "capacitystatus": "AllocatedHost"},
        {"preInstalledSw": "SQL Std"},
        {"preInstalledSw": "SQL Web"},
        {"preInstalledSw": "SQL Ent"},
        {"capacitystatus": "UnusedCapacityReservation", "instancesku": "A1"},
        {"capacitystatus": "AllocatedCapacityReservation", "usagetype": "Reservation:p5.48xlarge"},
        {"licenseModel": "Bring your own license"},
        {"marketoption": "CapacityBlock"},
        {"locationType": "AWS Local Zone", "location": "US East (Boston)"},
        {"locationType": "AWS Wavelength Zone", "location": "US East (Verizon) - Boston"},
        {"locationType": "AWS Outposts"},
        {"regionCode": "us-west-2", "usagetype": "USW2-BoxUsage:p5.48xlarge"},
    ],
    ids=lambda other: ", ".join(other.values()),
)
@pytest.mark.parametrize("first", [True, False], ids=["listed first", "listed last"])
def test_only_the_plain_linux_product_counts(
    refresh: Refresh, aws: Aws, other: dict[str, str], first: bool
) -> None:
    """Another system, tenancy, license, software, capacity, market or place is another product.

    The values are those of the price list's own products of an instance type, of which only one is
    the price on demand (t3.medium has sixty).
    """
    listed = [product(BIG, "55.0400000000", "A1"), product(BIG, "99.0", "B2", **other)]
    lists(aws, *(reversed(listed) if first else listed))
    answer = refresh(*ONE, "--instance", BIG)
    assert answer.code == OK
    [price] = answer.json["prices"]
    assert (price["usd_per_hour"], price["source"]) == (55.04, "AWS Price List, SKU A1")


def test_a_product_without_a_price_on_demand_is_left_out(refresh: Refresh, aws: Aws) -> None:
    """A host is sold by the reservation alone, has another form of name, and no code of a region.

    The attributes are those of SKU 27NND7BA7V8SEM35 of the price list of 2019-09-20, as
    github.com/asheiduk/as-scripts keeps it.
    """
    host: dict[str, Any] = {
        "product": {
            "productFamily": "Dedicated Host",
            "attributes": {
                **{"instanceType": "m5d", "tenancy": "Reserved", "capacitystatus": "AllocatedHost"},
                **{"location": "AWS GovCloud (US)", "locationType": "AWS Region"},
                **{"operatingSystem": "Linux", "preInstalledSw": "NA"},
                **{"licenseModel": "No License required", "operation": "RunInstances"},
                "usagetype": "UGW1-ReservedHostUsage:m5d",
            },
            "sku": "27NND7BA7V8SEM35",
        },
        "serviceCode": "AmazonEC2",
        "terms": {"Reserved": {}},
        "version": "20190920043334",
        "publicationDate": "2019-09-20T04:33:34Z",
    }
    lists(aws, json.dumps(host), product(BIG, "55.04", "A1"))
    answer = refresh(*ONE, "--instance", BIG)
    assert (answer.code, [price["instance"] for price in answer.json["prices"]]) == (OK, [BIG])


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


def test_two_prices_of_one_type_are_reported_and_not_chosen_from(
    refresh: Refresh, aws: Aws
) -> None:
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
    assert "an unexpected response" in answer.json["problems"][0]["message"]
