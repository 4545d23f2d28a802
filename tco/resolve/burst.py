"""How bursty a workload is: stated, or the catalog's figure for its kind."""

from __future__ import annotations

from tco.catalog.sourced import SourcedValue, planned
from tco.plan.demand import Demand
from tco.resolve.lookup import Lookup

__all__ = ["resolve_burst_rate"]


def resolve_burst_rate(todo: Lookup, demand: Demand) -> SourcedValue:
    """Return how many times their load a workload's requests queue like."""
    stated = demand.burst.rate
    if stated is not None:
        return planned(f"{demand.name}: burst rate", stated, "x")
    kind = demand.kind or "unknown"
    found = todo.figure(f"burst_rate_{kind.replace('-', '_')}")
    return found.scaled(f"burst rate of {demand.kind or demand.name}")
