"""A stack with every figure looked up: what the ledger reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from tco.catalog.sourced import SourcedValue
from tco.costing.api_bill import ApiRate
from tco.costing.caution import Caution
from tco.costing.egress import EgressTerms
from tco.costing.fleet import Fleet, FleetPool
from tco.costing.purchase import PurchaseOption
from tco.plan.plan import Plan
from tco.plan.pools import Pool
from tco.plan.stack_file import StackFile
from tco.plan.workload import Demand, RequestClass
from tco.providers.provider import Provider
from tco.throughput.curve import Slo
from tco.throughput.node import NodeThroughput
from tco.throughput.provenance import Provenance, weakest
from tco.units import TOKENS_PER_MTOK

__all__ = [
    "Alternative",
    "Group",
    "Holding",
    "Labor",
    "Market",
    "Missing",
    "Platform",
    "PoolModel",
    "PoolSpeed",
    "PowerTerms",
    "RentedTerm",
    "Resolve",
    "ServiceModel",
    "StackModel",
    "StandbyTerms",
    "Unpriced",
    "overall_slo",
    "width",
]


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Something the stack needs and no figure covers."""

    name: str
    reason: str


@dataclass(frozen=True)
class PowerTerms:
    """Electricity of an owned node: metered draw, colocation, or both."""

    idle_w: SourcedValue | None
    load_w: SourcedValue | None
    pue: SourcedValue | None
    usd_per_kwh: SourcedValue | None
    colocation_usd_per_month: SourcedValue | None


@dataclass(frozen=True, kw_only=True)
class PoolModel:
    """One pool, priced and sized."""

    name: str
    plan: Pool
    provider: Provider
    node: str
    gpu: str
    gpus: int
    region: str | None
    supply: PurchaseOption
    power: PowerTerms | None
    mtbf_hours: SourcedValue
    mttr_hours: SourcedValue
    boot_hours: SourcedValue
    egress: EgressTerms
    nodes_per_replica: int

    @property
    def vendor(self) -> str:
        """Return who sends the invoice for its nodes."""
        return self.provider.vendor(self.node)

    @property
    def provisioned(self) -> bool:
        """Whether the Pulumi program creates the pool's nodes."""
        return self.provider.provisions and self.plan.instance is not None


RentedTerm = Literal["on-demand", "short", "1yr", "3yr"]
"""How long a node is rented for; ``short`` is six months or a capacity block."""


@dataclass(frozen=True)
class Holding:
    """One way to hold a pool's nodes: how they are bought, and the power that the owner pays."""

    option: PurchaseOption
    power: PowerTerms | None = None


@dataclass(frozen=True)
class Missing:
    """No figure covers what was asked for; ``reason`` says which one is missing."""

    reason: str


class Market(Protocol):
    """Prices that an analysis may ask for once a stack is resolved, looked up when asked."""

    def on_demand(self, pool: PoolModel) -> SourcedValue | None:
        """Return USD per node-hour on demand where the pool is, or None without a price."""
        ...

    def listed_on_demand(self, pool: PoolModel) -> SourcedValue | None:
        """Return the published USD per node-hour on demand, the user's books left out."""
        ...

    def rented(self, pool: PoolModel, term: RentedTerm) -> list[PurchaseOption]:
        """Return the ways to rent a pool's node for a term; none for an owned node."""
        ...

    def owned(self, pool: PoolModel) -> Holding | Missing:
        """Return a pool's node bought at the catalog's purchase, colocation and power figures."""
        ...


def overall_slo(states: Iterable[Slo]) -> Slo:
    """Return whether what a workload promises is met by all: unverified if any is."""
    found = set(states)
    return "unverified" if "unverified" in found else ("met" if "met" in found else "none")


def width(throughput: SourcedValue) -> float:
    """Return how wide the range of a throughput is, as a factor."""
    return throughput.value.high / throughput.value.low


@dataclass(frozen=True)
class PoolSpeed:
    """How fast one pool serves a group, as far as the pool is what the group is counted in.

    ``concurrency`` and ``work``, the seconds for a mean request, are those of what the fleet
    counts: a node, or the nodes that share a replica. ``throughput`` is the pool's own spread.
    """

    node: NodeThroughput
    work: float
    throughput: SourcedValue

    @property
    def concurrency(self) -> float | None:
        """Return the requests in flight at the operating point, or None without a concurrency."""
        return self.node.concurrency


