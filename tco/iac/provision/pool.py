"""A pool of equal GPU nodes on AWS, as a Pulumi component.

    with gated() as plan:
        GpuNodePool("base", plan.arguments["base"])

With a cluster it is a managed node group of that EKS cluster, without one an Auto Scaling group.
Names are made of the stack's and the pool's, so that a second creation fails instead of doubling
a fleet. Without arguments it is a pool that exists elsewhere: priced, shown, and not provisioned.
A program that is not under the gate (``tco.iac.gated``) cannot declare a pool.
"""

from __future__ import annotations

from typing import Any

import pulumi

from tco.iac.provision.arguments import GpuNodePoolArgs
from tco.iac.provision.groups import node_group, scaling_group, spare_node_group
from tco.iac.provision.launch import capacity, launch_template, node_role, placement_group
from tco.iac.provision.planned_pools import is_gated, take_planned

__all__ = ["GpuNodePool", "GpuNodePoolArgs"]

UNGATED = (
    "pool {name}: this program has no gate, so it may not declare GPU nodes. Declare the pool "
    "inside `with tco.iac.gated() as plan:`, with the plan in the stack's configuration (tco:plan) "
    'or named as gated("prod"). See docs/pulumi.md, "In your own program".'
)


class GpuNodePool(pulumi.ComponentResource):
    """A pool of equal GPU nodes."""

    planned: bool
    """Whether the pool is one of the plan's, and no larger."""
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
        if args is not None and not is_gated():
            raise pulumi.RunError(UNGATED.format(name=name))
        super().__init__("tco:iac:GpuNodePool", name, None, opts)
        self.planned = args is not None and take_planned(args)
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
