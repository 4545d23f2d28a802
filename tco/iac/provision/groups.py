"""The group that runs a pool's nodes: an Auto Scaling group or an EKS managed node group."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from tco.iac.provision.arguments import GpuNodePoolArgs, short_name
from tco.iac.provision.launch import Template

__all__ = ["node_group", "scaling_group", "spare_node_group"]

SPOT_STRATEGY = "price-capacity-optimized"
CAPACITY_TYPES = {
    "on-demand": "ON_DEMAND",
    "reserved": "ON_DEMAND",
    "spot": "SPOT",
    "capacity-block": "CAPACITY_BLOCK",
}


def scaling_group(
    args: GpuNodePoolArgs, template: Template, opts: pulumi.ResourceOptions
) -> aws.autoscaling.Group:
    """Return an Auto Scaling group.

    A pool with a span of sizes is scaled by others, within the span.
    """
    fixed = args.min_nodes == args.max_nodes
    return aws.autoscaling.Group(
        args.pool,
        name=args.name,
        min_size=args.min_nodes + args.spare_nodes,
        max_size=args.max_nodes + args.spare_nodes,
        desired_capacity=args.max_nodes + args.spare_nodes if fixed else None,
        vpc_zone_identifiers=args.subnets,
        tags=[
            {"key": key, "value": value, "propagate_at_launch": True}
            for key, value in {**args.all_tags, "Name": args.name}.items()
        ],
        region=args.region,
        opts=opts,
        **_launched_by(args, template),
    )


def _launched_by(args: GpuNodePoolArgs, template: Template) -> dict[str, Any]:
    if args.purchase != "spot":
        return {"launch_template": {"id": template.id, "version": template.version}}
    return {
        "capacity_rebalance": True,
        "mixed_instances_policy": {
            "launch_template": {
                "launch_template_specification": {
                    "launch_template_id": template.id,
                    "version": template.version,
                },
                "overrides": [{"instance_type": args.instance_type}],
            },
            "instances_distribution": {
                "on_demand_base_capacity": args.spare_nodes,
                "on_demand_percentage_above_base_capacity": 0,
                "spot_allocation_strategy": SPOT_STRATEGY,
            },
        },
    }


def node_group(
    args: GpuNodePoolArgs,
    role: aws.iam.Role,
    template: Template,
    opts: pulumi.ResourceOptions,
) -> aws.eks.NodeGroup:
    """Return a managed node group; the spares of a spot pool are a group of their own."""
    spares = 0 if args.purchase == "spot" else args.spare_nodes
    return _node_group(
        args,
        role,
        template,
        opts,
        name=args.pool,
        capacity_type=CAPACITY_TYPES[args.purchase],
        smallest=args.min_nodes + spares,
        largest=args.max_nodes + spares,
    )


def spare_node_group(
    args: GpuNodePoolArgs,
    role: aws.iam.Role,
    template: Template,
    opts: pulumi.ResourceOptions,
) -> aws.eks.NodeGroup | None:
    """Declare the spares of a spot pool, on demand: a spot node cannot be a spare."""
    if args.purchase != "spot" or not args.spare_nodes:
        return None
    return _node_group(
        args,
        role,
        template,
        opts,
        name=f"{args.pool}-spare",
        capacity_type="ON_DEMAND",
        smallest=args.spare_nodes,
        largest=args.spare_nodes,
    )


def _node_group(  # noqa: PLR0913  one resource, each property by its name
    args: GpuNodePoolArgs,
    role: aws.iam.Role,
    template: Template,
    opts: pulumi.ResourceOptions,
    *,
    name: str,
    capacity_type: str,
    smallest: int,
    largest: int,
) -> aws.eks.NodeGroup:
    """Declare a node group. Its name has what is immutable, so a new one starts beside it."""
    of_block = args.purchase == "capacity-block"
    scaled = pulumi.ResourceOptions(ignore_changes=["scalingConfig.desiredSize"])
    return aws.eks.NodeGroup(
        name,
        cluster_name=args.cluster or "",
        node_group_name=short_name("tco", args.stack, name, args.instance_type, capacity_type),
        node_role_arn=role.arn,
        subnet_ids=args.subnets,
        ami_type="AL2023_ARM_64_NVIDIA" if args.arm else "AL2023_x86_64_NVIDIA",
        capacity_type=capacity_type,
        instance_types=None if of_block else [args.instance_type],
        launch_template={"id": template.id, "version": template.version},
        scaling_config={"min_size": smallest, "max_size": largest, "desired_size": smallest},
        labels=args.all_labels,
        taints=args.taints,
        region=args.region,
        tags=args.all_tags,
        opts=opts if smallest == largest else pulumi.ResourceOptions.merge(opts, scaled),
    )
