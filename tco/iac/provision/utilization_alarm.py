"""The alarm at the utilization at which a plan's answer changes, as a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from tco.iac.provision.arguments import short_name

if TYPE_CHECKING:  # loaded by a plan that has tripwires
    from tco.documents.cloudwatch_alarms import CloudWatchAlarmPart

__all__ = ["utilization_alarm"]


def utilization_alarm(
    stack: str,
    alarm: CloudWatchAlarmPart,
    topic: pulumi.Input[str],
    *,
    opts: pulumi.ResourceOptions,
    region: str | None,
) -> None:
    """Declare the alarm of a stack; a day without the metric is no alarm."""
    queries: list[Any] = [
        {
            "id": "utilization",
            "expression": alarm.expression,
            "label": f"utilization of {stack}",
            "return_data": True,
        }
    ]
    queries += [
        {
            "id": metric.id,
            "metric": {
                "namespace": metric.namespace,
                "metric_name": metric.metric,
                "dimensions": metric.dimensions,
                "period": alarm.period_seconds,
                "stat": "Sum",
            },
        }
        for metric in alarm.metrics
    ]
    aws.cloudwatch.MetricAlarm(
        "utilization",
        name=short_name("tco", stack, "utilization"),
        alarm_description=alarm.description,
        metric_queries=queries,
        comparison_operator=alarm.comparison,
        threshold=alarm.threshold,
        evaluation_periods=alarm.periods,
        datapoints_to_alarm=alarm.periods,
        treat_missing_data="notBreaching",
        alarm_actions=[topic],
        ok_actions=[topic],
        region=region,
        tags={"tco:stack": stack},
        opts=opts,
    )