@dataclass(frozen=True)
class Group:
    """Request classes that share pools, with the pools in merit order.

    Fleet numbers count replicas: whole nodes, or groups of ``nodes_per_replica`` nodes. Speed and
    concurrency are a node's.
    """

    workload: str
    classes: tuple[RequestClass, ...]
    pools: tuple[PoolModel, ...]
    fleet: Fleet
    throughput: SourcedValue
    """The speed of the group's nodes over the likely one: 1, with its spread."""
    speeds: tuple[PoolSpeed, ...]
    """Those of the pools, in their order."""

    def restricted_to(self, kept: Sequence[FleetPool]) -> Group:
        """Return the group with some of its pools, counted in nodes of the first that is left.

        The same as a plan that has no other pools.
        """
        names = [pool.name for pool in self.pools]
        places = [names.index(one.name) for one in kept]
        speeds = [self.speeds[place] for place in places]
        first, pools = speeds[0], [self.pools[place] for place in places]
        widest = max((one.throughput for one in speeds), key=width)
        fleet = replace(
            self.fleet,
            load_by_hour=self.fleet.load_by_hour * (first.work / self.speeds[0].work),
            arrivals=replace(self.fleet.arrivals, concurrency=first.concurrency or 1.0),
            pools=tuple(
                replace(one, work_per_node=first.work / speed.work)
                for one, speed in zip(kept, speeds, strict=True)
            ),
        )
        return Group(
            self.workload,
            self.classes,
            tuple(pools),
            fleet,
            widest.scaled(first.throughput.name),
            tuple(speeds),
        )

    def with_fleet_pools(self, pools: Iterable[FleetPool]) -> Group:
        """Return the group with other bounds of its pools, in the same order."""
        return replace(self, fleet=replace(self.fleet, pools=tuple(pools)))

    @property
    def share(self) -> float:
        """Share of the service's requests."""
        return sum(request.share for request in self.classes)

    @property
    def nodes(self) -> tuple[NodeThroughput, ...]:
        """How fast a node of each pool is, in the order of the pools."""
        return tuple(speed.node for speed in self.speeds)

    @property
    def node_output_tok_s(self) -> float:
        """Output tok/s of a node of the first pool."""
        return self.nodes[0].output_tok_s

    @property
    def concurrency(self) -> float | None:
        """Requests in flight on a node of the first pool; None for a rate without concurrency."""
        concurrency = self.speeds[0].concurrency
        return None if concurrency is None else concurrency / self.pools[0].nodes_per_replica

    @property
    def slo(self) -> Slo:
        """Whether the objectives are met on all pools."""
        return overall_slo(node.point.slo for node in self.nodes)

    @property
    def slo_inferred(self) -> bool:
        """Whether an objective is judged at another percentile than the measured one."""
        return any(node.point.inferred for node in self.nodes)

    @property
    def provenance(self) -> Provenance:
        """Where the throughput comes from; the weakest source where pools differ."""
        return weakest(node.provenance for node in self.nodes)

    @property
    def extrapolated(self) -> bool:
        """Whether any pool's throughput is scaled from what was measured."""
        return any(node.is_scaled for node in self.nodes)

    @property
    def predicted(self) -> bool:
        """Whether any pool's throughput is a simulator's prediction."""
        return any(node.provenance is Provenance.PREDICTED for node in self.nodes)


