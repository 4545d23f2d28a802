"""What a hosted API bills for one request, and for a week of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import ON_DEMAND, Keys, Lab

MILLION = 1_000_000


def bill(lab: Lab, price: Keys, request: Keys | None = None, **workload: Any) -> float:
    """USD for a million requests of 900 tokens in and 100 out, at $1 in and $10 out."""
    row = {"api": "rival/api", "input_usd_per_mtok": 1, "output_usd_per_mtok": 10, **price}
    tokens = {"name": "all", "share": 1, "input": 900, "output": 100, **(request or {})}
    if "per_hour" not in workload:
        workload["requests_per_month"] = MILLION
    lab.workload(classes=[tokens], **workload)
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 9}},
        {"overflow": "api/plain"},
        prices=[lab.book("rival", prices=[row])],
        alternatives=["rival/api"],
    )
    return lab.evaluate().alternatives[0].usd_per_month or 0.0


def test_input_and_output(lab: Lab) -> None:
    """900 x $1 + 100 x $10 for a million requests."""
    assert bill(lab, {}) == pytest.approx(900 + 1_000)


def test_cache_hits_at_their_own_price(lab: Lab) -> None:
    """400 of 1,000 input tokens are hits at $0.10, the other 600 cost $1; a hit may be free."""
    request = {"input": 1000, "cached": 0.4}
    hits = {"cached_input_usd_per_mtok": 0.1}
    assert bill(lab, hits, request) == pytest.approx(600 + 40 + 1_000)
    assert bill(lab, {"cached_input_usd_per_mtok": 0}, request) == pytest.approx(600 + 1_000)


def test_a_hit_without_a_price_costs_what_input_costs(lab: Lab) -> None:
    """An API that states no cache price gives no discount."""
    assert bill(lab, {}, {"cached": 0.9}) == pytest.approx(1_900)


def test_a_hit_without_a_price_is_the_input_price_in_every_scenario(lab: Lab) -> None:
    """Input of half to twice the likely price with hits at that price: so is the bill's P90."""
    row = {"api": "rival/api", "input_usd_per_mtok": [0.5, 1, 2], "output_usd_per_mtok": 0}
    lab.workload(classes=[{"name": "all", "share": 1, "input": 900, "output": 1, "cached": 0.5}])
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        prices=[lab.book("rival", prices=[row])],
        alternatives=["rival/api"],
    )
    drawn = lab.evaluate().alternatives[0].uncertainty
    assert drawn is not None
    assert drawn.bill.p90 / drawn.bill.p50 == pytest.approx(2, rel=0.05)
    assert [figure.name for figure in drawn.inputs] == ["rival/api: input"]


@pytest.mark.parametrize(("write", "usd"), [(1.25, 112.5), (0.5, 0), (0, 0)])
def test_cache_writes_cost_what_is_above_the_input_price(
    lab: Lab, write: float, usd: float
) -> None:
    """Half of 900 misses are written at $1.25 instead of $1: 450 x 0.25 more."""
    price = {"cache_write_usd_per_mtok": write}
    assert bill(lab, price, {"cache_write": 0.5}) == pytest.approx(1_900 + usd)


def test_reasoning_is_billed_as_output(lab: Lab) -> None:
    """50 tokens that no one reads cost what 50 tokens of output cost."""
    assert bill(lab, {}, {"reasoning": 50}) == pytest.approx(900 + 1_500)


def test_reasoning_at_its_own_price(lab: Lab) -> None:
    """50 tokens of reasoning at $3 beside 100 tokens of output at $10."""
    price = {"reasoning_usd_per_mtok": 3}
    assert bill(lab, price, {"reasoning": 50}) == pytest.approx(900 + 1_000 + 150)


def test_a_fee_per_request_is_not_discounted(lab: Lab) -> None:
    """A million requests at $0.012 each, beside tokens of which all can wait at half the price."""
    price = {"usd_per_request": 0.012, "batch_discount": 0.5}
    assert bill(lab, price, {"can_wait": 1.0}) == pytest.approx(12_000 + 950)


