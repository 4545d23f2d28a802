"""The overheads that a plan falls back on."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import pytest

import tco.resolve
from tco.catalog.catalog import Catalog
from tco.catalog.rows import Figure

DAY = dt.date(2026, 11, 23)

NEEDED = [
    "api_price_decay_per_year",
    "aws_internet_free_gb",
    "aws_internet_usd_per_gb_above_150tb",
    "aws_internet_usd_per_gb_first_10tb",
    "aws_internet_usd_per_gb_next_100tb",
    "aws_internet_usd_per_gb_next_40tb",
    "benchmark_spread",
    "boot_and_load_hours_multi_gpu",
    "boot_and_load_hours_single_gpu",
    "disk_gb_per_node",
    "disk_usd_per_gb_month",
    "egress_bytes_per_token",
    "egress_overhead_bytes_per_response",
    "electricity_usd_per_kwh",
    "extrapolation_spread",
    "load_balancer_usd_per_month",
    "logs_gb_per_node_month",
    "logs_usd_per_gb",
    "node_mtbf_hours",
    "ops_fte_at_100_nodes",
    "ops_fte_at_16_nodes",
    "ops_fte_at_1_node",
    "ops_fte_at_4_nodes",
    "owned_egress_usd_per_gb",
    "owned_maintenance_per_year",
    "owned_node_repair_hours",
    "prediction_spread",
    "pue",
    "rented_egress_usd_per_gb",
    "rented_node_replace_hours",
    "spot_availability",
    "usd_per_fte_year",
]


@pytest.mark.parametrize("name", NEEDED)
def test_the_model_finds_its_figures(shipped: Catalog, name: str) -> None:
    """Every figure that a plan can fall back on is there, with a unit."""
    assert shipped.figure(name, DAY).unit


def test_the_list_of_needed_figures_is_whole() -> None:
    """A figure that the code reads by its whole name is in the list above."""
    folder = Path(tco.resolve.__path__[0])
    code = "\n".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py"))
    assert set(re.findall(r'\bfigure\(\s*"([a-z0-9_]+)"', code)) <= set(NEEDED)


def test_overheads_state_no_zero(shipped: Catalog) -> None:
    """An overhead nobody looked up is absent, never free."""
    for row, _ in shipped.rows(Figure):
        assert row.value.low > 0, row.figure


def test_failures_of_llama_3(shipped: Catalog) -> None:
    """419 interruptions in 54 days on 2,048 nodes: 2,048 x 54 x 24 / 419 = 6,335 hours."""
    value = shipped.figure("node_mtbf_hours", DAY).value
    assert value.likely == pytest.approx(2048 * 54 * 24 / 419, abs=1)


def test_the_free_tier_and_bands_of_aws(shipped: Catalog) -> None:
    """Transfer gets cheaper by the band, from nine cents to five."""
    bands = ["first_10tb", "next_40tb", "next_100tb", "above_150tb"]
    rates = [shipped.figure(f"aws_internet_usd_per_gb_{one}", DAY).value.likely for one in bands]
    assert rates == [0.09, 0.085, 0.07, 0.05]


def test_more_nodes_need_more_people_but_fewer_each(shipped: Catalog) -> None:
    """Labor grows with the fleet, slower than the fleet."""
    at = [(1, "1_node"), (4, "4_nodes"), (16, "16_nodes"), (100, "100_nodes")]
    people = [(nodes, shipped.figure(f"ops_fte_at_{name}", DAY).value.likely) for nodes, name in at]
    for (few, less), (many, more) in pairwise(people):
        assert less < more
        assert less / few > more / many


def test_larger_nodes_take_longer_to_load(shipped: Catalog) -> None:
    """A node of eight GPUs loads larger weights than a single card."""
    single = shipped.figure("boot_and_load_hours_single_gpu", DAY).value
    multi = shipped.figure("boot_and_load_hours_multi_gpu", DAY).value
    assert single.likely < multi.likely < 1
