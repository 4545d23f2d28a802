"""How many people a fleet needs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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
    fte = np.add(table[0][1], np.zeros_like(nodes), order="F")
    last = len(table) - 2
    for index, ((low, fewer), (high, more)) in enumerate(pairwise(table)):
        part = np.clip((nodes - low) / (high - low), 0.0, 1.0 if index < last else None)
        fte = fte + np.multiply(part, more - fewer, order="F")
    return fte


def planned_fte(stack: StackModel, nodes: FloatArray, scenario: Scenario) -> Quantity:
    """Return the FTE of self-hosting: declared, or by the table plus the hours per node.

    ``nodes`` are those at the busiest hour, one per load factor, as the result is by the table; a
    declared figure holds for all of them.
    """
    labor = stack.labor
    if scenario.fte is not None:
        return scenario.fte
    if labor.fte is not None:
        return scenario.value(labor.fte)
    fte = fte_by_nodes(nodes, [(count, scenario.value(figure)) for count, figure in labor.table])
    if labor.hours_per_node_month is not None:
        hours = scenario.value(labor.hours_per_node_month) * MONTHS_PER_YEAR
        fte = fte + nodes * hours / WORK_HOURS_PER_FTE_YEAR
    return fte
