"""How one resource is read: its own inputs, then those of the launch template it follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tco.iac.estimate.nodes import Choice, Disk, NodePool, Purchase, Resource, Role, Share, Size
from tco.iac.estimate.properties import UNKNOWN, Unknown, each, look, text, texts, whole_number
from tco.iac.estimate.schedules import SCHEDULE, scheduled_sizes, sets_size_of
from tco.units import SECONDS_PER_HOUR

__all__ = ["CAPACITY_RESERVATION", "LAUNCH_TEMPLATE", "Reading", "ReferenceIndex"]

LAUNCH_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
LAUNCH_CONFIGURATION: Final = "aws:ec2/launchConfiguration:LaunchConfiguration"
CAPACITY_RESERVATION: Final = "aws:ec2/capacityReservation:CapacityReservation"
CAPACITY_BLOCK: Final = "aws:ec2/capacityBlockReservation:CapacityBlockReservation"
POINTED_AT: Final = (
    LAUNCH_TEMPLATE,
    LAUNCH_CONFIGURATION,
    CAPACITY_RESERVATION,
    CAPACITY_BLOCK,
    SCHEDULE,
)
"""Types of resources that others depend on for what they cost."""

DEDICATED: Final = (
    ("tenancy",),
    ("placement", "tenancy"),
    ("placementTenancy",),
    ("hostId",),
    ("placement", "hostId"),
    ("hostResourceGroupArn",),
    ("placement", "hostResourceGroupArn"),
)
"""Where a resource states that its nodes run on dedicated hardware."""
DEDICATED_KEYS: Final = frozenset(path[0] for path in DEDICATED)
MARKET_KEYS: Final = frozenset({"instanceMarketOptions", "spotPrice"})
DISK_KEYS: Final = frozenset({"rootBlockDevice", "ebsBlockDevices", "blockDeviceMappings"})
"""To see by the keys alone that a resource states none of these is quick."""
RESERVED_IN = "capacityReservationSpecification"


class ReferenceIndex:
    """The resources that others point to, by URN, by id and by name."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.by_urn: dict[str, Resource] = {}
        self.by_key: dict[tuple[str, str], Resource] = {}
        self._schedules: dict[str, Resource] = {}
        for resource in resources:
            if resource.type in POINTED_AT:
                self.add(resource)

    def add(self, resource: Resource) -> None:
        """Add a resource that others may point to."""
        self.by_urn[resource.urn] = resource
        if resource.type == SCHEDULE:
            self._schedules[resource.urn] = resource
        for key in (resource.id, look(resource.inputs, "name"), look(resource.outputs, "name")):
            if isinstance(key, str):
                self.by_key[resource.type, key] = resource

    def found(self, kind: str, reference: str) -> Resource | None:
        """Return the resource of a kind with this id or name."""
        return self.by_key.get((kind, reference))

    def behind(self, owner: Resource, prop: str, *kinds: str) -> list[Resource]:
        """Return the resources of some kinds that a property of a resource depends on."""
        urns = owner.property_dependencies.get(prop, ())
        found = [self.by_urn[urn] for urn in urns if urn in self.by_urn]
        return [resource for resource in found if resource.type in kinds]

    def schedules(self, group: Resource) -> list[Resource]:
        """Return the schedules that set the size of a group, or may do so."""
        return [schedule for schedule in self._schedules.values() if sets_size_of(schedule, group)]


