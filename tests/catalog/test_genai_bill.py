"""Bills of APIs priced by genai-prices agree with the package's own arithmetic, to the cent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot

from tco.catalog.api_price import ApiPrice
from tco.catalog.genai import genai_api_price, genai_apis
from tco.costing.api_bill import usd_per_request
from tco.plan.workload import RequestClass
from tco.ranges import point

DAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
EVERY = 13
"""One of this many models is billed: about 150 of them, each for four kinds of request."""
REQUESTS = (
    # input, cached share, written share of the rest, output
    (1_000, 0.0, 0.0, 500),
    (300_000, 0.5, 0.0, 1_000),
    (300_000, 0.25, 0.5, 100),
    (150_000, 0.0, 1.0, 0),
)


def priced_models(every: int = EVERY) -> Iterator[tuple[str, str, ApiPrice]]:
    """Every n-th model with one price all day, of those that the package finds by their id."""
    models = [
        (provider.id, model.id, model.is_match(model.id))
        for provider in get_snapshot().providers
        for model in provider.models
    ]
    for provider, model, is_found in models[::every]:
        if not is_found:
            continue
        row = genai_api_price(f"{provider}/{model}", DAY)
        if row is not None and not row.peak:
            yield provider, model, row


def writes_below_input(row: ApiPrice) -> bool:
    """The known difference: a write price below the input price is no discount here."""
    write = row.cache_write_usd_per_mtok
    return write is not None and write.likely < row.input_usd_per_mtok.likely


def test_bills_equal_the_packages_own() -> None:
    """Input, cache hits and writes, output and tiers add up to what the package computes."""
    billed = 0
    for provider, model, row in priced_models():
        for tokens, cached, written, output in REQUESTS:
            if written and writes_below_input(row):
                continue
            hits = int(tokens * cached)
            usage = Usage(
                input_tokens=tokens,
                output_tokens=output,
                cache_read_tokens=hits,
                cache_write_tokens=int((tokens - hits) * written),
            )
            theirs = calc_price(
                usage, model, provider_id=provider, genai_request_timestamp=NOON
            ).total_price
            request = RequestClass(
                name="all",
                share=1.0,
                input=tokens,
                output=output,
                cached=point(cached),
                cache_write=point(written),
            )
            ours = float(usd_per_request(row, request))
            assert ours == pytest.approx(float(theirs), rel=1e-6, abs=1e-9), f"{provider}/{model}"
            billed += 1
    assert billed > 300


@pytest.mark.parametrize(
    ("api", "day", "usd"),
    [
        ("google/gemini-3.7-flash", dt.date(2026, 12, 31), 0.002625),
        ("google/gemini-3.7-flash", dt.date(2027, 1, 2), 0.005250),
        ("openai/o3", dt.date(2025, 6, 9), 0.030),
        ("openai/o3", dt.date(2025, 6, 11), 0.006),
    ],
)
def test_a_plan_is_billed_at_the_prices_of_its_day(api: str, day: dt.date, usd: float) -> None:
    """A change of price within the week is no price of some hours: 1,000 tokens in, 500 out."""
    row = genai_api_price(api, day)
    assert row is not None
    assert row.peak == ()
    request = RequestClass(name="all", share=1.0, input=1_000, output=500)
    assert float(usd_per_request(row, request)) == pytest.approx(usd)


def test_a_fee_per_request_is_billed() -> None:
    """$12 per 1,000 requests, and 100 tokens in and 50 out at $1 per million: $0.01215."""
    row = genai_api_price("perplexity/sonar", DAY)
    assert row is not None
    request = RequestClass(name="all", share=1.0, input=100, output=50)
    assert float(usd_per_request(row, request)) == pytest.approx(0.012 + 150e-6)


def test_reasoning_has_a_price_of_its_own() -> None:
    """108 tokens in at $2, 3,256 out at $8 and 73,248 of reasoning at $3 per million."""
    row = genai_api_price("perplexity/sonar-deep-research", DAY)
    assert row is not None
    request = RequestClass(name="all", share=1.0, input=108, output=3_256, reasoning=73_248)
    expected = (108 * 2 + 3_256 * 8 + 73_248 * 3) / 1e6
    assert float(usd_per_request(row, request)) == pytest.approx(expected)


def test_one_hour_cache_writes_have_the_packages_price() -> None:
    """Writes for an hour cost twice the input price at Anthropic, in long prompts too."""
    billed = 0
    for provider, model, row in priced_models(every=1):
        if row.cache_write_1h_usd_per_mtok is None:
            continue
        for tokens in (1_000, 300_000):
            usage = Usage(
                input_tokens=tokens, cache_write_tokens=tokens, cache_write_1h_tokens=tokens
            )
            theirs = calc_price(
                usage, model, provider_id=provider, genai_request_timestamp=NOON
            ).total_price
            request = RequestClass(
                name="all",
                share=1.0,
                input=tokens,
                output=0,
                cache_write=point(1.0),
                cache_write_ttl="1h",
            )
            ours = float(usd_per_request(row, request))
            assert ours == pytest.approx(float(theirs), rel=1e-6), f"{row.api} {tokens}"
            billed += 1
    assert billed > 100


def test_a_context_is_no_shorter_than_the_prompts_it_has_prices_for() -> None:
    """The package gives some models 200,000 tokens of context, and prices above 200,000."""
    rows = [row for api in genai_apis() if (row := genai_api_price(api, DAY)) is not None]
    tiered = [row for row in rows if row.tiers]
    assert len(tiered) > 50
    for row in tiered:
        longest = max(tier.above_prompt_tokens for tier in row.tiers)
        assert row.context_tokens is None or row.context_tokens > longest, row.api


BILLED = {"input", "output", "cache_read", "cache_write", "cache_write_1h", "output_reasoning"}
NOT_TEXT = {"audio", "input_image", "input_video", "cache_image", "document", "chars", "messages"}


def test_every_component_of_a_price_is_billed_or_named() -> None:
    """A component that a later version of the package adds is one of text or gets a line here."""
    for provider in get_snapshot().providers:
        for model in provider.models:
            row = genai_api_price(f"{provider.id}/{model.id}", DAY)
            if row is None:
                continue
            price = model.get_prices(NOON)
            for component, value in vars(price).items():
                name, _, unit = component.rpartition("_")
                if value is None or name in BILLED or any(part in component for part in NOT_TEXT):
                    continue
                if component == "requests_kcount":
                    assert row.usd_per_request is not None
                    continue
                assert unit in {"kcount", "mtok"}
                assert f"${float(str(value)):g}" in f"{row.unstated_fees}, {row.tool_fees}", (
                    f"{row.api}: {component}"
                )


@pytest.mark.parametrize(
    ("api", "unstated", "tools"),
    [
        (
            "perplexity/sonar-deep-research",
            "web searches at $5 per 1,000, citation tokens at $2 per million",
            None,
        ),
        (
            "openai/o3-deep-research",
            "web searches at $10 per 1,000, searches of stored files at $2.5 per 1,000",
            None,
        ),
        (
            "openai/gpt-4o",
            None,
            "web searches at $10 per 1,000, searches of stored files at $2.5 per 1,000",
        ),
        (
            "google/gemini-2.5-flash-image",
            "tokens of output images at $30 per million",
            None,
        ),
        ("perplexity/sonar-pro", None, None),
    ],
)
def test_fees_of_every_request_are_apart_from_those_of_tools(
    api: str, unstated: str | None, tools: str | None
) -> None:
    """A model that searches for every request has no bill; a chat model may do without."""
    row = genai_api_price(api, DAY)
    assert row is not None
    assert (row.unstated_fees, row.tool_fees) == (unstated, tools)
