"""When to review a plan: its tripwires, and the days on which something that it rests on ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from tco.analysis.evaluation import Evaluation
from tco.analysis.review import ReviewCause, ReviewDay, review_days
from tco.analysis.tripwires import (
    NoTripwires,
    Tripwire,
    TripwireKind,
    TripwireStatus,
    tripwires,
)
from tco.documents.document import Part
from tco.numbers import factor_text, percent, plain, tokens, usd_price

__all__ = [
    "ReviewDayPart",
    "ReviewPart",
    "TripwirePart",
    "review_part",
    "shown_tripwires",
    "tripwire_value",
    "unknown_text",
]

UNITS: dict[TripwireKind, str] = {
    "utilization": "share",
    "usd_per_gpu_hour": "USD/GPU-hour",
    "node_price": "USD/node-hour",
    "api_price_factor": "factor",
    "volume": "Mtok/month",
}
NONE_BECAUSE: dict[NoTripwires, str] = {
    "unpriced": "Something has no price, so no value is known at which the answer changes.",
    "no-alternative": "There is no alternative with a price, so nothing changes the answer.",
    "constrained": "No API meets the requirements, so no price changes the answer. "
    "Review it when one does.",
}


class TripwirePart(Part):
    """A value to watch: at which value of it the answer would change."""

    kind: TripwireKind
    subject: str = Field(description="The pool, the API or the alternative; else empty.")
    label: str = Field(description="The node of a pool, or what the price of an API buys.")
    unit: str
    status: TripwireStatus = Field(
        description="`never` when no value changes the answer, `not-reached` within the scan."
    )
    now: float | None = Field(description="Null without one, or in a confidential price book.")
    threshold: float | None
    direction: Literal["above", "below"] | None = Field(
        description="On which side of the threshold the answer changes."
    )
    at_capacity: bool = Field(
        description="Whether the threshold is what the fleet serves at most, not a break-even."
    )
    basis: Literal["horizon", "month"] = Field(
        description="Compared over the horizon, or over the month of the pricing day."
    )
    confidential: bool


class ReviewDayPart(Part):
    """A day on which to review the plan, and why."""

    day: dt.date = Field(description="The last day on which it still holds.")
    cause: ReviewCause
    subject: str
    reason: str = Field(description="What holds after that day.")
    overdue: bool = Field(description="Whether the day is past.")


class ReviewPart(Part):
    """When to review a plan."""

    on: dt.date = Field(description="The first of the days.")
    overdue: bool = Field(description="Whether that day is past.")
    days: tuple[ReviewDayPart, ...]
    against: str | None = Field(description="The alternative of the tripwires.")
    self_hosting_wins: bool | None = Field(
        description="Whether self-hosting costs less over the horizon; null where not known."
    )
    tripwires: tuple[TripwirePart, ...]
    none_because: NoTripwires | None
    summary: str = Field(description="When to review, in words.")


def review_part(result: Evaluation) -> ReviewPart:
    """Return when to review an evaluated plan."""
    found, days = tripwires(result), review_days(result)
    wires = tuple(map(_wire, found.wires))
    dated = tuple(_day(day, result.today) for day in days)
    return ReviewPart(
        on=days[0].day,
        overdue=dated[0].overdue,
        days=dated,
        against=found.against,
        self_hosting_wins=found.self_hosting_wins,
        tripwires=wires,
        none_because=found.none_because,
        summary=_summary(dated, wires, found.none_because),
    )


def _wire(wire: Tripwire) -> TripwirePart:
    hidden = wire.confidential
    rate_alone = hidden and wire.kind == "usd_per_gpu_hour"
    return TripwirePart(
        kind=wire.kind,
        subject=wire.subject,
        label=wire.label,
        unit=UNITS.get(wire.kind) or f"USD/{wire.label}",
        status=wire.status,
        now=None if hidden else wire.now,
        threshold=wire.threshold if not hidden or rate_alone else None,
        direction=wire.direction,
        at_capacity=wire.at_capacity,
        basis="month" if wire.kind == "volume" else "horizon",
        confidential=hidden,
    )


def _day(day: ReviewDay, today: dt.date) -> ReviewDayPart:
    return ReviewDayPart(
        day=day.day,
        cause=day.cause,
        subject=day.subject,
        reason=_reason(day),
        overdue=day.day < today,
    )


def _reason(day: ReviewDay) -> str:
    texts: dict[ReviewCause, str] = {
        "commitment-ends": f"the commitment of {day.subject} has ended",
        "contract-changes": f"other terms of the contract for {day.subject} begin within a month",
        "price-ages": f"the price {day.subject} is older than {day.limit_days} days",
        "throughput-ages": f"the measured {day.subject} is older than {day.limit_days} days",
        "override-ends": "the override of the gate has expired",
        "horizon-ends": "the horizon of the plan has ended",
    }
    return texts[day.cause]


def shown_tripwires(wires: Sequence[TripwirePart]) -> list[TripwirePart]:
    """Return the tripwires that people see, without what does not apply.

    The price of a node or of an API where one of them decides and may be shown, else the mean
    GPU-hour and the factor on the API's prices.
    """
    hidden: set[TripwireKind] = {
        "usd_per_gpu_hour" if _one_shown(wires, "node_price") else "node_price",
        "api_price_factor" if _one_shown(wires, "api_price") else "api_price",
    }
    return [
        wire for wire in wires if wire.kind not in hidden and wire.status not in ("none", "unknown")
    ]


def _one_shown(wires: Sequence[TripwirePart], kind: TripwireKind) -> bool:
    found = [wire for wire in wires if wire.kind == kind]
    return len(found) == 1 and not found[0].confidential


def tripwire_value(wire: TripwirePart, value: float) -> str:
    """Return a value of a tripwire with its unit."""
    if wire.kind == "utilization":
        return percent(value)
    if wire.kind == "volume":
        return f"{tokens(value)} tokens/month"
    if wire.kind == "api_price_factor":
        return factor_text(value)
    price = usd_price(value)
    per = {"usd_per_gpu_hour": " per GPU-hour", "node_price": "/h"}
    return f"{price}{per.get(wire.kind) or f' per {wire.label}'}"


def _summary(
    days: Sequence[ReviewDayPart], wires: Sequence[TripwirePart], none_because: NoTripwires | None
) -> str:
    """Return on which day to review, and at which values earlier."""
    first = days[0]
    crossed = [_clause(wire) for wire in shown_tripwires(wires) if wire.threshold is not None]
    earlier = _listed(crossed)
    if first.overdue:
        start = f"Review it now: since {first.day} {first.reason}."
        more = f" After that, review it if {earlier}." if earlier else ""
    else:
        start = f"Review by {first.day} (after that {first.reason})"
        more = f", or earlier if {earlier}." if earlier else "."
    if none_because is not None:
        return f"{start}{more} {NONE_BECAUSE[none_because]}"
    unknown = unknown_text(wires)
    if unknown or crossed:
        return " ".join(filter(None, (f"{start}{more}", unknown)))
    return f"{start}{more} No single value changes the answer."


def unknown_text(wires: Sequence[TripwirePart]) -> str:
    """Return why break-even values are not known; empty where all are."""
    if all(wire.status != "unknown" for wire in wires):
        return ""
    return (
        "A contract bills by the month's spend (a commitment or tiers), so break-even values of "
        "its prices and of the utilization are not known."
    )


def _clause(wire: TripwirePart) -> str:
    """Return at which value the answer changes; a price falls below it or rises above it."""
    threshold = wire.threshold or 0.0
    value = tripwire_value(wire, threshold)
    if wire.kind == "api_price_factor":
        value = f"{plain(threshold)} times today's"
    full = " (the fleet is full)" if wire.at_capacity else ""
    return f"{_noun(wire)} is {wire.direction} {value}{full}"


def _noun(wire: TripwirePart) -> str:
    nouns: dict[TripwireKind, str] = {
        "utilization": "utilization",
        "usd_per_gpu_hour": "the mean price of the nodes",
        "node_price": wire.label,
        "api_price_factor": f"the price of {wire.subject}",
        "api_price": wire.subject,
        "volume": "the volume",
    }
    return nouns[wire.kind]


def _listed(texts: Sequence[str]) -> str:
    *more, last = texts or [""]
    return f"{', '.join(more)} or {last}" if more else last
