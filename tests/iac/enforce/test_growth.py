"""What counts as growth: every way in which an update can make a resource more expensive.

The tests' catalog: box.8x at $20 an hour, $8 on spot; slow.8x at $12, without a spot price.
"""

from __future__ import annotations

from typing import Any

import pytest
from pulumi import Output
from pulumi.output import UNKNOWN

from tco.catalog.catalog import Catalog
from tco.iac.enforce.growth import growth
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.reading import ReferenceIndex
from tests.iac.programs import (
    BLOCK,
    DAY,
    GROUP,
    INSTANCE,
    LATER,
    NODE_GROUP,
    RESERVATION,
    TEMPLATE,
    Keys,
)

SCHEDULE = "aws:autoscaling/schedule:Schedule"
TARGET = "aws:appautoscaling/target:Target"
OTHER = "aws-native:autoscaling:AutoScalingGroup"
BOX: Keys = {"launchTemplate": {"id": "lt-1"}, "instanceTypes": ["box.8x"]}
FROM_TEMPLATE: Keys = {"launchTemplate": {"id": "lt-1", "version": "1"}, "minSize": 1, "maxSize": 3}


def grows(
    catalog: Catalog, kind: str, old: Keys, new: Keys, template: str | None = None, **more: Any
) -> str:
    """What grows, where the group's launch template is not known, or starts a type of instance."""
    known = (
        [Resource(urn="t", type=TEMPLATE, name="t", inputs={"instanceType": template})]
        if template
        else []
    )
    old_one, new_one = (
        Resource(
            urn="u",
            type=kind,
            name="x",
            inputs=inputs,
            region="r1",
            property_dependencies={"launchTemplate": ["t"]},
            **more,
        )
        for inputs in (old, new)
    )
    return growth(old_one, new_one, ReferenceIndex(known), catalog, DAY).reason


def nodes(smallest: float, largest: float, desired: int | None = None, **more: Any) -> Keys:
    """A managed node group of box.8x."""
    size = {"minSize": smallest, "maxSize": largest, "desiredSize": desired or smallest}
    return {**BOX, "scalingConfig": size, **more}


def mixed(*instances: str, largest: int = 2, template: str = "lt-1", **distribution: Any) -> Keys:
    """A group of mixed instances, with its types and its distribution."""
    launch: Keys = {"launchTemplateSpecification": {"launchTemplateId": template}}
    launch["overrides"] = [{"instanceType": instance} for instance in instances]
    policy: Keys = {"launchTemplate": launch, "instancesDistribution": distribution}
    return {"minSize": 0, "maxSize": largest, "mixedInstancesPolicy": policy}


@pytest.mark.parametrize(
    ("kind", "old", "new", "reported"),
    [
        (
            NODE_GROUP,
            nodes(0, 2),
            nodes(0, 3),
            "its ceiling rises from $29,200 to $43,800 a month (scalingConfig.maxSize from 2 to 3)",
        ),
        (
            NODE_GROUP,
            nodes(0, 2, capacityType="SPOT"),
            nodes(0, 2, capacityType="ON_DEMAND"),
            "from $11,680 to $29,200 a month (capacityType from SPOT to ON_DEMAND)",
        ),
        (
            NODE_GROUP,
            nodes(0, 2, capacityType="SPOT"),
            nodes(0, 2),
            "capacityType from SPOT to nothing",
        ),
        (
            NODE_GROUP,
            nodes(0, 3, 1),
            nodes(0, 3, 2),
            "its desired size rises from $14,600 to $29,200",
        ),
        (NODE_GROUP, nodes(0, 3), nodes(1, 3), "scalingConfig.minSize from 0 to 1"),
        (
            NODE_GROUP,
            nodes(0, 2) | {"instanceTypes": ["slow.8x"]},
            nodes(0, 2) | {"instanceTypes": ["slow.8x", "box.8x"]},
            "from $17,520 to $29,200 a month (instanceTypes[1] from nothing to box.8x)",
        ),
        (GROUP, mixed("slow.8x"), mixed("slow.8x", "box.8x"), "overrides[1].instanceType"),
        (GROUP, mixed("box.8x"), mixed("box.8x", "new.8x"), "from nothing to new.8x"),
        (
            GROUP,
            mixed("box.8x", onDemandPercentageAboveBaseCapacity=0),
            mixed("box.8x", onDemandPercentageAboveBaseCapacity=0, onDemandBaseCapacity=1),
            "its ceiling rises from $11,680 to $20,440 a month",
        ),
        (
            GROUP,
            mixed("box.8x", onDemandPercentageAboveBaseCapacity=0),
            mixed("box.8x"),
            "onDemandPercentageAboveBaseCapacity from 0 to 100",
        ),
        (
            RESERVATION,
            {"instanceType": "box.8x", "instanceCount": 1.0},
            {"instanceType": "box.8x", "instanceCount": 2.0},
            "from $14,600 to $29,200 a month (instanceCount from 1 to 2)",
        ),
        (
            INSTANCE,
            {"instanceType": "slow.8x"},
            {"instanceType": "box.8x"},
            "from $8,760 to $14,600 a month (instanceType from slow.8x to box.8x)",
        ),
        (
            INSTANCE,
            {"instanceType": "box.8x", "instanceMarketOptions": {"marketType": "spot"}},
            {"instanceType": "box.8x"},
            "instanceMarketOptions.marketType from spot to nothing",
        ),
        (
            TEMPLATE,
            {"instanceType": "slow.8x"},
            {"instanceType": "box.8x"},
            "a node started from it costs more (instanceType from slow.8x to box.8x)",
        ),
    ],
)
def test_growth_is_a_rise_in_money(
    catalog: Catalog, kind: str, old: Keys, new: Keys, reported: str
) -> None:
    """Anyone who is refused reads what the update would cost more, and what in it does."""
    assert reported in grows(catalog, kind, old, new)


