"""How sure: every range drawn at once through the formulas of the single plan.

The formulas get arrays, one value per scenario; no second copy of them exists. Scenarios run in
chunks, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tco.analysis.cashflow.projection import (
    CashFlow,
    Projection,
    alternative_flow,
    cash_flow,
    growth,
    npv_usd,
    refused_usd,
    tabulated,
)
from tco.analysis.simulation.accumulator import (
    Outcome,
    Percentiles,
    ScenarioComparison,
    SimulationAccumulator,
    compare,
    spread,
)
from tco.analysis.simulation.distribution import ImpossibleCorrelations, UnknownFigure
from tco.analysis.simulation.drivers import Drivers, Recorder
from tco.arrays import FloatArray, Quantity
from tco.costing.fleet_operation import GroupWork, burstiness, speed
from tco.costing.stack import Alternative
from tco.errors import BadInput, Problem, one_of
from tco.plan.finance import Correlation
from tco.plan.plan import PLAN_KEY
from tco.scenario import Scenario

__all__ = [
    "CHUNK",
    "Uncertainty",
    "drivers_of",
    "simulate",
    "simulate_plan",
]

CHUNK = 24_000
"""Values of one array at a time (scenarios x months): what a processor's cache holds."""
FURTHEST = 5.0
"""Normal scores beyond which a fleet's table ends."""


@dataclass(frozen=True)
class Uncertainty:
    """What the scenarios say: the month's bill, the horizon's, and the alternatives'."""

    seed: int
    scenarios: int
    usd_per_month: Percentiles
    npv_usd: Percentiles
    against: tuple[ScenarioComparison, ...]

    def of(self, name: str | None) -> ScenarioComparison | None:
        """Return the figures against an alternative; None where it has no price."""
        return next((comparison for comparison in self.against if comparison.name == name), None)


