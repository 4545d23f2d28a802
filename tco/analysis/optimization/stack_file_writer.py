"""The cheapest mix written into its stack file: whole numbers, comments and order kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tco.analysis.optimization.mix import Mix, standby_pool
from tco.analysis.optimization.optimize import Optimum
from tco.costing.pool_model import PoolModel
from tco.errors import TcoError
from tco.files import as_mapping
from tco.plan.plan import PLAN_KEY
from tco.plan.pools import Pool
from tco.plan.yaml_edit import edited, on_one_line

__all__ = ["pinned"]


def pinned(found: Optimum, path: Path) -> str:
    """Return the stack file with the cheapest mixes that have nodes instead of the declared.

    Pools that hold no node go, new ones are added in the order of dispatch. Raises TcoError where
    no mix serves the demand.
    """
    if found.pinned is None:
        raise TcoError(f"{path}: no mix serves the demand, so there are no node counts to write.")
    mixes = found.pinned.mixes

    def pin(document: Any) -> None:
        services = document["config"][PLAN_KEY]["services"]
        for service, mix in zip(found.services, mixes, strict=True):
            if mix is not None:
                _pin(services[service.service], mix, service.pools)

    return edited(path.read_bytes().decode(), pin)


def _pin(spec: Any, mix: Mix, supplies: Sequence[PoolModel]) -> None:
    """Change the pools of one service; a pool that only some classes use is left as it is."""
    pools = spec["pools"]
    for pool in supplies:
        count = mix.nodes.get(pool.name, 0) * pool.nodes_per_replica
        if count == 0:
            pools.pop(pool.name, None)
            continue
        if pool.name not in pools:
            pools[pool.name] = on_one_line(_declared(pool))
        floor = mix.floors.get(pool.name, 0) * pool.nodes_per_replica
        pools[pool.name]["nodes"] = _nodes(pool, floor, count)
    if mix.overflow is not None:
        spec["overflow"] = mix.overflow.api
    elif "overflow" in spec:
        spec["overflow"] = "refuse"
    standby = as_mapping(spec.get("standby"))
    if standby is not None and "pool" in standby:
        held = [pool for pool in supplies if pool.name in mix.held]
        standby["pool"] = standby_pool(standby["pool"], held)


def _nodes(pool: PoolModel, floor: int, count: int) -> object:
    """Return a committed pool has a number, another follows the load between two."""
    if pool.supply.committed or floor == count:
        return count
    return on_one_line({"min": floor, "max": count, "follow": "load"})


def _declared(pool: PoolModel) -> dict[str, Any]:
    """Return the pool as its author would write it, without the node count."""
    plan: Pool = pool.plan.model_copy(update={"nodes": None})
    return plan.model_dump(mode="json", exclude_none=True, exclude_defaults=True) | (
        {"purchase": plan.purchase} if plan.owned is None else {}
    )
