"""A capacity block's fee becomes the price of a node-hour."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import BAD_INPUT, OK
from tests.refresh.conftest import Aws, Refresh

BIG, SMALL = "p5.48xlarge", "p5.4xlarge"
ONE = ("--source", "aws-capacity-blocks", "--region", "us-east-2", "--format", "json")
METHOD = "describe_capacity_block_offerings"
START = dt.datetime(2026, 11, 25, 11, 30, tzinfo=dt.UTC)


def offer(fee: str, instance: str = BIG, **keys: Any) -> dict[str, Any]:
    """An offering as EC2 sends it."""
    return {
        "CapacityBlockOfferingId": "cb-0a1b2c3d4e5f67890",
        "InstanceType": instance,
        "AvailabilityZone": "us-east-2a",
        "InstanceCount": 1,
        "StartDate": START,
        "EndDate": START + dt.timedelta(hours=24),
        "CapacityBlockDurationHours": 24,
        "UpfrontFee": fee,
        "CurrencyCode": "USD",
        "Tenancy": "default",
        "CapacityBlockDurationMinutes": 0,
        **keys,
    }


def offers(aws: Aws, *pages: list[dict[str, Any]], instance: str = BIG) -> None:
    """EC2 answers with these pages of offerings."""
    for page, found in enumerate(pages):
        params: dict[str, Any] = {
            "InstanceType": instance,
            "InstanceCount": 1,
            "CapacityDurationHours": 24,
        }
        response: dict[str, Any] = {"CapacityBlockOfferings": found}
        if page:
            params["NextToken"] = f"page {page}"
        if page + 1 < len(pages):
            response["NextToken"] = f"page {page + 1}"
        aws.answers("ec2", "us-east-2", METHOD, response, params)


def test_the_lowest_fee_by_the_hour_counts(refresh: Refresh, aws: Aws) -> None:
    """All pages, without dedicated hosts and other currencies; the day it costs more is named."""
    dedicated, yuan = offer("1", Tenancy="dedicated"), offer("1", CurrencyCode="CNY")
    offers(aws, [offer("998.4"), dedicated], [yuan, offer("755.14")])
    offers(aws, [offer("120", SMALL)], instance=SMALL)
    answer = refresh(*ONE)
    assert answer.code == OK
    small, big = answer.json["prices"]
    assert (small["usd_per_hour"], small["before_effective_usd_per_hour"]) == (5, 4)
    assert big["usd_per_hour"] == 31.464167
    assert big["source"] == "AWS capacity block offerings of 24 h: 2, up to 41.6 USD"


def test_other_zones_and_odd_hours(refresh: Refresh, aws: Aws) -> None:
    """A Local Zone is not the region; a block that starts at once is as long as its dates say, and
    EC2 states hours and the minutes besides; not every answer states a tenancy."""
    now = offer(
        "755.14",
        StartDate=START - dt.timedelta(hours=6, minutes=35),
        CapacityBlockDurationHours=30,
        CapacityBlockDurationMinutes=35,
        ZoneType="availability-zone",
    )
    del now["Tenancy"]
    offers(aws, [now, offer("1", ZoneType="local-zone", AvailabilityZone="us-east-2-xyz-1a")])
    offers(aws, [], instance=SMALL)
    [big] = [price for price in refresh(*ONE).json["prices"] if price["instance"] == BIG]
    assert big["usd_per_hour"] == pytest.approx(755.14 / (30 + 35 / 60), abs=1e-6)


def test_blocks_that_are_sold_out_have_vanished(refresh: Refresh, aws: Aws, book: Path) -> None:
    """Without an offering there is no price, and the one in force stays."""
    offers(aws, [], instance=BIG)
    offers(aws, [], instance=SMALL)
    answer = refresh(*ONE)
    assert {price["status"] for price in answer.json["prices"]} == {"vanished"}
    assert not book.exists()


def test_a_type_that_fails_takes_no_other_with_it(refresh: Refresh, aws: Aws) -> None:
    """What is missing is one instance type, which has not vanished."""
    aws.fails("ec2", "us-east-2", METHOD, "Unsupported")
    offers(aws, [offer("120", SMALL)], instance=SMALL)
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert [price["instance"] for price in answer.json["prices"]] == [SMALL]
    assert [missing["instance"] for missing in answer.json["missing"]] == [BIG]


def test_expired_credentials_are_one_error(refresh: Refresh, aws: Aws, book: Path) -> None:
    """Where every type fails, nothing has arrived."""
    for _ in range(2):
        aws.fails("ec2", "us-east-2", METHOD, "RequestExpired")
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert "credentials have expired" in answer.json["problems"][0]["message"]
    assert not book.exists()
