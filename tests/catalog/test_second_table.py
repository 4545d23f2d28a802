"""Bills agree to the cent with a second table of prices, or differ for a reason that is listed."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tco.catalog.api_price import ApiPrice
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.costing.api_bill import usd_per_request
from tco.plan.workload import CanWait, RequestClass
from tco.ranges import point

DAY = dt.date(2026, 11, 23)
TABLE: Mapping[str, Mapping[str, float]] = json.loads(
    (Path(__file__).parent / "litellm_prices.json").read_text(encoding="utf-8")
)["prices"]
REQUESTS = 1_000
KINDS = {
    # input, hits, writes, output
    "short": (1_000, 0, 0, 500),
    "hits": (100_000, 60_000, 0, 1_000),
    "writes": (100_000, 20_000, 40_000, 1_000),
    "long": (300_000, 100_000, 50_000, 2_000),
}
KNOWN_DIFFERENCES = {
    "deepseek/deepseek-v3.2": "$0.2288 in and $0.3432 out beside $0.28 and $0.40",
    "x-ai/grok-code-fast-1": "$0.20 in and $1.50 out beside $1.00 and $2.00",
    "openai/gpt-4o-search-preview": "our table has no price of its cache hits",
    "mistral/mistral-tiny": "our table has no price of its cache hits",
}
NO_TIER = {
    "anthropic/claude-sonnet-4-5": "their table has no prices of long prompts",
    "openai/gpt-5.6-cyber": "our table has no prices of long prompts",
}


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    """The catalog of the package."""
    return load_catalog()


def _theirs(
    prices: Mapping[str, float], kind: str, *, batch: bool = False, hour: bool = False
) -> Decimal:
    """Return what the second table bills for a given number of requests, in its own arithmetic."""
    tokens, hits, writes, output = KINDS[kind]

    def price(key: str) -> Decimal | None:
        reached = [
            int(found[1])
            for name in prices
            if (found := re.fullmatch(rf"{key}_above_(\d+)k_tokens", name))
            and tokens > 1_000 * int(found[1])
        ]
        named = f"{key}_above_{max(reached)}k_tokens" if reached else key
        value = prices.get(f"{named}_batches" if batch else named)
        return None if value is None else Decimal(str(value))

    full = price("input_cost_per_token") or Decimal(0)
    write = price("cache_creation_input_token_cost")
    if hour and write is not None:
        scale = full / Decimal(str(prices["input_cost_per_token"]))
        write = Decimal(str(prices["cache_creation_input_token_cost_above_1hr"])) * scale
    usd = (tokens - hits - writes) * full + output * (price("output_cost_per_token") or Decimal(0))
    hit = price("cache_read_input_token_cost")
    usd += hits * (full if hit is None else hit) + writes * (full if write is None else write)
    return usd * REQUESTS


def _ours(row: ApiPrice, kind: str, *, batch: bool = False, hour: bool = False) -> float:
    tokens, hits, writes, output = KINDS[kind]
    request = RequestClass(
        name="all",
        share=1.0,
        input=tokens,
        output=output,
        cached=point(hits / tokens),
        cache_write=point(writes / (tokens - hits)),
        cache_write_ttl="1h" if hour else "5m",
        can_wait=CanWait(share=point(1.0 if batch else 0.0)),
    )
    return float(usd_per_request(row, request)) * REQUESTS


def test_bills_agree_to_the_cent(shipped: Catalog) -> None:
    """The same requests at the same API cost the same by either table, tiers and batches too."""
    billed = 0
    for (api, prices), kind in itertools.product(TABLE.items(), KINDS):
        if api in KNOWN_DIFFERENCES or (kind == "long" and api in NO_TIER):
            continue
        found = shipped.api_price(api, DAY)
        assert found is not None, api
        row = found.row
        batches = [False, True]
        if row.batch_discount is None or "input_cost_per_token_batches" not in prices:
            batches = [False]
        hours = [False]
        if row.cache_write_1h_usd_per_mtok is not None:
            hours = [False, True]
        for batch, hour in itertools.product(batches, hours):
            if batch and (hour or kind == "long"):
                continue  # their table has batches of short prompts and of 5-minute writes
            ours = _ours(row, kind, batch=batch, hour=hour)
            theirs = _theirs(prices, kind, batch=batch, hour=hour)
            assert ours == pytest.approx(float(theirs), abs=0.005), f"{api} {kind} {batch} {hour}"
            billed += 1
    assert billed > 380


@pytest.mark.parametrize("api", [*KNOWN_DIFFERENCES, *NO_TIER])
def test_a_known_difference_is_one(shipped: Catalog, api: str) -> None:
    """A row that came to agree leaves the list."""
    found = shipped.api_price(api, DAY)
    assert found is not None
    assert any(
        abs(_ours(found.row, kind) - float(_theirs(TABLE[api], kind))) > 0.005 for kind in KINDS
    )
