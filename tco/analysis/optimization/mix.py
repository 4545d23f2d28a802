"""A mix: how many nodes of each supply a group holds, and what the stack then costs per month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tco.arrays import as_scalar
from tco.costing.api_rate import ApiRate
from tco.costing.fleet_operation import operate
from tco.costing.group import Group
from tco.costing.ledger import ledger
from tco.costing.lines import total
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import ServiceModel, StandbyTerms
from tco.costing.stack import StackModel

__all__ = ["SAME_COST_RTOL", "Mix", "month_usd", "service_with", "standby_pool"]

SAME_COST_RTOL = 1e-9
"""Costs that differ by a smaller share are the same."""


@dataclass(frozen=True)
class Mix:
    """Nodes (replicas) by supply, the API that takes the overflow, and the standby.

    Committed supplies hold their nodes all week; of the others it is the most at once, of which
    ``floors`` stay on all week. Without nodes the API serves everything.
    """

    nodes: Mapping[str, int]
    overflow: ApiRate | None
    standby: StandbyTerms
    floors: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def held(self) -> dict[str, int]:
        """The supplies that hold nodes."""
        return {name: count for name, count in self.nodes.items() if count > 0}


def service_with(service: ServiceModel, mix: Mix) -> ServiceModel:
    """Return the service with a mix in its common group.

    A mix without nodes sends the group's classes to its API.
    """
    group = service.groups[0]
    if mix.held:
        mixed = _group_with(service, group, mix)
        return replace(
            service,
            groups=(mixed, *service.groups[1:]),
            overflow=mix.overflow,
            standby=_standby_in(mixed, mix.standby),
        )
    if mix.overflow is None:
        raise ValueError("a mix without nodes needs an API")
    sent = tuple((request, mix.overflow) for request in group.classes)
    return replace(
        service,
        groups=service.groups[1:],
        routed=(*service.routed, *sent),
        overflow=mix.overflow,
        standby=StandbyTerms(),
    )


def _group_with(service: ServiceModel, group: Group, mix: Mix) -> Group:
    limit = service.unserved_limit if mix.overflow is None else None
    mixed = group.restricted_to(
        [
            replace(
                fleet,
                floor=_floor(mix, pool, count),
                cap=float(count),
                follow="static" if pool.supply.committed else "load",
            )
            for pool, fleet in zip(group.pools, group.fleet.pools, strict=True)
            if (count := mix.nodes.get(pool.name, 0)) > 0
        ]
    )
    arrivals = replace(mixed.fleet.arrivals, unserved_limit=limit)
    return replace(mixed, fleet=replace(mixed.fleet, arrivals=arrivals))


def _floor(mix: Mix, pool: PoolModel, count: int) -> int:
    return count if pool.supply.committed else mix.floors.get(pool.name, 0)


def _standby_in(group: Group, standby: StandbyTerms) -> StandbyTerms:
    """Move fixed spares to a pool that the mix has."""
    if standby.kind != "nodes":
        return standby
    return replace(standby, pool=standby_pool(standby.pool, group.pools))


def standby_pool(declared: str | None, pools: Sequence[PoolModel]) -> str:
    """Return the pool of a mix for fixed spares: as declared, else the first not on spot."""
    names = [pool.name for pool in pools]
    if declared in names:
        return declared
    lasting = [pool.name for pool in pools if pool.supply.option != "spot"]
    return (lasting or names)[0]


def month_usd(stack: StackModel) -> float | None:
    """USD of the pricing day's month; None where more is refused than the limit allows."""
    done = operate(stack)
    if not bool(done.served(stack)[0]):
        return None
    return as_scalar(total(ledger(stack, done)))
