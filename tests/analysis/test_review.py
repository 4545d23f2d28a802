"""By when a plan is to be reviewed: the first of what it rests on that ends."""

from __future__ import annotations

import datetime as dt

import pytest

from tco.analysis.review import review_days
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

RESERVED: Keys = {
    **ON_DEMAND,
    "purchase": "reserved",
    "commitment": {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"},
    "nodes": 1,
}
BLOCK: Keys = {
    **ON_DEMAND,
    "purchase": "reserved",
    "commitment": {"kind": "capacity-block", "hours": 336},
    "nodes": 1,
}
SEEN = dt.date(2026, 11, 1)
"""The day of every price of the tests' catalog."""


def days(lab: Lab, pool: Keys, **plan: Keys) -> dict[str, dt.date]:
    """The day of each cause."""
    lab.stack({"main": pool}, **plan)
    return {found.cause: found.day for found in review_days(lab.evaluate())}


def test_prices_and_throughput_end_when_the_gate_rejects_them(lab: Lab) -> None:
    """The day is the last one on which the gate still takes a price."""
    gate: Keys = {"max_price_age_days": 30, "max_throughput_age_days": 60}
    found = days(lab, {**ON_DEMAND, "nodes": 1}, gate=gate)
    assert found["price-ages"] == SEEN + dt.timedelta(days=30)
    assert found["throughput-ages"] == SEEN + dt.timedelta(days=60)


def bought(pool: Keys, **keys: str) -> Keys:
    """A pool whose commitment is bought."""
    return {**pool, "commitment": {**pool["commitment"], **keys}}


@pytest.mark.parametrize(
    ("pool", "last"),
    [
        (RESERVED, dt.date(2027, 11, 22)),
        (BLOCK, DAY + dt.timedelta(days=13)),
        (bought(RESERVED, id="sp-1", start="2026-10-01"), dt.date(2027, 9, 30)),
        (bought(RESERVED, id="sp-1"), None),
    ],
)
def test_a_commitment_ends_with_its_term(lab: Lab, pool: Keys, last: dt.date | None) -> None:
    """From its first day, or from the pricing day while it is not bought; else it is not known."""
    assert days(lab, pool).get("commitment-ends") == last


@pytest.mark.parametrize(
    ("discount", "last"),
    [
        ({"instance": "box.8x", "until": "2027-03-31"}, dt.date(2027, 3, 23)),
        ({"instance": "box.8x", "from": "2027-03-23"}, dt.date(2027, 2, 23)),
        ({"api": "api/plain", "until": "2027-03-31"}, dt.date(2027, 3, 23)),
        (
            {"api": "api/plain", "until": "2027-03-31", "committed_usd_per_month": 9.0},
            dt.date(2027, 3, 23),
        ),
        ({"instance": "box.8x", "until": "2029-03-31"}, None),
        ({"instance": "box.8x"}, None),
    ],
)
def test_a_contract_is_reviewed_before_its_terms_change(
    lab: Lab, discount: Keys, last: dt.date | None
) -> None:
    """By the start of the plan's month in which a discount or a commitment begins or ends."""
    name = lab.book("contract", discounts=[{"percent_off": 5, **discount}])
    keys: Keys = {"alternatives": ["api/plain"], "prices": [name]}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, **keys)
    found = {found.cause: found.day for found in review_days(lab.evaluate())}
    assert found.get("contract-changes") == last


def test_an_override_and_the_horizon_end(lab: Lab) -> None:
    """An exception in the file, and the months that the decision looks ahead, are reviewed too."""
    override: Keys = {
        "reason": "trial",
        "approved_by": "cto",
        "expires": "2026-12-24",
        "max_usd_per_month": 20_000,
    }
    found = days(lab, {**ON_DEMAND, "nodes": 1}, gate={"override": override})
    assert found["override-ends"] == dt.date(2026, 12, 24)
    assert found["horizon-ends"] == dt.date(2027, 11, 23)


def test_an_age_without_an_end_is_no_day_of_review(lab: Lab) -> None:
    """A limit of a million years is beyond the calendar, and no fault of the plan."""
    gate: Keys = {"max_price_age_days": 400_000_000, "max_throughput_age_days": 400_000_000}
    found = days(lab, {**ON_DEMAND, "nodes": 1}, gate=gate)
    assert [*found] == ["horizon-ends", "price-ages", "throughput-ages"]
    assert found["price-ages"] == dt.date.max


def test_days_are_in_order(lab: Lab) -> None:
    """The first one is the day of the review."""
    found = [*days(lab, RESERVED).values()]
    assert found == sorted(found)