@dataclass(frozen=True)
class StandbyTerms:
    """The standby: spares up to an availability, a number of nodes, an API, or none."""

    target: float | None = None
    pool: str | None = None
    nodes: int = 0
    api: ApiRate | None = None

    def replicas(self, pool: PoolModel) -> int:
        """Return the fixed number of spare nodes as whole replicas of a pool, rounded up."""
        return -(-self.nodes // pool.nodes_per_replica)

    @property
    def kind(self) -> Literal["availability", "nodes", "api", "none"]:
        """What takes over while a node is out."""
        if self.target is not None:
            return "availability"
        if self.api is not None:
            return "api"
        return "nodes" if self.nodes else "none"


@dataclass(frozen=True, kw_only=True)
class ServiceModel:
    """One service: its demand, its groups, and where the rest goes."""

    name: str
    model: str
    serving_label: str
    demand: Demand
    groups: tuple[Group, ...]
    routed: tuple[tuple[RequestClass, ApiRate], ...]
    overflow: ApiRate | None
    standby: StandbyTerms
    unserved_limit: float

    @property
    def apis(self) -> set[str]:
        """The APIs that the service pays itself: for overflow, outages and routed requests."""
        rates = [self.overflow, self.standby.api, *(rate for _, rate in self.routed)]
        return {rate.api for rate in rates if rate is not None}

    @property
    def input_tokens_per_request(self) -> float:
        """Mean full prompt."""
        return sum(request.share * request.input for request in self.demand.classes)

    @property
    def output_tokens_per_request(self) -> float:
        """Mean generated tokens, reasoning included."""
        return sum(request.share * request.generated for request in self.demand.classes)

    @property
    def cached_tokens_per_request(self) -> float:
        """Mean tokens read from a cache."""
        return sum(
            request.share * request.input * request.cached.likely for request in self.demand.classes
        )

    @property
    def mtok_per_month(self) -> float:
        """All tokens of the pricing day's month: misses, hits and output."""
        per_request = self.input_tokens_per_request + self.output_tokens_per_request
        return self.demand.requests_per_month * per_request / TOKENS_PER_MTOK


@dataclass(frozen=True, kw_only=True)
class Labor:
    """The people: a number, or FTE by nodes with hours per node."""

    fte: SourcedValue | None
    table: tuple[tuple[int, SourcedValue], ...]
    hours_per_node_month: SourcedValue | None
    usd_per_fte_year: SourcedValue
    api_fte: SourcedValue
    setup_usd: SourcedValue


@dataclass(frozen=True)
class Platform:
    """Disks, load balancer, logs and licences."""

    usd_per_month: tuple[tuple[str, SourcedValue], ...]
    usd_per_node_month: tuple[tuple[str, SourcedValue], ...]
    licence_usd_per_gpu_year: SourcedValue | None


@dataclass(frozen=True)
class Alternative:
    """A rival: an API per service, or another stack on the same workloads."""

    name: str
    rates: tuple[ApiRate | None, ...] = ()
    stack: StackModel | None = None
    eligible: bool = True
    lacking: tuple[str, ...] = ()
    unpriced: str = ""


@dataclass(frozen=True, kw_only=True)
class StackModel:
    """A whole stack, ready to be priced."""

    source: StackFile
    day: dt.date
    catalog_version: str
    market: Market
    services: tuple[ServiceModel, ...]
    alternatives: tuple[Alternative, ...]
    labor: Labor
    platform: Platform
    discount_rate: SourcedValue
    horizon_months: int
    warnings: tuple[Caution, ...]
    unpriced: tuple[Unpriced, ...]
    mtok_per_month: float
    """All tokens of the pricing day's month, all services together."""

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
        """Every pool with its service, its group and its place in the group's merit order."""
        for service in self.services:
            for group in service.groups:
                for index, pool in enumerate(group.pools):
                    yield service, group, index, pool

    def with_service(self, index: int, service: ServiceModel) -> StackModel:
        """Return the stack with another service in one's place."""
        services = (*self.services[:index], service, *self.services[index + 1 :])
        return replace(self, services=services)

    def with_services(self, change: Callable[[ServiceModel], ServiceModel]) -> StackModel:
        """Return the stack with every service changed."""
        return replace(self, services=tuple(change(service) for service in self.services))

    def with_groups(self, change: Callable[[Group], Group]) -> StackModel:
        """Return the stack with every group of every service changed."""
        return self.with_services(
            lambda service: replace(
                service, groups=tuple(change(group) for group in service.groups)
            )
        )

    def with_pools(self, change: Callable[[PoolModel], PoolModel]) -> StackModel:
        """Return the stack with every pool of every group changed."""
        return self.with_groups(
            lambda group: replace(group, pools=tuple(change(pool) for pool in group.pools))
        )


Resolve = Callable[[StackFile], StackModel]
"""Looks up every figure of a stack file; raises BadInput."""
