"""When commitments end."""

from __future__ import annotations

import datetime as dt

import pytest

from tco.analysis.commitments.term_end import last_day
from tco.plan.pools import Commitment


@pytest.mark.parametrize(
    ("start", "terms", "end"),
    [
        ("2026-10-01", {"term": "1yr"}, "2027-10-01"),
        ("2026-10-01", {"term": "3yr"}, "2029-10-01"),
        ("2024-02-29", {"term": "1yr"}, "2025-02-28"),
        ("2026-08-31", {"term": "6mo"}, "2027-02-28"),
        ("2026-12-31", {"term": "6mo"}, "2027-06-30"),
        ("9999-01-01", {"term": "5yr"}, "9999-12-31"),
    ],
)
def test_a_term_ends_on_the_same_day_of_a_later_month(
    start: str, terms: dict[str, str], end: str
) -> None:
    """Or on that month's last day, where it has no such day."""
    commitment = Commitment.model_validate({"kind": "savings-plan", **terms})
    assert last_day(dt.date.fromisoformat(start), commitment) == dt.date.fromisoformat(end)


@pytest.mark.parametrize(("hours", "end"), [(24, "2026-12-31"), (25, "2027-01-01")])
def test_a_capacity_block_ends_after_its_hours(hours: int, end: str) -> None:
    """A begun day counts as a whole one."""
    block = Commitment(kind="capacity-block", hours=hours)
    assert last_day(dt.date(2026, 12, 30), block) == dt.date.fromisoformat(end)
