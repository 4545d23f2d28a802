"""A stack with its demand, its rents or its people replaced by other figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tco.catalog.sourced import SourcedValue, planned
from tco.costing.pool_model import PoolModel
from tco.costing.purchase import PurchaseOption
from tco.costing.stack import StackModel
from tco.plan.stack_file import StackFile
from tco.ranges import point

__all__ = ["with_demand", "with_fte", "with_rent_factor"]


def with_demand(file: StackFile, factor: Callable[[str], float]) -> StackFile:
    """Return a stack file with the demand of each workload times its factor, found by its name."""
    return replace(
        file,
        workloads={
            name: (
                spec,
                replace(demand, requests_per_hour=demand.requests_per_hour * factor(name)),
            )
            for name, (spec, demand) in file.workloads.items()
        },
    )


def with_rent_factor(pool: PoolModel, factor: float) -> PoolModel:
    """Return a pool at its prices times a factor; an owned node has no rent."""
    supply = pool.supply
    if supply.owned is not None:
        return pool

    def times(figure: SourcedValue | None) -> SourcedValue | None:
        return figure.scaled(figure.name, factor) if figure is not None else None

    spot = supply.spot
    changed: PurchaseOption = replace(
        supply,
        rate=supply.rate.scaled(supply.rate.name, factor),
        upfront=times(supply.upfront),
        spot=replace(spot, on_demand=times(spot.on_demand)) if spot is not None else None,
    )
    return replace(pool, supply=changed)


def with_fte(stack: StackModel, fte: float) -> StackModel:
    """Return a stack that a number of people runs, instead of the planned one."""
    stated = planned("ops.fte", point(fte), "FTE")
    labor = replace(stack.labor, fte=stated, table=(), hours_per_node_month=None)
    return replace(stack, labor=labor)
