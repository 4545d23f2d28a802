"""Node pools out of resources, in each form in which Pulumi hands them over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tco.iac.estimate.documents import document_of
from tco.iac.estimate.inventory import (
    Choice,
    Disk,
    NodePool,
    Resource,
    Size,
    node_pools,
    template_pool,
)
from tests.iac.programs import (
    BLOCK,
    GROUP,
    INSTANCE,
    LATER,
    NODE_GROUP,
    RESERVATION,
    TEMPLATE,
    Keys,
    Program,
)


def pool(kind: str, inputs: Mapping[str, Any], **more: Any) -> NodePool:
    [found] = node_pools(
        [Resource(urn="urn:x", type=kind, name="x", inputs=inputs, region="r1", **more)]
    )
    return found


def shares(found: NodePool) -> list[tuple[str, list[str], Size]]:
    return [
        (share.purchase, [choice.instance for choice in share.choices], share.units)
        for share in found.shares
    ]


def last_pool(program: Program) -> NodePool:
    return node_pools(document_of(program.preview, "p").resources)[-1]


MIXED: Keys = {
    "launchTemplate": {
        "launchTemplateSpecification": {"launchTemplateId": LATER},
        "overrides": [
            {"instanceType": "box.8x", "weightedCapacity": "8"},
            {"instanceType": "slow.8x"},
        ],
    },
    "instancesDistribution": {"onDemandBaseCapacity": 2, "onDemandPercentageAboveBaseCapacity": 25},
}


def test_instance_is_one_node_on_demand() -> None:
    """A plain instance is the smallest pool there is."""
    found = pool(INSTANCE, {"instanceType": "box.8x"})
    assert shares(found) == [("on-demand", ["box.8x"], Size(1, 1, 1))]
    assert not found.unknown


@pytest.mark.parametrize(
    ("options", "purchase"),
    [
        ({"marketType": "spot"}, "spot"),
        ({"marketType": "capacity-block"}, "capacity-block"),
        ({"spotOptions": {"maxPrice": "1"}}, "spot"),
    ],
)
def test_market_options_set_the_purchase(options: Keys, purchase: str) -> None:
    """The market that an instance asks for is how it is paid."""
    found = pool(INSTANCE, {"instanceType": "box.8x", "instanceMarketOptions": options})
    assert found.shares[0].purchase == purchase


def test_group_follows_its_template_by_dependency() -> None:
    """In a preview the template's id is unknown: the dependency says which one it is."""
    program = Program()
    program.template("other", instanceType="slow.8x")
    program.group(sizes=(1, 4), desiredCapacity=2)
    assert shares(last_pool(program)) == [("on-demand", ["box.8x"], Size(1, 2, 4))]


@pytest.mark.parametrize("reference", [{"id": "lt-1"}, {"name": "nodes"}])
def test_group_follows_its_template_by_id_or_name(reference: Keys) -> None:
    """In a state the id is known, and in a preview a name may be."""
    program = Program()
    program.add(TEMPLATE, "t", {"instanceType": "box.8x", "name": "nodes"}, id="lt-1")
    program.add(GROUP, "g", {"minSize": 1, "maxSize": 1, "launchTemplate": reference})
    assert shares(last_pool(program)) == [("on-demand", ["box.8x"], Size(1, 1, 1))]


def test_group_with_a_foreign_template_is_unknown() -> None:
    """A template that is not in the program is said by name, and its price is not guessed."""
    found = pool(GROUP, {"minSize": 1, "maxSize": 1, "launchTemplate": {"id": "lt-9"}})
    assert found.unknown == ("its launch template lt-9 is not among the resources",)


def test_mixed_policy_splits_on_demand_and_spot() -> None:
    """The base and a rounded-up percentage of the rest is on demand, what remains is spot."""
    inputs = {"minSize": 0, "desiredCapacity": 4, "maxSize": 11, "mixedInstancesPolicy": MIXED}
    found = pool(GROUP, inputs)
    # above the base: 0, 2, 9; a quarter of it: 0, 0.5, 2.25
    assert shares(found) == [
        ("on-demand", ["box.8x", "slow.8x"], Size(0, 3, 5)),
        ("spot", ["box.8x", "slow.8x"], Size(0, 1, 6)),
    ]
    assert found.shares[0].choices[0] == Choice("box.8x", 8)


def test_mixed_policy_takes_the_instance_type_of_its_template() -> None:
    """Without overrides the launch template's type is launched."""
    program = Program()
    template = program.template()
    specification = {"launchTemplateSpecification": {"launchTemplateId": LATER}}
    inputs = {
        "minSize": 1,
        "maxSize": 1,
        "mixedInstancesPolicy": {"launchTemplate": specification},
    }
    program.add(GROUP, "g", inputs, depends={"mixedInstancesPolicy": [template]})
    assert shares(last_pool(program)) == [("on-demand", ["box.8x"], Size(1, 1, 1))]


def test_attribute_based_choice_is_unknown() -> None:
    """Instances chosen by attributes can be any, so none is priced."""
    policy: Keys = {"launchTemplate": {"overrides": [{"instanceRequirements": {"vcpuCount": {}}}]}}
    found = pool(GROUP, {"minSize": 1, "maxSize": 1, "mixedInstancesPolicy": policy})
    assert any("instanceRequirements" in why for why in found.unknown)


