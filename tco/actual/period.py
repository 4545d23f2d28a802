"""The month that is compared, or the part of it that is over."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from tco.costing.lines import Unit
from tco.errors import TcoError
from tco.units import HOURS_PER_DAY, HOURS_PER_MONTH

__all__ = ["Period", "month_start", "period_of"]

PER_HOUR: frozenset[Unit] = frozenset({"node-hour", "hour", "kWh", "GB", "request"})
"""Units that grow with the hours of a month; the others are charged once in a month."""


@dataclass(frozen=True)
class Period:
    """The days of one calendar month, UTC, from its first to ``last``, both included."""

    first: dt.date
    last: dt.date

    @property
    def month(self) -> str:
        """The month as ``2026-10``."""
        return f"{self.first:%Y-%m}"

    @property
    def hours(self) -> float:
        """Hours of the days compared."""
        return ((self.last - self.first).days + 1) * HOURS_PER_DAY

    @property
    def share(self) -> float:
        """The part of the calendar month that is compared."""
        return self.last.day / _last_day(self.first).day

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole month."""
        return self.last == _last_day(self.first)

    @property
    def of_plan_month(self) -> float:
        """Hours of the days compared over the 730 of a plan's month."""
        return self.hours / HOURS_PER_MONTH

    def factor(self, unit: Unit) -> float:
        """Return the factor on a plan's month, by unit, that gives the plan of these days.

        >>> october = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
        >>> round(october.factor("node-hour"), 4), october.factor("FTE")
        (1.0192, 1.0)
        """
        return self.of_plan_month if unit in PER_HOUR else self.share

    def __contains__(self, day: dt.date) -> bool:
        """Return whether a day is one of those compared."""
        return self.first <= day <= self.last


def month_start(text: str) -> dt.date:
    """Return the first day of a month written as ``2026-10``. Raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d{2}", text):
        raise ValueError(f"{text!r} is not a month. Write it as 2026-10.")
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ValueError(f"{text!r} is not a month. Write it as 2026-10.") from None


def period_of(first: dt.date, today: dt.date, through: dt.date | None = None) -> Period:
    """Return the days to compare of the month that starts on ``first``.

    Args:
        first: The first day of the month.
        today: The day that counts as today; it is not over.
        through: The last day to compare, for a part of the month.

    Raises:
        TcoError: The month, or the part of it, is not over.
    """
    end = _last_day(first)
    last = end if through is None else through
    if not first <= last <= end:
        raise TcoError(f"--through: {last} is not a day of {first:%Y-%m}.")
    if first >= today:
        raise TcoError(f"{first:%Y-%m} has not begun, so there is no bill to compare.")
    if last >= today:
        newest = min(today - dt.timedelta(days=1), end)
        raise TcoError(
            f"{last} is not over on {today}, so its bill is not complete. Compare the days "
            f"before with --through {newest}, and pass the tokens served in the same days."
        )
    return Period(first, last)


def _last_day(first: dt.date) -> dt.date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