@dataclass
class Reading:
    """What is read of one resource: its sources, and why a part of it is unknown."""

    resource: Resource
    known: ReferenceIndex
    template: Resource | None = None
    unknown: list[str] = field(default_factory=list[str])
    template_missing: str = ""

    @property
    def sources(self) -> tuple[Resource, ...]:
        """The resource, then its launch template: the first that states something counts."""
        return (self.resource,) if self.template is None else (self.resource, self.template)

    def note(self, why: str) -> None:
        """Note why the pool cannot be priced, once."""
        if why not in self.unknown:
            self.unknown.append(why)

    def note_unknown(self, name: str) -> None:
        """Note that a property is not known yet."""
        self.note(f"{name} is not known before the update")

    def count(self, default: int | None, *path: str) -> int:
        """Return the count at a path of the resource's inputs.

        Without default, a missing one is noted.
        """
        return self.count_of(self.resource.inputs, default, *path)

    def count_of(self, properties: Mapping[str, Any], default: int | None, *path: str) -> int:
        """Return the count at a path; what is unknown, or missing without a default, is noted."""
        value = whole_number(properties, *path)
        if isinstance(value, int):
            return value
        if value is UNKNOWN:
            self.note_unknown(".".join(path))
        elif default is None:
            self.note(f"{'.'.join(path)} is missing")
        return default or 0

    def size(self, floor: str, desired: str, ceiling: str, *parent: str) -> Size:
        """Return the size of a group; without a desired size it starts at its floor."""
        # A group of a fixed size needs no desired one.
        low = self.count(None, *parent, floor)
        high = max(low, self.count(None, *parent, ceiling))
        middle = self.count(low, *parent, desired) if low < high else low
        return self._scheduled(Size(low, min(max(middle, low), high), high))

    def _scheduled(self, size: Size) -> Size:
        """Return the size of a group with the bounds that its schedules set at some time."""
        floor, ceiling = size.floor, size.ceiling
        for schedule in self.known.schedules(self.resource):
            for key, value in scheduled_sizes(schedule).items():
                if isinstance(value, Unknown):
                    self.note(f"{key} of its schedule {schedule.name} is not known")
                    continue
                ceiling = max(ceiling, value)
                floor = min(floor, value) if key == "minSize" else floor
        return Size(floor, size.desired, ceiling)

    def follow(self, prop: str, *path: str, keys: tuple[str, ...] = ("id", "name")) -> None:
        """Find the launch template that a property names, or, by its dependency, will name."""
        if look(self.resource.inputs, *path) is not None:
            references = [text(self.resource.inputs, *path, key) for key in keys]
            self._found(prop, LAUNCH_TEMPLATE, references)

    def follow_configuration(self, prop: str) -> None:
        """Find the launch configuration that a property names."""
        self._found(prop, LAUNCH_CONFIGURATION, [text(self.resource.inputs, prop)])

    def _found(self, prop: str, kind: str, references: Iterable[str | Unknown | None]) -> None:
        names = [reference for reference in references if isinstance(reference, str)]
        found = [self.known.found(kind, name) for name in names]
        candidates = [resource for resource in found if resource] or self.known.behind(
            self.resource, prop, kind
        )
        if len(candidates) == 1:
            self.template = candidates[0]
            return
        what = "launch template" if kind == LAUNCH_TEMPLATE else "launch configuration"
        name = f" {names[0]}" if names else ""
        self.template_missing = (
            f"its {what}{name} is not among the resources"
            if not candidates
            else f"it depends on {len(candidates)} {what}s, and which one it uses is not known yet"
        )

    def instance_type(self, default: str | None = None, *, own: bool = True) -> tuple[Choice, ...]:
        """Return the one instance type that the resource or its launch template states."""
        for source in self.sources if own else self.sources[1:]:
            name = text(source.inputs, "instanceType")
            if isinstance(name, str) and name:
                return (Choice(name),)
            if name is UNKNOWN:
                self.note_unknown("instanceType")
                return ()
        if default is not None:
            return (Choice(default),)
        self.note(self.template_missing or "instanceType is missing")
        return ()

    def texts(self, *path: str) -> list[str]:
        """Return the texts of the list at a path; what is unknown in it is noted."""
        values = texts(self.resource.inputs, *path)
        if UNKNOWN in values or not values:
            self.note_unknown(".".join(path))
        return [value for value in values if isinstance(value, str)]

    def market(self) -> Purchase:
        """Return the purchase option that the resource or its launch template asks for."""
        for source in self.sources:
            if MARKET_KEYS.isdisjoint(source.inputs):
                continue
            market = look(source.inputs, "instanceMarketOptions")
            if market is not None or text(source.inputs, "spotPrice") is not None:
                return self._market(text(source.inputs, "instanceMarketOptions", "marketType"))
        if self.template_missing:
            self.note(self.template_missing)
        return "on-demand"

    def _market(self, kind: str | Unknown | None) -> Purchase:
        if kind is UNKNOWN:
            self.note_unknown("instanceMarketOptions.marketType")
        return "capacity-block" if kind == "capacity-block" else "spot"

    def pool(self, shares: Iterable[Share], **more: Any) -> NodePool:
        """Return the resource as a pool, with its disks and the reservations it runs in."""
        role: Role = more.pop("role", "nodes")
        inside, joins = self._reservations() if role == "nodes" else ((), True)
        self._refuse_tenancy()
        own = self.resource
        fields: dict[str, Any] = {"reservations": inside, "open": joins, **more}
        if role == "nodes":
            fields.setdefault("disks", tuple(self._disks()))
        zone = text(own.inputs, "availabilityZone")
        return NodePool(
            urn=own.urn,
            type=own.type,
            name=own.name,
            region=own.region,
            role=role,
            shares=tuple(shares),
            zone=zone if isinstance(zone, str) else None,
            unknown=tuple(self.unknown),
            **fields,
        )

    def _refuse_tenancy(self) -> None:
        for source in self.sources:
            for path in () if DEDICATED_KEYS.isdisjoint(source.inputs) else DEDICATED:
                if text(source.inputs, *path) not in (None, "default", ""):
                    self.note("dedicated tenancy has its own prices, which are not in the catalog")

    def _disks(self) -> list[Disk]:
        """Return the disks of a node that have a stated size.

        That of others is set by the image.
        """
        for source in self.sources:
            if DISK_KEYS.isdisjoint(source.inputs):
                continue
            disks = [
                disk for stated in _stated_disks(source.inputs) if (disk := self._disk(stated))
            ]
            if disks:
                return disks
        return []

    def _disk(self, stated: Mapping[str, Any] | Unknown) -> Disk | None:
        if isinstance(stated, Unknown):
            self.note_unknown("a disk")
            return None
        gb = self.count_of(stated, 0, "volumeSize")
        kind = text(stated, "volumeType") or "gp2"
        if isinstance(kind, Unknown):
            self.note_unknown("volumeType")
            return None
        iops, speed = (self.count_of(stated, 0, key) for key in ("iops", "throughput"))
        return Disk(kind, gb, iops or None, speed or None) if gb else None

    def _reservations(self) -> tuple[tuple[str, ...], bool]:
        """Return the reservations that the nodes run in, and whether they may join an open one."""
        for source in self.sources:
            stated = look(source.inputs, RESERVED_IN)
            if stated is None:
                continue
            target = (RESERVED_IN, "capacityReservationTarget")
            ids = [text(source.inputs, *target, "capacityReservationId")]
            ids += texts(source.inputs, *target, "capacityReservationIds")
            inside = self._named(
                source, [identifier for identifier in ids if identifier is not None]
            )
            preference = text(source.inputs, RESERVED_IN, "capacityReservationPreference")
            return inside, not inside and preference in (None, "open")
        return (), True

    def _named(self, source: Resource, ids: list[str | Unknown]) -> tuple[str, ...]:
        """Reservations by URN where they are among the resources, else by id."""
        kinds = (CAPACITY_RESERVATION, CAPACITY_BLOCK)
        inside: list[str] = []
        for identifier in ids:
            name = identifier if isinstance(identifier, str) else ""
            found = [hit for kind in kinds if (hit := self.known.found(kind, name))]
            found = found or self.known.behind(source, RESERVED_IN, *kinds)
            inside += [hit.urn for hit in found] or [name] * bool(name)
        return tuple(dict.fromkeys(inside))

    def block_hours(self) -> float | None:
        """Return how long a bought capacity block lasts."""
        outputs = self.resource.outputs
        start, end = text(outputs, "startDate"), text(outputs, "endDate")
        if not isinstance(start, str) or not isinstance(end, str):
            return None
        try:
            length = dt.datetime.fromisoformat(end) - dt.datetime.fromisoformat(start)
        except (ValueError, TypeError):
            return None
        return length.total_seconds() / SECONDS_PER_HOUR or None


def _stated_disks(inputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any] | Unknown]:
    yield from each(inputs, "rootBlockDevice")
    yield from each(inputs, "ebsBlockDevices")
    for mapping in each(inputs, "blockDeviceMappings"):
        if isinstance(mapping, Unknown):
            yield mapping
        else:
            yield from each(mapping, "ebs")
