"""How the stand-in AWS provider turns resources into calls of moto."""

from __future__ import annotations

import functools
import os
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

__all__ = ["OUTPUTS", "RECORDED", "REPLACED", "UNKNOWN", "create", "delete", "exists", "update"]

Inputs = dict[str, Any]
Made = tuple[str, Inputs]

ACCOUNT = "123456789012"
UNKNOWN = "<unknown>"

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
SCALING_GROUP = "aws:autoscaling/group:Group"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"
PLACEMENT = "aws:ec2/placementGroup:PlacementGroup"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
PROFILE = "aws:iam/instanceProfile:InstanceProfile"
BUDGET = "aws:budgets/budget:Budget"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

RECORDED = {
    RESERVATION: "moto has no capacity reservations",
    PLACEMENT: "moto has no placement groups",
    ATTACHMENT: "moto knows no policies of AWS's own unless it loads all of them",
}
"""Resources that only leave a line in the log, once botocore accepts their parameters."""

OUTPUTS = {"arn", "id", "latestVersion", "uniqueId"}

REPLACED: Mapping[str, tuple[str, ...]] = {
    LAUNCH_TEMPLATE: ("name",),
    SCALING_GROUP: ("name",),
    NODE_GROUP: (
        *("amiType", "capacityType", "clusterName", "instanceTypes", "nodeGroupName"),
        *("nodeRoleArn", "subnetIds"),
    ),
    RESERVATION: ("availabilityZone", "instancePlatform", "instanceType"),
    PLACEMENT: ("name", "strategy"),
    ROLE: ("name",),
    ATTACHMENT: ("policyArn", "role"),
    PROFILE: ("name",),
    BUDGET: ("name",),
    ALARM: ("name",),
    TOPIC: ("name",),
    SUBSCRIPTION: ("endpoint", "protocol", "topic"),
}
"""Properties that AWS cannot change in place."""


@functools.cache
def client(service: str) -> Any:
    """A client of moto's server."""
    return boto3.client(service, endpoint_url=os.environ["TCO_TEST_AWS"], region_name="us-east-1")


def create(token: str, inputs: Inputs) -> Made:
    """Create a resource: its id, and what AWS adds to its inputs."""
    return CREATE[token](inputs)


def update(token: str, identity: str, old: Inputs, new: Inputs) -> Inputs:
    """Update a resource: what AWS adds to its inputs."""
    kept = {key: value for key, value in old.items() if key in OUTPUTS}
    return {**kept, **UPDATE.get(token, _unchanged)(identity, new)}


def delete(token: str, identity: str, inputs: Inputs) -> None:
    """Delete a resource."""
    if token in DELETE:
        DELETE[token](identity, inputs)


def exists(token: str, identity: str, inputs: Inputs) -> bool:
    """Whether a resource is there, for the kinds that a test takes away behind Pulumi's back."""
    try:
        if token == SCALING_GROUP:
            found = client("autoscaling").describe_auto_scaling_groups(
                AutoScalingGroupNames=[inputs["name"]]
            )
            return bool(found["AutoScalingGroups"])
    except ClientError:
        return False
    return bool(identity)


def titled(key: str) -> str:
    """A key as most of AWS's APIs write it."""
    return f"{key[0].upper()}{key[1:]}"


