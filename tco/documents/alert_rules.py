"""Prometheus alert rules for those tripwires of a plan that a serving engine's counters show.

Utilization and volume are means over a week, which holds every hour of a workload's shape once. An
alert fires when one of them has been past its value for a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from tco.documents.document import Part
from tco.documents.review import ReviewPart, TripwirePart, tripwire_value
from tco.serving_metrics import ServingMetrics
from tco.units import HOURS_PER_MONTH, SECONDS_PER_HOUR, TOKENS_PER_MTOK

__all__ = ["AlertRulePart", "WatchedService", "alert_rules", "number_text", "selector"]

WINDOW = "7d"
A_DAY = "1d"
MTOK_PER_MONTH = HOURS_PER_MONTH * SECONDS_PER_HOUR / TOKENS_PER_MTOK
"""Millions of tokens per month, at one token per second."""
NAMES = {"utilization": "Utilization", "volume": "Volume"}


class AlertRulePart(Part):
    """An alert rule, with the keys that Prometheus reads."""

    alert: str
    expr: str
    hold: str | None = Field(
        validation_alias="for",
        serialization_alias="for",
        description="How long the expression has to hold; null fires at once.",
    )
    labels: dict[str, str]
    annotations: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class WatchedService:
    """A service whose engine can be watched.

    ``fleet_tok_s`` is the output at which it alone would fill the whole fleet of the stack.
    """

    name: str
    metrics: ServingMetrics
    labels: Mapping[str, str]
    fleet_tok_s: float

    def series(self, counter: str) -> str:
        """Return the series of one of the engine's counters."""
        return f"{counter}{selector(self.labels)}"

    def rate(self, counter: str) -> str:
        """Return the mean of a counter's rate, all processes of the service together."""
        return f"sum(rate({self.series(counter)}[{WINDOW}]))"


def selector(labels: Mapping[str, str]) -> str:
    """Return labels as PromQL matches them; nothing for none.

    >>> selector({"job": "chat", "model_name": "org/model"})
    '{job="chat",model_name="org/model"}'
    """
    escapes = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
    matchers = ",".join(f'{name}="{value.translate(escapes)}"' for name, value in labels.items())
    return f"{{{matchers}}}" if matchers else ""


def alert_rules(
    stack: str, review: ReviewPart, services: Sequence[WatchedService], served_share: float
) -> tuple[AlertRulePart, ...]:
    """Return the alert rules of a stack.

    ``services`` are all services of the stack, or none where an engine cannot be watched;
    ``served_share`` is the share of its tokens that they serve. A fleet that is full serves no more
    than its capacity, so no counter shows a volume above it.
    """
    due = () if review.on == dt.date.max else (_review_due(stack, review),)
    return (*_crossed(stack, review, services, served_share), *due)


def _crossed(
    stack: str, review: ReviewPart, services: Sequence[WatchedService], served_share: float
) -> Iterator[AlertRulePart]:
    watched = [
        wire
        for wire in review.tripwires
        if wire.kind in NAMES and wire.threshold and not wire.at_capacity
    ]
    if not services or not watched:
        return
    measured = {
        "utilization": " + ".join(map(_share, services)),
        "volume": _volume(services, served_share),
    }
    seen = " and ".join(_week_ago(service) for service in services)
    for wire in watched:
        sign = "<" if wire.direction == "below" else ">"
        threshold = number_text(wire.threshold or 0.0)
        yield AlertRulePart(
            alert=f"Tco{NAMES[wire.kind]}{(wire.direction or '').capitalize()}BreakEven",
            expr=f"({measured[wire.kind]}) {sign} {threshold} and {seen}",
            hold=A_DAY,
            labels=_labels(stack, wire.kind, warns=review.self_hosting_wins is True),
            annotations=_annotations(stack, _meaning(stack, review, wire), wire.kind),
        )
    for service in services:
        metric = service.metrics.generation_tokens
        yield AlertRulePart(
            alert="TcoServingMetricsAbsent",
            expr=f"absent({service.series(metric)})",
            hold=A_DAY,
            labels=_labels(stack, "metrics", warns=True),
            annotations=_annotations(
                stack,
                f"{stack}: Prometheus has no {metric}, so its tripwires are not watched. "
                f"Scrape {service.metrics.path} of {service.metrics.engine}.",
                "",
            ),
        )


def _share(service: WatchedService) -> str:
    """Return the utilization that one service makes of the whole fleet."""
    output = service.rate(service.metrics.generation_tokens)
    return f"{output} / {number_text(service.fleet_tok_s)}"


def _volume(services: Sequence[WatchedService], served_share: float) -> str:
    """Return the tokens of a month in millions, with those that the plan sends to APIs."""
    rates = " + ".join(
        service.rate(counter)
        for service in services
        for counter in (service.metrics.prompt_tokens, service.metrics.generation_tokens)
    )
    return f"({rates}) * {number_text(MTOK_PER_MONTH / served_share)}"


def _week_ago(service: WatchedService) -> str:
    """Return what holds once a whole week was scraped: a rate over less would be too low."""
    series = service.series(service.metrics.generation_tokens)
    return f"count(present_over_time({series}[{A_DAY}] offset {WINDOW}))"


def _review_due(stack: str, review: ReviewPart) -> AlertRulePart:
    """Return the alert for the day after the last one on which the plan still stands."""
    reason = next(day.reason for day in review.days if day.day == review.on)
    after = dt.datetime.combine(review.on + dt.timedelta(days=1), dt.time(), dt.UTC)
    return AlertRulePart(
        alert="TcoReviewDue",
        expr=f"vector(time()) >= {int(after.timestamp())}",
        hold=None,
        labels=_labels(stack, "review", warns=False),
        annotations=_annotations(
            stack, f"{stack}: review the plan; since {review.on} {reason}.", ""
        ),
    )


def _labels(stack: str, tripwire: str, *, warns: bool) -> dict[str, str]:
    """Return an alert's labels: a warning where crossing the value loses money."""
    return {
        "severity": "warning" if warns else "info",
        "tco_stack": stack,
        "tco_tripwire": tripwire,
    }


def _meaning(stack: str, review: ReviewPart, wire: TripwirePart) -> str:
    """Return what an alert means, with the numbers of the plan."""
    quantity = "utilization" if wire.kind == "utilization" else "volume"
    value = tripwire_value(wire, wire.threshold or 0.0)
    planned = f"the plan has {tripwire_value(wire, wire.now or 0.0)}"
    return (
        f"{stack}: the mean {quantity} of 7 days is {wire.direction} {value}, where self-hosting "
        f"costs the same as {review.against}; {planned}."
    )


def _annotations(stack: str, summary: str, kind: str) -> dict[str, str]:
    measured = {
        "utilization": "Now {{ $value | humanizePercentage }}. ",
        "volume": "Now {{ $value | humanize }} million tokens per month. ",
    }
    return {
        "summary": _literal(summary),
        "description": f"{measured.get(kind, '')}"
        + _literal(f"Evaluate the plan again: `tco memo {stack}`, `tco gate {stack}`."),
    }


def _literal(text: str) -> str:
    """Return a text that a template of Prometheus leaves as it is."""
    return text.replace("{{", '{{ "{{" }}')


def number_text(value: float) -> str:
    """Return a number in six digits, as PromQL and people read it.

    >>> number_text(313163.7555710287), number_text(2_510_464.9), number_text(0.7760451650964902)
    ('313164', '2510465', '0.776045')
    """
    text = f"{value:.6g}"
    return f"{value:.0f}" if "e+" in text else text