def simulate(
    ahead: Projection,
    scenarios: int,
    seed: int,
    correlations: Sequence[Correlation] = (),
    chunk: int = CHUNK,
) -> Uncertainty:
    """Draw every uncertain figure ``scenarios`` times and evaluate the horizon under each.

    The same seed gives the same answer at any chunk size. Raises UnknownFigure and
    ImpossibleCorrelations.
    """
    alternatives = [
        alternative for alternative in ahead.stack.alternatives if not alternative.unpriced
    ]
    drivers = drivers_of(ahead, alternatives)
    under = tabulated(ahead, _widest(ahead))
    tally = SimulationAccumulator(scenarios if drivers.ranges else 1)
    rows = max(1, chunk // len(ahead.months))
    for z in drivers.scores(tally.scenarios, seed, rows, correlations):
        tally.add(_outcome(under, alternatives, drivers.scenario(z), z.shape[1]), z)
    ends = drivers.ends()
    swings = _outcome(under, alternatives, drivers.scenario(ends), ends.shape[1])
    kept, means = tally.sample(len(alternatives)), tally.means()
    return Uncertainty(
        seed=seed,
        scenarios=scenarios,
        usd_per_month=spread(kept.month_usd),
        npv_usd=spread(kept.own_usd),
        against=tuple(
            compare(
                alternative.name,
                drivers,
                means[:, index],
                kept,
                index=index,
                swings=swings.savings_usd[index],
            )
            for index, alternative in enumerate(alternatives)
        ),
    )


def simulate_plan(
    ahead: Projection, scenarios: int, seed: int, *, derived: bool = False
) -> Uncertainty:
    """Return the scenarios of a plan with the correlations that it states.

    A ``derived`` stack may lack a figure of the plan, whose correlations then say nothing. Raises
    BadInput for impossible correlations.
    """
    stack = ahead.stack
    stated = stack.plan.correlations
    if derived:
        names = drivers_of(
            ahead, [alternative for alternative in stack.alternatives if not alternative.unpriced]
        ).names
        stated = tuple(
            correlation for correlation in stated if set(correlation.figures) <= set(names)
        )
    try:
        return simulate(ahead, scenarios, seed, stated)
    except UnknownFigure as error:
        where = f"{PLAN_KEY}.correlations[{error.place}]"
        hint = one_of(error.name, error.known)
        problem = Problem(stack.file, where, f'no uncertain figure "{error.name}".', hint)
    except ImpossibleCorrelations as error:
        problem = Problem(stack.file, f"{PLAN_KEY}.correlations", str(error))
    raise BadInput([problem])


def drivers_of(ahead: Projection, alternatives: Sequence[Alternative]) -> Drivers:
    """Collect the ranges that the formulas read for a stack and its alternatives."""
    recorder = Recorder()
    _outcome(lambda _: ahead, alternatives, recorder, 1)
    _read_fleets(ahead, recorder)
    return recorder.drivers


def _read_fleets(ahead: Projection, recorder: Recorder) -> None:
    """Read what crowds the nodes of the fleets, and the growth of the demand."""
    for fleet in _fleets(ahead):
        _crowding(fleet, recorder)
    for path in _paths(ahead):
        for service in path.stack.services:
            growth(service, path.months, recorder)


def _crowding(fleet: GroupWork, scenario: Scenario) -> Quantity:
    """Return how much more crowded than likely the nodes of a fleet are."""
    return burstiness(fleet.group, scenario) / speed(fleet, scenario)


def _paths(ahead: Projection) -> tuple[Projection, ...]:
    """Return a path and those of the stacks beside it."""
    return (ahead, *ahead.others.values())


def _fleets(ahead: Projection) -> Iterator[GroupWork]:
    """Every fleet of a path and of the stacks beside it."""
    for path in _paths(ahead):
        for groups in path.work.groups:
            yield from groups


def _over_likely(path: Projection, scenario: Scenario) -> Iterator[FloatArray]:
    """Yield the demand of each service over the likely demand, by month."""
    for service, likely in zip(path.stack.services, path.factors, strict=True):
        yield growth(service, path.months, scenario) / likely


def _widest(ahead: Projection) -> float:
    """Return the factor within which every fleet's load stays: the reach of the fleets' tables."""
    recorder = Recorder()
    _read_fleets(ahead, recorder)
    drivers = recorder.drivers
    ends = drivers.scenario(np.tile([-FURTHEST, FURTHEST], (len(drivers.names), 1)))
    crowded = _reach(_crowding(fleet, ends) for fleet in _fleets(ahead))
    grown = _reach(ratio for path in _paths(ahead) for ratio in _over_likely(path, ends))
    return crowded * grown


def _reach(ratios: Iterable[Quantity]) -> float:
    """Return the factor within which every ratio stays."""
    far = [np.asarray(ratio) for ratio in ratios]
    return max((float(max(ratio.max(), 1 / ratio.min())) for ratio in far), default=1.0)


def _outcome(
    under: Callable[[Scenario], Projection],
    alternatives: Sequence[Alternative],
    scenario: Scenario,
    count: int,
) -> Outcome:
    """Return the horizon of the stack and of its alternatives under ``count`` scenarios."""
    ahead = under(scenario)
    flow = cash_flow(ahead, scenario)
    rate = scenario.value(ahead.stack.discount_rate)
    own = _per_scenario(npv_usd(flow, rate), count)
    lost = np.asarray(ahead.refuses.any(axis=-1))
    bills = np.empty((len(alternatives), count))
    savings = np.empty((len(alternatives), count))
    for index, alternative in enumerate(alternatives):
        rival = alternative_flow(ahead, alternative, scenario)
        if rival is None:
            raise AssertionError("an alternative with a price has one in every scenario")
        bills[index] = npv_usd(rival, rate)
        savings[index] = bills[index] - own
        if lost.any():
            refused = refused_usd(ahead, alternative, scenario)
            savings[index] -= npv_usd(CashFlow.running(refused), rate)
    return Outcome(
        month_usd=_per_scenario(flow.billed_usd[..., 0], count),
        own_usd=own,
        bills_usd=bills,
        savings_usd=savings,
        lost=np.broadcast_to(lost, count),
    )


def _per_scenario(value: Quantity, count: int) -> FloatArray:
    return np.broadcast_to(np.asarray(value, float), count)