@pytest.mark.parametrize(
    ("kind", "old", "new", "reported"),
    [
        (GROUP, FROM_TEMPLATE, FROM_TEMPLATE | {"maxSize": 4}, "maxSize from 3 to 4"),
        (GROUP, FROM_TEMPLATE, FROM_TEMPLATE | {"minSize": 2}, "minSize from 1 to 2"),
        (GROUP, FROM_TEMPLATE, FROM_TEMPLATE | {"desiredCapacity": 2}, "from 0 to 2"),
        (
            GROUP,
            FROM_TEMPLATE,
            FROM_TEMPLATE | {"launchTemplate": {"id": "lt-2", "version": "1"}},
            "launchTemplate.id from lt-1 to lt-2",
        ),
        (
            GROUP,
            FROM_TEMPLATE | {"launchTemplate": {"name": "a"}},
            FROM_TEMPLATE | {"launchTemplate": {"name": "b"}},
            "launchTemplate.name from a to b",
        ),
        (GROUP, mixed("box.8x"), mixed("box.8x", template="lt-2"), "from lt-1 to lt-2"),
        (NODE_GROUP, nodes(1, 2), nodes(1, 2, launchTemplate={"id": "lt-2"}), "from lt-1 to lt-2"),
        (
            GROUP,
            {"minSize": 1, "maxSize": 2, "launchConfiguration": "a"},
            {"minSize": 1, "maxSize": 2, "launchConfiguration": "b"},
            "launchConfiguration from a to b",
        ),
        (
            TEMPLATE,
            {"instanceRequirements": {"acceleratorCount": {"max": 1}}},
            {"instanceRequirements": {"acceleratorCount": {"max": 8}}},
            "instanceRequirements.acceleratorCount.max from 1 to 8",
        ),
        (
            GROUP,
            mixed("box.8x") | {"warmPool": {"minSize": 0}},
            mixed("box.8x") | {"warmPool": {"minSize": 2}},
            "warmPool.minSize from 0 to 2",
        ),
        (INSTANCE, {"instanceType": "box.8x"}, {"instanceType": "new.8x"}, "box.8x to new.8x"),
        (INSTANCE, {"instanceType": "new.8x"}, {"instanceType": "box.8x"}, "new.8x to box.8x"),
        (
            INSTANCE,
            {"instanceType": "box.8x"},
            {"instanceType": "box.8x", "tenancy": "dedicated"},
            "dedicated tenancy has its own prices",
        ),
        (SCHEDULE, {"maxSize": 2}, {"maxSize": 3}, "maxSize from 2 to 3"),
        (SCHEDULE, {}, {"desiredCapacity": 1}, "desiredCapacity from 0 to 1"),
        (
            "aws:ec2/fleet:Fleet",
            {"targetCapacitySpecification": {"totalTargetCapacity": 1}},
            {"targetCapacitySpecification": {"totalTargetCapacity": 9}},
            "totalTargetCapacity from 1 to 9",
        ),
        (TARGET, {"maxCapacity": 1}, {"maxCapacity": 9}, "maxCapacity from 1 to 9"),
        (SCHEDULE, {"maxSize": 2}, {"maxSize": ["what"]}, "maxSize[0] from nothing to what"),
        (OTHER, {"maxSize": "2"}, {"maxSize": "3"}, "maxSize from 2 to 3"),
        (OTHER, {"instanceType": "slow.8x"}, {"instanceType": "box.8x"}, "to box.8x"),
        (OTHER, {"capacityType": "SPOT"}, {}, "capacityType from SPOT to nothing"),
    ],
)
def test_what_is_out_of_sight_grows_in_doubt(
    catalog: Catalog, kind: str, old: Keys, new: Keys, reported: str
) -> None:
    """A form that is missed is a way around the gate."""
    assert reported in grows(catalog, kind, old, new)


