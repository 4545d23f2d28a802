"""Prices of the shipped catalog side by side."""

from __future__ import annotations

import datetime as dt

from tco.catalog.catalog import Catalog
from tco.catalog.node_query import node_table

DAY = dt.date(2026, 11, 23)


def test_a_family_is_not_its_neighbors(shipped: Catalog) -> None:
    """`p5` means p5.48xlarge and p5.4xlarge, not p5en; the pattern selects regions."""
    rows = node_table(shipped, ["p5"], "eu-*", DAY)
    assert {row.node for row in rows} == {"p5.48xlarge", "p5.4xlarge"}
    assert all((row.region or "").startswith("eu-") for row in rows)


def test_a_row_has_every_purchase_option(shipped: Catalog) -> None:
    """p5.48xlarge in Virginia: on demand, reserved, spot and blocks, each with its age."""
    [row] = node_table(shipped, ["p5.48xlarge"], "us-east-1", DAY)
    assert set(row.prices) == {"on-demand", "reserved", "spot", "capacity-block"}
    assert row.prices["on-demand"].age_days == 59
    assert all(price.age_days is not None for price in row.prices.values())


def test_offers_match_any_region_alone(shipped: Catalog) -> None:
    """An offer without a region is in the list of all regions, and in no other."""
    assert node_table(shipped, ["nebius"], "*", DAY)
    assert not node_table(shipped, ["nebius"], "eu-*", DAY)
