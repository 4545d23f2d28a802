"""`pulumi up` with the gate open: what the plan says is what exists in the cloud."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.engine.conftest import Cloud
from tests.engine.plans import RESERVED, SPOT, Keys, on_demand, opened, plan
from tests.engine.project import Project


def tags_of(resource: Keys) -> dict[str, str]:
    """Tags in a list of keys and values."""
    return {tag["Key"]: tag["Value"] for tag in resource["Tags"]}


@pytest.fixture
def groups(project: Project, cloud: Cloud) -> dict[str, Any]:
    """Auto Scaling groups of a reserved pool with a spare and of a spot pool, brought up."""
    standby: Keys = {"standby": {"pool": "base", "nodes": 1}}
    given = plan({"base": RESERVED, "burst": SPOT}, cloud.subnets, service=standby)
    project.stack(opened(given))
    project.init()
    project.done("up", "--yes", "--skip-preview", "--stack", "dev")
    return {group["AutoScalingGroupName"]: group for group in cloud.scaling_groups()}


def template_of(cloud: Cloud, group: Keys) -> Keys:
    """The launch template's data at the version that a group runs."""
    named = (
        group.get("LaunchTemplate")
        or (group["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"])
    )
    found = cloud.client("ec2").describe_launch_template_versions(
        LaunchTemplateId=named["LaunchTemplateId"], Versions=[named["Version"]]
    )
    return found["LaunchTemplateVersions"][0]["LaunchTemplateData"]