@pytest.mark.parametrize(
    ("tier", "write"),
    [
        ({}, 2.5),  # the write price rises as input does: 1.25 x 2
        ({"cache_write_usd_per_mtok": 3}, 3.0),
    ],
)
def test_a_cache_write_has_the_price_of_its_tier(lab: Lab, tier: Keys, write: float) -> None:
    """Above 500 tokens input costs $2; all 900 tokens are written, at the tier's price."""
    tiers = [{"above_prompt_tokens": 500, "input_usd_per_mtok": 2, "output_usd_per_mtok": 10}]
    price = {"cache_write_usd_per_mtok": 1.25, "tiers": [{**tiers[0], **tier}]}
    assert bill(lab, price, {"cache_write": 1.0}) == pytest.approx(900 * write + 1_000)


WRITES: Keys = {"cache_write_usd_per_mtok": 1.25, "cache_write_1h_usd_per_mtok": 2}


@pytest.mark.parametrize(
    ("price", "ttl", "usd"),
    [
        (WRITES, "5m", 900 * 1.25),
        (WRITES, "1h", 900 * 2),
        ({}, "1h", 900),  # an API that charges nothing for writes
    ],
)
def test_writes_for_an_hour_have_a_price_of_their_own(
    lab: Lab, price: Keys, ttl: str, usd: float
) -> None:
    """All 900 tokens are written, at $1.25 for 5 minutes or at $2 for an hour."""
    request = {"cache_write": 1.0, "cache_write_ttl": ttl}
    assert bill(lab, price, request) == pytest.approx(usd + 1_000)


def test_writes_for_an_hour_rise_as_the_tiers_input_does(lab: Lab) -> None:
    """A tier's own write price is that of 5 minutes: at twice the input an hour costs $4."""
    tier = {"above_prompt_tokens": 500, "input_usd_per_mtok": 2, "output_usd_per_mtok": 10}
    price = {**WRITES, "tiers": [{**tier, "cache_write_usd_per_mtok": 3}]}
    request = {"cache_write": 1.0, "cache_write_ttl": "1h"}
    assert bill(lab, price, request) == pytest.approx(900 * 4 + 1_000)


def test_without_a_price_of_writes_for_an_hour_there_is_no_bill(lab: Lab) -> None:
    """The price of 5 minutes is not taken for it."""
    price = {"cache_write_usd_per_mtok": 1.25}
    assert bill(lab, price, {"cache_write": 1.0, "cache_write_ttl": "1h"}) == 0.0
    [rival] = lab.load().alternatives
    assert rival.unpriced == (
        "rival/api has no price for 1-hour cache writes, which the class all makes"
    )


def test_stored_tokens_are_billed_by_the_hour(lab: Lab) -> None:
    """6,000 token-hours a request at $1 per million and hour, which no batch discount lowers."""
    price = {"cache_storage_usd_per_mtok_hour": 1, "batch_discount": 0.5}
    request = {"stored_token_hours": 6_000, "can_wait": 1.0}
    assert bill(lab, price, request) == pytest.approx(950 + 6_000)


def test_an_unstated_storage_is_reported(lab: Lab) -> None:
    """What is not billed is said, of an API that charges for it and a class that uses the cache."""
    price = {"cache_storage_usd_per_mtok_hour": 1}
    assert bill(lab, price, {"cached": 0.5}) == pytest.approx(1_900)
    note = "rival/api charges for the storage of cached tokens, which is not billed"
    assert any(note in message for message in lab.warned())
    bill(lab, price)
    assert not any("storage of cached tokens" in message for message in lab.warned())


def test_batch_discount_on_what_can_wait(lab: Lab) -> None:
    """Half off for the 30 % that can wait: 1,900 x (1 - 0.3 x 0.5)."""
    price = {"batch_discount": 0.5}
    assert bill(lab, price, {"can_wait": 0.3}) == pytest.approx(1_900 * 0.85)
    assert bill(lab, price) == pytest.approx(1_900)


def test_a_tokenizer_that_makes_more_tokens(lab: Lab) -> None:
    """An API whose tokenizer makes 1.2 tokens of ours bills 1.2 times as many."""
    assert bill(lab, {"token_factor": 1.2}) == pytest.approx(1_900 * 1.2)


