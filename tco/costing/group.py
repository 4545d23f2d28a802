"""Request classes that share pools, and how fast each pool serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tco.catalog.sourced import SourcedValue
from tco.costing.fleet import Fleet, FleetPool
from tco.costing.pool_model import PoolModel
from tco.costing.throughput_path import ThroughputPath
from tco.costing.waiting import waiting_of
from tco.plan.workload import RequestClass
from tco.throughput.curve import Slo
from tco.throughput.node import NodeThroughput
from tco.throughput.provenance import Provenance, weakest

__all__ = ["Group", "PoolSpeed", "overall_slo", "width"]


def overall_slo(states: Iterable[Slo]) -> Slo:
    """Return whether what a workload promises is met by all: unverified if any is."""
    found = set(states)
    return "unverified" if "unverified" in found else ("met" if "met" in found else "none")


def width(throughput: SourcedValue) -> float:
    """Return how wide the range of a throughput is, as a factor."""
    return throughput.value.high / throughput.value.low


@dataclass(frozen=True)
class PoolSpeed:
    """How fast one pool serves a group.

    ``concurrency`` and ``work``, the seconds for a mean request, belong to the unit that the fleet
    counts: a node, or the nodes that share a replica. ``throughput`` is the pool's own spread.
    """

    node: NodeThroughput
    work: float
    throughput: SourcedValue

    @property
    def concurrency(self) -> float | None:
        """Return the requests in flight at the operating point, or None without a concurrency."""
        return self.node.concurrency


@dataclass(frozen=True, kw_only=True)
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
    """One speed per pool, in the order of the pools."""
    progress: ThroughputPath
    """Where the throughput goes over the horizon."""
    burst_rate: SourcedValue | None
    """How many times their load requests queue like; None with a stated factor."""

    def restricted_to(self, kept: Sequence[FleetPool]) -> Group:
        """Return the group with some of its pools, counted in nodes of the first that is left.

        The same as a plan that has no other pools.
        """
        names = [pool.name for pool in self.pools]
        indices = [names.index(pool.name) for pool in kept]
        speeds = [self.speeds[index] for index in indices]
        first, pools = speeds[0], [self.pools[index] for index in indices]
        widest = max((speed.throughput for speed in speeds), key=width)
        fleet = replace(
            self.fleet,
            coming_by_hour=self.fleet.coming_by_hour * (first.work / self.speeds[0].work),
            waiting=waiting_of(first.node, self.workload, self.classes),
            arrivals=replace(
                self.fleet.arrivals,
                concurrency=first.concurrency or 1.0,
                rate=first.node.relative_rate,
                replicas=first.node.replicas,
            ),
            pools=tuple(
                replace(pool, work_per_node=first.work / speed.work)
                for pool, speed in zip(kept, speeds, strict=True)
            ),
        )
        return replace(
            self,
            pools=tuple(pools),
            fleet=fleet,
            throughput=widest.scaled(first.throughput.name),
            speeds=tuple(speeds),
            progress=self.progress,
        )

    def with_pools(self, change: Callable[[PoolModel], PoolModel]) -> Group:
        """Return the group with every pool changed."""
        return replace(self, pools=tuple(change(pool) for pool in self.pools))

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
        """Output tok/s of a node of the first pool, at the likely throughput."""
        return self.nodes[0].output_tok_s * self.throughput.value.likely

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
