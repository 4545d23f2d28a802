"""What tells people that money is spent: a budget at the planned figure, and an idle alarm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from tco.arrays import as_scalar
from tco.costing.fleet_operation import operate
from tco.costing.ledger import ledger
from tco.costing.lines import total
from tco.costing.stack import StackModel
from tco.iac.provision.agent import AGENT_NAMESPACE, GPU_METRIC, POOL_DIMENSION
from tco.iac.provision.arguments import GpuNodePoolArgs, short_name
from tco.plan.provision import Guardrails

__all__ = ["SpendGuardrails", "billed_by_aws_usd"]

BILLED = ("compute", "standby", "egress", "platform")
IDLE_BELOW_PERCENT = 10
IDLE_HOURS = 3
ALARMS: tuple[tuple[str, int], ...] = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""Share of the planned month, in percent, at which spent and forecast money alarms."""


def billed_by_aws_usd(stack: StackModel) -> float:
    """USD per month of the lines that AWS bills: no people, no API, nothing rented elsewhere."""
    provisioned = {pool.name for _, _, _, pool in stack.pools() if pool.provisioned}
    billed = (
        line
        for line in ledger(stack, operate(stack))
        if line.category in BILLED and (not line.pool or line.pool in provisioned)
    )
    return as_scalar(total(billed))


class SpendGuardrails(pulumi.ComponentResource):
    """A budget with actual and forecast alarms, and an alarm on idle GPUs for every pool.

    The budget counts what carries the tag `tco:stack`, which has to be activated as a cost
    allocation tag in the account's billing settings.
    """

    def __init__(
        self,
        stack: str,
        usd_per_month: float,
        pools: Sequence[GpuNodePoolArgs],
        terms: Guardrails,
        opts: pulumi.ResourceOptions | None = None,
        *,
        planned: bool = False,
    ) -> None:
        super().__init__("tco:iac:SpendGuardrails", stack, None, opts)
        self.planned = planned
        own = pulumi.ResourceOptions(parent=self)
        topic = terms.sns_topic_arn or _topic(stack, terms.budget_emails, own)
        _budget(stack, usd_per_month, terms, own)
        for pool in pools:
            _idle_alarm(stack, pool, topic, own)
        self.register_outputs({"topic": topic})


def _tags(stack: str) -> dict[str, str]:
    return {"tco:stack": stack}


def _topic(stack: str, emails: Sequence[str], opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Return a topic for the alarms; each address has to confirm its subscription once."""
    topic = aws.sns.Topic(
        "alarms", name=short_name("tco", stack, "alarms"), tags=_tags(stack), opts=opts
    )
    for index, email in enumerate(emails):
        aws.sns.TopicSubscription(
            f"alarms-{index}", topic=topic.arn, protocol="email", endpoint=email, opts=opts
        )
    return topic.arn


def _budget(
    stack: str, usd_per_month: float, terms: Guardrails, opts: pulumi.ResourceOptions
) -> None:
    hears: dict[str, Any] = {}
    if terms.budget_emails:
        hears["subscriber_email_addresses"] = list(terms.budget_emails)
    if terms.sns_topic_arn:
        hears["subscriber_sns_topic_arns"] = [terms.sns_topic_arn]
    notifications: list[Any] = [
        {
            "notification_type": kind,
            "comparison_operator": "GREATER_THAN",
            "threshold": percent,
            "threshold_type": "PERCENTAGE",
            **hears,
        }
        for kind, percent in ALARMS
    ]
    aws.budgets.Budget(
        "budget",
        name=short_name("tco", stack),
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=f"{usd_per_month:.2f}",
        limit_unit="USD",
        cost_filters=[{"name": "TagKeyValue", "values": [f"user:tco:stack${stack}"]}],
        notifications=notifications,
        tags=_tags(stack),
        opts=opts,
    )


def _idle_alarm(
    stack: str, pool: GpuNodePoolArgs, topic: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> None:
    """Declare an alarm for idle GPUs. Missing data is an alarm too, unless there may be no node."""
    never_empty = pool.min_nodes + pool.spare_nodes > 0
    aws.cloudwatch.MetricAlarm(
        f"{pool.pool}-idle",
        name=f"{pool.name}-idle",
        alarm_description=f"GPU utilization of {stack}/{pool.pool} is below {IDLE_BELOW_PERCENT}% "
        f"for {IDLE_HOURS} hours, or there is no metric.",
        namespace=AGENT_NAMESPACE,
        metric_name=GPU_METRIC,
        dimensions={POOL_DIMENSION: pool.name},
        statistic="Average",
        period=3600,
        evaluation_periods=IDLE_HOURS,
        comparison_operator="LessThanThreshold",
        threshold=IDLE_BELOW_PERCENT,
        treat_missing_data="breaching" if never_empty else "notBreaching",
        alarm_actions=[topic],
        ok_actions=[topic],
        region=pool.region,
        tags=_tags(stack),
        opts=opts,
    )