@pytest.mark.parametrize(("tokens", "usd"), [(900, 1_900), (1_000, 2_000), (1_001, 4_002)])
def test_tiers_look_at_the_full_prompt(lab: Lab, tokens: int, usd: float) -> None:
    """Above 1,000 tokens of prompt the whole request costs twice as much; at 1,000 not yet."""
    tier = {"above_prompt_tokens": 1_000, "input_usd_per_mtok": 2, "output_usd_per_mtok": 20}
    assert bill(lab, {"tiers": [tier]}, {"input": tokens}) == pytest.approx(usd)


def test_a_tier_counts_the_apis_own_tokens(lab: Lab) -> None:
    """900 of our tokens are 1,170 of an API that makes 1.3 of each: above its tier of 1,000."""
    tier = {"above_prompt_tokens": 1_000, "input_usd_per_mtok": 2, "output_usd_per_mtok": 20}
    found = bill(lab, {"tiers": [tier], "token_factor": 1.3})
    assert found == pytest.approx(2 * 1.3 * 1_900)


def test_cached_tokens_count_for_the_tier(lab: Lab) -> None:
    """The tier is that of the full prompt, hits included, and scales the price of a hit.

    2,000 tokens, half of them hits: 1,000 x 2 + 1,000 x 0.1 x 2 + 100 x 20.
    """
    tier = {"above_prompt_tokens": 1_000, "input_usd_per_mtok": 2, "output_usd_per_mtok": 20}
    price = {"tiers": [tier], "cached_input_usd_per_mtok": 0.1}
    found = bill(lab, price, {"input": 2_000, "cached": 0.5})
    assert found == pytest.approx(2_000 + 200 + 2_000)


def test_the_highest_tier_that_is_reached_counts(lab: Lab) -> None:
    """Of several thresholds the highest one below the prompt sets the price."""
    tiers = [
        {"above_prompt_tokens": at, "input_usd_per_mtok": price, "output_usd_per_mtok": 10 * price}
        for at, price in ((500, 2), (100, 3), (5_000, 9))
    ]
    assert bill(lab, {"tiers": tiers}) == pytest.approx(2 * 1_900)


PEAK: Keys = {"input_usd_per_mtok": 2, "output_usd_per_mtok": 20}


def test_peak_hours_weigh_the_demand(lab: Lab) -> None:
    """01:00 to 04:00 UTC is three hours of the day: an eighth of a flat demand costs double."""
    found = bill(lab, {"peak": {"utc_hours": [1, 4], **PEAK}})
    assert found == pytest.approx(1_900 * (1 + 3 / 24))


def test_peak_hours_over_midnight(lab: Lab) -> None:
    """22:00 to 02:00 is four hours."""
    found = bill(lab, {"peak": {"utc_hours": [22, 2], **PEAK}})
    assert found == pytest.approx(1_900 * (1 + 4 / 24))


def test_peak_days(lab: Lab) -> None:
    """On Saturday and Sunday alone, 12 hours are 24 of the week's 168."""
    found = bill(lab, {"peak": {"utc_hours": [0, 12], "days": ["sat", "sun"], **PEAK}})
    assert found == pytest.approx(1_900 * (1 + 24 / 168))


@pytest.mark.parametrize(
    ("hour", "inside"),
    [(4 * 24 + 1, False), (4 * 24 + 22, True), (5 * 24 + 1, True), (5 * 24 + 22, False)],
)
def test_a_night_belongs_to_the_day_on_which_it_starts(lab: Lab, hour: int, inside: bool) -> None:
    """Friday 22:00 to 02:00 is Friday's evening and Saturday's first hours."""
    week = [0.0] * 168
    week[hour] = 168_000.0
    found = bill(lab, {"peak": {"utc_hours": [22, 2], "days": ["fri"], **PEAK}}, per_hour=week)
    assert found / (730 * 1_000 * 1.9e-3) == pytest.approx(2 if inside else 1)


