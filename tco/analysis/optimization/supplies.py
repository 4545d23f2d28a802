"""Every way to supply a service: the purchase options priced for its nodes, and the APIs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tco.arrays import monthly_rate
from tco.costing.api_bill import unbillable
from tco.costing.api_rate import ApiRate
from tco.costing.fleet import FleetPool
from tco.costing.group import Group
from tco.costing.pool_model import PoolModel
from tco.costing.requirements import lacking_of
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.costing.waiting import at_once_and_waiting
from tco.scenario import BASE_CASE

__all__ = ["CandidatePool", "apis_of", "full_node_hour_usd", "supplies_of"]


@dataclass(frozen=True)
class CandidatePool:
    """One way to have a node: its pool, and USD for an hour of one node (of one replica's)."""

    pool: PoolModel
    fleet: FleetPool
    usd_per_hour: float

    @property
    def name(self) -> str:
        """The pool's name: the declared one, or one that says how it is bought."""
        return self.pool.name

    @property
    def committed(self) -> bool:
        """Whether a node is paid for in every hour."""
        return self.pool.supply.committed

    @property
    def usd_per_unit_hour(self) -> float:
        """USD per hour of the work of one node of the group's first pool."""
        return self.usd_per_hour / self.fleet.capacity_per_node


def supplies_of(stack: StackModel, group: Group) -> list[CandidatePool]:
    """Return the pools of a group as supplies, the cheapest per unit of work first."""
    rate = monthly_rate(stack.discount_rate.value.likely)
    found = [
        CandidatePool(
            pool,
            fleet,
            float(pool.supply.effective_usd_per_hour(BASE_CASE, rate)) * pool.nodes_per_replica,
        )
        for pool, fleet, speed in zip(group.pools, group.fleet.pools, group.speeds, strict=True)
        if speed.concurrency is not None or group.fleet.arrivals.factor is not None
    ]
    return sorted(found, key=lambda supply: supply.usd_per_unit_hour)


def full_node_hour_usd(
    stack: StackModel, service: ServiceModel, group: Group, rate: ApiRate
) -> float:
    """v: what an API bills for the tokens of one full hour of a reference node."""
    per_request = float(rate.usd_of(group.classes, service.demand, stack.day))
    load_per_request_hour = float(
        group.fleet.load_by_hour.sum() / service.demand.requests_per_hour.sum()
    )
    return per_request / load_per_request_hour


def apis_of(stack: StackModel, index: int) -> list[tuple[ApiRate, float]]:
    """Return the APIs that may take a service's load, with v, what a full node-hour costs there.

    They are those that the plan names for the service and the alternatives, without the hosts of
    newer versions, that have what it requires, the cheapest for the common group first. An API that
    is not cheaper than another for any part of the work is left out.
    """
    service = stack.services[index]
    named = [service.overflow, service.standby.api]
    named += [
        alternative.rates[index]
        for alternative in stack.alternatives
        if alternative.rates and alternative.relation != "newer-version"
    ]
    required = stack.plan.services[service.name].require
    classes = [request for group in service.groups for request in group.classes]
    priced = [
        (list(_prices(stack, service, rate)), rate)
        for rate in named
        if rate is not None and not lacking_of(required, rate) and not unbillable(rate.row, classes)
    ]
    kept: list[tuple[list[float], ApiRate]] = []
    for values, rate in sorted(priced, key=lambda pair: pair[0]):
        if not any(_at_most(less, values) for less, _ in kept):
            kept.append((values, rate))
    return [(rate, values[0]) for values, rate in kept]


def _prices(stack: StackModel, service: ServiceModel, rate: ApiRate) -> Iterator[float]:
    """Yield v of every group, then what its work costs that is served as it comes, or waits."""
    for group in service.groups:
        yield full_node_hour_usd(stack, service, group, rate)
    for group in service.groups:
        for classes in at_once_and_waiting(group.classes):
            yield float(rate.usd_of(classes, service.demand, stack.day))


def _at_most(some: Sequence[float], others: Sequence[float]) -> bool:
    return all(count <= other for count, other in zip(some, others, strict=True))
