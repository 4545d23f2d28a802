"""Budget and alarms on the SDK's mocks: at the planned figure, received by those named."""

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
    assert [
        (notification["notificationType"], notification["threshold"])
        for notification in budget["notifications"]
    ] == [
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    assert all(
        notification["thresholdType"] == "PERCENTAGE" for notification in budget["notifications"]
    )


@pytest.mark.parametrize("guardrails", [{"budget_emails": EMAILS}, {"sns_topic_arn": TOPIC}])
def test_those_who_are_named_are_notified_of_budget_and_idle_nodes(
    lab: Lab, guardrails: Keys
) -> None:
    """Addresses get a topic of their own; a topic that is named is used."""
    found = guarded(lab, guardrails)
    emails = guardrails.get("budget_emails")
    [budget] = found.of_kind("Budget").values()
    for notification in budget["notifications"]:
        assert notification.get("subscriberEmailAddresses") == emails
        assert notification.get("subscriberSnsTopicArns") == (None if emails else [TOPIC])
    subscribed = [
        subscription["endpoint"] for subscription in found.of_kind("TopicSubscription").values()
    ]
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


def watched(lab: Lab, *, load: float = 0.9, tripwires: bool = True, **plan: Any) -> Deployment:
    """One node at $20 an hour against an API at $7 per 1M: above a load of 0.79 it wins."""
    lab.workload(requests_per_month=load * 730 * 3600)
    prices: list[Keys] = [{"api": "mid/api", "input_usd_per_mtok": 7, "output_usd_per_mtok": 7}]
    plan = {
        "prices": [lab.book("prices", prices=prices)],
        "alternatives": ["mid/api"],
        **plan,
    }
    return guarded(lab, {"budget_emails": EMAILS, "tripwires": tripwires}, **plan)


def test_tripwires_are_watched_on_request_alone(lab: Lab) -> None:
    """An alarm and its metric cost money, so a plan asks for them."""
    found = watched(lab, tripwires=False)
    assert "utilization" not in found.of_kind("MetricAlarm")
    [budget] = found.of_kind("Budget").values()
    assert len(budget["notifications"]) == 3


def test_the_utilization_alarm_measures_what_the_plan_means(lab: Lab) -> None:
    """A day of the planned output gives the planned utilization; a week of less is an alarm."""
    alarm = watched(lab).of_kind("MetricAlarm")["utilization"]
    expression, counter = alarm["metricQueries"]
    assert counter["metric"] == {
        "namespace": "tco",
        "metricName": "vllm:generation_tokens_total",
        "dimensions": {"tco_stack": "one"},
        "period": 86_400,
        "stat": "Sum",
    }
    assert expression["returnData"] is True
    assert expression["expression"] == f"{counter['id']}/PERIOD({counter['id']})/100"
    assert 0.9 * 100 * 86_400 / counter["metric"]["period"] / 100 == pytest.approx(0.9)
    assert alarm["threshold"] == pytest.approx((20 + 0.4 / 730) / 3.6 / 7)
    assert alarm["comparisonOperator"] == "LessThanThreshold"
    assert (alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == (7, 7)
    assert alarm["treatMissingData"] == "notBreaching"
    assert alarm["alarmActions"] == ["arn:alarms"]
    assert alarm["name"] == "tco-one-utilization"


def test_the_budget_knows_the_spending_at_which_self_hosting_loses(lab: Lab) -> None:
    """At the node's break-even price the month costs what the API costs."""
    [budget] = watched(lab).of_kind("Budget").values()
    *planned, last = budget["notifications"]
    assert [threshold_alarm["threshold"] for threshold_alarm in planned] == [80, 100, 100]
    assert last["notificationType"] == "FORECASTED"
    node = 0.9 * 3.6 * 7 - 0.4 / 730  # the alarm and its metric are paid too
    assert last["threshold"] == pytest.approx(100 * (node * 730 + 0.4) / 14_600.4, abs=0.1)


def test_a_plan_that_loses_is_watched_for_what_would_make_it_win(lab: Lab) -> None:
    """There is no spending at which it begins to lose."""
    found = watched(lab, load=0.5)
    alarm = found.of_kind("MetricAlarm")["utilization"]
    assert alarm["comparisonOperator"] == "GreaterThanThreshold"
    [budget] = found.of_kind("Budget").values()
    assert len(budget["notifications"]) == 3


def test_the_alarm_and_its_metric_are_in_the_plan(lab: Lab) -> None:
    """What watches the plan is a line of it, for each service."""
    before = watched(lab, tripwires=False).record["usd_per_month"]
    assert watched(lab).record["usd_per_month"] - before == pytest.approx(0.1 + 0.3)


def test_an_alarm_reads_one_region(lab: Lab) -> None:
    """Metric math does not add the metrics of two regions."""
    rows: list[Keys] = [{"instance": "box.8x", "region": "r2", "usd_per_hour": 20}]
    pools: Keys = {
        "main": {**ON_DEMAND, "nodes": 1},
        "far": {**ON_DEMAND, "region": "r2", "nodes": 1},
    }
    keys: Keys = {"prices": [lab.book("far", prices=rows)]}
    found = guarded(lab, {"budget_emails": EMAILS, "tripwires": True}, pools, **keys)
    assert "an alarm reads one region, and the pools are in r1 and r2" in found.failed
