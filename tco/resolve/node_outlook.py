"""Where node prices go: what the plan states, else the catalog's ranges."""

from __future__ import annotations

from tco.catalog.sourced import SourcedValue
from tco.costing.node_outlook import NodePriceOutlook
from tco.resolve.lookup import Lookup

__all__ = ["resolve_node_outlook"]


def resolve_node_outlook(todo: Lookup) -> NodePriceOutlook:
    """Return the factor per year on each way to rent a node."""
    stated = todo.plan.outlook.node_price_factor_per_year

    def factor(option: str) -> SourcedValue:
        name = f"node_price_factor_per_year_{option.replace('-', '_')}"
        path = f"outlook.node_price_factor_per_year.{option}"
        values = {str(key): value for key, value in stated.items()}
        return todo.stated_or(path, values.get(option), "x per year", name)

    return NodePriceOutlook(
        on_demand=factor("on-demand"), spot=factor("spot"), capacity_block=factor("capacity-block")
    )
