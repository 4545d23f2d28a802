"""Whether an update makes a resource more expensive: whether its monthly ceiling rises.

The inventory reads the resource before and after, and the two are compared in money: at the
ceiling, and held at the size asked for and at the floor, for such nodes run below any ceiling. A
hook sees one resource alone, and the inventory reads some types alone. Out of sight is what a
launch template starts, what instance requirements allow, what a warm pool holds, and when a
reservation ends. There, and where a price is missing, a changed input that speaks of nodes, by the
names that AWS gives it, counts as growth, unless it is a size that does not rise, or spot. Types
that the inventory does not read are in ``unread_changes``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from tco.catalog.catalog import Catalog
from tco.iac.enforce.changes import AWS_DEFAULTS, Change, changes, describe, hides_a_block
from tco.iac.enforce.unread_changes import unread_changes
from tco.iac.estimate.accelerators import accelerated, without_accelerators
from tco.iac.estimate.inventory import POOL_TYPES, NodePool, Resource, Size, pool_of, template_pool
from tco.iac.estimate.pricing import ceiling_usd_per_month
from tco.iac.estimate.rates import Rates
from tco.iac.estimate.reading import LAUNCH_TEMPLATE, ReferenceIndex
from tco.numbers import usd

__all__ = ["Growth", "growth"]

OUT_OF_SIGHT: Final = re.compile(
    r"\b(instanceRequirements|launchConfiguration|launchTemplate(Id|Name)"
    r"|launchTemplate(Specification)?(\[0\])?\.(id|name)|warmPool|suspendedProcesses|defaultVersion"
    r"|endDate(Type)?)\b"
)
"""Inputs whose effect has no price, though the resource has one."""
OF_NODES: Final = re.compile(
    rf"{OUT_OF_SIGHT.pattern}|\b({'|'.join(AWS_DEFAULTS)}|instanceTypes?|weightedCapacity"
    r"|capacityType|marketType|launchTemplate(Specification)?(\[0\])?\.version)\b"
    r"|\b(instanceMarketOptions|launchTemplate|mixedInstancesPolicy|scalingConfig)$"
)
"""Paths of inputs about nodes; the last are blocks, which are values when unreadable."""

HELD: Final = {"ceiling": "ceiling", "desired": "desired size", "floor": "floor"}
"""The sizes at which a pool is compared, and their names."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Why an update may cost more; an empty reason where it does not."""

    reason: str
    in_doubt: bool = False
    """Whether it may cost more because its cost is unknown."""


def growth(
    old: Resource, new: Resource, known: ReferenceIndex, catalog: Catalog, day: dt.date
) -> Growth:
    """Return why the update of a resource may cost more."""
    rates = Rates(catalog, day)
    changed = list(changes(old.inputs, new.inputs))
    before, now = _pool(old, known), _pool(new, known)
    if before is None or now is None:
        return _in_doubt(describe(unread_changes(old, new, changed, rates)))
    of_nodes = [change for change in changed if _is_of_nodes(change, old)]
    for size, name in HELD.items():
        was, will = (
            ceiling_usd_per_month(_held(pool, size), catalog, day) for pool in (before, now)
        )
        if was is None or will is None:
            fresh = (why for why in now.unknown if why not in before.unknown)
            left = describe(_but_leaving_gpus(of_nodes, rates))
            return _in_doubt(left or "; ".join(fresh))
        if will > was:
            return Growth(_rise(new, name, was, will, changed=of_nodes))
    return _in_doubt(describe(change for change in of_nodes if OUT_OF_SIGHT.search(change.path)))


def _in_doubt(reason: str) -> Growth:
    return Growth(reason, in_doubt=bool(reason))


def _pool(resource: Resource, known: ReferenceIndex) -> NodePool | None:
    """Return the nodes of a resource; None for one of a type that provides none itself."""
    if resource.type == LAUNCH_TEMPLATE:
        return template_pool(resource)
    return pool_of(resource, known) if resource.type in POOL_TYPES else None


def _is_of_nodes(change: Change, old: Resource) -> bool:
    """Return whether a changed input is about nodes, or hides inputs that were readable."""
    return OF_NODES.search(change.path) is not None or hides_a_block(change, old.inputs)


def _but_leaving_gpus(changed: Iterable[Change], rates: Rates) -> Iterator[Change]:
    """Yield the changes without those from an instance type with GPUs to one without."""
    for change in changed:
        if not _leaves_gpus(change, rates):
            yield change


def _leaves_gpus(change: Change, rates: Rates) -> bool:
    was, now = change.was, change.now
    if change.name not in ("instanceType", "instanceTypes"):
        return False
    if not isinstance(was, str) or not isinstance(now, str):
        return False
    return accelerated(was, rates) and without_accelerators(now, rates)


def _held(pool: NodePool, size: str) -> NodePool:
    """Return the pool if it stayed at one of its sizes."""
    shares = (
        share._replace(units=Size(*[getattr(share.units, size)] * 3)) for share in pool.shares
    )
    return replace(pool, shares=tuple(shares))


def _rise(new: Resource, name: str, was: float, will: float, changed: Iterable[Change]) -> str:
    """Return the rise. A launch template has no cost of its own: others set the node count."""
    rise = f"its {name} rises from {usd(was)} to {usd(will)} a month"
    if new.type == LAUNCH_TEMPLATE:
        rise = "a node started from it costs more"
    texts = ", ".join(map(str, changed))
    return f"{rise} ({texts})" if texts else rise
