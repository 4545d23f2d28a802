"""``tco.optimize/1``: the cheapest mix of nodes and APIs, against the declared one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from pydantic import Field

from tco.analysis.optimization.optimize import Optimum, PricedMix, ServiceOptimum
from tco.analysis.optimization.ranks import API, Rank, Supply, supply_name
from tco.costing.pool_model import PoolModel
from tco.documents.disclosure import disclosed, secret_candidates
from tco.documents.document import Document, Part

__all__ = [
    "MixPart",
    "OptimizeDocument",
    "RankSupplyPart",
    "ServiceOptimumPart",
    "optimize_document",
]


class CostPart(Part):
    """USD of a whole stack's month; null without a price."""

    usd_per_month: float | None


class MixPart(Part):
    """How many nodes of each supply, and the API behind them."""

    usd_per_month: float = Field(description="What the service adds to the stack's month.")
    stack_usd_per_month: float
    stack_p90_usd_per_month: float
    nodes: dict[str, int] = Field(description="At most, by pool.")
    always_on: dict[str, int] = Field(description="At least, by pool.")
    overflow: str | None


class RankSupplyPart(Part):
    """The j-th node of a service: how often it is needed, its price by supply, the cheapest."""

    rank: int
    needed_share: float
    busy_share: float
    usd_per_hour: dict[str, float | None]
    supply: str


class ServiceOptimumPart(Part):
    """One service, with the other services at their cheapest."""

    name: str
    method: str
    exact: bool
    cheapest: MixPart | None
    with_nodes: MixPart | None
    risk_averse: MixPart | None
    standby_usd_per_month: dict[str, float]
    supplies: tuple[str, ...] = Field(description="All but the API, the cheapest of rank 1 first.")
    api: str | None = Field(description="The name of the API among the supplies of a rank.")
    committed: tuple[str, ...] = Field(description="Pools whose nodes are paid every hour.")
    ranks: tuple[RankSupplyPart, ...]


class OptimizeDocument(Document):
    """What ``tco optimize --format json`` prints."""

    schema_: Literal["tco.optimize/1"] = Field(default="tco.optimize/1", alias="schema")
    stack: str
    plan_digest: str
    declared: CostPart
    optimum: CostPart
    exact: bool = Field(description="Whether every combination of counts was priced.")
    gap_usd_per_month: float | None = Field(
        description="By how much the cheapest mix may cost less than the optimum; null if unknown."
    )
    not_searched: tuple[str, ...] = Field(description="What the time limit left out.")
    pinned: CostPart = Field(description="The cheapest that a stack file can hold.")
    services: tuple[ServiceOptimumPart, ...]


def optimize_document(found: Optimum) -> OptimizeDocument:
    """Return an optimum as ``tco.optimize/1``."""
    return OptimizeDocument(
        stack=found.declared.name,
        plan_digest=found.declared.source.digest,
        declared=CostPart(usd_per_month=found.declared_usd),
        optimum=CostPart(usd_per_month=found.optimum_usd),
        exact=found.exact,
        gap_usd_per_month=found.gap_usd,
        not_searched=tuple(found.not_searched),
        pinned=CostPart(usd_per_month=found.pinned.usd_per_month if found.pinned else None),
        services=tuple(
            _service(service, secret_candidates(found.declared, service.pools))
            for service in found.services
        ),
    )


def _service(service: ServiceOptimum, secret: Collection[Supply]) -> ServiceOptimumPart:
    return ServiceOptimumPart(
        name=service.service,
        method=service.method,
        exact=service.exact,
        cheapest=_mix(service.cheapest, service.pools),
        with_nodes=_mix(service.with_nodes, service.pools),
        risk_averse=_mix(service.risk_averse, service.pools),
        standby_usd_per_month=service.standby_usd_per_month,
        supplies=_own_supplies(service),
        api=supply_name(API) if service.ranks and API in service.ranks[0].usd_per_hour else None,
        committed=tuple(pool.name for pool in service.pools if pool.supply.committed),
        ranks=tuple(_rank(rank, secret) for rank in service.ranks),
    )


def _own_supplies(service: ServiceOptimum) -> tuple[str, ...]:
    first = service.ranks[0].usd_per_hour if service.ranks else {}
    own = [supply for supply in first if supply is not API]
    return tuple(map(supply_name, sorted(own, key=lambda supply: first[supply])))


def _rank(rank: Rank, secret: Collection[Supply]) -> RankSupplyPart:
    return RankSupplyPart(
        rank=rank.rank,
        needed_share=rank.needed_share,
        busy_share=rank.busy_share,
        usd_per_hour=disclosed(rank.usd_per_hour, secret),
        supply=supply_name(rank.cheapest),
    )


def _mix(priced: PricedMix | None, pools: Sequence[PoolModel]) -> MixPart | None:
    if priced is None:
        return None
    overflow = priced.mix.overflow
    return MixPart(
        usd_per_month=priced.usd_per_month,
        stack_usd_per_month=priced.stack_usd_per_month,
        stack_p90_usd_per_month=priced.stack_p90_usd_per_month,
        nodes=_nodes_by_pool(priced.mix.held, pools),
        always_on=_nodes_by_pool(priced.mix.floors, pools),
        overflow=overflow.api if overflow is not None else None,
    )


def _nodes_by_pool(counts: Mapping[str, int], pools: Sequence[PoolModel]) -> dict[str, int]:
    """Return nodes by pool; a mix counts replicas."""
    sizes = {pool.name: pool.nodes_per_replica for pool in pools}
    return {name: count * sizes[name] for name, count in counts.items()}
