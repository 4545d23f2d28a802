"""The overheads that a plan falls back on."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import pytest

import tco.resolve
from tco.catalog.catalog import Catalog
from tco.catalog.figure import Figure
from tco.providers.aws import AWS
from tco.providers.azure import AZURE
from tco.providers.gcp import GCP
from tco.providers.owned import OWNED
from tco.providers.provider import Provider
from tco.providers.registry import PROVIDERS

DAY = dt.date(2026, 11, 23)

NEEDED = [
    "api_price_decay_per_year",
    "throughput_factor_per_year",
    "boot_and_load_hours_multi_gpu",
    "boot_and_load_hours_single_gpu",
    "cloudwatch_alarm_usd_per_month",
    "cloudwatch_metric_usd_per_month",
    "disk_gb_per_node",
    "disk_usd_per_gb_month",
    "egress_bytes_per_token",
    "egress_overhead_bytes_per_response",
    "electricity_usd_per_kwh",
    "load_balancer_usd_per_month",
    "logs_gb_per_node_month",
    "logs_usd_per_gb",
    "node_mtbf_hours",
    "node_price_factor_per_year_capacity_block",
    "node_price_factor_per_year_on_demand",
    "node_price_factor_per_year_spot",
    "ops_fte_at_100_nodes",
    "ops_fte_at_16_nodes",
    "ops_fte_at_1_node",
    "ops_fte_at_4_nodes",
    "owned_maintenance_per_year",
    "pue",
    "spot_availability",
    "usd_per_fte_year",
]


def of_provider(provider: Provider) -> set[str]:
    """The figures that a provider names."""
    named = {tier.figure for tier in provider.egress_tiers} | {provider.repair_figure}
    return named | ({provider.free_egress_figure} if provider.free_egress_figure else set())


PROVIDED = sorted(set[str]().union(*map(of_provider, (*PROVIDERS.values(), OWNED))))


@pytest.mark.parametrize("name", [*NEEDED, *PROVIDED])
def test_the_model_finds_its_figures(shipped: Catalog, name: str) -> None:
    """Every figure that a plan can fall back on is there, with a unit."""
    assert shipped.figure(name, DAY).unit


def test_the_list_of_needed_figures_is_whole() -> None:
    """A figure that the code reads by its whole name is in the list above."""
    folder = Path(tco.resolve.__path__[0])
    code = "\n".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py"))
    assert set(re.findall(r'\bfigure\(\s*"([a-z0-9_]+)"', code)) <= set(NEEDED)


def test_overheads_state_no_zero(shipped: Catalog) -> None:
    """An overhead no one looked up is absent, never free."""
    for row, _ in shipped.rows(Figure):
        assert row.value.low > 0, row.figure


def test_failures_of_llama_3(shipped: Catalog) -> None:
    """419 interruptions in 54 days on 2,048 nodes: 2,048 x 54 x 24 / 419 = 6,335 hours."""
    value = shipped.figure("node_mtbf_hours", DAY).value
    assert value.likely == pytest.approx(2048 * 54 * 24 / 419, abs=1)


@pytest.mark.parametrize(
    ("provider", "rates"),
    [
        (AWS, [0.09, 0.085, 0.07, 0.05]),
        (GCP, [0.12, 0.11, 0.08]),
        (AZURE, [0.087, 0.083, 0.07, 0.05]),
    ],
    ids=lambda given: given.id if isinstance(given, Provider) else "",
)
def test_tiers_of_a_cloud(shipped: Catalog, provider: Provider, rates: list[float]) -> None:
    """Transfer to the internet gets cheaper from tier to tier, at each cloud's own figures."""
    found = [shipped.figure(tier.figure, DAY).value.likely for tier in provider.egress_tiers]
    assert found == rates
    ends = [tier.up_to_gb for tier in provider.egress_tiers]
    assert ends == sorted(ends)
    assert ends[-1] == float("inf")


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
