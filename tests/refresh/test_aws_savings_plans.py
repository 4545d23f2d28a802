"""Rates of savings plans become prices with their upfront, for shared Linux instances alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import BAD_INPUT
from tests.refresh.conftest import Aws, Refresh

BIG = "p5.48xlarge"
ONE = ("--source", "aws-savings-plans", "--region", "us-east-1", "--format", "json")
YEAR = 31_536_000
METHOD = "describe_savings_plans_offering_rates"


def rate(usd: str, option: str = "No Upfront", years: int = 1, **keys: Any) -> dict[str, Any]:
    """A rate as the service sends it."""
    properties = {
        "region": "us-east-1",
        "instanceType": BIG,
        "instanceFamily": "p5",
        "productDescription": "Linux/UNIX",
        "tenancy": "shared",
        **keys.pop("properties", {}),
    }
    return {
        "savingsPlanOffering": {
            "offeringId": "aaaaaaaa-1111-2222-3333-444444444444",
            "paymentOption": option,
            "planType": "EC2Instance",
            "durationSeconds": years * YEAR,
            "currency": keys.pop("currency", "USD"),
            "planDescription": "1 year No Upfront p5 EC2 Instance Savings Plan in us-east-1",
        },
        "rate": usd,
        "unit": "Hrs",
        "productType": "EC2",
        "serviceCode": "AmazonEC2",
        "usageType": f"BoxUsage:{BIG}",
        "operation": "RunInstances",
        "properties": [{"name": name, "value": value} for name, value in properties.items()],
        **keys,
    }


def rates(aws: Aws, *results: dict[str, Any], pages: int = 1) -> None:
    """The service answers with these rates, on several pages."""
    wanted = {"region": "us-east-1", "productDescription": "Linux/UNIX", "tenancy": "shared"}
    for page in range(pages):
        params: dict[str, Any] = {
            "savingsPlanTypes": ["EC2Instance"],
            "products": ["EC2"],
            "serviceCodes": ["AmazonEC2"],
            "filters": [{"name": name, "values": [value]} for name, value in wanted.items()],
            "maxResults": 1000,
        }
        response: dict[str, Any] = {"searchResults": [*results[page::pages]]}
        if page:
            params["nextToken"] = f"page{page}"
        if page + 1 < pages:
            response["nextToken"] = f"page{page + 1}"
        aws.answers("savingsplans", "us-east-1", METHOD, response, params)


@pytest.mark.parametrize("pages", [1, 2])
def test_what_is_paid_at_the_start_is_the_upfront(refresh: Refresh, aws: Aws, pages: int) -> None:
    """No, half or all of the rate is paid upfront for the hours of the term."""
    rates(
        aws,
        rate("40"),
        rate("38", "Partial Upfront"),
        rate("37", "All Upfront"),
        rate("25", "All Upfront", years=3),
        pages=pages,
    )
    found = {
        (price["term"], price["payment"]): (
            price["usd_per_hour"],
            price["upfront_usd"],
            price["effective_usd_per_hour"],
        )
        for price in refresh(*ONE).json["prices"]
    }
    assert found == {
        ("1yr", "no-upfront"): (40, None, 40),
        ("1yr", "partial-upfront"): (19, 19 * 8760, 38),
        ("1yr", "all-upfront"): (0, 37 * 8760, 37),
        ("3yr", "all-upfront"): (0, 25 * 26280, 25),
    }


@pytest.mark.parametrize(
    "other",
    [
        {"usageType": f"DedicatedUsage:{BIG}"},
        {"usageType": f"UnusedBox:{BIG}"},
        {"usageType": "HostBoxUsage:p5"},
        {"operation": "RunInstances:0002"},
        {"unit": "Request"},
        {"properties": {"tenancy": "dedicated"}},
        {"properties": {"productDescription": "Windows"}},
        {"properties": {"region": "us-west-2"}},
        {"properties": {"instanceType": "m7i.large"}},
    ],
    ids=str,
)
def test_another_product_is_not_the_price(
    refresh: Refresh, aws: Aws, other: dict[str, Any]
) -> None:
    """Rates of other systems, tenancies, units, regions and types are left out."""
    rates(aws, rate("40", usageType=f"USW2-BoxUsage:{BIG}"), rate("1", **other))
    [price] = refresh(*ONE).json["prices"]
    assert price["usd_per_hour"] == 40


@pytest.mark.parametrize("other", [rate("41"), rate("40", currency="CNY")])
def test_a_rate_that_is_not_one_in_dollars_is_missing(
    refresh: Refresh, aws: Aws, other: dict[str, Any]
) -> None:
    """Nothing is chosen: the rates are reported, and the others arrive."""
    rates(aws, rate("40"), other, rate("30", years=3))
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert [price["term"] for price in answer.json["prices"]] == ["3yr"]
    assert "not one in USD" in answer.json["missing"][0]["message"]
