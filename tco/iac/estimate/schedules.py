"""Schedules that set the size of a group of nodes."""

from __future__ import annotations

from typing import Final

from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.properties import UNKNOWN, Unknown, look, text, whole_number

__all__ = ["NO_GROUP", "SCHEDULE", "scheduled_sizes", "sets_size_of"]

SCHEDULE: Final = "aws:autoscaling/schedule:Schedule"
NO_GROUP: Final = (
    "it sets the size of a group that is not among the resources: pass the name of a group of "
    "this program, as an output"
)
UNCHANGED: Final = (None, -1)


def sets_size_of(schedule: Resource, group: Resource) -> bool:
    """Return whether a schedule sets the size of a group, or may do so."""
    name = text(schedule.inputs, "autoscalingGroupName")
    if isinstance(name, str):
        behind = text(group.outputs, "resources", "autoscalingGroups", "name")
        return name in (
            text(group.inputs, "name"),
            text(group.outputs, "name"),
            group.id,
            behind,
        )
    urns = schedule.property_dependencies.get("autoscalingGroupName")
    return group.urn in urns if urns else True


def scheduled_sizes(schedule: Resource) -> dict[str, int | Unknown]:
    """Return the sizes that a schedule sets: minSize, desiredCapacity, maxSize."""
    sizes: dict[str, int | Unknown] = {}
    for key in ("minSize", "desiredCapacity", "maxSize"):
        if look(schedule.inputs, key) not in UNCHANGED:
            size = whole_number(schedule.inputs, key)
            sizes[key] = UNKNOWN if size is None else size
    return sizes
