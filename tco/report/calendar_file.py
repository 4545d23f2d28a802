"""The ends of commitments as a calendar file (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt

from icalendar import Alarm, Calendar, Event, vText

from tco.documents.commitments import CommitmentPart, CommitmentsDocument, StackCommitments
from tco.errors import TcoError
from tco.numbers import usd_rounded
from tco.report.commitments import NAMES, commitment_name

__all__ = ["calendar_text"]

REMIND_DAYS = 30
"""Days before the end on which a calendar reminds."""


def calendar_text(found: CommitmentsDocument) -> str:
    """Return an event for every commitment with a known start, all day on the day it ends.

    The same commitment keeps its UID, so that a calendar replaces the event it has. Raises
    TcoError where there is none.
    """
    if not found.known_ends:
        raise TcoError(
            "no commitment has a start, so no end is known. State commitment.start in the stack "
            "file: the day on which it was bought."
        )
    events = [
        _event(found.today, stack, commitment, end) for stack, commitment, end in found.known_ends
    ]
    calendar = Calendar.new(
        prodid="-//gpu-tco//tco commitments//EN", uid="commitments@tco", subcomponents=events
    )
    return calendar.to_ical().decode()


def _event(
    today: dt.date, stack: StackCommitments, commitment: CommitmentPart, end: dt.date
) -> Event:
    name = f"{stack.stack}, {commitment_name(commitment)}"
    alarm = Alarm()
    alarm["ACTION"] = "DISPLAY"
    alarm["DESCRIPTION"] = vText(f"In {REMIND_DAYS} days: {name}")
    alarm.TRIGGER = dt.timedelta(days=-REMIND_DAYS)
    return Event.new(
        uid=f"{stack.stack}/{commitment.pool}/{end.isoformat()}@tco",
        stamp=dt.datetime.combine(today, dt.time(), dt.UTC),
        start=end,
        summary=f"Commitment ends: {name}",
        description=_costs(today, commitment),
        subcomponents=[alarm],
    )


def _costs(today: dt.date, commitment: CommitmentPart) -> str:
    """Return the whole stack's month after each choice, at the prices of a day."""
    costs = [
        f"{NAMES[choice.name]}: {usd_rounded(choice.usd_per_month)} a month"
        if choice.usd_per_month is not None
        else f"{NAMES[choice.name]}: no price"
        for choice in commitment.choices
    ]
    return "\n".join([f"The stack at the prices of {today}:", *costs])
