"""The CloudFormation template of an alarm holds what AWS's own model of the API takes."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest

from tco.documents.alerts import alerts_document
from tco.errors import TcoError
from tco.report.cloudformation import cloudformation_template
from tests.conftest import ON_DEMAND, Lab
from tests.report.test_alerts import document, two_services

boto: Any = import_module("botocore.session")
validate: Any = import_module("botocore.validate")
LONGEST_SECONDS = 7 * 86_400
"""What an alarm may look at, says PutMetricAlarm's own documentation."""


def put_metric_alarm() -> Any:
    """What PutMetricAlarm takes, in AWS's own model."""
    model = boto.get_session().get_service_model("cloudwatch")
    return model.operation_model("PutMetricAlarm").input_shape


def properties(text: str) -> dict[str, Any]:
    """The properties of the one alarm of a template."""
    template = json.loads(text)
    assert template["AWSTemplateFormatVersion"] == "2010-09-09"
    [resource] = template["Resources"].values()
    assert resource["Type"] == "AWS::CloudWatch::Alarm"
    assert resource["Properties"]["AlarmActions"] == [{"Ref": "Topic"}]
    assert set(template["Parameters"]) == {"Topic"}
    return dict(resource["Properties"])


@pytest.mark.parametrize("services", [1, 2])
def test_the_alarm_is_what_aws_takes(lab: Lab, services: int) -> None:
    """A property of CloudFormation's alarm has the name of PutMetricAlarm's parameter."""
    shown = document(lab) if services == 1 else two_services(lab)
    found = properties(cloudformation_template(shown))
    topic = "arn:aws:sns:us-east-1:123456789012:spend"
    taken = put_metric_alarm()
    validate.validate_parameters({**found, "AlarmActions": [topic], "OKActions": [topic]}, taken)
    assert set(found) <= set(taken.members)
    result, *counters = found["Metrics"]
    assert result["ReturnData"]
    assert len(counters) == services
    for counter in counters:
        assert counter["Id"] in result["Expression"]
        assert counter["MetricStat"]["Period"] * found["EvaluationPeriods"] <= LONGEST_SECONDS
    dimensions = [counter["MetricStat"]["Metric"]["Dimensions"] for counter in counters]
    names = [{alarm["Name"] for alarm in each} for each in dimensions]
    assert names == [{"tco_stack"} if services == 1 else {"tco_stack", "tco_service"}] * services


def test_a_plan_that_no_utilization_changes_has_no_alarm(lab: Lab) -> None:
    """An empty template would be refused by AWS; the command says what is missing."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=[])
    with pytest.raises(TcoError, match="so there is no alarm"):
        cloudformation_template(alerts_document(lab.evaluate()))
