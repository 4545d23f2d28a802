"""A service with every figure looked up: its demand, its groups, its APIs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from tco.catalog.score import Score
from tco.costing.api_rate import ApiRate
from tco.costing.group import Group
from tco.costing.pool_model import PoolModel
from tco.plan.demand import Demand
from tco.plan.workload import RequestClass
from tco.units import TOKENS_PER_MTOK

__all__ = ["ServiceModel", "StandbyTerms"]


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
    scores: tuple[Score, ...] = ()
    serving_label: str
    demand: Demand
    groups: tuple[Group, ...]
    routed: tuple[tuple[RequestClass, ApiRate], ...]
    overflow: ApiRate | None
    standby: StandbyTerms
    unserved_limit: float

    def with_groups(self, change: Callable[[Group], Group]) -> ServiceModel:
        """Return the service with every group changed."""
        return replace(self, groups=tuple(change(group) for group in self.groups))

    def with_pools(self, change: Callable[[PoolModel], PoolModel]) -> ServiceModel:
        """Return the service with every pool of every group changed."""
        return self.with_groups(lambda group: group.with_pools(change))

    @property
    def apis(self) -> set[str]:
        """The APIs that the service pays itself: for overflow, outages and routed requests."""
        rates = [self.overflow, self.standby.api, *(rate for _, rate in self.routed)]
        return {rate.api for rate in rates if rate is not None}

    @property
    def measured_throughput(self) -> dict[str, dt.date | None]:
        """The day of each throughput that was measured, not computed, by its name."""
        nodes = [node for group in self.groups for node in group.nodes]
        return {
            f"throughput of {node.configuration.model} on {node.configuration.gpu}": node.day
            for node in nodes
            if not node.provenance.is_lean_at_most
        }

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
