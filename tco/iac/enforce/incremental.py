"""The cost of a program while its resources come one at a time, as a policy sees them.

A resource that comes alone does not say which launch template or reservation its ids mean. Its
template is taken for the most expensive of the program, its reservation for any one that fits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tco.catalog.catalog import Catalog
from tco.iac.estimate.accelerators import accelerated
from tco.iac.estimate.cost_components import Cost
from tco.iac.estimate.coverage import NOT_COVERED, covered_nodes
from tco.iac.estimate.flat_rates import FIGURED
from tco.iac.estimate.inventory import POOL_TYPES, NodePool, Resource, pool_of, template_pool
from tco.iac.estimate.node_cost import node_cost
from tco.iac.estimate.pricing import Pricing, price
from tco.iac.estimate.properties import look
from tco.iac.estimate.rates import Rates
from tco.iac.estimate.reading import (
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    POINTED_AT,
    ReferenceIndex,
)
from tco.iac.estimate.schedules import NO_GROUP, SCHEDULE, sets_size_of

__all__ = ["PricedResource", "RunningCost"]

TEMPLATES: Final = (LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION)
BY_TEMPLATE: Final = ("launchTemplate", "mixedInstancesPolicy", "launchConfiguration")
WATCHED: Final = frozenset({*POINTED_AT, *POOL_TYPES, *FIGURED})
Place = tuple[str | None, str]


class CandidateIndex(ReferenceIndex):
    """What a property may depend on, where nothing says so.

    A launch template at a time to try, of those that make a difference; and every reservation.
    """

    def __init__(self) -> None:
        super().__init__([])
        self.tried: Resource | None = None
        self._kinds: dict[NodePool, Resource] = {}
        self._reservations: dict[str, Resource] = {}

    def add(self, resource: Resource) -> None:
        """Add a resource that others may point to; a changed template may still be the old."""
        super().add(resource)
        if resource.type in TEMPLATES:
            self._kinds.setdefault(template_pool(resource), resource)
        elif resource.type != SCHEDULE:
            self._reservations[resource.urn] = resource

    def behind(self, owner: Resource, prop: str, *kinds: str) -> list[Resource]:
        """Return the template that is tried, or all the reservations there are."""
        del owner, prop
        if self.tried is not None and self.tried.type in kinds:
            return [self.tried]
        return [
            reservation for reservation in self._reservations.values() if reservation.type in kinds
        ]

    def templates(self) -> list[Resource]:
        """Return the launch templates of the program, one of each kind."""
        return list(self._kinds.values())


@dataclass(frozen=True, slots=True)
class PricedResource:
    """A resource with its cost, and what the program costs at most with it."""

    resource: Resource
    pool: NodePool | None
    cost: Cost
    gpu: bool
    """Whether it provides GPUs, or may provide them."""
    total_usd_per_month: float

    @property
    def usd_per_month(self) -> float:
        """What it costs as declared."""
        return sum(part.usd_per_month for part in self.cost.parts)

    @property
    def most_usd_per_month(self) -> float:
        """What it costs at most."""
        return _most(self.cost)


@dataclass(kw_only=True)
class RunningCost:
    """The cost of the resources seen so far; a resource seen again replaces its earlier cost."""

    catalog: Catalog
    day: dt.date
    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    """Those that cost or are pointed at, by URN."""
    _known: CandidateIndex = field(default_factory=CandidateIndex)
    _pools: dict[str, NodePool] = field(default_factory=dict[str, NodePool])
    _most: dict[str, float] = field(default_factory=dict[str, float])
    _total: float = 0.0

    def __post_init__(self) -> None:
        self.rates = Rates(self.catalog, self.day)

    def see(self, resource: Resource) -> PricedResource | None:
        """Return the resource with its cost.

        Or None for a type that provides and prices nothing.
        """
        if resource.type not in WATCHED:
            return None
        self.resources[resource.urn] = resource
        if resource.type in POINTED_AT:
            self._known.add(resource)
        if resource.type in POOL_TYPES:
            return self._see_pool(resource)
        if resource.type == SCHEDULE:
            return self._see_schedule(resource)
        if resource.type in FIGURED:
            cost = FIGURED[resource.type](resource, self.rates)
            self._count(resource.urn, cost)
            return PricedResource(
                resource=resource, pool=None, cost=cost, gpu=False, total_usd_per_month=self._total
            )
        return None

    def now(self, property_dependencies: Mapping[str, Mapping[str, Sequence[str]]]) -> Pricing:
        """Return the resources of these URNs that were seen, with what each depends on, priced."""
        listed = [
            replace(self.resources[urn], property_dependencies=depends)
            for urn, depends in property_dependencies.items()
            if urn in self.resources
        ]
        return price(listed, self.catalog, self.day)

    def _see_pool(self, resource: Resource) -> PricedResource:
        pool, cost = max(
            ((pool, node_cost(pool, self.rates)) for pool in self._readings(resource)),
            key=lambda reading: (bool(reading[1].unpriced), _most(reading[1])),
        )
        self._pools[resource.urn] = pool
        cost = self._covered(pool, cost)
        return PricedResource(
            resource=resource,
            pool=pool,
            cost=cost,
            gpu=self._may_have_gpus(pool),
            total_usd_per_month=self._total,
        )

    def _see_schedule(self, schedule: Resource) -> PricedResource:
        """Return the most expensive group whose size a schedule sets, read again."""
        groups = [self.resources[urn] for urn in self._pools]
        seen = [self._see_pool(group) for group in groups if sets_size_of(schedule, group)]
        if not seen:
            return PricedResource(
                resource=schedule,
                pool=None,
                cost=Cost("", unpriced=NO_GROUP),
                gpu=True,
                total_usd_per_month=self._total,
            )
        costliest = max(
            seen, key=lambda group: (group.gpu, bool(group.cost.unpriced), _most(group.cost))
        )
        return replace(costliest, resource=schedule, total_usd_per_month=self._total)

    def templates_may_have_gpus(self) -> bool:
        """Return whether a launch template may start GPUs: one of the program, or one elsewhere."""
        pools = [template_pool(template) for template in self._known.templates()]
        return not pools or any(self._may_have_gpus(pool) for pool in pools)

    def _readings(self, resource: Resource) -> Iterator[NodePool]:
        """Yield the resource as a pool.

        With each launch template of the program that it may mean.
        """
        templated = any(look(resource.inputs, key) is not None for key in BY_TEMPLATE)
        for tried in (self._known.templates() if templated else []) or [None]:
            self._known.tried = tried
            yield pool_of(resource, self._known)

    def _covered(self, own: NodePool, cost: Cost) -> Cost:
        """Return the cost of a pool given the reservations seen; other pools are priced again."""
        held = {
            location
            for pool in self._pools.values()
            if pool.role == "reservation"
            for location in _places(pool)
        }
        touched = [pool for pool in self._pools.values() if held & _places(pool)]
        if own not in touched:
            self._count(own.urn, cost)
            return cost
        covered = covered_nodes(touched)
        for pool in touched:
            renewed = node_cost(pool, self.rates, covered.get(pool.urn, NOT_COVERED))
            self._count(pool.urn, renewed)
            if pool.urn == own.urn:
                cost = renewed
        return cost

    def _count(self, urn: str, cost: Cost) -> None:
        most = _most(cost)
        self._total += most - self._most.get(urn, 0.0)
        self._most[urn] = most

    def _may_have_gpus(self, pool: NodePool) -> bool:
        names = [instance for _, instance in _places(pool)]
        return not names or any(accelerated(name, self.rates) for name in names)


def _places(pool: NodePool) -> set[Place]:
    """Return the instance types of a pool, each with the region."""
    return {(pool.region, choice.instance) for share in pool.shares for choice in share.choices}


def _most(cost: Cost) -> float:
    return 0.0 if cost.unpriced else sum(part.high for part in cost.parts)
