"""``tco.alerts/1``: when to review a plan, and the rules that watch for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from tco.analysis.evaluation import Evaluation
from tco.analysis.served_load import ServedLoad, served_load, served_share
from tco.documents.alert_rules import AlertRulePart, WatchedService, alert_rules
from tco.documents.cloudwatch_alarms import (
    SERVICE_DIMENSION,
    CloudWatchAlarmPart,
    utilization_alarm,
)
from tco.documents.document import Document, Part
from tco.documents.review import ReviewPart, review_part
from tco.serving_metrics import SERVING_METRICS, ServingMetrics, metrics_of

__all__ = ["AlertsDocument", "MetricsPart", "WatchedServicePart", "alerts_document"]


class MetricsPart(Part):
    """The metrics of an engine that the rules read."""

    path: str = Field(description="Where the engine's server exposes them.")
    prompt_tokens: str
    generation_tokens: str
    since: str = Field(description="The first version that has them; empty for all current ones.")
    source: str


class WatchedServicePart(Part):
    """A service, its engine, and what its counters are divided by."""

    name: str
    engine: str
    metrics: MetricsPart | None = Field(description="Null for an engine whose metrics are unknown.")
    labels: dict[str, str] = Field(description="The labels by which the series are chosen.")
    output_tok_s: float = Field(description="The mean output of its nodes in the plan.")
    fleet_tok_s: float | None = Field(
        description="The output at which it alone would fill the whole fleet; its share of the "
        "utilization is the measured output over this."
    )


class AlertsDocument(Document):
    """What ``tco alerts --format json`` prints."""

    schema_: Literal["tco.alerts/1"] = Field(default="tco.alerts/1", alias="schema")
    stack: str
    file: str
    pricing_day: dt.date
    today: dt.date
    plan_digest: str
    review: ReviewPart
    services: tuple[WatchedServicePart, ...]
    served_share: float = Field(description="Share of the tokens that the plan's nodes serve.")
    rules: tuple[AlertRulePart, ...] = Field(description="Alert rules for Prometheus.")
    cloudwatch: CloudWatchAlarmPart | None = Field(
        description="The alarm for CloudWatch; null where no utilization changes the answer."
    )
    unwatched: tuple[str, ...] = Field(description="What no rule watches, and what does instead.")


def alerts_document(
    result: Evaluation,
    engine: str | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> AlertsDocument:
    """Return the alerts of an evaluated plan.

    Args:
        result: The evaluation.
        engine: What serves in place of the engine of the plan.
        labels: The labels of each service's series.
    """
    stack, review, share = result.stack.name, review_part(result), served_share(result)
    chosen = labels or {}
    services = tuple(
        _service(load, engine, chosen.get(load.service), several=len(result.fleets) > 1)
        for load in served_load(result)
    )
    watched = [found for found in map(_watched, services) if found is not None]
    complete = watched if len(watched) == len(services) else []
    return AlertsDocument(
        stack=stack,
        file=result.stack.file,
        pricing_day=result.stack.day,
        today=result.today,
        plan_digest=result.stack.source.digest,
        review=review,
        services=services,
        served_share=share,
        rules=alert_rules(stack, review, complete, share),
        cloudwatch=utilization_alarm(stack, review, complete),
        unwatched=tuple(_unwatched(stack, review, services)),
    )


def _service(
    load: ServedLoad, engine: str | None, labels: Mapping[str, str] | None, *, several: bool
) -> WatchedServicePart:
    name = engine or load.engine
    metrics = metrics_of(name)
    apart = {SERVICE_DIMENSION: load.service} if several else {}
    return WatchedServicePart(
        name=load.service,
        engine=name,
        metrics=None if metrics is None else _metrics(metrics),
        labels=dict(labels) if labels else apart,
        output_tok_s=load.output_tok_s,
        fleet_tok_s=load.fleet_tok_s,
    )


def _metrics(metrics: ServingMetrics) -> MetricsPart:
    return MetricsPart(
        path=metrics.path,
        prompt_tokens=metrics.prompt_tokens,
        generation_tokens=metrics.generation_tokens,
        since=metrics.since,
        source=metrics.source,
    )


def _watched(service: WatchedServicePart) -> WatchedService | None:
    metrics = metrics_of(service.engine)
    if metrics is None or service.fleet_tok_s is None:
        return None
    return WatchedService(
        name=service.name, metrics=metrics, labels=service.labels, fleet_tok_s=service.fleet_tok_s
    )


def _unwatched(
    stack: str, review: ReviewPart, services: tuple[WatchedServicePart, ...]
) -> list[str]:
    """Return what no rule watches, and what does instead."""
    texts: list[str] = []
    if review.tripwires:
        texts.append(
            "Prometheus does not know prices. Run `tco prices refresh` and "
            f"`tco gate {stack}` on a schedule: the exit code of the gate shows the answer."
        )
    known = ", ".join(SERVING_METRICS)
    for service in services:
        if service.metrics is None:
            texts.append(
                f"{service.name}: no metrics are known for {service.engine}. "
                f"Name the engine that you run with --engine: {known}."
            )
        elif service.fleet_tok_s is None:
            texts.append(f"{service.name}: its nodes serve nothing in the plan.")
        elif service.metrics.since:
            texts.append(f"{service.engine} counts tokens since version {service.metrics.since}.")
    return texts
