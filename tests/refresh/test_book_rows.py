"""Fetched prices become rows of a price book."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tco.catalog.book import read_book
from tco.catalog.node_price import NodePrice
from tco.ranges import Range, point
from tco.refresh.book_rows import append_prices, existing_book

DAY = dt.date(2026, 11, 23)
ROWS = (
    NodePrice(
        instance="p5.48xlarge",
        region="us-east-1",
        usd_per_hour=point(55.04),
        source='AWS "Price List": SKU A1',
        as_of=DAY,
        valid_from=DAY,
    ),
    NodePrice(
        instance="p5.48xlarge",
        region="us-east-1",
        purchase="spot",
        usd_per_hour=Range(10.0, 12.5, 20.0),
        source="AWS spot price history",
        as_of=DAY,
        valid_from=DAY,
        note="us-east-1a: median 12.5",
    ),
)


@pytest.mark.parametrize("text", ["source: mine\n", "source: mine\nestimate: true\n"])
def test_prices_are_read_back_as_they_were_fetched(tmp_path: Path, text: str) -> None:
    """In a book of estimates too, whose rows would be estimates by default."""
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    append_prices(path, existing_book(path), ROWS)
    added = read_book(path, "mine.yaml").prices
    assert [row.model_dump() for row in added] == [row.model_dump() for row in ROWS]


def test_a_new_book_is_made(tmp_path: Path) -> None:
    """A file that does not exist becomes a book of these rows."""
    path = tmp_path / "prices" / "aws.yaml"
    append_prices(path, None, ROWS)
    assert read_book(path, "aws.yaml").prices == ROWS
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[1] == "prices:"
    assert lines[2].startswith("  - {instance: p5.48xlarge, region: us-east-1, purchase: on-demand")
