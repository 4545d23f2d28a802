"""What the nodes of a pool are started from: role, capacity, placement and launch template."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from tco.iac.provision.agent import agent_user_data
from tco.iac.provision.arguments import GpuNodePoolArgs

__all__ = ["Template", "capacity", "launch_template", "node_role", "placement_group"]

IMAGE = (
    "/aws/service/deeplearning/ami/{processor}/base-oss-nvidia-driver-gpu-amazon-linux-2023"
    "/latest/ami-id"
)
AGENT_POLICY = "CloudWatchAgentServerPolicy"
EKS_POLICIES = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryPullOnly",
)
EC2_MAY_ASSUME = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@dataclass(frozen=True)
class Template:
    """A launch template at its newest version."""

    id: pulumi.Output[str]
    version: pulumi.Output[str]


def node_role(args: GpuNodePoolArgs, opts: pulumi.ResourceOptions) -> aws.iam.Role:
    """Declare the nodes' role: the rights of the CloudWatch agent and of a cluster's node."""
    role = aws.iam.Role(
        f"{args.pool}-role",
        name=args.name,
        assume_role_policy=json.dumps(EC2_MAY_ASSUME),
        tags=args.all_tags,
        opts=opts,
    )
    for policy in (AGENT_POLICY, *(EKS_POLICIES if args.cluster is not None else ())):
        aws.iam.RolePolicyAttachment(
            f"{args.pool}-{policy}",
            role=role.name,
            policy_arn=f"arn:aws:iam::aws:policy/{policy}",
            opts=opts,
        )
    return role


def capacity(args: GpuNodePoolArgs, opts: pulumi.ResourceOptions) -> pulumi.Input[str] | None:
    """Return the reservation the nodes run in: a given one, or one taken out for a reserved pool.

    A capacity block or a savings plan is a purchase for months; it is bought by people.
    """
    if args.reservation_id is not None or args.purchase != "reserved":
        return args.reservation_id
    return aws.ec2.CapacityReservation(
        f"{args.pool}-reservation",
        availability_zone=args.zone or "",
        instance_type=args.instance_type,
        instance_platform="Linux/UNIX",
        instance_count=args.max_nodes + args.spare_nodes,
        instance_match_criteria="targeted",
        region=args.region,
        tags=args.all_tags,
        opts=opts,
    ).id


def placement_group(
    args: GpuNodePoolArgs, opts: pulumi.ResourceOptions
) -> pulumi.Output[str] | None:
    """Return a cluster placement group where replicas span nodes, so that the nodes are near."""
    if not args.packed:
        return None
    return aws.ec2.PlacementGroup(
        f"{args.pool}-placement",
        name=args.name,
        strategy="cluster",
        region=args.region,
        tags=args.all_tags,
        opts=opts,
    ).name


def launch_template(
    args: GpuNodePoolArgs,
    role: aws.iam.Role,
    reservation: pulumi.Input[str] | None,
    placement: pulumi.Input[str] | None,
    opts: pulumi.ResourceOptions,
) -> Template:
    """Encrypted disk, IMDSv2 alone, the CloudWatch agent, and tags on everything started."""
    template = aws.ec2.LaunchTemplate(
        f"{args.pool}-template",
        name=args.name,
        update_default_version=True,
        block_device_mappings=[_root_disk(args)],
        metadata_options={
            "http_endpoint": "enabled",
            "http_tokens": "required",
            "http_put_response_hop_limit": 2 if args.cluster is not None else 1,
        },
        placement={"group_name": placement} if placement is not None else None,
        user_data=agent_user_data(args.name, multipart=args.cluster is not None),
        tag_specifications=[
            {"resource_type": kind, "tags": args.all_tags} for kind in ("instance", "volume")
        ],
        region=args.region,
        tags=args.all_tags,
        opts=opts,
        **_group_alone(args, role, opts),
        **_capacity_options(args, reservation),
    )
    return Template(template.id, template.latest_version.apply(str))


def _root_disk(args: GpuNodePoolArgs) -> Any:
    disk = {"encrypted": "true", "volume_type": "gp3", "volume_size": args.disk_gb}
    return {"device_name": "/dev/xvda", "ebs": {**disk, "delete_on_termination": "true"}}


def _group_alone(
    args: GpuNodePoolArgs, role: aws.iam.Role, opts: pulumi.ResourceOptions
) -> dict[str, Any]:
    """Return the settings of an Auto Scaling group that a managed node group sets itself."""
    if args.cluster is not None:
        return {"instance_type": args.instance_type} if args.purchase == "capacity-block" else {}
    profile = aws.iam.InstanceProfile(
        f"{args.pool}-profile", name=args.name, role=role.name, tags=args.all_tags, opts=opts
    )
    image = IMAGE.format(processor="arm64" if args.arm else "x86_64")
    return {
        "instance_type": args.instance_type,
        "image_id": args.image_id or f"resolve:ssm:{image}",
        "iam_instance_profile": {"arn": profile.arn},
    }


def _capacity_options(
    args: GpuNodePoolArgs, reservation: pulumi.Input[str] | None
) -> dict[str, Any]:
    if reservation is None:
        return {}
    target = {"capacity_reservation_target": {"capacity_reservation_id": reservation}}
    options: dict[str, Any] = {"capacity_reservation_specification": target}
    if args.purchase == "capacity-block":
        options["instance_market_options"] = {"market_type": "capacity-block"}
    return options
