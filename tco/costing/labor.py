"""How many people a fleet needs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tco.arrays import FloatArray, Quantity
from tco.costing.stack import StackModel
from tco.scenario import Scenario
from tco.units import MONTHS_PER_YEAR, WORK_HOURS_PER_FTE_YEAR

__all__ = ["fte_by_nodes", "planned_fte"]


def fte_by_nodes(nodes: FloatArray, table: Sequence[tuple[int, Quantity]]) -> FloatArray:
    """Return the FTE for numbers of nodes: linear between the rows of a table, flat before them.

    Past the last row the slope of the last two rows goes on. ``nodes`` and the result have the
    same shape; the FTE of a row may be an array of it too.
    """
    counts = np.array([count for count, _ in table], float)
    beyond = np.maximum(nodes - counts[-1], 0.0)
    fte: Quantity = 0.0
    for index, (_, people) in enumerate(table):
        weight = np.asarray(np.interp(nodes, counts, np.eye(len(table))[index]), float)
        if len(table) > 1 and index >= len(table) - 2:
            side = 1.0 if index == len(table) - 1 else -1.0
            weight = weight + side * beyond / (counts[-1] - counts[-2])
        fte = fte + weight * people
    return np.asarray(fte, float)


def planned_fte(stack: StackModel, nodes: FloatArray, scenario: Scenario) -> Quantity:
    """Return the FTE of self-hosting: declared, or by the table plus the hours per node.

    ``nodes`` are those at the busiest hour, one per load factor, as the result is.
    """
    labor = stack.labor
    if scenario.fte is not None:
        return scenario.fte + np.zeros_like(nodes)
    if labor.fte is not None:
        return scenario.value(labor.fte) + np.zeros_like(nodes)
    fte = fte_by_nodes(nodes, [(count, scenario.value(figure)) for count, figure in labor.table])
    if labor.hours_per_node_month is not None:
        hours = scenario.value(labor.hours_per_node_month) * MONTHS_PER_YEAR
        fte = fte + nodes * hours / WORK_HOURS_PER_FTE_YEAR
    return fte
