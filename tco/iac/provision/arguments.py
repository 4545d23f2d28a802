"""What a GPU node pool is made of: its arguments, its names and its tags."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi
from pulumi_aws.eks import NodeGroupTaintArgsDict

__all__ = ["GpuNodePoolArgs", "short_name"]

LONGEST_NAME = 63
ARM_FAMILIES = ("g5g", "p6e")
GPU_TAINT: NodeGroupTaintArgsDict = {
    "key": "nvidia.com/gpu",
    "value": "true",
    "effect": "NO_SCHEDULE",
}


def short_name(*parts: str) -> str:
    """Parts joined to a name that AWS takes: letters, digits and hyphens, at most 63 of them."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", "-".join(parts)).strip("-")
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_NAME - 9]}-{digest}"


@dataclass(frozen=True, kw_only=True)
class GpuNodePoolArgs:
    """Arguments of a GPU node pool."""

    stack: str
    """The stack of the pool; budgets and billed cost are separated by it."""
    service: str
    """Service that the nodes run."""
    pool: str
    """Name of the pool within its stack."""
    instance_type: str
    """EC2 instance type, such as p5.48xlarge."""
    purchase: Literal["on-demand", "spot", "reserved", "capacity-block"] = "on-demand"
    """How the nodes are bought; `reserved` also takes out an On-Demand Capacity Reservation."""
    min_nodes: int
    """Fewest nodes."""
    max_nodes: int
    """Most nodes."""
    spare_nodes: int = 0
    """Nodes held ready for a failed one, on top of the two above; on demand in a spot pool."""
    subnets: Sequence[pulumi.Input[str]]
    """Subnets to place nodes in."""
    cluster: pulumi.Input[str] | None = None
    """EKS cluster of the managed node group; without it an Auto Scaling group is made."""
    zone: pulumi.Input[str] | None = None
    """Availability zone of the capacity reservation of a reserved pool."""
    reservation_id: pulumi.Input[str] | None = None
    """Id of a capacity block, or of a capacity reservation that exists already."""
    packed: bool = False
    """Whether nodes work together on one replica, and so share a cluster placement group."""
    disk_gb: int = 1000
    """Size of each node's encrypted root disk."""
    image_id: pulumi.Input[str] | None = None
    """Image of an Auto Scaling group's nodes; by default AWS's Deep Learning base image."""
    region: str | None = None
    """Region, where it is not the provider's."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Kubernetes labels besides tco's own."""
    taints: Sequence[NodeGroupTaintArgsDict] = (GPU_TAINT,)
    """Kubernetes taints; by default only pods that tolerate GPUs are scheduled."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """Tags besides tco's own."""

    def __post_init__(self) -> None:
        """Refuse what AWS would refuse late, or would misread."""
        if not 0 <= self.min_nodes <= self.max_nodes or self.spare_nodes < 0:
            raise pulumi.RunError(
                f"pool {self.pool}: min_nodes {self.min_nodes}, max_nodes {self.max_nodes} and "
                f"spare_nodes {self.spare_nodes} are out of range. "
                "Write 0 <= min_nodes <= max_nodes and spare_nodes >= 0."
            )
        if not self.subnets:
            raise pulumi.RunError(f"pool {self.pool}: no subnets. Name at least one.")
        if self.purchase == "reserved" and self.zone is None and self.reservation_id is None:
            raise pulumi.RunError(
                f"pool {self.pool}: a capacity reservation is in one availability zone. "
                "Write zone, such as us-east-1a, or reservation_id."
            )
        if self.purchase == "capacity-block" and self.reservation_id is None:
            raise pulumi.RunError(
                f"pool {self.pool}: a capacity block is bought before its nodes are made. "
                "Write reservation_id, the id of the block."
            )

    @property
    def name(self) -> str:
        """Name of the pool's cloud resources."""
        return short_name("tco", self.stack, self.pool)

    @property
    def arm(self) -> bool:
        """Whether the instances have Arm processors."""
        return self.instance_type.startswith(ARM_FAMILIES)

    @property
    def all_tags(self) -> dict[str, str]:
        """Tags of every resource of the pool; billed cost is read back by them."""
        return {
            **self.tags,
            "tco:stack": self.stack,
            "tco:service": self.service,
            "tco:pool": self.pool,
            "tco:purchase": self.purchase,
        }

    @property
    def all_labels(self) -> dict[str, str]:
        """Labels of every node."""
        return {
            **self.labels,
            "tco/service": self.service,
            "tco/pool": self.pool,
            "tco/purchase": self.purchase,
        }
