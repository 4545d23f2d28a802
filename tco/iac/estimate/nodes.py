"""What the inventory reads from resources: node pools and their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from tco.iac.estimate.record import record

__all__ = ["Choice", "Disk", "NodePool", "Purchase", "Resource", "Role", "Share", "Size"]

Purchase = Literal["on-demand", "spot", "capacity-block"]
Role = Literal["nodes", "reservation"]


@record
class Resource:
    """One resource of any program, however it was read."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    region: str | None = None
    id: str | None = None
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    property_dependencies: Mapping[str, Sequence[str]] = field(
        default_factory=dict[str, Sequence[str]]
    )
    provided: bool = True
    """Whether the stack provides it: a component and a resource that is only read do not."""


class Choice(NamedTuple):
    """An instance type that may be launched, and the units of capacity it counts for."""

    instance: str
    weight: int = 1


class Size(NamedTuple):
    """Units of capacity: the least, as many as are asked for, the most."""

    floor: int
    desired: int
    ceiling: int


class Share(NamedTuple):
    """The part of a pool that is bought one way: one of the choices for each node."""

    purchase: Purchase
    choices: tuple[Choice, ...]
    units: Size
    ordered: bool = True
    """Whether the first choice is taken while it is available; else the cheapest."""


class Disk(NamedTuple):
    """A disk of every node."""

    volume_type: str
    gb: int
    iops: int | None = None
    mb_per_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePool:
    """Nodes that one resource provides, or the capacity that it reserves."""

    urn: str = field(compare=False)
    type: str = field(compare=False)
    name: str = field(compare=False)
    region: str | None
    role: Role = "nodes"
    shares: tuple[Share, ...] = ()
    disks: tuple[Disk, ...] = ()
    reservations: tuple[str, ...] = ()
    """Capacity reservations that the nodes run in: URNs, or ids of those not in the program."""
    open: bool = True
    """Nodes: may run in an open reservation. Reservation: takes any node that fits."""
    zone: str | None = None
    hours: float | None = None
    """How long a capacity block lasts."""
    unknown: tuple[str, ...] = ()
    """Reasons why the pool has no price, one sentence each."""
