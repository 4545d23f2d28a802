"""The node pools of any Pulumi program: one reading of a preview, a state, a hook, a policy.

How to call it:

    resources = [Resource(urn, type, name, inputs, region="us-east-1")]     # a hook, a policy
    resources = read_document(data, "preview.json").resources               # a preview, a state
    for pool in node_pools(resources):
        pool.shares    # what it buys: purchase option, instance types, floor, desired, ceiling
        pool.unknown   # why it cannot be priced, a phrase each; empty when all is known

``inputs`` are a resource's inputs in camelCase; unknown values may appear in them in any of
Pulumi's forms. Give launch templates and capacity reservations along with the groups that use
them: without its template, a group without overrides has an unknown instance type.

Has a pool grown? ``tco.iac.enforce.growth`` compares its ceilings by ``ceiling_usd_per_month``;
``None`` is a ceiling that cannot be computed. Two pools are equal when nothing that costs differs.
A launch template is not a pool; ``template_pool`` reads one as a pool of a single node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tco.iac.estimate.nodes import (
    Choice,
    Disk,
    NodePool,
    Purchase,
    Resource,
    Share,
    Size,
)
from tco.iac.estimate.properties import UNKNOWN, Unknown, each, look, text
from tco.iac.estimate.reading import CAPACITY_RESERVATION, Reading, ReferenceIndex

__all__ = [
    "POOL_TYPES",
    "Choice",
    "Disk",
    "NodePool",
    "Purchase",
    "Resource",
    "Share",
    "Size",
    "node_pools",
    "pool_of",
    "template_pool",
]

EKS_INSTANCE: Final = "t3.medium"
EKS_DISK: Final = Disk("gp3", 20)
"""What a managed node group is made of that states nothing (AWS's defaults)."""
ONE: Final = Size(1, 1, 1)


def node_pools(resources: Iterable[Resource]) -> list[NodePool]:
    """Return the pools and the reserved capacity among resources, in their order."""
    everything = list(resources)
    known = ReferenceIndex(everything)
    return [pool_of(resource, known) for resource in everything if resource.type in POOL_TYPES]


def pool_of(resource: Resource, known: ReferenceIndex) -> NodePool:
    """One resource of POOL_TYPES as a pool, where it is known what it may point to."""
    return POOL_TYPES[resource.type](Reading(resource, known))


def template_pool(template: Resource) -> NodePool:
    """Return a launch template as a pool of one node, to see what a change of it costs."""
    return _instance(Reading(template, ReferenceIndex([])))


def _instance(reading: Reading) -> NodePool:
    reading.follow("launchTemplate", "launchTemplate")
    return reading.pool([Share(reading.market(), reading.instance_type(), ONE)])


def _spot_request(reading: Reading) -> NodePool:
    reading.follow("launchTemplate", "launchTemplate")
    return reading.pool([Share("spot", reading.instance_type(), ONE)])


def _group(reading: Reading) -> NodePool:
    """Return an Auto Scaling group.

    Mixed instances, a launch template or a launch configuration.
    """
    size = reading.size("minSize", "desiredCapacity", "maxSize")
    if look(reading.resource.inputs, "warmPool") is not None:
        reading.note("what its warm pool (warmPool) holds is not priced")
    policy = look(reading.resource.inputs, "mixedInstancesPolicy")
    if policy is UNKNOWN:
        reading.note_unknown("mixedInstancesPolicy")
        return reading.pool([])
    if policy is not None:
        return reading.pool(_mixed(reading, size))
    if look(reading.resource.inputs, "launchConfiguration") is not None:
        reading.follow_configuration("launchConfiguration")
    else:
        reading.follow("launchTemplate", "launchTemplate")
    return reading.pool([Share(reading.market(), reading.instance_type(), size)])


def _mixed(reading: Reading, size: Size) -> list[Share]:
    """Return the on-demand and the spot share of a mixed instances policy."""
    policy = "mixedInstancesPolicy"
    launch = (policy, "launchTemplate", "launchTemplateSpecification")
    reading.follow(policy, *launch, keys=("launchTemplateId", "launchTemplateName"))
    choices = _overrides(reading) or reading.instance_type()
    rule = (policy, "instancesDistribution")
    base = reading.count(0, *rule, "onDemandBaseCapacity")
    percent = reading.count(100, *rule, "onDemandPercentageAboveBaseCapacity")
    on_demand = Size(
        *(_on_demand(units, base, percent) for units in (size.floor, size.desired, size.ceiling))
    )
    spot = Size(
        size.floor - on_demand.floor,
        size.desired - on_demand.desired,
        size.ceiling - on_demand.ceiling,
    )
    ordered = text(reading.resource.inputs, *rule, "onDemandAllocationStrategy") != "lowest-price"
    shares = [Share("on-demand", choices, on_demand, ordered)]
    if spot.ceiling > 0:
        shares.append(Share("spot", choices, spot, ordered=False))
    return shares if on_demand.ceiling > 0 or len(shares) == 1 else shares[1:]


def _on_demand(units: int, base: int, percent: int) -> int:
    """Units bought on demand: the base, and of the rest a percentage, rounded up."""
    above = max(units - base, 0)
    return min(units, base) - (-above * min(percent, 100) // 100)


def _overrides(reading: Reading) -> tuple[Choice, ...]:
    """Return the instance types that a mixed instances policy lists, with their weights."""
    choices: list[Choice] = []
    for override in each(
        reading.resource.inputs, "mixedInstancesPolicy", "launchTemplate", "overrides"
    ):
        name = UNKNOWN if isinstance(override, Unknown) else text(override, "instanceType")
        if isinstance(override, Unknown) or name is UNKNOWN:
            reading.note_unknown("an override's instanceType")
        elif name is None:
            reading.note("the instance type is chosen by attributes (instanceRequirements)")
        else:
            choices.append(
                Choice(str(name), reading.count_of(override, 1, "weightedCapacity") or 1)
            )
    return tuple(choices)


def _node_group(reading: Reading) -> NodePool:
    """Return an EKS managed node group."""
    inputs = reading.resource.inputs
    size = reading.size("minSize", "desiredSize", "maxSize", "scalingConfig")
    templated = look(inputs, "launchTemplate") is not None
    if templated:
        reading.follow("launchTemplate", "launchTemplate")
    capacity = text(inputs, "capacityType")
    options: dict[object, Purchase] = {
        None: "on-demand",
        "ON_DEMAND": "on-demand",
        "SPOT": "spot",
        "CAPACITY_BLOCK": "capacity-block",
    }
    if capacity not in options:
        reading.note_unknown("capacityType")
    purchase = options.get(capacity, "on-demand")
    choices = _group_types(reading, templated=templated)
    share = Share(purchase, choices, size, ordered=purchase != "spot")
    if templated:
        return reading.pool([share])
    disk = Disk(EKS_DISK.volume_type, reading.count(EKS_DISK.gb, "diskSize"))
    return reading.pool([share], disks=(disk,))


def _group_types(reading: Reading, *, templated: bool) -> tuple[Choice, ...]:
    listed = look(reading.resource.inputs, "instanceTypes")
    if listed is None:
        return reading.instance_type(None if templated else EKS_INSTANCE, own=False)
    names = reading.texts("instanceTypes")
    return tuple(Choice(name) for name in names)


def _reservation(reading: Reading) -> NodePool:
    """On-demand capacity that is held, and paid, whether nodes run in it or not."""
    inputs = reading.resource.inputs
    count = reading.count(None, "instanceCount")
    platform = text(inputs, "instancePlatform")
    if platform is UNKNOWN or (platform and not platform.startswith("Linux/UNIX")):
        reading.note(f"the platform {platform or 'of the reservation'} is not priced, only Linux")
    matching = text(inputs, "instanceMatchCriteria") in (None, "open")
    share = Share("on-demand", reading.instance_type(), Size(count, count, count))
    return reading.pool([share], role="reservation", open=matching)


def _block(reading: Reading) -> NodePool:
    """Return a capacity block: its offering says what it is, so only a bought one can be read."""
    outputs = reading.resource.outputs
    name = text(outputs, "instanceType")
    count = reading.count_of(outputs, 0, "instanceCount")
    hours = reading.block_hours()
    if not isinstance(name, str) or not count or hours is None:
        reading.unknown[:] = [
            "the offering sets instance type, count and hours, which are known once it is bought "
            "(see `aws ec2 describe-capacity-block-offerings`)"
        ]
        return reading.pool([], role="reservation", open=False)
    share = Share("capacity-block", (Choice(name),), Size(count, count, count))
    return reading.pool([share], role="reservation", open=False, hours=hours)


POOL_TYPES: Final[dict[str, Callable[[Reading], NodePool]]] = {
    "aws:ec2/instance:Instance": _instance,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": _spot_request,
    "aws:autoscaling/group:Group": _group,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    CAPACITY_RESERVATION: _reservation,
    "aws:ec2/capacityBlockReservation:CapacityBlockReservation": _block,
}
"""The types of resources that provide nodes or reserve them, with how each is read."""
