"""By when to review a plan: the last day on which all its assumptions still hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tco.analysis.commitments.contract_turns import contract_turns
from tco.analysis.commitments.term_end import days_later, months_later, term_ends
from tco.analysis.decision.freshness import dated_prices
from tco.analysis.evaluation import Evaluation
from tco.costing.fleet_operation import operate

__all__ = ["ReviewCause", "ReviewDay", "review_days"]

ReviewCause = Literal[
    "commitment-ends",
    "contract-changes",
    "price-ages",
    "throughput-ages",
    "override-ends",
    "horizon-ends",
]


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

    A commitment that is not bought yet starts on the pricing day. Terms of a contract count by
    whole months from that day: the review is before the month that has others. A price and a
    measured throughput may be as old as the gate allows.
    """
    first: dict[ReviewCause, ReviewDay] = {}
    for found in sorted(_days(result), key=lambda found: found.day):
        first.setdefault(found.cause, found)
    return tuple(first.values())


def _days(result: Evaluation) -> Iterator[ReviewDay]:
    stack, limits = result.stack, result.stack.plan.gate
    for ends in term_ends(stack, operate(stack), stack.day):
        if ends.end is not None:
            last = ends.end - dt.timedelta(days=1)
            yield ReviewDay(day=last, cause="commitment-ends", subject=ends.pool.name)
    for name, months in contract_turns(result):
        turn = months_later(stack.day, months - 1)
        yield ReviewDay(day=turn, cause="contract-changes", subject=name)
    for name, figure in dated_prices(stack, result.facts):
        if figure.as_of is not None:
            yield ReviewDay(
                day=days_later(figure.as_of, limits.max_price_age_days),
                cause="price-ages",
                subject=name,
                limit_days=limits.max_price_age_days,
            )
    for service in stack.services:
        for name, day in service.measured_throughput.items():
            if day is not None:
                yield ReviewDay(
                    day=days_later(day, limits.max_throughput_age_days),
                    cause="throughput-ages",
                    subject=name,
                    limit_days=limits.max_throughput_age_days,
                )
    if limits.override is not None:
        yield ReviewDay(day=limits.override.expires, cause="override-ends", subject="")
    end = months_later(stack.day, stack.horizon_months)
    yield ReviewDay(day=end, cause="horizon-ends", subject="")
