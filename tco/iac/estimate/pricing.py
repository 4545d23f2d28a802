"""What the resources of any Pulumi program cost per month, at list prices.

Every resource gets a status: ``priced``, ``free``, ``usage_based`` or ``unpriced``; none is a
silent zero. A group costs its nodes at its floor, as many as it asks for, and at its ceiling. A
node that runs in a capacity reservation of the same program is paid with the reservation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from tco.catalog.catalog import Catalog
from tco.catalog.price_cache import PriceCache
from tco.defaults import OLD_PRICE_DAYS
from tco.iac.estimate.cost_components import Cost, Part
from tco.iac.estimate.coverage import NOT_COVERED, covered_nodes
from tco.iac.estimate.documents import Document, read_document, read_file
from tco.iac.estimate.flat_rates import FIGURED
from tco.iac.estimate.inventory import node_pools
from tco.iac.estimate.kubernetes import why_billed
from tco.iac.estimate.node_cost import node_cost
from tco.iac.estimate.nodes import NodePool, Resource, Size
from tco.iac.estimate.rates import LikelyRates, Rates
from tco.iac.estimate.record import record
from tco.iac.estimate.resource_types import why_free, why_usage
from tco.iac.estimate.schedules import NO_GROUP, SCHEDULE, sets_size_of

if TYPE_CHECKING:
    from tco.documents.price import Status

__all__ = [
    "CachedPrices",
    "PricedResource",
    "Pricing",
    "ceiling_usd_per_month",
    "price",
    "price_document",
    "price_file",
    "priced",
]

LOW, USD, HIGH = attrgetter("low"), attrgetter("usd_per_month"), attrgetter("high")
UNKNOWN_TYPE = "the catalog has no price for this resource type"


@record
class PricedResource:
    """A resource with what it costs, or why that is not said."""

    urn: str
    type: str
    name: str
    region: str | None
    status: Status
    reason: str = ""
    detail: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def costs(self) -> bool:
        """Whether it is known what the resource costs, nothing included."""
        return self.status in ("priced", "free")

    @property
    def usd_per_month(self) -> float | None:
        """As declared: a group at the size it asks for."""
        return sum(map(USD, self.parts)) if self.costs else None

    @property
    def low(self) -> float | None:
        """At the floor of a group and the low end of every price."""
        return sum(map(LOW, self.parts)) if self.costs else None

    @property
    def high(self) -> float | None:
        """At the ceiling of a group and the high end of every price."""
        return sum(map(HIGH, self.parts)) if self.costs else None


@dataclass(frozen=True)
class CachedPrices:
    """Prices of a region that come from a file of EC2 prices: shipped, or of this machine."""

    region: str
    as_of: dt.date
    age_days: int
    shipped: bool

    @property
    def old(self) -> bool:
        """Whether they are too old to be relied on."""
        return self.age_days > OLD_PRICE_DAYS


@dataclass(frozen=True)
class Pricing:
    """All resources of a program, priced on a day."""

    resources: tuple[PricedResource, ...]
    day: dt.date
    warnings: tuple[str, ...] = ()
    cached: tuple[CachedPrices, ...] = ()
    """The regions with prices that come from files of EC2 prices."""

    @property
    def usd_per_month(self) -> float:
        """What the priced resources cost together, as declared."""
        return sum(resource.usd_per_month or 0.0 for resource in self.of("priced"))

    @property
    def floor_usd_per_month(self) -> float:
        """What they cost at least."""
        return sum(resource.low or 0.0 for resource in self.of("priced"))

    @property
    def ceiling_usd_per_month(self) -> float:
        """What they cost at most."""
        return sum(resource.high or 0.0 for resource in self.of("priced"))

    @property
    def complete(self) -> bool:
        """Whether nothing that costs is left out, apart from what is paid by use."""
        return not self.warnings and all(
            resource.status in ("free", "usage_based")
            or (resource.status == "priced" and not resource.reason)
            for resource in self.resources
        )

    def count(self, status: Status) -> int:
        """Return how many resources have a status."""
        return len(self.of(status))

    def of(self, status: Status) -> Sequence[PricedResource]:
        """Return the resources that have a status, in order."""
        return self._by_status.get(status, ())

    @cached_property
    def _by_status(self) -> Mapping[Status, Sequence[PricedResource]]:
        found: dict[Status, list[PricedResource]] = {}
        for resource in self.resources:
            found.setdefault(resource.status, []).append(resource)
        return found


def price_document(
    data: bytes, shown: str, catalog: Catalog, day: dt.date, *, cache: PriceCache | None = None
) -> Pricing:
    """Return the resources in the bytes of a preview or a state, priced. Raises BadInput."""
    return priced(read_document(data, shown), catalog, day, cache=cache)


def price_file(
    file: str, catalog: Catalog, day: dt.date, *, cache: PriceCache | None = None
) -> Pricing:
    """Return the resources in a file, or in the pipe for ``-``, priced. Raises BadInput."""
    return priced(read_file(file), catalog, day, cache=cache)


def priced(
    document: Document, catalog: Catalog, day: dt.date, *, cache: PriceCache | None = None
) -> Pricing:
    """Return the resources of a preview or a state, priced."""
    return price(document.resources, catalog, day, document.warnings, cache=cache)


def price(
    resources: Iterable[Resource],
    catalog: Catalog,
    day: dt.date,
    warnings: Iterable[str] = (),
    *,
    cache: PriceCache | None = None,
) -> Pricing:
    """Return every resource with its status and cost, in order."""
    listed = list(resources)
    rates = Rates(catalog, day, cache)
    provided = {resource.urn for resource in listed if resource.provided}
    pools = {pool.urn: pool for pool in node_pools(listed) if pool.urn in provided}
    covered = covered_nodes(pools.values())
    node_costs: dict[tuple[NodePool, Size], Cost] = {}
    found: list[PricedResource] = []
    groups = [resource for resource in listed if resource.urn in pools]
    for resource in listed:
        pool = pools.get(resource.urn)
        if pool is not None:
            key = (pool, covered.get(resource.urn, NOT_COVERED))
            cost = node_costs.get(key)  # pools are equal where nothing that costs differs
            if cost is None:
                cost = node_costs[key] = node_cost(pool, rates, key[1])
            found.append(_priced(resource, cost))
        elif resource.type == SCHEDULE and not any(
            sets_size_of(resource, group) for group in groups
        ):
            found.append(_with_status(resource, "unpriced", NO_GROUP))
        else:
            found.append(_other(resource, rates))
    cached = (
        CachedPrices(used.region, used.as_of, (day - used.as_of).days, used.shipped)
        for used in sorted(cache.used if cache is not None else ())
    )
    return Pricing(tuple(found), day, tuple(warnings), tuple(cached))


def _other(resource: Resource, rates: Rates) -> PricedResource:
    """Return a resource that provides no nodes."""
    free = why_free(resource)
    if free:
        return _with_status(resource, "free", free)
    by_figure = FIGURED.get(resource.type)
    if by_figure is not None:
        return _priced(resource, by_figure(resource, rates))
    usage = why_usage(resource)
    if usage:
        return _with_status(resource, "usage_based", usage)
    billed = why_billed(resource) if resource.type.startswith("kubernetes:") else ""
    return _with_status(resource, "unpriced", billed or UNKNOWN_TYPE)


def _priced(resource: Resource, cost: Cost) -> PricedResource:
    if cost.unpriced:
        return _with_status(resource, "unpriced", cost.unpriced, cost.detail)
    return _with_status(resource, "priced", "; ".join(cost.left_out), cost.detail, parts=cost.parts)


def _with_status(
    resource: Resource, status: Status, reason: str, detail: str = "", parts: tuple[Part, ...] = ()
) -> PricedResource:
    return PricedResource(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        region=resource.region,
        status=status,
        reason=reason,
        detail=detail,
        parts=parts,
    )


def ceiling_usd_per_month(pool: NodePool, catalog: Catalog, day: dt.date) -> float | None:
    """Return the monthly cost of a pool at its ceiling, at likely prices; None if unknown.

    The range of a price is not growth: spot at its highest may cost as much as on demand.
    What is left out (a disk without a price) leaves the ceiling of the rest: it is there before a
    change and after it. Reservations are not looked at: the pool is priced as if it stood alone.
    """
    cost = node_cost(pool, LikelyRates(catalog, day))
    return None if cost.unpriced else sum(part.high for part in cost.parts)
