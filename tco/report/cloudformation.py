"""The CloudWatch alarm of a plan as a CloudFormation template."""

from __future__ import annotations

import json
from typing import Any

from tco.documents.alerts import AlertsDocument
from tco.documents.cloudwatch_alarms import CloudWatchAlarmPart
from tco.errors import TcoError

__all__ = ["cloudformation_template"]

TOPIC = "Topic"


def cloudformation_template(document: AlertsDocument) -> str:
    """Return the template. Raises TcoError for a plan without an alarm."""
    alarm = document.cloudwatch
    if alarm is None:
        raise TcoError(
            f"{document.stack}: no utilization changes the answer, or the engine's metrics are "
            f"not known, so there is no alarm. `tco alerts {document.stack}` shows why."
        )
    topic = {"Type": "String", "Description": "ARN of the SNS topic that is notified"}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Tripwires of the stack {document.stack}, plan {document.plan_digest[:12]}",
        "Parameters": {TOPIC: topic},
        "Resources": {
            "Utilization": {"Type": "AWS::CloudWatch::Alarm", "Properties": _properties(alarm)}
        },
    }
    return json.dumps(template, indent=2) + "\n"


def _properties(alarm: CloudWatchAlarmPart) -> dict[str, Any]:
    result = {"Id": "utilization", "Expression": alarm.expression, "ReturnData": True}
    counters = [
        {
            "Id": metric.id,
            "MetricStat": {
                "Metric": {
                    "Namespace": metric.namespace,
                    "MetricName": metric.metric,
                    "Dimensions": [
                        {"Name": name, "Value": value} for name, value in metric.dimensions.items()
                    ],
                },
                "Period": alarm.period_seconds,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for metric in alarm.metrics
    ]
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "Metrics": [result, *counters],
        "ComparisonOperator": alarm.comparison,
        "Threshold": alarm.threshold,
        "EvaluationPeriods": alarm.periods,
        "DatapointsToAlarm": alarm.periods,
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Ref": TOPIC}],
        "OKActions": [{"Ref": TOPIC}],
    }
