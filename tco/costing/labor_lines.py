"""The people who run a fleet, and its setup."""

from __future__ import annotations

import numpy as np

from tco.costing.fleet_operation import FleetOperation
from tco.costing.labor import planned_fte
from tco.costing.lines import CostLine, LineKind
from tco.costing.stack import StackModel
from tco.providers.owned import INTERNAL
from tco.scenario import Scenario
from tco.units import MONTHS_PER_YEAR

__all__ = ["OPERATIONS", "SETUP", "labor_lines"]

OPERATIONS = LineKind("operations", "labor", "FTE")
SETUP = LineKind("setup", "labor", "month")


def labor_lines(stack: StackModel, done: FleetOperation, scenario: Scenario) -> list[CostLine]:
    """(FTE of self-hosting - FTE the API needs too) x loaded cost; set-up over the horizon.

    Without nodes there is no labor beyond what the API needs.
    """
    labor = stack.labor
    nodes = done.held_nodes
    own = planned_fte(stack, nodes, scenario) - scenario.value(labor.api_fte)
    fte = np.multiply(nodes > 0, own, order="F")
    used = [labor.fte] if labor.fte is not None else [figure for _, figure in labor.table]
    if labor.hours_per_node_month is not None:
        used.append(labor.hours_per_node_month)
    lines = [
        CostLine(
            kind=OPERATIONS,
            name="operations",
            provider=INTERNAL,
            sku="operations",
            quantity=fte,
            usd_per_unit=scenario.value(labor.usd_per_fte_year) / MONTHS_PER_YEAR,
            figures=(*used, labor.usd_per_fte_year),
        )
    ]
    setup = scenario.value(labor.setup_usd)
    if labor.setup_usd.value.high > 0:
        monthly = setup / stack.horizon_months + done.none
        lines.append(
            CostLine(
                kind=SETUP,
                name="setup, amortized",
                provider=INTERNAL,
                sku="set-up",
                quantity=done.none + 1.0,
                usd_per_unit=monthly,
                figures=(labor.setup_usd,),
                amortized_usd=monthly,
            )
        )
    return lines