def pascal(value: Any) -> Any:
    """Keys as most of AWS's APIs write them, texts that stand for booleans as booleans."""
    if isinstance(value, dict):
        return {titled(key): pascal(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [pascal(inner) for inner in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as a list of keys and values."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def checked(service: str, operation: str, parameters: Inputs) -> None:
    """Refuse what botocore's model of the service does not allow."""
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    report: Any = ParamValidator().validate(parameters, shape)
    if report.has_errors():
        raise ValueError(report.generate_report())


def _template_data(inputs: Inputs) -> Inputs:
    apart = ("name", "tags", "updateDefaultVersion", "tagSpecifications")
    data = pascal({key: value for key, value in inputs.items() if key not in apart})
    data["TagSpecifications"] = [
        {"ResourceType": figure["resourceType"], "Tags": pairs(figure["tags"])}
        for figure in inputs["tagSpecifications"]
    ]
    return data


def _create_template(inputs: Inputs) -> Made:
    made = client("ec2").create_launch_template(
        LaunchTemplateName=inputs["name"],
        LaunchTemplateData=_template_data(inputs),
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": pairs(inputs["tags"])}],
    )["LaunchTemplate"]
    return made["LaunchTemplateId"], {"latestVersion": made["LatestVersionNumber"]}


def _update_template(identity: str, inputs: Inputs) -> Inputs:
    made = client("ec2").create_launch_template_version(
        LaunchTemplateId=identity, LaunchTemplateData=_template_data(inputs)
    )["LaunchTemplateVersion"]
    return {"latestVersion": made["VersionNumber"]}


def _delete_template(identity: str, inputs: Inputs) -> None:
    client("ec2").delete_launch_template(LaunchTemplateId=identity)


def _group_parameters(inputs: Inputs) -> Inputs:
    parameters: Inputs = {
        "AutoScalingGroupName": inputs["name"],
        "MinSize": inputs["minSize"],
        "MaxSize": inputs["maxSize"],
        "VPCZoneIdentifier": ",".join(inputs["vpcZoneIdentifiers"]),
    }
    if "desiredCapacity" in inputs:
        parameters["DesiredCapacity"] = inputs["desiredCapacity"]
    if "launchTemplate" in inputs:
        template = inputs["launchTemplate"]
        parameters["LaunchTemplate"] = {
            "LaunchTemplateId": template["id"],
            "Version": template["version"],
        }
    if "mixedInstancesPolicy" in inputs:
        parameters["MixedInstancesPolicy"] = pascal(inputs["mixedInstancesPolicy"])
        parameters["CapacityRebalance"] = inputs["capacityRebalance"]
    return parameters


def _create_group(inputs: Inputs) -> Made:
    if exists(SCALING_GROUP, "", inputs):  # AWS refuses it, moto forgets the first
        raise ValueError(f"AlreadyExists: there is a group named {inputs['name']}")
    tags = pascal(inputs["tags"])
    client("autoscaling").create_auto_scaling_group(**_group_parameters(inputs), Tags=tags)
    return inputs["name"], {"arn": f"arn:aws:autoscaling:us-east-1:{ACCOUNT}:{inputs['name']}"}


def _update_group(identity: str, inputs: Inputs) -> Inputs:
    client("autoscaling").update_auto_scaling_group(**_group_parameters(inputs))
    named = {"ResourceId": identity, "ResourceType": "auto-scaling-group"}
    tags = [{**tag, **named} for tag in pascal(inputs["tags"])]
    client("autoscaling").create_or_update_tags(Tags=tags)
    return {}


def _delete_group(identity: str, inputs: Inputs) -> None:
    client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=identity, ForceDelete=True)


def _create_node_group(inputs: Inputs) -> Made:
    apart = {"nodeGroupName", "nodeRoleArn", "subnetIds"}
    parameters = {key: value for key, value in inputs.items() if key not in apart}
    made = client("eks").create_nodegroup(
        nodegroupName=inputs["nodeGroupName"],
        nodeRole=inputs["nodeRoleArn"],
        subnets=inputs["subnetIds"],
        **parameters,
    )["nodegroup"]
    return f"{inputs['clusterName']}:{inputs['nodeGroupName']}", {"arn": made["nodegroupArn"]}


def _update_node_group(identity: str, inputs: Inputs) -> Inputs:
    checked(
        "eks",
        "UpdateNodegroupConfig",
        {
            "clusterName": inputs["clusterName"],
            "nodegroupName": inputs["nodeGroupName"],
            "scalingConfig": inputs["scalingConfig"],
        },
    )
    return {}


def _delete_node_group(identity: str, inputs: Inputs) -> None:
    client("eks").delete_nodegroup(
        clusterName=inputs["clusterName"], nodegroupName=inputs["nodeGroupName"]
    )


def _create_reservation(inputs: Inputs) -> Made:
    parameters = pascal({key: value for key, value in inputs.items() if key != "tags"})
    tags = [{"ResourceType": "capacity-reservation", "Tags": pairs(inputs["tags"])}]
    checked("ec2", "CreateCapacityReservation", {**parameters, "TagSpecifications": tags})
    return f"cr-{uuid.uuid4().hex[:17]}", {}


def _create_placement(inputs: Inputs) -> Made:
    tags = [{"ResourceType": "placement-group", "Tags": pairs(inputs["tags"])}]
    parameters = {"GroupName": inputs["name"], "Strategy": inputs["strategy"]}
    checked("ec2", "CreatePlacementGroup", {**parameters, "TagSpecifications": tags})
    return inputs["name"], {}


def _create_role(inputs: Inputs) -> Made:
    made = client("iam").create_role(
        RoleName=inputs["name"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Tags=pairs(inputs["tags"]),
    )["Role"]
    return inputs["name"], {"arn": made["Arn"]}


def _delete_role(identity: str, inputs: Inputs) -> None:
    client("iam").delete_role(RoleName=identity)


def _create_attachment(inputs: Inputs) -> Made:
    parameters = {"RoleName": inputs["role"], "PolicyArn": inputs["policyArn"]}
    checked("iam", "AttachRolePolicy", parameters)
    return f"{inputs['role']}-{uuid.uuid4().hex[:8]}", {}


def _create_profile(inputs: Inputs) -> Made:
    made = client("iam").create_instance_profile(
        InstanceProfileName=inputs["name"], Tags=pairs(inputs["tags"])
    )["InstanceProfile"]
    client("iam").add_role_to_instance_profile(
        InstanceProfileName=inputs["name"], RoleName=inputs["role"]
    )
    return inputs["name"], {"arn": made["Arn"]}


def _delete_profile(identity: str, inputs: Inputs) -> None:
    client("iam").remove_role_from_instance_profile(
        InstanceProfileName=identity, RoleName=inputs["role"]
    )
    client("iam").delete_instance_profile(InstanceProfileName=identity)


def _budget(inputs: Inputs) -> Inputs:
    return {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        "BudgetLimit": {"Amount": inputs["limitAmount"], "Unit": inputs["limitUnit"]},
        "CostFilters": {figure["name"]: figure["values"] for figure in inputs["costFilters"]},
    }


def _subscribers(notification: Inputs) -> list[Inputs]:
    kinds = {"EMAIL": "subscriberEmailAddresses", "SNS": "subscriberSnsTopicArns"}
    return [
        {"SubscriptionType": kind, "Address": address}
        for kind, key in kinds.items()
        for address in notification.get(key, [])
    ]


def _create_budget(inputs: Inputs) -> Made:
    notifications = [
        {
            "Notification": {
                "NotificationType": figure["notificationType"],
                "ComparisonOperator": figure["comparisonOperator"],
                "Threshold": figure["threshold"],
                "ThresholdType": figure["thresholdType"],
            },
            "Subscribers": _subscribers(figure),
        }
        for figure in inputs["notifications"]
    ]
    client("budgets").create_budget(
        AccountId=ACCOUNT,
        Budget=_budget(inputs),
        NotificationsWithSubscribers=notifications,
    )
    return f"{ACCOUNT}:{inputs['name']}", {}


def _update_budget(identity: str, inputs: Inputs) -> Inputs:
    checked("budgets", "UpdateBudget", {"AccountId": ACCOUNT, "NewBudget": _budget(inputs)})
    return {}


def _delete_budget(identity: str, inputs: Inputs) -> None:
    client("budgets").delete_budget(AccountId=ACCOUNT, BudgetName=inputs["name"])


def _put_alarm(inputs: Inputs) -> Made:
    renamed = {"name": "AlarmName", "okActions": "OKActions"}
    apart = ("dimensions", "metricQueries", "tags")
    parameters: Inputs = {
        renamed.get(key, titled(key)): value for key, value in inputs.items() if key not in apart
    }
    if "metricQueries" in inputs:
        parameters["Metrics"] = [_metric_query(query) for query in inputs["metricQueries"]]
    else:
        parameters["Dimensions"] = _dimensions(inputs)
    client("cloudwatch").put_metric_alarm(**parameters, Tags=pairs(inputs["tags"]))
    return inputs["name"], {}


def _metric_query(query: Inputs) -> Inputs:
    made: Inputs = {titled(key): value for key, value in query.items() if key != "metric"}
    if "metric" not in query:
        return made
    metric = query["metric"]
    series = {
        "Namespace": metric["namespace"],
        "MetricName": metric["metricName"],
        "Dimensions": _dimensions(metric),
    }
    statistic = {"Metric": series, "Period": metric["period"], "Stat": metric["stat"]}
    return {**made, "MetricStat": statistic, "ReturnData": False}


def _dimensions(inputs: Inputs) -> list[Inputs]:
    return [{"Name": key, "Value": value} for key, value in inputs["dimensions"].items()]


def _update_alarm(identity: str, inputs: Inputs) -> Inputs:
    return _put_alarm(inputs)[1]


def _delete_alarm(identity: str, inputs: Inputs) -> None:
    client("cloudwatch").delete_alarms(AlarmNames=[identity])


def _create_topic(inputs: Inputs) -> Made:
    made = client("sns").create_topic(Name=inputs["name"], Tags=pairs(inputs.get("tags", {})))
    return made["TopicArn"], {"arn": made["TopicArn"]}


def _delete_topic(identity: str, inputs: Inputs) -> None:
    client("sns").delete_topic(TopicArn=identity)


def _subscribe(inputs: Inputs) -> Made:
    made = client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )
    return made["SubscriptionArn"], {"arn": made["SubscriptionArn"]}


def _unsubscribe(identity: str, inputs: Inputs) -> None:
    client("sns").unsubscribe(SubscriptionArn=identity)


def _unchanged(identity: str, inputs: Inputs) -> Inputs:
    return {}


CREATE: dict[str, Callable[[Inputs], Made]] = {
    LAUNCH_TEMPLATE: _create_template,
    SCALING_GROUP: _create_group,
    NODE_GROUP: _create_node_group,
    RESERVATION: _create_reservation,
    PLACEMENT: _create_placement,
    ROLE: _create_role,
    ATTACHMENT: _create_attachment,
    PROFILE: _create_profile,
    BUDGET: _create_budget,
    ALARM: _put_alarm,
    TOPIC: _create_topic,
    SUBSCRIPTION: _subscribe,
}
UPDATE: dict[str, Callable[[str, Inputs], Inputs]] = {
    LAUNCH_TEMPLATE: _update_template,
    SCALING_GROUP: _update_group,
    NODE_GROUP: _update_node_group,
    BUDGET: _update_budget,
    ALARM: _update_alarm,
}
DELETE: dict[str, Callable[[str, Inputs], None]] = {
    LAUNCH_TEMPLATE: _delete_template,
    SCALING_GROUP: _delete_group,
    NODE_GROUP: _delete_node_group,
    ROLE: _delete_role,
    PROFILE: _delete_profile,
    BUDGET: _delete_budget,
    ALARM: _delete_alarm,
    TOPIC: _delete_topic,
    SUBSCRIPTION: _unsubscribe,
}
