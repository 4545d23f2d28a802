"""Budget and alarms on the SDK's mocks: at the planned figure, and heard by those who are named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned
from tests.iac.mocked_engine import Deployment, deploy

TOPIC = "arn:aws:sns:us-east-1:123456789012:spend"
EMAILS = ["gpu-spend@example.com", "cfo@example.com"]


def guarded(lab: Lab, guardrails: Keys, pools: Keys | None = None, **plan: Any) -> Deployment:
    """What a stack of one node on demand, $14,600 a month, declares."""
    lab.stack(
        pools or {"main": {**ON_DEMAND, "nodes": 1}},
        provision={"kind": "asg", "subnets": ["subnet-1"]},
        guardrails=guardrails,
        gate={"level": "advisory"},
        **plan,
    )
    return deploy(lab)


def test_the_budget_is_what_aws_bills_as_planned(lab: Lab) -> None:
    """People and nodes that are owned are in the plan's month and on no invoice of AWS."""
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}, "own": owned(300_000)}
    found = guarded(lab, {"budget_emails": EMAILS}, pools, ops={"fte": 1})
    [budget] = found.of_kind("Budget").values()
    assert (budget["limitAmount"], budget["limitUnit"]) == ("14600.00", "USD")
    assert budget["timeUnit"] == "MONTHLY"
    assert found.record["usd_per_month"] > 14_600
    [filtered] = budget["costFilters"]
    assert filtered == {"name": "TagKeyValue", "values": ["user:tco:stack$one"]}


def test_the_budget_alarms_on_money_spent_and_on_money_forecast(lab: Lab) -> None:
    """A forecast says so weeks before the money is gone."""
    [budget] = guarded(lab, {"budget_emails": EMAILS}).of_kind("Budget").values()
    assert [(one["notificationType"], one["threshold"]) for one in budget["notifications"]] == [
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    assert all(one["thresholdType"] == "PERCENTAGE" for one in budget["notifications"])


@pytest.mark.parametrize("guardrails", [{"budget_emails": EMAILS}, {"sns_topic_arn": TOPIC}])
def test_those_who_are_named_hear_of_budget_and_idle_nodes(lab: Lab, guardrails: Keys) -> None:
    """Addresses get a topic of their own; a topic that is named is used."""
    found = guarded(lab, guardrails)
    emails = guardrails.get("budget_emails")
    [budget] = found.of_kind("Budget").values()
    for one in budget["notifications"]:
        assert one.get("subscriberEmailAddresses") == emails
        assert one.get("subscriberSnsTopicArns") == (None if emails else [TOPIC])
    subscribed = [one["endpoint"] for one in found.of_kind("TopicSubscription").values()]
    assert sorted(subscribed) == sorted(emails or [])
    assert len(found.of_kind("Topic")) == (1 if emails else 0)
    [alarm] = found.of_kind("MetricAlarm").values()
    assert alarm["alarmActions"] == alarm["okActions"] == ["arn:alarms" if emails else TOPIC]


def test_every_running_pool_has_an_alarm_on_idle_gpus(lab: Lab) -> None:
    """No data is an alarm where a node always runs, and none where there may be no node."""
    pools: Keys = {
        "base": {**ON_DEMAND, "nodes": 1},
        "burst": {**ON_DEMAND, "nodes": {**FOLLOWING, "max": 2}},
    }
    alarms = guarded(lab, {"budget_emails": EMAILS}, pools).of_kind("MetricAlarm")
    assert {name: alarm["treatMissingData"] for name, alarm in alarms.items()} == {
        "base-idle": "breaching",
        "burst-idle": "notBreaching",
    }
    assert {alarm["name"] for alarm in alarms.values()} == {
        "tco-one-base-idle",
        "tco-one-burst-idle",
    }
    for name, alarm in alarms.items():
        assert (alarm["threshold"], alarm["evaluationPeriods"], alarm["period"]) == (10, 3, 3600)
        assert list(alarm["dimensions"].values()) == [f"tco-one-{name.removesuffix('-idle')}"]
