"""Spot prices are read by the hours they held, over all zones and pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tco.catalog.book import read_book
from tests.cli.conftest import BAD_INPUT, OK
from tests.refresh.conftest import Aws, Refresh

BIG = "p5.48xlarge"
ONE = ("--source", "aws-spot", "--region", "us-east-1", "--instance", BIG, "--format", "json")
END = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def history(
    aws: Aws, zones: Mapping[str, Sequence[tuple[float, str]]], days: int = 10, pages: int = 1
) -> None:
    """Prices of each zone with the days before the end on which they began, as EC2 sends them."""
    entries: list[dict[str, Any]] = [
        {
            "AvailabilityZone": f"us-east-1{zone}",
            "InstanceType": BIG,
            "ProductDescription": "Linux/UNIX",
            "SpotPrice": usd,
            "Timestamp": END - dt.timedelta(days=before),
        }
        for zone, quotes in zones.items()
        for before, usd in quotes
    ]
    for page in range(pages):
        params: dict[str, Any] = {
            "InstanceTypes": [BIG],
            "ProductDescriptions": ["Linux/UNIX"],
            "StartTime": END - dt.timedelta(days=days),
            "EndTime": END,
        }
        response: dict[str, Any] = {"SpotPriceHistory": entries[page::pages]}
        if page:
            params["NextToken"] = f"page {page}"
        # The service ends its list with an empty token.
        response["NextToken"] = f"page {page + 1}" if page + 1 < pages else ""
        method = "describe_spot_price_history"
        aws.answers("ec2", "us-east-1", method, response, params)


def test_a_price_weighs_the_hours_it_held(refresh: Refresh, aws: Aws) -> None:
    """Many short prices do not outweigh a long one, and what began earlier counts from the start.

    Of ten days: 1 at 10, 6 at 20, 3 at 40.
    """
    quotes = [(12.0, "10.0"), (9.0, "20.0"), (3.0, "40.0"), (2.9, "40.0"), (2.8, "40.0")]
    history(aws, {"a": quotes})
    answer = refresh(*ONE, "--days", "10")
    assert answer.code == OK
    [price] = answer.json["prices"]
    assert price["usd_per_hour"] == [10, 20, 40]
    assert price["note"] == "median by zone: us-east-1a 20 (P90 40)"


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_zones_are_pooled_and_pages_change_nothing(
    refresh: Refresh, aws: Aws, book: Path, pages: int
) -> None:
    """The range is over all zones; the note has each zone's own, and the book takes the row."""
    zones = {"a": [(10.0, "10")], "b": [(10.0, "30"), (5.0, "20")], "c": [(10.0, "20")]}
    history(aws, zones, pages=pages)
    [price] = refresh(*ONE, "--days", "10").json["prices"]
    assert price["usd_per_hour"] == [10, 20, 30]
    assert price["note"].endswith(
        "us-east-1a 10 (P90 10), us-east-1b 20 (P90 30), us-east-1c 20 (P90 20)"
    )
    [row] = read_book(book, "aws.yaml").prices
    assert row.key[:4] == ("node", BIG, "us-east-1", "spot")


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        ([(10.0, "16")], 16),
        ([(10.0, "16"), (3.0, "25")], [16, 20, 25]),
        ([(10.0, "16"), (7.0, "25")], [16, 20, 25]),
    ],
    ids=["one price", "the median is P10", "the median is P90"],
)
def test_a_median_at_an_end_of_the_range(
    refresh: Refresh, aws: Aws, quotes: list[tuple[float, str]], expected: object
) -> None:
    """A price book reads two ends without a median at their geometric mean."""
    history(aws, {"a": quotes})
    [price] = refresh(*ONE, "--days", "10").json["prices"]
    assert price["usd_per_hour"] == expected


def test_a_second_refresh_on_a_day_proposes_nothing(refresh: Refresh, aws: Aws) -> None:
    """The window ends when the day begins, so a later hour finds the same."""
    for status in ("new", "unchanged"):
        history(aws, {"a": [(10.0, "16"), (3.0, "25")]})
        [price] = refresh(*ONE, "--days", "10").json["prices"]
        assert price["status"] == status


def test_a_local_zone_is_not_a_zone_of_the_region(refresh: Refresh, aws: Aws) -> None:
    """Its prices are others, and its nodes are elsewhere."""
    zones = {"a": [(10.0, "16")], "-bos-1a": [(10.0, "90")], "-wl1-bos-wlz-1": [(10.0, "99")]}
    history(aws, zones)
    [price] = refresh(*ONE, "--days", "10").json["prices"]
    assert (price["usd_per_hour"], price["note"]) == (16, "median by zone: us-east-1a 16 (P90 16)")


def test_a_region_without_spot_prices(refresh: Refresh, aws: Aws, book: Path) -> None:
    """No history is no price, and no error."""
    history(aws, {})
    answer = refresh(*ONE, "--days", "10")
    assert (answer.code, answer.json["prices"]) == (OK, [])
    assert not book.exists()


def test_a_missing_permission_names_the_call(refresh: Refresh, aws: Aws) -> None:
    """The message has the action that the policy lacks."""
    aws.fails("ec2", "us-east-1", "describe_spot_price_history", "UnauthorizedOperation")
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert "ec2:DescribeSpotPriceHistory" in answer.json["problems"][0]["message"]
