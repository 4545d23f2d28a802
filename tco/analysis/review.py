"""By when a plan is to be reviewed: the last day on which all that it rests on still stands."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tco.analysis.decision.freshness import dated_prices
from tco.analysis.evaluation import Evaluation
from tco.units import HOURS_PER_MONTH

__all__ = ["ReviewCause", "ReviewDay", "review_days"]

ReviewCause = Literal[
    "commitment-ends", "price-ages", "throughput-ages", "override-ends", "horizon-ends"
]
HOURS_PER_DAY = 24


@dataclass(frozen=True, kw_only=True)
class ReviewDay:
    """A day by which a plan is to be reviewed, why, and what that is about."""

    day: dt.date
    cause: ReviewCause
    subject: str
    limit_days: int | None = None
    """The age that the plan allows, where something ages."""


def review_days(result: Evaluation) -> tuple[ReviewDay, ...]:
    """Return why and by when a plan is to be reviewed, in order; the first day of each cause.

    A commitment starts on the pricing day. A price and a measured throughput may be as old as the
    gate allows.
    """
    first: dict[ReviewCause, ReviewDay] = {}
    for found in sorted(_days(result), key=lambda found: found.day):
        first.setdefault(found.cause, found)
    return tuple(first.values())


def _days(result: Evaluation) -> Iterator[ReviewDay]:
    stack, limits = result.stack, result.stack.plan.gate
    for _, _, _, pool in stack.pools():
        supply = pool.supply
        if supply.committed and supply.owned is None and supply.period_months is not None:
            end = _after(stack.day, supply.period_months)
            yield ReviewDay(day=end, cause="commitment-ends", subject=pool.name)
    for name, figure in dated_prices(stack, result.facts):
        if figure.as_of is not None:
            yield ReviewDay(
                day=figure.as_of + dt.timedelta(days=limits.max_price_age_days),
                cause="price-ages",
                subject=name,
                limit_days=limits.max_price_age_days,
            )
    for service in stack.services:
        for name, day in service.measured_throughput.items():
            if day is not None:
                yield ReviewDay(
                    day=day + dt.timedelta(days=limits.max_throughput_age_days),
                    cause="throughput-ages",
                    subject=name,
                    limit_days=limits.max_throughput_age_days,
                )
    if limits.override is not None:
        yield ReviewDay(day=limits.override.expires, cause="override-ends", subject="")
    yield ReviewDay(
        day=_after(stack.day, float(stack.horizon_months)), cause="horizon-ends", subject=""
    )


def _after(day: dt.date, months: float) -> dt.date:
    """Return the day some months later; a part of a month, of a capacity block, in its hours.

    >>> _after(dt.date(2026, 8, 31), 6.0), _after(dt.date(2026, 11, 23), 336 / 730)
    (datetime.date(2027, 2, 28), datetime.date(2026, 12, 7))
    """
    if not months.is_integer():
        return day + dt.timedelta(days=int(months * HOURS_PER_MONTH / HOURS_PER_DAY))
    year, month = divmod(day.year * 12 + day.month - 1 + int(months), 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))
