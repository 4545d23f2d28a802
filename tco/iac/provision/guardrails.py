"""What notifies people that money is spent: a budget at the planned figure, and alarms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from tco.iac.provision.agent import AGENT_NAMESPACE, GPU_METRIC, POOL_DIMENSION
from tco.iac.provision.arguments import GpuNodePoolArgs, short_name
from tco.iac.provision.utilization_alarm import utilization_alarm
from tco.plan.provision import Guardrails

if TYPE_CHECKING:  # loaded by a plan that has tripwires
    from tco.iac.provision.tripwire_limits import TripwireLimits

__all__ = ["SpendGuardrails"]

IDLE_BELOW_PERCENT = 10
IDLE_HOURS = 3
ALARMS: tuple[tuple[str, int], ...] = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""Share of the planned month, in percent, at which spent and forecast money alarms."""


class SpendGuardrails(pulumi.ComponentResource):
    """A budget with actual and forecast alarms, and an alarm on idle GPUs for every pool.

    With ``limits`` there is a notification at the spending, and an alarm at the utilization, at
    which the plan's answer changes. The budget counts what carries the tag `tco:stack`, which has
    to be activated as a cost allocation tag in the account's billing settings.
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
        limits: TripwireLimits | None = None,
    ) -> None:
        super().__init__("tco:iac:SpendGuardrails", stack, None, opts)
        self.planned = planned
        own = pulumi.ResourceOptions(parent=self)
        topic = terms.sns_topic_arn or _topic(stack, terms.budget_emails, own)
        most = limits.usd_per_month if limits is not None else None
        _budget(stack, usd_per_month, terms, own, break_even_usd=most)
        for pool in pools:
            _idle_alarm(stack, pool, topic, own)
        if limits is not None and limits.alarm is not None:
            utilization_alarm(stack, limits.alarm, topic, opts=own, region=pools[0].region)
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
    stack: str,
    usd_per_month: float,
    terms: Guardrails,
    opts: pulumi.ResourceOptions,
    *,
    break_even_usd: float | None,
) -> None:
    alarms: list[tuple[str, float]] = list(ALARMS)
    if break_even_usd is not None:
        alarms.append(("FORECASTED", round(100 * break_even_usd / usd_per_month, 1)))
    recipients: dict[str, Any] = {}
    if terms.budget_emails:
        recipients["subscriber_email_addresses"] = list(terms.budget_emails)
    if terms.sns_topic_arn:
        recipients["subscriber_sns_topic_arns"] = [terms.sns_topic_arn]
    notifications: list[Any] = [
        {
            "notification_type": kind,
            "comparison_operator": "GREATER_THAN",
            "threshold": percent,
            "threshold_type": "PERCENTAGE",
            **recipients,
        }
        for kind, percent in alarms
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
