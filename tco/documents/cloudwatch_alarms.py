"""The CloudWatch alarm for the utilization tripwire of a plan.

The metric is an engine's counter as the CloudWatch agent sends it: what was added since the last
scrape. Its sum over a day is the day's output. An alarm looks at seven days at most, so it fires
when the utilization was past its value on each of seven days.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from tco.documents.alert_rules import WatchedService, number_text
from tco.documents.document import Part
from tco.documents.review import ReviewPart, tripwire_value

__all__ = ["AlarmMetricPart", "CloudWatchAlarmPart", "utilization_alarm"]

NAMESPACE = "tco"
STACK_DIMENSION, SERVICE_DIMENSION = "tco_stack", "tco_service"
DAY_SECONDS = 86_400
DAYS = 7


class AlarmMetricPart(Part):
    """A counter that an alarm reads: the sum of what each period added."""

    id: str
    namespace: str
    metric: str
    dimensions: dict[str, str]


class CloudWatchAlarmPart(Part):
    """An alarm on an expression of metrics."""

    name: str
    description: str
    expression: str = Field(description="Metric math: the utilization as a share.")
    metrics: tuple[AlarmMetricPart, ...]
    comparison: Literal["LessThanThreshold", "GreaterThanThreshold"]
    threshold: float
    period_seconds: int
    periods: int = Field(description="This many periods in a row have to be past the threshold.")


def utilization_alarm(
    stack: str, review: ReviewPart, services: Sequence[WatchedService]
) -> CloudWatchAlarmPart | None:
    """Return the alarm of a stack; None where no utilization changes the answer.

    ``services`` are all services of the stack, or none where an engine cannot be watched.
    """
    wire = next((wire for wire in review.tripwires if wire.kind == "utilization"), None)
    if wire is None or wire.threshold is None or not services:
        return None
    metrics = tuple(
        AlarmMetricPart(
            id=f"tokens{index}",
            namespace=NAMESPACE,
            metric=service.metrics.generation_tokens,
            dimensions={
                STACK_DIMENSION: stack,
                **({SERVICE_DIMENSION: service.name} if len(services) > 1 else {}),
            },
        )
        for index, service in enumerate(services)
    )
    terms = [
        f"{metric.id}/PERIOD({metric.id})/{number_text(service.fleet_tok_s)}"
        for metric, service in zip(metrics, services, strict=True)
    ]
    value = tripwire_value(wire, wire.threshold)
    return CloudWatchAlarmPart(
        name=f"tco-{stack}-utilization",
        description=f"The utilization of {stack} was {wire.direction} {value} on each of {DAYS} "
        f"days. There self-hosting costs the same as {review.against}: tco memo {stack}",
        expression=" + ".join(terms),
        metrics=metrics,
        comparison="LessThanThreshold" if wire.direction == "below" else "GreaterThanThreshold",
        threshold=wire.threshold,
        period_seconds=DAY_SECONDS,
        periods=DAYS,
    )
