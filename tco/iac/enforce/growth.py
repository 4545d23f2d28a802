"""Whether an update makes a resource more expensive: whether its monthly ceiling rises.

The inventory reads the resource before and after, and the two are compared in money: at the
ceiling, and held at the size asked for and at the floor, for such nodes run below any ceiling. A
hook sees one resource alone, and the inventory reads some types alone. Out of sight is what a
launch template starts, what instance requirements allow, what a warm pool holds, and all of a type
that provides no nodes itself, such as a schedule that sets a group's size. There, and where a
price is missing, a changed input that speaks of nodes, by the names that AWS gives it, counts as
growth, unless it is a size that does not rise, or spot.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from tco.catalog.catalog import Catalog
from tco.iac.estimate.inventory import POOL_TYPES, NodePool, Resource, Size, pool_of, template_pool
from tco.iac.estimate.pricing import ceiling_usd_per_month
from tco.iac.estimate.properties import UNKNOWN, Value, leaves, whole_number
from tco.iac.estimate.reading import LAUNCH_TEMPLATE, ReferenceIndex
from tco.numbers import usd

__all__ = ["growth"]

SIZES: Final[dict[str, int]] = {
    "desiredCapacity": 0,
    "desiredSize": 0,
    "desiredVcpus": 0,
    "initialInstanceCount": 0,
    "instanceCount": 0,
    "maxCapacity": 0,
    "maxSize": 0,
    "maxVcpus": 0,
    "minCapacity": 0,
    "minSize": 0,
    "minVcpus": 0,
    "onDemandBaseCapacity": 0,
    "onDemandPercentageAboveBaseCapacity": 100,
    "onDemandTargetCapacity": 0,
    "spotTargetCapacity": 0,
    "targetCapacity": 0,
    "totalTargetCapacity": 0,
}
"""Numbers that cost more when they rise, with what AWS takes where they are absent."""

CHEAPEST: Final = {"capacityType": "SPOT", "marketType": "spot"}
"""Purchase options by name, with the value that never costs more than another."""

OUT_OF_SIGHT: Final = re.compile(
    r"\b(instanceRequirements|launchConfiguration|launchTemplate(Id|Name)"
    r"|launchTemplate(Specification)?(\[0\])?\.(id|name)|warmPool)\b"
)
OF_NODES: Final = re.compile(
    rf"{OUT_OF_SIGHT.pattern}|\b({'|'.join([*SIZES, *CHEAPEST])}|instanceTypes?|weightedCapacity)\b"
    r"|\b(instanceMarketOptions|launchTemplate|mixedInstancesPolicy|scalingConfig)$"
)
"""Paths of inputs that speak of nodes; the last are blocks, which are values when unreadable."""

HELD: Final = {"ceiling": "ceiling", "desired": "desired size", "floor": "floor"}
"""The sizes at which a pool is compared, and what people call them."""

Change = tuple[str, Value, Value]
"""The path of an input, its value before and its value after."""


def growth(
    old: Resource, new: Resource, known: ReferenceIndex, catalog: Catalog, day: dt.date
) -> str:
    """Why the update of a resource may cost more, or an empty text."""
    changes = list(_changes(old.inputs, new.inputs))
    before, now = _pool(old, known), _pool(new, known)
    if before is None or now is None:
        return _in_doubt(changes)
    for size, name in HELD.items():
        was, will = (
            ceiling_usd_per_month(_held(pool, size), catalog, day) for pool in (before, now)
        )
        if was is None or will is None:
            fresh = (why for why in now.unknown if why not in before.unknown)
            return _in_doubt(changes) or "; ".join(fresh)
        if will > was:
            return _rise(new, name, was, will, changes)
    return _in_doubt(change for change in changes if OUT_OF_SIGHT.search(change[0]))


def _pool(resource: Resource, known: ReferenceIndex) -> NodePool | None:
    """Return the nodes of a resource; None for one of a type that provides none itself."""
    if resource.type == LAUNCH_TEMPLATE:
        return template_pool(resource)
    return pool_of(resource, known) if resource.type in POOL_TYPES else None


def _held(pool: NodePool, size: str) -> NodePool:
    """Return the pool if it stayed at one of its sizes."""
    shares = (
        replace(share, units=Size(*[getattr(share.units, size)] * 3)) for share in pool.shares
    )
    return replace(pool, shares=tuple(shares))


def _rise(new: Resource, name: str, was: float, will: float, changes: Iterable[Change]) -> str:
    """Return the rise. A launch template has no cost of its own: others set the node count."""
    rise = f"its {name} rises from {usd(was)} to {usd(will)} a month"
    if new.type == LAUNCH_TEMPLATE:
        rise = "a node started from it costs more"
    texts = ", ".join(_format_growth(*change) for change in changes)
    return f"{rise} ({texts})" if texts else rise


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Return the changed inputs about nodes, and each block that is no longer readable."""
    before, after = dict(leaves(old)), dict(leaves(new))
    for path in {**before, **after}:
        was, now = before.get(path), after.get(path)
        hidden = now is UNKNOWN and any(
            below.startswith((f"{path}.", f"{path}[")) for below in before
        )
        if hidden or (OF_NODES.search(path) and (now is UNKNOWN or was != now)):
            yield path, was, now


def _in_doubt(changes: Iterable[Change]) -> str:
    return "; ".join(_format_growth(*change) for change in changes if not _falls(*change))


def _falls(path: str, was: Value, now: Value) -> bool:
    """Whether an input certainly costs no more: a size that does not rise, or spot."""
    name = path.rpartition(".")[2]
    if name in CHEAPEST:
        return now == CHEAPEST[name]
    if name not in SIZES:
        return False
    before, after = (
        SIZES[name] if size is None else whole_number({name: size}, name) for size in (was, now)
    )
    return isinstance(before, int) and isinstance(after, int) and after <= before


def _format_growth(path: str, was: Value, now: Value) -> str:
    if now is UNKNOWN:
        return f"{path} is not known yet"
    return f"{path} from {_shown(path, was)} to {_shown(path, now)}"


def _shown(path: str, value: Value) -> str:
    """Return a value as people write it; what AWS takes where it is absent."""
    if value is None:
        return str(SIZES.get(path.rpartition(".")[2], "nothing"))
    if value is UNKNOWN:
        return "a hidden value"
    return f"{value:g}" if isinstance(value, float) else str(value)
