"""Every way to supply a service: the purchase options priced for its nodes, and the APIs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tco.catalog.catalog import Catalog
from tco.catalog.rows import NodePrice
from tco.costing.api_bill import ApiRate, too_long
from tco.costing.fleet import FleetPool
from tco.costing.stack import Group, PoolModel, ServiceModel, StackModel
from tco.errors import BadInput
from tco.plan.plan import Finance, Service
from tco.plan.pools import TERM_MONTHS, Commitment, Nodes, Pool
from tco.plan.stack_file import PLAN_KEY, StackFile
from tco.resolve import resolve
from tco.scenario import BASE_CASE
from tco.units import monthly_rate

__all__ = ["CandidatePool", "apis_of", "full_node_hour_usd", "supplies_of", "with_every_supply"]


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
    """The pools of a group as supplies, the cheapest per unit of work first."""
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
    return sorted(found, key=lambda one: one.usd_per_unit_hour)


def full_node_hour_usd(
    stack: StackModel, service: ServiceModel, group: Group, rate: ApiRate
) -> float:
    """v: what an API bills for the tokens of one full hour of a reference node."""
    per_request = float(rate.usd_of(group.classes, service.demand, stack.day))
    load_per_request_hour = float(
        group.fleet.load_by_hour.sum() / service.demand.requests_per_hour.sum()
    )
    return per_request / load_per_request_hour


def apis_of(stack: StackModel, place: int) -> list[tuple[ApiRate, float]]:
    """The APIs that may take a service's load, with v, what a full node-hour costs there.

    They are those that the plan names for the service and the alternatives that have what it
    requires, the cheapest for the common group first. One that is no cheaper than another for any
    group is left out.
    """
    service = stack.services[place]
    named = [service.overflow, service.standby.api]
    named += [one.rates[place] for one in stack.alternatives if one.rates]
    required = set(stack.plan.services[service.name].require)
    classes = [request for group in service.groups for request in group.classes]
    priced = [
        ([full_node_hour_usd(stack, service, group, rate) for group in service.groups], rate)
        for rate in named
        if rate is not None
        and required <= set(rate.row.properties)
        and not too_long(rate.row, classes)
    ]
    kept: list[tuple[list[float], ApiRate]] = []
    for values, rate in sorted(priced, key=lambda pair: pair[0]):
        if not any(_at_most(less, values) for less, _ in kept):
            kept.append((values, rate))
    return [(rate, values[0]) for values, rate in kept]


def _at_most(some: Sequence[float], others: Sequence[float]) -> bool:
    return all(one <= other for one, other in zip(some, others, strict=True))


def with_every_supply(
    source: StackFile, catalog: Catalog, day: dt.date, longest_months: int
) -> StackModel:
    """The stack with every purchase option of its instances and offers as a pool.

    Commitments go up to a term. Options that lack a figure (a spot pool without a known
    interruption rate) are left out. Raises BadInput for what the declared plan itself lacks.
    """
    books = catalog.with_books(source.books)
    services = {
        name: spec.model_copy(update={"pools": _pools(source, books, spec, longest_months)})
        for name, spec in source.plan.services.items()
    }
    try:
        return resolve(_variant(source, services), catalog, day)
    except BadInput as error:
        lacking = {problem.path for problem in error.problems}
        return resolve(_variant(source, _without(services, lacking)), catalog, day)


def _variant(source: StackFile, services: Mapping[str, Service]) -> StackFile:
    """The stack with other services; a stack as alternative does not matter for a mix."""
    changed = {"services": dict(services), "finance": _open_ended(source.plan.finance)}
    return replace(source, plan=source.plan.model_copy(update=changed))


def _open_ended(finance: Finance) -> Finance:
    """The finance of a plan whose commitments may outlast its horizon."""
    return finance.model_copy(update={"horizon": None})


def _without(services: Mapping[str, Service], lacking: set[str]) -> dict[str, Service]:
    """The services without the pools that some problem names."""

    def named(service: str, pool: str) -> bool:
        path = f"{PLAN_KEY}.services.{service}.pools.{pool}"
        return any(one == path or one.startswith(f"{path}.") for one in lacking)

    return {
        name: spec.model_copy(
            update={
                "pools": {pool: one for pool, one in spec.pools.items() if not named(name, pool)}
            }
        )
        for name, spec in services.items()
    }


def _pools(
    source: StackFile, catalog: Catalog, spec: Service, longest_months: int
) -> dict[str, Pool]:
    """The declared pools and, beside the common ones, every other way to buy their nodes."""
    pools = dict(spec.pools)
    reserved = {route.pool for route in spec.route.values()}
    common = {name: pool for name, pool in spec.pools.items() if name not in reserved}
    seen = {_identity(pool) for pool in common.values()}
    for declared, pool in common.items():
        for row in _rows(source, catalog, pool):
            option = _option(pool, row)
            months = TERM_MONTHS[row.term] if row.term else 0
            if _identity(option) not in seen and months <= longest_months:
                seen.add(_identity(option))
                pools[_name(row, declared, pools)] = option
    return pools


def _rows(source: StackFile, catalog: Catalog, pool: Pool) -> Iterator[NodePrice]:
    """The price rows of a pool's node, one per purchase option; blocks are too short to plan on."""
    region = pool.region or source.region
    options: dict[tuple[object, ...], NodePrice] = {}
    for row, _ in catalog.rows(NodePrice):
        same = pool.owned is None and (row.instance, row.offer) == (pool.instance, pool.offer)
        here = pool.offer is not None or row.region == region
        if same and here and row.kind != "capacity-block":
            options[row.key] = row
    yield from options.values()


def _option(declared: Pool, row: NodePrice) -> Pool:
    """A pool of the same nodes, bought as a price row says."""
    terms = None
    if row.kind is not None:
        terms = Commitment(kind=row.kind, term=row.term, payment=row.payment)
    return declared.model_copy(
        update={
            "purchase": row.purchase,
            "commitment": terms,
            "spot": declared.spot if row.purchase == "spot" else None,
            "nodes": Nodes(min=0, max=0),
        }
    )


def _identity(pool: Pool) -> tuple[object, ...]:
    terms = pool.commitment
    bought = (terms.kind, terms.term, terms.payment) if terms is not None else ()
    return (pool.instance, pool.offer, pool.owned, pool.region, pool.purchase, *bought)


def _name(row: NodePrice, declared: str, taken: Mapping[str, Pool]) -> str:
    """A name for an option that no pool has: how it is bought, with what it stands beside."""
    payment = "" if row.payment in (None, "no-upfront") else f"-{row.payment}"
    name = f"{row.kind}-{row.term}{payment}" if row.kind else row.purchase
    return name if name not in taken else f"{name}-{declared}"