def test_scaling_groups_hold_what_the_plan_declares_until_they_are_destroyed(
    project: Project, cloud: Cloud, groups: dict[str, Any]
) -> None:
    """A pool of another size, type or purchase option than planned costs another sum."""
    base, burst = groups["tco-dev-base"], groups["tco-dev-burst"]
    assert (base["MinSize"], base["MaxSize"], base["DesiredCapacity"]) == (2, 2, 2)
    assert (burst["MinSize"], burst["MaxSize"]) == (0, 2)
    assert burst["MixedInstancesPolicy"]["InstancesDistribution"] == {
        "OnDemandBaseCapacity": 0,
        "OnDemandPercentageAboveBaseCapacity": 0,
        "SpotAllocationStrategy": "price-capacity-optimized",
    }
    for pool, purchase, group in (("base", "reserved", base), ("burst", "spot", burst)):
        wanted = {"stack": "dev", "service": "chat", "pool": pool, "purchase": purchase}
        assert (
            tags_of(group).items() >= {f"tco:{key}": value for key, value in wanted.items()}.items()
        )
        template = template_of(cloud, group)
        assert template["InstanceType"] == "p5.48xlarge"
        assert template["MetadataOptions"]["HttpTokens"] == "required"
        assert template["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
        assert "nvidia-driver-gpu" in template["ImageId"]
        assert "nvidia_gpu" in base64.b64decode(template["UserData"]).decode()
    [reservation] = [call for call in project.calls() if "capacityReservation" in call["type"]]
    assert reservation["inputs"]["instanceCount"] == 2
    target = template_of(cloud, base)["CapacityReservationSpecification"]
    assert target["CapacityReservationTarget"]["CapacityReservationId"].startswith("cr-")

    again = project.done("preview", "--stack", "dev", "--expect-no-changes")
    assert "20 unchanged" in again.out
    project.done("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert cloud.scaling_groups() == []
    assert len(project.calls("create")) == len(project.calls("delete"))


def test_budget_and_idle_alarms_go_with_the_pools(
    project: Project, cloud: Cloud, groups: dict[str, Any]
) -> None:
    """An idle GPU is the most expensive way to run a model; someone has to be notified of it."""
    budgets = cloud.client("budgets").describe_budgets(AccountId="123456789012")["Budgets"]
    [budget] = [budget for budget in budgets if budget["BudgetName"] == "tco-dev"]
    assert budget["CostFilters"] == {"TagKeyValue": ["user:tco:stack$dev"]}
    total = project.output("tco")["usd_per_month"]
    assert 0 < float(budget["BudgetLimit"]["Amount"]) < total
    alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    missing = {alarm["AlarmName"]: alarm["TreatMissingData"] for alarm in alarms}
    assert missing == {
        "tco-dev-base-idle": "breaching",
        "tco-dev-burst-idle": "notBreaching",  # it may have no node at all
    }
    topics = cloud.client("sns").list_subscriptions()["Subscriptions"]
    assert [topic["Endpoint"] for topic in topics] == ["gpu-spend@example.com"]


def test_node_groups_join_the_cluster_with_their_purchase_option(
    project: Project, cloud: Cloud
) -> None:
    """On EKS a spot pool's spares are on demand: a spot node is no spare."""
    cloud.client("eks").create_cluster(
        name="ml-prod",
        roleArn="arn:aws:iam::123456789012:role/cluster",
        resourcesVpcConfig={"subnetIds": cloud.subnets},
    )
    given = plan(
        {"main": on_demand(1), "burst": SPOT},
        cloud.subnets,
        service={"standby": {"pool": "burst", "nodes": 1}},
        provision={"kind": "eks", "cluster": "ml-prod", "subnets": cloud.subnets},
        guardrails=False,
    )
    project.stack(opened(given))
    project.init()
    project.done("up", "--yes", "--skip-preview", "--stack", "dev")
    eks = cloud.client("eks")
    found = {
        name: eks.describe_nodegroup(clusterName="ml-prod", nodegroupName=name)["nodegroup"]
        for name in eks.list_nodegroups(clusterName="ml-prod")["nodegroups"]
    }
    sizes = {
        name: (
            group["capacityType"],
            group["scalingConfig"]["minSize"],
            group["scalingConfig"]["maxSize"],
        )
        for name, group in found.items()
    }
    assert sizes == {
        "tco-dev-main-p5-48xlarge-ON-DEMAND": ("ON_DEMAND", 1, 1),
        "tco-dev-burst-p5-48xlarge-SPOT": ("SPOT", 0, 2),
        "tco-dev-burst-spare-p5-48xlarge-ON-DEMAND": ("ON_DEMAND", 1, 1),
    }
    main = found["tco-dev-main-p5-48xlarge-ON-DEMAND"]
    assert main["amiType"] == "AL2023_x86_64_NVIDIA"
    assert main["taints"] == [{"key": "nvidia.com/gpu", "value": "true", "effect": "NO_SCHEDULE"}]
    assert main["labels"]["tco/pool"] == "main"
    assert main["tags"]["tco:stack"] == "dev"
    assert [call["type"] for call in project.calls() if "budget" in call["type"]] == []


def test_a_tripwire_is_an_alarm_on_what_the_engine_counts(project: Project, cloud: Cloud) -> None:
    """A fleet that wins at its planned utilization is watched for the one at which it loses."""
    given = plan(
        {"main": on_demand(1)},
        cloud.subnets,
        alternatives={"only": ["openai/gpt-5.5-us"]},
        ops={"fte": 0.1},
        guardrails={"budget_emails": ["gpu-spend@example.com"], "tripwires": True},
    )
    project.stack(opened(given))
    project.init()
    project.done("up", "--yes", "--skip-preview", "--stack", "dev")
    alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    [alarm] = [alarm for alarm in alarms if alarm["AlarmName"] == "tco-dev-utilization"]
    assert alarm["ComparisonOperator"] == "LessThanThreshold"
    assert 0 < alarm["Threshold"] < 1
    by_id = {query["Id"]: query for query in alarm["Metrics"]}
    counted = by_id["tokens0"]["MetricStat"]
    assert counted["Metric"]["MetricName"] == "vllm:generation_tokens_total"
    assert counted["Metric"]["Dimensions"] == [{"Name": "tco_stack", "Value": "dev"}]
    assert (counted["Period"], counted["Stat"]) == (86_400, "Sum")
    assert by_id["utilization"]["Expression"].startswith("tokens0/PERIOD(tokens0)/")
    again = project.done("preview", "--stack", "dev", "--expect-no-changes")
    assert "unchanged" in again.out
