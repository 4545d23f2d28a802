"""A schedule lifts the bounds of the group whose size it sets."""

from __future__ import annotations

from typing import Any

import pytest

from tco.catalog.catalog import Catalog
from tco.iac.estimate.schedules import SCHEDULE
from tests.iac.programs import GROUP, LATER, NODE_GROUP, Keys, Program, bounds, node_month

NAMED: Keys = {"autoscalingGroupName": "gpus"}
LATE: Keys = {"autoscalingGroupName": LATER}
USD = 20


def scheduled(schedule: Keys, depends: bool = False) -> tuple[Program, str, str]:
    """A group of 1 to 2 nodes, with a schedule."""
    program = Program()
    group = program.group(sizes=(1, 2), name="gpu")
    program.steps[-1]["newState"]["inputs"]["name"] = "gpus"
    behind = {"autoscalingGroupName": [group]} if depends else {}
    return program, group, program.add(SCHEDULE, "day", schedule, depends=behind)


@pytest.mark.parametrize(
    ("sizes", "nodes"),
    [
        ({"minSize": 8, "maxSize": 8, "desiredCapacity": 8}, (1, 1, 8)),
        ({"minSize": 0, "maxSize": 0, "desiredCapacity": 0}, (0, 1, 2)),
        ({"desiredCapacity": 5}, (1, 1, 5)),
        ({"maxSize": 2}, (1, 1, 2)),
        ({"minSize": -1, "maxSize": -1, "desiredCapacity": -1}, (1, 1, 2)),
        ({}, (1, 1, 2)),
    ],
)
@pytest.mark.parametrize(("target", "depends"), [(NAMED, False), (LATE, True), (LATE, False)])
def test_schedule_sets_the_bounds_of_its_group(
    catalog: Catalog, sizes: Keys, nodes: tuple[int, int, int], target: Keys, depends: bool
) -> None:
    """By its name, or by what the schedule depends on; -1 leaves a size as it is."""
    program, group, schedule = scheduled(target | sizes, depends)
    assert bounds(program.one(catalog, group)) == node_month(*(USD * count for count in nodes))
    assert program.one(catalog, schedule).status == "free"


def test_schedule_of_a_managed_node_group(catalog: Catalog) -> None:
    """A node group runs in an Auto Scaling group, of which the schedule gets the name."""
    program = Program()
    scaling: Keys = {"minSize": 1, "desiredSize": 1, "maxSize": 1}
    inputs: Keys = {"instanceTypes": ["box.8x"], "scalingConfig": scaling, "diskSize": 0}
    group = program.add(NODE_GROUP, "n", inputs)
    behind = {"autoscalingGroupName": [group]}
    program.add(SCHEDULE, "day", LATE | {"maxSize": 3}, depends=behind)
    assert bounds(program.one(catalog, group)) == node_month(USD, USD, 3 * USD)


def test_unknown_size_leaves_the_group_without_a_price(catalog: Catalog) -> None:
    """What is unknown is never taken for what it was."""
    program, group, _ = scheduled(NAMED | {"maxSize": LATER})
    found = program.one(catalog, group)
    assert found.status == "unpriced"
    assert "maxSize of its schedule day is not known" in found.reason


@pytest.mark.parametrize("target", [{"autoscalingGroupName": "another"}, LATE])
def test_schedule_of_a_group_elsewhere_is_unpriced(catalog: Catalog, target: Keys) -> None:
    """Nodes that it starts are in no other line."""
    program = Program()
    elsewhere: dict[str, Any] = {"autoscalingGroupName": ["urn:other"]}
    depends = elsewhere if target is LATE else {}
    program.add(GROUP, "g", {"name": "gpus", "minSize": 1, "maxSize": 1, "launchTemplate": {}})
    own = program.add(SCHEDULE, "day", target | {"maxSize": 8}, depends=depends)
    assert program.one(catalog, own).status == "unpriced"


def test_warm_pool_leaves_the_group_without_a_price(catalog: Catalog) -> None:
    """Its instances are paid besides those of the group."""
    program = Program()
    own = program.group(warmPool={"minSize": 4, "poolState": "Running"})
    assert "warm pool" in program.one(catalog, own).reason
