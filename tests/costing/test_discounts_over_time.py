"""A discount that begins or ends within the horizon: months at one price, then at another."""

from __future__ import annotations

import pytest

from tco.analysis.evaluation import Evaluation
from tco.documents.horizon_turn import turn_sentence
from tests.conftest import DAY, Keys, Lab

UNTIL_MAY: Keys = {"instance": "box.*", "percent_off": 20, "until": "2027-05-22"}  # 6 months


def terms(payment: str) -> Keys:
    plan = {"kind": "savings-plan", "term": "1yr", "payment": payment}
    return {"purchase": "reserved", "commitment": plan}


def evaluated(lab: Lab, pool: Keys, *discounts: Keys, **keys: object) -> Evaluation:
    book = lab.book("contract", discounts=list(discounts), **keys)
    main = {"instance": "box.8x", "nodes": 1, **pool}
    lab.stack({"main": main}, prices=[book], finance={"discount_rate": 0})
    return lab.evaluate()


def npv(result: Evaluation) -> tuple[float, float]:
    """Cost of the stack and of `api/plain` over 12 months, without interest."""
    [api] = [rival for rival in result.alternatives if rival.name == "api/plain"]
    assert api.npv_usd is not None
    assert result.verdict.saving_npv_usd is not None
    return api.npv_usd - result.verdict.saving_npv_usd, api.npv_usd


@pytest.mark.parametrize(
    ("pool", "usd"),
    [
        ({}, 20 * 730 * (6 * 0.8 + 6)),
        (terms("no-upfront"), 12 * 730 * (6 * 0.8 + 6)),
        (terms("all-upfront"), 96_360 * 0.8),
    ],
    ids=["on demand", "no upfront", "all upfront"],
)
def test_nodes_go_back_to_the_list(lab: Lab, pool: Keys, usd: float) -> None:
    """What recurs is discounted while the discount holds; an upfront was paid at its price."""
    result = evaluated(lab, pool, UNTIL_MAY)
    own, _ = npv(result)
    assert own == pytest.approx(usd)
    assert result.usd_per_month == pytest.approx(
        {20 * 730 * 10.8: 11_680, 12 * 730 * 10.8: 7008, 96_360 * 0.8: 6424}[usd]
    )


def test_a_spot_nodes_fallback_steps_by_its_own_discount(lab: Lab) -> None:
    """The price on demand behind a spot node is discounted, its spot price is not."""
    listed, _ = npv(evaluated(lab, {"purchase": "spot"}))
    own, _ = npv(evaluated(lab, {"purchase": "spot"}, UNTIL_MAY))
    fallback = 0.15 * 20 * 730  # available 85% of the time
    assert listed - own == pytest.approx(6 * 0.2 * fallback)


def test_an_api_between_two_discounts(lab: Lab) -> None:
    """3 months at 20% off, 3 at the list price, 6 at 10% off: 1,314 x (2.4 + 3 + 5.4)."""
    result = evaluated(
        lab,
        {},
        {"api": "api/*", "percent_off": 20, "until": "2027-02-22"},
        {"api": "api/*", "percent_off": 10, "from": "2027-04-30"},
    )
    _, api = npv(result)
    assert api == pytest.approx(1314 * 10.8)


def test_a_discount_that_is_still_to_come(lab: Lab) -> None:
    """The month of the pricing day is at the list price, the months from its start are not."""
    result = evaluated(lab, {}, {"api": "api/*", "percent_off": 50, "from": "2027-02-23"})
    [api] = [rival for rival in result.alternatives if rival.name == "api/plain"]
    assert api.usd_per_month == pytest.approx(1314)
    assert npv(result)[1] == pytest.approx(1314 * (3 + 9 * 0.5))


def test_a_note_says_when(lab: Lab) -> None:
    """One note for each month in which prices step; none for a step after the horizon."""
    evaluated(lab, {}, UNTIL_MAY, {"api": "api/*", "percent_off": 20, "until": "2028-02-22"})
    notes = [text for text in lab.warned() if "discount" in text]
    assert notes == [
        "box.8x: the discount changes after 6 months. The horizon of 12 months counts it; the "
        "month of the pricing day does not."
    ]


def test_the_end_of_a_discount_turns_the_answer(lab: Lab) -> None:
    """Cheaper today, not over the horizon: the sentence names the discount, not its percentage."""
    lab.workload(requests_per_month=730 * 3600)  # a full node: $3.60 an hour at api/plain
    for keys in ({}, {"confidential": True}):
        most = {"instance": "box.*", "percent_off": 90, "until": "2027-05-22", "confirm": "a test"}
        result = evaluated(lab, {}, most, **keys)
        assert result.horizon_turn is not None
        assert result.horizon_turn.cause == "node-prices"
        assert turn_sentence(result) == (
            "Cheaper today, but not over 12 months: the discount on nodes changes after 6 months."
        )


def test_the_pricing_day_chooses_the_period(lab: Lab) -> None:
    """A plan priced on the day after the last one pays the list price, and needs no note."""
    result = evaluated(lab, {}, {**UNTIL_MAY, "until": "2026-11-22"})
    assert DAY.isoformat() == "2026-11-23"
    assert result.usd_per_month == pytest.approx(20 * 730)
    assert [text for text in lab.warned() if "discount" in text] == []
