"""A stack with every figure looked up: what the ledger reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from tco.catalog.plausibility.finding import PlausibilityFinding
from tco.catalog.sourced import SourcedValue
from tco.catalog.spend_terms import SpendTerms
from tco.costing.api_rate import ApiRate
from tco.costing.caution import Caution
from tco.costing.group import Group
from tco.costing.market import Market
from tco.costing.node_outlook import NodePriceOutlook
from tco.costing.overheads import Labor, Platform
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import ServiceModel
from tco.plan.plan import Plan
from tco.plan.stack_file import StackFile

__all__ = ["Alternative", "Relation", "Resolve", "StackModel", "Unpriced"]


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Something the stack needs and no figure covers."""

    name: str
    reason: str


Relation = Literal["declared", "same-weights", "newer-version"]
"""Why something is an alternative: the plan names it, it hosts the same weights, or newer ones."""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """An alternative: an API per service, or another stack on the same workloads.

    A host of a newer version is shown, and is never eligible to decide.
    """

    name: str
    rates: tuple[ApiRate | None, ...] = ()
    stack: StackModel | None = None
    relation: Relation = "declared"
    same_model: bool | None = None
    """Whether it serves the models that the services run; None where that is not known."""
    eligible: bool = True
    lacking: tuple[str, ...] = ()
    unpriced: str = ""

    @property
    def provisioned(self) -> bool:
        """Whether units of throughput are bought at any of its APIs."""
        return any(rate is not None and rate.provisioned is not None for rate in self.rates)

    @property
    def terms(self) -> tuple[SpendTerms | None, ...]:
        """The contracts for the month's bill that its APIs are under, one by one."""
        return tuple(rate and rate.found.discounts.terms for rate in self.rates)

    def is_proportional(self, stack: StackModel) -> bool:
        """Return whether its bill, beside a stack, is proportional to the demand."""
        return not (self.provisioned or any(self.terms) or stack.owed)


@dataclass(frozen=True, kw_only=True)
class StackModel:
    """A whole stack, ready to be priced."""

    source: StackFile
    day: dt.date
    catalog_version: str
    market: Market
    services: tuple[ServiceModel, ...]
    alternatives: tuple[Alternative, ...]
    left_out: tuple[Alternative, ...]
    """Hosts of the same weights that the plan leaves out, by `alternatives: {only: …}`."""
    labor: Labor
    platform: Platform
    discount_rate: SourcedValue
    node_prices: NodePriceOutlook
    horizon_months: int
    warnings: tuple[Caution, ...]
    unpriced: tuple[Unpriced, ...]
    implausible: tuple[PlausibilityFinding, ...]
    owed: tuple[SpendTerms, ...] = ()
    """Signed commitments: their shortfall is billed whatever is chosen."""
    mtok_per_month: float
    """All tokens of the pricing day's month, all services together."""
    other_fleets: Callable[[], Sequence[StackModel]] = field(default=tuple, repr=False)
    """Resolves the other stacks that provision nodes for one of its workloads, when asked."""

    @property
    def findings(self) -> tuple[PlausibilityFinding, ...]:
        """Every implausible figure that decides: the stack's own and its alternatives', once."""
        stacks = [
            alternative.stack for alternative in self.alternatives if alternative.stack is not None
        ]
        found = [*self.implausible, *(finding for stack in stacks for finding in stack.implausible)]
        return tuple(dict.fromkeys(found))

    @property
    def name(self) -> str:
        """The stack's name."""
        return self.source.name

    @property
    def file(self) -> str:
        """Its file, as messages name it."""
        return self.source.file

    @property
    def plan(self) -> Plan:
        """What its author declared."""
        return self.source.plan

    def pools(self) -> Iterator[tuple[ServiceModel, Group, int, PoolModel]]:
        """Yield every pool with its service, its group and its index in the group's merit order."""
        for service in self.services:
            for group in service.groups:
                for index, pool in enumerate(group.pools):
                    yield service, group, index, pool

    def with_service(self, index: int, service: ServiceModel) -> StackModel:
        """Return the stack with another service at an index."""
        services = (*self.services[:index], service, *self.services[index + 1 :])
        return replace(self, services=services)

    def serving(self, services: Sequence[ServiceModel]) -> StackModel:
        """Return the stack with these services in place of its own."""
        return replace(self, services=tuple(services))

    def with_services(self, change: Callable[[ServiceModel], ServiceModel]) -> StackModel:
        """Return the stack with every service changed."""
        return replace(self, services=tuple(change(service) for service in self.services))

    def with_groups(self, change: Callable[[Group], Group]) -> StackModel:
        """Return the stack with every group of every service changed."""
        return self.with_services(lambda service: service.with_groups(change))

    def with_pools(self, change: Callable[[PoolModel], PoolModel]) -> StackModel:
        """Return the stack with every pool of every group changed."""
        return self.with_services(lambda service: service.with_pools(change))


Resolve = Callable[[StackFile], StackModel]
"""Looks up every figure of a stack file; raises BadInput."""
