"""What hosted APIs cost, by day, by hour and by length of the prompt."""

from __future__ import annotations

import datetime as dt

import pytest

from tco.catalog.api_price import ApiPrice
from tco.catalog.catalog import Catalog

DAY = dt.date(2026, 11, 23)


def api(shipped: Catalog, name: str, day: dt.date = DAY) -> ApiPrice:
    found = shipped.find_as(ApiPrice, ("api", name), day)
    assert found is not None
    return found.row


def prices(row: ApiPrice) -> tuple[float, float | None, float]:
    hit = row.cached_input_usd_per_mtok
    return (
        row.input_usd_per_mtok.likely,
        hit.likely if hit else None,
        row.output_usd_per_mtok.likely,
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-05-21", (1.74, 0.0145, 3.48)),
        ("2026-05-22", (0.435, 0.003625, 0.87)),
        ("2026-06-17", (0.435, 0.003625, 0.87)),
        ("2026-08-17", (0.66, 0.022, 1.98)),
        ("2026-11-23", (0.66, 0.022, 1.98)),
    ],
)
def test_deepseek_v4_pro_by_day(
    shipped: Catalog, day: str, expected: tuple[float, float, float]
) -> None:
    """The cut of 22 May 2026 and the rise of 17 August hold from their days on, not before."""
    row = api(shipped, "deepseek/deepseek-v4-pro", dt.date.fromisoformat(day))
    assert prices(row) == expected


def test_the_cut_was_three_quarters(shipped: Catalog) -> None:
    """All three prices of V4 Pro fell by 75% in a day."""
    before = prices(api(shipped, "deepseek/deepseek-v4-pro", dt.date(2026, 5, 21)))
    after = prices(api(shipped, "deepseek/deepseek-v4-pro", dt.date(2026, 5, 22)))
    for old, new in zip(before, after, strict=True):
        assert (new or 0) == pytest.approx(0.25 * (old or 0))


def test_deepseek_peak_hours(shipped: Catalog) -> None:
    """Since 23 August V4 Pro costs double in two windows on weekdays, seven hours a day."""
    row = api(shipped, "deepseek/deepseek-v4-pro")
    assert [peak.utc_hours for peak in row.peak] == [(1, 4), (6, 10)]
    for peak in row.peak:
        assert peak.days == ("mon", "tue", "wed", "thu", "fri")
        assert peak.output_usd_per_mtok.likely == pytest.approx(2 * row.output_usd_per_mtok.likely)
    assert len(api(shipped, "deepseek/deepseek-v4-pro", dt.date(2026, 8, 20)).peak[0].days) == 7
    assert api(shipped, "deepseek/deepseek-v4-pro", dt.date(2026, 6, 17)).peak == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("zai/glm-5.2", (1.40, 0.26, 4.40)),
        ("deepseek/deepseek-v4-flash", (0.14, 0.0028, 0.28)),
        ("fireworks/llama-4-maverick", (0.22, None, 0.88)),
    ],
)
def test_prices_the_article_quotes(
    shipped: Catalog, name: str, expected: tuple[float, float | None, float]
) -> None:
    """On the day of the reference article its rivals cost what it says."""
    assert prices(api(shipped, name, dt.date(2026, 6, 17))) == expected


def test_long_prompts_cost_more(shipped: Catalog) -> None:
    """GPT-5.5 doubles its input price and raises output by half above 272,000 tokens."""
    row = api(shipped, "openai/gpt-5.5")
    (tier,) = row.tiers
    assert tier.above_prompt_tokens == 272_000
    assert tier.input_usd_per_mtok.likely == pytest.approx(2 * row.input_usd_per_mtok.likely)
    assert tier.output_usd_per_mtok.likely == pytest.approx(1.5 * row.output_usd_per_mtok.likely)


@pytest.mark.parametrize("name", ["openai/gpt-5.5", "anthropic/claude-sonnet-5-5"])
def test_residency_costs_a_tenth_more(shipped: Catalog, name: str) -> None:
    """Keeping data in the United States is a row of its own, 10% above the global price."""
    plain, kept = api(shipped, name), api(shipped, f"{name}-us")
    assert plain.properties == ()
    assert kept.properties == ("us-residency",)
    for here, there in zip(prices(kept), prices(plain), strict=True):
        assert (here or 0) == pytest.approx(1.1 * (there or 0))


def test_a_cache_hit_is_no_more_expensive_than_a_miss(shipped: Catalog) -> None:
    """Cached input costs at most what input costs, and output at least as much as input."""
    for row, _ in shipped.rows(ApiPrice):
        miss, hit, out = prices(row)
        assert hit is None or hit < miss, row.api
        assert out >= miss, row.api


def test_names_are_provider_and_model(shipped: Catalog) -> None:
    """An API is named provider/model, as the package that fills the gaps names it."""
    for name in shipped.apis:
        provider, _, model = name.partition("/")
        assert provider == provider.lower()
        assert model
        assert "/" not in model


def test_announced_prices_wait_for_their_day(shipped: Catalog) -> None:
    """A price announced for the next year does not count in this one."""
    now = api(shipped, "google/gemini-3.8-flash")
    later = api(shipped, "google/gemini-3.8-flash", dt.date(2027, 1, 1))
    assert later.output_usd_per_mtok.likely == pytest.approx(2 * now.output_usd_per_mtok.likely)


@pytest.mark.parametrize(
    ("api", "unit", "usd_per_month", "shares_of_by_token"),
    [
        ("azure/gpt-4.1", "PTU", {"1mo": 260, "1yr": 221, None: 730}, {"1mo": 0.99, "1yr": 0.84}),
        ("google/gemini-3.6-flash", "GSU", {"1mo": 2700, "1yr": 2000}, {"1mo": 2.03, "1yr": 1.5}),
    ],
)
def test_provisioned_units(
    shipped: Catalog,
    api: str,
    unit: str,
    usd_per_month: dict[str | None, float],
    shares_of_by_token: dict[str, float],
) -> None:
    """A month of a unit costs what its page says, and fills like about as much by the token.

    Google's prices by the token are halved until the end of 2026; the units' are not.
    """
    by_token = shipped.api_price(api, DAY)
    assert by_token is not None
    units = {match.row.term: match.row for match in shipped.provisioned_prices(api, DAY)}
    assert {term: row.unit for term, row in units.items()} == dict.fromkeys(usd_per_month, unit)
    for term, usd in usd_per_month.items():
        assert units[term].usd_per_unit_hour.likely * 730 == pytest.approx(usd, rel=1e-4)
    for term, share in shares_of_by_token.items():
        full = units[term].input_tok_s_per_unit * 3600 * by_token.row.input_usd_per_mtok.likely
        assert units[term].usd_per_unit_hour.likely / full * 1e6 == pytest.approx(share, abs=0.01)
