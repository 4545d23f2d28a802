"""What the program imports while it runs: a language host that is forked has it already."""

from __future__ import annotations

from importlib import import_module

import pulumi_aws as aws

for name in (
    *("analysis.evaluate", "catalog.embedded", "resolve.resolver"),
    *("iac.gated_program", "iac.enforce.judgement", "iac.provision.annotations"),
):
    import_module(f"tco.{name}")

RESOURCES = (
    *(aws.autoscaling.Group, aws.budgets.Budget, aws.cloudwatch.MetricAlarm),
    *(aws.ec2.LaunchTemplate, aws.eks.NodeGroup, aws.iam.Role, aws.sns.Topic),
)
"""A class of each service: its modules are imported when one of its names is read."""