@pytest.mark.parametrize(
    ("timezone", "share"), [("UTC", 0.0), ("America/New_York", 1.0), ("Asia/Kolkata", 0.5)]
)
def test_peak_hours_by_the_workloads_time_zone(lab: Lab, timezone: str, share: float) -> None:
    """Requests between 09:00 and 10:00 local: 14:00 UTC in New York, 03:30 to 04:30 in Kolkata."""
    week = [float(hour % 24 == 9) * 24_000 for hour in range(168)]
    hours = {"America/New_York": [14, 15]}.get(timezone, [4, 5])
    peak = {"peak": {"utc_hours": hours, **PEAK}}
    found = bill(lab, peak, per_hour=week, timezone=timezone)
    assert found / (730 * 1_000 * 1.9e-3) == pytest.approx(1 + share)


def test_peak_scales_the_tier_in_force(lab: Lab) -> None:
    """A peak multiplies what holds outside it: at twice the base a tier of $2 costs $4."""
    tier = {"above_prompt_tokens": 100, "input_usd_per_mtok": 2, "output_usd_per_mtok": 20}
    peak = {"utc_hours": [0, 24], **PEAK}
    assert bill(lab, {"tiers": [tier], "peak": peak}) == pytest.approx(4 * 1_900)


def test_classes_are_billed_one_by_one(lab: Lab) -> None:
    """Each class has its own length, its own tier and its own share."""
    lab.workload(
        requests_per_month=MILLION,
        classes=[
            {"name": "short", "share": 0.9, "input": 100, "output": 100},
            {"name": "long", "share": 0.1, "input": 10_000, "output": 100},
        ],
    )
    tier = {"above_prompt_tokens": 5_000, "input_usd_per_mtok": 2, "output_usd_per_mtok": 20}
    row = {"api": "rival/api", "input_usd_per_mtok": 1, "output_usd_per_mtok": 10, "tiers": [tier]}
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 9}},
        {"overflow": "api/plain"},
        prices=[lab.book("rival", prices=[row])],
        alternatives=["rival/api"],
    )
    usd = lab.evaluate().alternatives[0].usd_per_month
    assert usd == pytest.approx(0.9 * (100 + 1_000) + 0.1 * (20_000 + 2_000))


@pytest.mark.parametrize(
    ("hours", "reported"),
    [([4, 4], "hours run from 0 to 24"), ([-1, 4], "hours run"), ([3, 25], "hours run")],
)
def test_peak_hours_that_cannot_be(lab: Lab, hours: list[int], reported: str) -> None:
    """A peak has a beginning and an end inside a day."""
    row = {"api": "x/y", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    book = lab.book("x", prices=[{**row, "peak": {"utc_hours": hours, **PEAK}}])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book])
    assert reported in lab.refused()


def test_an_hour_has_one_price(lab: Lab) -> None:
    """Peaks that overlap, over midnight too, are refused: two prices for an hour would add up."""
    row = {"api": "x/y", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    night, morning = {"utc_hours": [22, 2], **PEAK}, {"utc_hours": [1, 4], "days": ["mon"], **PEAK}
    book = lab.book("x", prices=[{**row, "peak": [night, morning]}])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book])
    reported = (
        "the peaks [22, 2] and [1, 4] both apply on mon at 1:00 UTC. An hour can have "
        "only one price."
    )
    assert reported in lab.refused()
    sunday = {**night, "days": ["mon", "tue"]}
    lab.book("x", prices=[{**row, "peak": [sunday, morning]}])
    assert lab.load().name == "one"


def test_an_api_with_a_shorter_context_has_no_price(lab: Lab) -> None:
    """A request longer than an API's context makes that alternative unpriced, with the reason."""
    price = {"context_tokens": 1_000}
    assert bill(lab, price) == pytest.approx(1_900)
    assert bill(lab, price, {"reasoning": 1}) == 0.0
    [rival] = lab.load().alternatives
    assert (
        rival.unpriced == "a request of class all has 1,001 tokens, rival/api accepts at most 1,000"
    )
    assert bill(lab, {**price, "token_factor": 1.1}) == 0.0
