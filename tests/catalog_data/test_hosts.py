"""The hosted prices of open weights as they ship."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import version

from tco.catalog.catalog import Catalog
from tco.catalog.check import check_catalog
from tco.catalog.genai import genai_api_price, genai_book

DAY = dt.date(2026, 11, 23)


def test_every_host_has_a_source_a_day_and_a_price(shipped: Catalog) -> None:
    """No row is without a day, free, or twice in the list."""
    prices = shipped.hosts.every(dt.date(2026, 1, 1))
    assert len(prices) > 600
    assert len({price.api for price in prices}) == len(prices)
    for price in prices:
        assert price.source, price.api
        assert price.as_of, price.api
        assert price.as_of <= DAY
        assert price.input_usd_per_mtok.likely > 0, price.api
        assert price.output_usd_per_mtok.likely > 0, price.api


def test_the_check_finds_no_fault_in_hosts(shipped: Catalog) -> None:
    """`tco prices check` reads them like any other row."""
    assert not [fault for fault in check_catalog(shipped, DAY, 180).faults if "hosts" in fault.file]


def test_every_host_is_of_a_model_that_the_catalog_or_a_family_names(shipped: Catalog) -> None:
    """A row of an unknown model would never be read."""
    lines = shipped.hosts.models
    newer = {name for model in shipped.model_names for name in shipped.hosts.newer(model)}
    assert lines <= {*shipped.model_names, *newer}


def test_what_a_library_alone_states_is_an_estimate(shipped: Catalog) -> None:
    """litellm checks no price on a day of its own, and a router's price follows its route."""
    for price in shipped.hosts.every(DAY):
        if (price.source or "").startswith("litellm") or price.api.startswith("openrouter/"):
            assert price.estimate, price.api


def test_only_a_region_that_a_source_states_gives_a_property(shipped: Catalog) -> None:
    """A Bedrock price of one Region, and what a host sells as served in one country."""
    found = {price.api: price.properties for price in shipped.hosts.every(DAY) if price.properties}
    assert found["aws-eu-west-1/minimax-m2.5"] == ("eu-residency",)
    assert found["aws-us-east-1/deepseek-v3.2"] == ("us-residency",)
    assert "aws-eu-west-2/minimax-m2.5" not in found  # London is not in the EU
    assert all(api.startswith(("aws-us-", "aws-eu-")) or api.endswith("-us") for api in found), (
        found
    )


def test_the_installed_genai_prices_is_dated() -> None:
    """A new version of the package needs its row in genai_prices.csv: without one it is stale."""
    assert genai_book().name == f"genai-prices {version('genai-prices')} (data of 2026-11-01)"
    price = genai_api_price("openai/gpt-4o", DAY)
    assert price is not None
    assert price.as_of == dt.date(2026, 11, 1)
