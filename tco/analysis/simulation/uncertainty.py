"""Uncertainty: every range drawn at once through the formulas of a single plan.

The formulas get arrays, one value per scenario; no second copy of them exists. Scenarios run in
chunks, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tco.analysis.cashflow.priced_projection import PricedProjection
from tco.analysis.cashflow.projection import Projection, growth, tabulated
from tco.analysis.simulation.accumulator import (
    Outcome,
    Percentiles,
    ScenarioComparison,
    Sensitivity,
    SimulationAccumulator,
    evppi_usd,
    spread,
)
from tco.analysis.simulation.distribution import ImpossibleCorrelations, UnknownFigure
from tco.analysis.simulation.drivers import Drivers, Recorder
from tco.arrays import FloatArray, Quantity
from tco.costing.group_speed import burstiness, speed
from tco.costing.group_work import GroupWork
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

CHUNK = 48_000
"""Values of one array at a time (scenarios x months): what a processor's cache holds."""
FURTHEST = 5.0
"""Normal scores beyond which a fleet's table ends."""


@dataclass(frozen=True)
class Uncertainty:
    """The results of the scenarios: the month's bill, the horizon's, and the alternatives'."""

    seed: int
    scenarios: int
    usd_per_month: Percentiles
    npv_usd: Percentiles
    against: tuple[ScenarioComparison, ...]

    @cached_property
    def inputs(self) -> tuple[tuple[Sensitivity, ...], ...]:
        """Every driver alone against each alternative; together their fits take half the time."""
        if not self.against:
            return ()
        sample = self.against[0].sample
        by_driver = evppi_usd(sample.savings_usd, sample.z)
        return tuple(
            comparison.sensitivities(worth[comparison.index] for worth in by_driver)
            for comparison in self.against
        )

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
    count = scenarios if drivers.ranges else 1
    tally = SimulationAccumulator(count, len(alternatives), len(drivers.ranges))
    rows = max(1, chunk // len(ahead.months))
    for z in drivers.scores(count, seed, rows, correlations):
        tally.add(_outcome(under, alternatives, drivers.scenario(z), z.shape[1]), z)
    ends = drivers.ends()
    swings = _outcome(under, alternatives, drivers.scenario(ends), ends.shape[1])
    kept = tally.sample
    return Uncertainty(
        seed=seed,
        scenarios=scenarios,
        usd_per_month=spread(kept.month_usd),
        npv_usd=spread(kept.own_usd),
        against=tuple(
            ScenarioComparison(
                name=alternative.name,
                probability=won,
                expected_saving_usd=saving,
                evpi_usd=max(0.0, gain - max(0.0, saving)),
                index=index,
                drivers=drivers,
                swings_usd=swings.savings_usd[index],
                sample=kept,
            )
            for index, (alternative, (won, saving, gain)) in enumerate(
                zip(alternatives, tally.means().tolist(), strict=True)
            )
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
    """Yield every fleet of a path and of the stacks beside it."""
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
    priced = PricedProjection(under(scenario), scenario)
    own = _per_scenario(priced.npv_usd, count)
    lost = np.asarray(priced.ahead.refuses.any(axis=-1))
    bills = np.empty((len(alternatives), count))
    savings = np.empty((len(alternatives), count))
    for index, alternative in enumerate(alternatives):
        rival = priced.alternative(alternative)
        if rival is None:
            raise AssertionError("an alternative with a price has one in every scenario")
        bills[index] = rival.npv_usd
        savings[index] = bills[index] - own
        if lost.any():
            savings[index] -= rival.refused_npv_usd
    return Outcome(
        month_usd=_per_scenario(priced.flow.billed_usd[..., 0], count),
        own_usd=own,
        bills_usd=bills,
        savings_usd=savings,
        lost=np.broadcast_to(lost, count),
    )


def _per_scenario(value: Quantity, count: int) -> FloatArray:
    return np.broadcast_to(np.asarray(value, float), count)
