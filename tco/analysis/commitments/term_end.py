"""When each commitment of a stack ends."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from tco.arrays import as_scalar
from tco.costing.fleet_operation import FleetOperation
from tco.costing.pool_model import PoolModel
from tco.costing.stack import StackModel
from tco.plan.pools import Commitment
from tco.units import HOURS_PER_DAY, MONTHS_PER_YEAR, TERM_MONTHS

__all__ = ["TermEnd", "days_later", "last_day", "months_later", "term_ends"]


@dataclass(frozen=True, kw_only=True)
class TermEnd:
    """A pool's commitment, with the day from which it no longer holds; None where not known.

    ``start`` is the stated first day. A commitment that is not bought yet counts as if it started
    on ``today``, and then ``assumed`` is true.
    """

    service: str
    pool: PoolModel
    nodes: int
    commitment: Commitment
    start: dt.date | None
    end: dt.date | None
    assumed: bool


def term_ends(stack: StackModel, done: FleetOperation, today: dt.date) -> list[TermEnd]:
    """Return every commitment of a stack, the first to end first, those without a day last."""
    peaks = {pool.name: as_scalar(nodes) for pool, nodes in done.nodes_by_pool()}
    found = [
        _term_end(service.name, pool, pool.plan.commitment, nodes=peaks[pool.name], today=today)
        for service, _, _, pool in stack.pools()
        if pool.plan.commitment is not None
    ]
    return sorted(found, key=lambda ends: (ends.end or dt.date.max, ends.pool.name))


def _term_end(
    service: str, pool: PoolModel, commitment: Commitment, *, nodes: float, today: dt.date
) -> TermEnd:
    start = commitment.start
    assumed = start is None and commitment.id is None
    first = today if assumed else start
    return TermEnd(
        service=service,
        pool=pool,
        nodes=round(nodes),
        commitment=commitment,
        start=start,
        end=None if first is None else last_day(first, commitment),
        assumed=assumed,
    )


def last_day(start: dt.date, commitment: Commitment) -> dt.date:
    """Return the first day that a commitment no longer holds.

    A term ends on the same day of a later month, or on that month's last day; a capacity block
    after its hours. A start too late for the calendar ends on its last day.

    >>> last_day(dt.date(2026, 1, 31), Commitment(kind="contract", term="6mo"))
    datetime.date(2026, 7, 31)
    >>> last_day(dt.date(2026, 1, 31), Commitment(kind="capacity-block", hours=36))
    datetime.date(2026, 2, 2)
    """
    if commitment.term is not None:
        return months_later(start, TERM_MONTHS[commitment.term])
    return days_later(start, -(-(commitment.hours or 0) // int(HOURS_PER_DAY)))


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or that month's last day.

    Beyond the calendar it is the calendar's last day.

    >>> months_later(dt.date(2026, 8, 31), 6), months_later(dt.date(9999, 6, 1), 12)
    (datetime.date(2027, 2, 28), datetime.date(9999, 12, 31))
    """
    later = day.month - 1 + months
    year, month = day.year + later // int(MONTHS_PER_YEAR), later % int(MONTHS_PER_YEAR) + 1
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days_later(day: dt.date, days: int) -> dt.date:
    """Return the day some days later; beyond the calendar its last day."""
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return dt.date.max