@pytest.mark.parametrize("unreadable", [UNKNOWN, LATER, Output.secret("hidden")])
@pytest.mark.parametrize("kind", [GROUP, OTHER])
def test_what_cannot_be_read_grows_in_doubt(
    catalog: Catalog, kind: str, unreadable: object
) -> None:
    """A size that no one knows may be any; so may the one that it takes the place of."""
    hidden = FROM_TEMPLATE | {"maxSize": unreadable}
    assert "maxSize is not known yet" in grows(catalog, kind, FROM_TEMPLATE, hidden)
    assert "maxSize is not known yet" in grows(catalog, kind, hidden, hidden)
    assert "maxSize from a hidden value to 3" in grows(catalog, kind, hidden, FROM_TEMPLATE)
    block = mixed("box.8x") | {"mixedInstancesPolicy": unreadable}
    assert "mixedInstancesPolicy is not known yet" in grows(catalog, kind, mixed("box.8x"), block)
    assert "mixedInstancesPolicy is not known yet" in grows(catalog, kind, block, block)
    part = {"settings": {"nodes": 1}}
    assert "settings is not known yet" in grows(catalog, kind, part, {"settings": unreadable})


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (NODE_GROUP, nodes(1, 3), nodes(0, 2)),
        (NODE_GROUP, nodes(0, 2), nodes(0, 2, capacityType="SPOT")),
        (NODE_GROUP, nodes(0, 2, tags={"a": "1"}), nodes(0, 2, tags={"a": UNKNOWN, "b": "3"})),
        (NODE_GROUP, nodes(0, 2), nodes(0.0, 2.0)),
        (GROUP, mixed("box.8x", "slow.8x"), mixed("box.8x")),
        (GROUP, mixed("box.8x"), mixed("box.8x", onDemandPercentageAboveBaseCapacity=0)),
        (
            GROUP,
            mixed("box.8x", onDemandPercentageAboveBaseCapacity=0, onDemandBaseCapacity=2),
            mixed("box.8x", onDemandPercentageAboveBaseCapacity=0),
        ),
        (GROUP, mixed("box.8x"), mixed("slow.8x", largest=3)),
        (GROUP, FROM_TEMPLATE, FROM_TEMPLATE | {"minSize": 0, "maxSize": 2}),
        (GROUP, FROM_TEMPLATE | {"desiredCapacity": 3}, FROM_TEMPLATE),
        (INSTANCE, {"instanceType": "box.8x"}, {"instanceType": "slow.8x"}),
        (INSTANCE, {"userData": "one"}, {"userData": UNKNOWN}),
        (TEMPLATE, {"instanceType": "box.8x"}, {"instanceType": "slow.8x"}),
        (TEMPLATE, {"userData": "one"}, {"userData": "two"}),
        (BLOCK, {"tags": {"a": "1"}}, {"tags": {"a": "2"}}),
        (TEMPLATE, {}, {"instanceMarketOptions": {"marketType": "spot"}}),
        (OTHER, {"capacityType": "ON_DEMAND"}, {"capacityType": "SPOT"}),
        (SCHEDULE, {"maxSize": 3, "minSize": 1}, {"maxSize": 2, "minSize": 1}),
        (TARGET, {"maxCapacity": 3, "minCapacity": 1}, {"maxCapacity": 2, "minCapacity": 0}),
        (OTHER, {"tags": [{"key": "a"}]}, {"tags": [{"key": "b"}]}),
    ],
)
def test_what_does_not_grow_passes(catalog: Catalog, kind: str, old: Keys, new: Keys) -> None:
    """A gate in the way of spending less would be switched off."""
    assert grows(catalog, kind, old, new) == ""


def test_group_with_a_known_template_shows_its_ceiling(catalog: Catalog) -> None:
    """A group of the plan's starts what the plan says, so its growth has a price."""
    reported = grows(catalog, GROUP, FROM_TEMPLATE, FROM_TEMPLATE | {"maxSize": 4}, "box.8x")
    assert reported == "its ceiling rises from $43,800 to $58,400 a month (maxSize from 3 to 4)"
    other = FROM_TEMPLATE | {"launchTemplate": {"id": "lt-2"}}
    assert "from lt-1 to lt-2" in grows(catalog, GROUP, FROM_TEMPLATE, other, "box.8x")
    same = FROM_TEMPLATE | {"launchTemplate": {"id": "lt-1", "version": "2"}}
    assert grows(catalog, GROUP, FROM_TEMPLATE, same, "box.8x") == ""


def test_bigger_disk_grows(catalog: Catalog) -> None:
    """A node's disk is paid with the node."""
    disk = [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 100, "volumeType": "gp3"}}]
    more = [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 900, "volumeType": "gp3"}}]
    old: Keys = {"instanceType": "box.8x", "blockDeviceMappings": disk}
    reported = grows(catalog, TEMPLATE, old, old | {"blockDeviceMappings": more})
    assert reported == "a node started from it costs more"
    hidden = old | {"blockDeviceMappings": UNKNOWN}
    assert "not known" in grows(catalog, TEMPLATE, old, hidden)
    assert grows(catalog, TEMPLATE, old | {"blockDeviceMappings": more}, old) == ""
