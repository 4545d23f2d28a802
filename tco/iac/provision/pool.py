"""A pool of equal GPU nodes on AWS, as a Pulumi component.

    GpuNodePool("base", GpuNodePoolArgs(
        stack="prod", service="chat", instance_type="p5.48xlarge", purchase="spot",
        min_nodes=0, max_nodes=4, subnets=["subnet-0abc"], cluster="ml-prod"))

With a cluster it is a managed node group of that EKS cluster, without one an Auto Scaling group.
Names are made of the stack's and the pool's, so that a second creation fails instead of doubling
a fleet. Without arguments it is a pool that exists elsewhere: priced, shown, and not provisioned.
"""

from __future__ import annotations

from typing import Any

import pulumi

from tco.iac.provision.arguments import GpuNodePoolArgs
from tco.iac.provision.groups import node_group, scaling_group, spare_node_group
from tco.iac.provision.launch import capacity, launch_template, node_role, placement_group

__all__ = ["GpuNodePool", "GpuNodePoolArgs"]


class GpuNodePool(pulumi.ComponentResource):
    """A pool of equal GPU nodes."""

    idle_because: str
    """Why the pool has no cloud resources; empty where it has."""
    group_name: pulumi.Output[str] | None
    """Name of the Auto Scaling group or of the managed node group."""
    reservation_id: pulumi.Input[str] | None
    """The capacity reservation or capacity block that the nodes run in."""

    def __init__(
        self,
        name: str,
        args: GpuNodePoolArgs | None = None,
        opts: pulumi.ResourceOptions | None = None,
        *,
        idle_because: str = "",
    ) -> None:
        super().__init__("tco:iac:GpuNodePool", name, None, opts)
        self.idle_because = idle_because
        self.group_name = None
        self.reservation_id = None
        if args is not None:
            self._provision(args)
        outputs: dict[str, Any] = {"provisioned": args is not None}
        if args is not None:
            outputs |= {"groupName": self.group_name, "reservationId": self.reservation_id}
        self.register_outputs(outputs)

    def _provision(self, args: GpuNodePoolArgs) -> None:
        own = pulumi.ResourceOptions(parent=self)
        role = node_role(args, own)
        self.reservation_id = capacity(args, own)
        template = launch_template(
            args, role, self.reservation_id, placement_group(args, own), opts=own
        )
        if args.cluster is None:
            self.group_name = scaling_group(args, template, own).name
        else:
            self.group_name = node_group(args, role, template, own).node_group_name
            spare_node_group(args, role, template, own)