@pytest.mark.parametrize(
    ("capacity", "purchase"),
    [
        (None, "on-demand"),
        ("ON_DEMAND", "on-demand"),
        ("SPOT", "spot"),
        ("CAPACITY_BLOCK", "capacity-block"),
    ],
)
def test_node_group(capacity: str | None, purchase: str) -> None:
    """A managed node group: its scaling, its capacity type, its disk."""
    scaling = {"minSize": 1, "desiredSize": 2, "maxSize": 3}
    inputs: Keys = {"scalingConfig": scaling, "instanceTypes": ["box.8x"], "diskSize": 100}
    found = pool(NODE_GROUP, inputs | ({"capacityType": capacity} if capacity else {}))
    assert shares(found) == [(purchase, ["box.8x"], Size(1, 2, 3))]
    assert found.disks == (Disk("gp3", 100),)


def test_node_group_without_types_gets_what_aws_gives_it() -> None:
    """AWS launches t3.medium where a managed node group states no type."""
    found = pool(NODE_GROUP, {"scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 1}})
    assert shares(found)[0][1] == ["t3.medium"]


def test_disks_of_a_template_are_the_nodes() -> None:
    """Each node has the disks that its launch template maps, of a stated size."""
    mappings = [
        {"deviceName": "/dev/xvda", "ebs": {"volumeSize": 200, "volumeType": "gp3"}},
        {"deviceName": "/dev/xvdb", "ebs": {"snapshotId": "snap-1"}},
    ]
    found = template_pool(
        Resource(
            urn="urn:t",
            type=TEMPLATE,
            name="t",
            inputs={"instanceType": "box.8x", "blockDeviceMappings": mappings},
        )
    )
    assert found.disks == (Disk("gp3", 200),)
    assert found.shares[0].units == Size(1, 1, 1)


def test_reservation_is_held_whether_used_or_not() -> None:
    """A capacity reservation is as many nodes as it reserves, all the time."""
    found = pool(RESERVATION, {"instanceType": "box.8x", "instanceCount": 3})
    assert found.role == "reservation"
    assert shares(found) == [("on-demand", ["box.8x"], Size(3, 3, 3))]


def test_block_is_known_once_it_is_bought() -> None:
    """An offering's id says nothing; a bought block says type, count and hours."""
    assert pool(BLOCK, {"capacityBlockOfferingId": "cb-1"}).unknown
    bought = {
        "instanceType": "box.8x",
        "instanceCount": 2,
        "startDate": "2026-11-01T11:30:00Z",
        "endDate": "2026-11-03T11:30:00Z",
    }
    found = pool(BLOCK, {"capacityBlockOfferingId": "cb-1"}, outputs=bought)
    assert found.hours == 48
    assert shares(found) == [("capacity-block", ["box.8x"], Size(2, 2, 2))]


class Opaque:
    """A value of which nothing can be read, as a hook hands over an unknown."""


class Raising(Mapping[str, Any]):
    """A policy's properties: touching an unknown one raises."""

    def __init__(self, known: Keys, unknown: str) -> None:
        self.known = known
        self.unknown = unknown

    def __getitem__(self, key: str) -> Any:
        if key == self.unknown:
            raise RuntimeError("unknown value")
        return self.known[key]

    def __iter__(self) -> Iterator[str]:
        return iter([*self.known, self.unknown])

    def __len__(self) -> int:
        return len(self.known) + 1


@pytest.mark.parametrize(
    "unknown", [LATER, Opaque(), "[secret]", float("nan"), 1e300, -1, 1.5, "many"]
)
@pytest.mark.parametrize("key", ["minSize", "maxSize", "desiredCapacity"])
def test_unknown_size_is_never_a_number(key: str, unknown: object) -> None:
    """Whatever a size that cannot be read is written as, the pool is unknown and says where."""
    inputs = {"minSize": 1, "maxSize": 9, "desiredCapacity": 2, "mixedInstancesPolicy": MIXED}
    found = pool(GROUP, inputs | {key: unknown})
    assert found.unknown == (f"{key} is not known before the update",)


def test_policys_unknown_property_is_caught_alone() -> None:
    """An unknown property that raises leaves the known ones readable."""
    found = pool(INSTANCE, Raising({"availabilityZone": "r1a"}, "instanceType"))
    assert found.unknown == ("instanceType is not known before the update",)
    assert found.zone == "r1a"


def test_numbers_of_a_hook_are_floats() -> None:
    """A hook's numbers are floats and a template's may be texts: both are counts."""
    inputs = {"minSize": 1.0, "maxSize": "2", "mixedInstancesPolicy": MIXED}
    assert pool(GROUP, inputs).shares[0].units == Size(1, 1, 2)


@pytest.mark.parametrize("where", [{"tenancy": "dedicated"}, {"hostId": "h-1"}, {"hostId": LATER}])
def test_dedicated_tenancy_is_unknown(where: Keys) -> None:
    """Dedicated hardware has other prices than the catalog's."""
    found = pool(INSTANCE, {"instanceType": "box.8x", **where})
    assert any("tenancy" in why for why in found.unknown)


def test_pools_are_equal_when_nothing_that_costs_differs() -> None:
    """A tag, a name or a new image is no growth."""
    plain = pool(INSTANCE, {"instanceType": "box.8x"})
    assert plain == pool(INSTANCE, {"instanceType": "box.8x", "tags": {"a": "b"}, "ami": "ami-2"})
    assert plain != pool(INSTANCE, {"instanceType": "slow.8x"})
