"""What the resources of any Pulumi program cost a month, at list prices.

Every resource gets a status: ``priced``, ``free``, ``usage_based`` or ``unpriced``; none is a
silent zero. A group costs its nodes at its floor, as many as it asks for, and at its ceiling. A
node that runs in a capacity reservation of the same program is paid with the reservation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tco.catalog.catalog import Catalog
from tco.iac.coverage import NOT_COVERED, covered_nodes
from tco.iac.figured import FIGURED
from tco.iac.inventory import node_pools
from tco.iac.node_cost import node_cost
from tco.iac.nodes import NodePool, Resource
from tco.iac.parts import Cost, Part
from tco.iac.rates import Rates
from tco.iac.resource_types import why_free, why_usage

__all__ = ["PricedResource", "Pricing", "Status", "ceiling_usd_per_month", "price"]

Status = Literal["priced", "free", "usage_based", "unpriced"]
UNKNOWN_TYPE = "tco knows no price of this type of resource"


@dataclass(frozen=True, slots=True)
class PricedResource:
    """A resource with what it costs, or why that is not said."""

    resource: Resource
    status: Status
    reason: str = ""
    detail: str = ""
    parts: tuple[Part, ...] = ()
    usd_per_month: float | None = None
    """As declared: a group at the size it asks for."""
    low: float | None = None
    """At the floor of a group and the low end of every price."""
    high: float | None = None
    """At the ceiling of a group and the high end of every price."""


@dataclass(frozen=True)
class Pricing:
    """All resources of a program, priced on a day."""

    resources: tuple[PricedResource, ...]
    day: dt.date
    warnings: tuple[str, ...] = ()

    @property
    def usd_per_month(self) -> float:
        """What the priced resources cost together, as declared."""
        return sum(one.usd_per_month or 0.0 for one in self.resources)

    @property
    def floor_usd_per_month(self) -> float:
        """What they cost at least."""
        return sum(one.low or 0.0 for one in self.resources)

    @property
    def ceiling_usd_per_month(self) -> float:
        """What they cost at most."""
        return sum(one.high or 0.0 for one in self.resources)

    @property
    def complete(self) -> bool:
        """Whether nothing that costs is left out, apart from what is paid by use."""
        return not self.warnings and all(
            one.status in ("free", "usage_based") or (one.status == "priced" and not one.reason)
            for one in self.resources
        )

    def count(self, status: Status) -> int:
        """How many resources have a status."""
        return sum(one.status == status for one in self.resources)


def price(
    resources: Iterable[Resource], catalog: Catalog, day: dt.date, warnings: Iterable[str] = ()
) -> Pricing:
    """Every resource with its status and cost, in order."""
    listed = list(resources)
    rates = Rates(catalog, day)
    pools = {pool.urn: pool for pool in node_pools(listed)}
    covered = covered_nodes(pools.values())
    priced: list[PricedResource] = []
    for one in listed:
        pool = pools.get(one.urn)
        if pool is not None and one.provided:
            cost = node_cost(pool, rates, covered.get(one.urn, NOT_COVERED))
            priced.append(_priced(one, cost))
        else:
            priced.append(_other(one, rates))
    return Pricing(tuple(priced), day, tuple(warnings))


def _other(resource: Resource, rates: Rates) -> PricedResource:
    """A resource that provides no nodes."""
    reason = why_free(resource)
    if reason:
        return PricedResource(resource, "free", reason, usd_per_month=0.0, low=0.0, high=0.0)
    by_figure = FIGURED.get(resource.type)
    if by_figure is not None:
        return _priced(resource, by_figure(resource, rates))
    reason = why_usage(resource)
    if reason:
        return PricedResource(resource, "usage_based", reason)
    return PricedResource(resource, "unpriced", UNKNOWN_TYPE)


def _priced(resource: Resource, cost: Cost) -> PricedResource:
    if cost.unpriced:
        return PricedResource(resource, "unpriced", cost.unpriced, cost.detail)
    return PricedResource(
        resource,
        "priced",
        "; ".join(cost.left_out),
        cost.detail,
        cost.parts,
        sum(one.usd_per_month for one in cost.parts),
        sum(one.low for one in cost.parts),
        sum(one.high for one in cost.parts),
    )


def ceiling_usd_per_month(pool: NodePool, catalog: Catalog, day: dt.date) -> float | None:
    """The most that a pool can cost a month; None where nobody can know it.

    What is left out (a disk without a price) leaves the ceiling of the rest: it is there before a
    change and after it. Reservations are not looked at: the pool is priced as if it stood alone.
    """
    cost = node_cost(pool, Rates(catalog, day))
    return None if cost.unpriced else sum(one.high for one in cost.parts)
