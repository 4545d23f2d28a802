"""The one function that evaluates a plan; every output shows its result."""

from __future__ import annotations

import datetime as dt
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from tco.analysis.breakeven.break_even import BreakEven
from tco.analysis.cashflow.comparison import OwnSide
from tco.analysis.cashflow.projection import Projection, project
from tco.analysis.decision.alternative_result import (
    alternative_result,
)
from tco.analysis.decision.gate_facts import GateFacts, OtherFleet
from tco.analysis.decision.hosted import hosted_turn
from tco.analysis.decision.on_demand import closes_on_demand
from tco.analysis.decision.verdict import decide
from tco.analysis.evaluation import Evaluation
from tco.analysis.fleet_figures import fleet_figures, utilization
from tco.analysis.priced_lines import priced_lines, unserved_requests
from tco.costing.ceiling import ceiling, planned_peak
from tco.costing.fleet_operation import operate
from tco.costing.stack import StackModel
from tco.defaults import SCENARIOS, SEED
from tco.errors import BadInput

if TYPE_CHECKING:  # loaded where they are asked for: a table without scenarios needs none of them
    from tco.analysis.simulation.uncertainty import Uncertainty

__all__ = ["evaluate"]


def evaluate(
    stack: StackModel, today: dt.date, scenarios: int = SCENARIOS, seed: int = SEED
) -> Evaluation:
    """Return what follows from a stack: its month, its alternatives, its verdict and its gate.

    ``scenarios`` is the number of draws behind the probability to win; 0 leaves it out. Raises
    BadInput for impossible correlations.
    """
    done = operate(stack)
    lines = priced_lines(stack, done)
    fleets = fleet_figures(stack, done)
    unpriced = (*stack.unpriced, *unserved_requests(stack, done))
    priced = sum(line.usd_per_month for line in lines)
    ahead, break_even = project(stack), BreakEven(stack)
    sure = _drawn(ahead, scenarios, seed) if scenarios and not unpriced else None
    own = OwnSide(stack, ahead, utilization(fleets))
    results = tuple(
        alternative_result(own, index, break_even, sure, known=not unpriced)
        for index in range(len(stack.alternatives))
    )
    lost = int(np.count_nonzero(ahead.refuses))
    verdict = decide(
        stack,
        results,
        priced_usd=priced,
        own_npv_usd=own.npv_usd,
        lost_months=lost,
        unpriced=unpriced,
    )
    most = ceiling(stack, done)
    rival = verdict.rival
    facts = GateFacts(
        today=today,
        usd_per_month=None if unpriced else priced,
        unpriced=unpriced,
        unserved_share=max(fleet.unserved_share for fleet in fleets),
        lost_months=lost,
        rival_figures=rival.price_figures if rival is not None else (),
        closes_on_demand=closes_on_demand(stack, verdict, scenarios, seed=seed),
        ceiling_usd=most.usd_per_month,
        planned_peak_usd=planned_peak(stack, done).usd_per_month,
        other_fleets=cache(partial(_open_fleets, stack, today, scenarios=scenarios, seed=seed)),
    )
    return Evaluation(
        stack=stack,
        today=today,
        lines=tuple(lines),
        fleets=fleets,
        unpriced=unpriced,
        alternatives=results,
        break_even=break_even,
        own=own,
        verdict=verdict,
        hosted=None if unpriced else hosted_turn(own, results, verdict),
        facts=facts,
        lost_months=lost,
        uncertainty=sure,
        ceiling=most,
    )


def _drawn(ahead: Projection, scenarios: int, seed: int) -> Uncertainty:
    from tco.analysis.simulation.uncertainty import simulate_plan  # noqa: PLC0415

    return simulate_plan(ahead, scenarios, seed)


def _open_fleets(
    stack: StackModel, today: dt.date, *, scenarios: int, seed: int
) -> tuple[OtherFleet, ...]:
    """Return the other stacks on its workloads whose gate is open without regard to this one."""
    own_workloads = _workloads(stack)
    found: list[OtherFleet] = []
    for other in stack.other_fleets():
        try:
            is_open = evaluate(other, today, scenarios, seed).gate.open
        except (BadInput, OverflowError):
            continue  # it can provision nothing
        if is_open:
            found.append(OtherFleet(other.name, tuple(sorted(own_workloads & _workloads(other)))))
    return tuple(found)


def _workloads(stack: StackModel) -> set[str]:
    return {service.workload for service in stack.plan.services.values()}
