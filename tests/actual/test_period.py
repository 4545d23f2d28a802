"""The days that are compared, and what a plan's month is for them."""

from __future__ import annotations

import datetime as dt

import pytest

from tco.actual.period import month_start, period_of
from tco.errors import TcoError

OCTOBER = dt.date(2026, 10, 1)


def test_a_plan_is_scaled_to_the_hours_of_the_month() -> None:
    """A node that runs all the time is billed 744 hours in October, not the plan's 730."""
    october = period_of(OCTOBER, dt.date(2026, 11, 1))
    assert october.factor("node-hour") * 730 == 744
    assert october.factor("FTE") == october.factor("service") == 1


def test_a_part_of_a_month_has_its_share_of_everything() -> None:
    """Ten days of October are 240 hours, and 10/31 of what is paid by the month."""
    part = period_of(OCTOBER, dt.date(2026, 10, 12), dt.date(2026, 10, 10))
    assert part.factor("node-hour") * 730 == pytest.approx(240)
    assert part.factor("FTE") == pytest.approx(10 / 31)
    assert dt.date(2026, 10, 10) in part
    assert dt.date(2026, 10, 11) not in part


@pytest.mark.parametrize(
    ("today", "through", "message"),
    [
        ("2026-10-31", None, "2026-10-31 is not over on 2026-10-31"),
        ("2026-10-15", None, "--through 2026-10-14"),
        ("2026-09-30", None, "2026-10 has not begun"),
        ("2026-11-28", "2026-11-01", "2026-11-01 is not a day of 2026-10"),
        ("2026-10-15", "2026-10-15", "--through 2026-10-14"),
    ],
)
def test_days_that_are_not_over_are_refused(today: str, through: str | None, message: str) -> None:
    """A bill that still grows is not compared; the message names the days that can be."""
    last = None if through is None else dt.date.fromisoformat(through)
    with pytest.raises(TcoError) as refused:
        period_of(OCTOBER, dt.date.fromisoformat(today), last)
    assert message in f"{refused.value}"


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "october", "2026-10-01", ""])
def test_a_month_is_a_year_and_a_month(text: str) -> None:
    """Anything else is refused with the form that is accepted."""
    with pytest.raises(ValueError, match="is not a month"):
        month_start(text)
