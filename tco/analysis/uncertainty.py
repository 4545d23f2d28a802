"""How sure: every range drawn at once through the formulas of the single plan.

The formulas get arrays, one value per scenario; no second copy of them exists. Scenarios run in
chunks, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tco.analysis.distribution import ImpossibleCorrelations, UnknownFigure
from tco.analysis.drivers import Drivers, Recorder
from tco.analysis.horizon import (
    CashFlow,
    Path,
    alternative_flow,
    cash_flow,
    npv_usd,
    refused_usd,
    tabulated,
)
from tco.errors import BadInput, Problem, one_of
from tco.model.plan import Correlation
from tco.model.scenario import Scenario
from tco.model.stack import Alternative
from tco.model.stackfile import PLAN_KEY
from tco.model.work import GroupWork, speed
from tco.ranges import Range
from tco.units import FloatArray, Quantity

__all__ = [
    "CHUNK",
    "Against",
    "Input",
    "Spread",
    "Uncertainty",
    "drivers_of",
    "evppi_usd",
    "simulate",
    "simulate_plan",
]

CHUNK = 24_000
"""Values of one array at a time (scenarios x months): what a processor's cache holds."""
KEPT = 65_536
"""Scenarios kept for quantiles and regressions, evenly spaced; means use all of them."""
FURTHEST = 5.0
"""Normal scores beyond which a fleet's table ends."""
DEGREE = 4


@dataclass(frozen=True, slots=True)
class Spread:
    """P10, P50 and P90 of a figure."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Input:
    """A driver of uncertainty, and the saving with it alone at its P10 and at its P90.

    ``evppi_usd`` is what knowing it before the decision is worth, on average.
    """

    name: str
    value: Range
    saving_at_low_usd: float
    saving_at_high_usd: float
    evppi_usd: float

    @property
    def swing_usd(self) -> float:
        """How far the figure alone moves the saving."""
        return abs(self.saving_at_high_usd - self.saving_at_low_usd)


@dataclass(frozen=True)
class Against:
    """Self-hosting against one alternative: present values over the horizon, in USD.

    ``evpi_usd`` is what knowing everything before the decision would be worth, on average.
    """

    name: str
    probability: float
    bill: Spread
    saving: Spread
    expected_saving_usd: float
    evpi_usd: float
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class Uncertainty:
    """What the scenarios say: the month's bill, the horizon's, and the alternatives'."""

    seed: int
    scenarios: int
    usd_per_month: Spread
    npv_usd: Spread
    against: tuple[Against, ...]

    def of(self, name: str | None) -> Against | None:
        """The figures against an alternative; None where it has no price."""
        return next((one for one in self.against if one.name == name), None)


@dataclass(frozen=True)
class _Outcome:
    """A chunk of scenarios: own cost, bills and savings by alternative, refused demand."""

    month_usd: FloatArray
    own_usd: FloatArray
    bills_usd: FloatArray
    savings_usd: FloatArray
    lost: np.ndarray[tuple[int], np.dtype[np.bool_]]


def simulate(
    ahead: Path,
    scenarios: int,
    seed: int,
    correlations: Sequence[Correlation] = (),
    chunk: int = CHUNK,
) -> Uncertainty:
    """Draw every uncertain figure ``scenarios`` times and evaluate the horizon under each.

    The same seed gives the same answer at any chunk size. Raises UnknownFigure and
    ImpossibleCorrelations.
    """
    alternatives = [one for one in ahead.stack.alternatives if not one.unpriced]
    drivers = drivers_of(ahead, alternatives)
    under = tabulated(ahead, _widest(ahead))
    tally = _Tally(scenarios if drivers.ranges else 1)
    rows = max(1, chunk // len(ahead.months))
    for z in drivers.scores(tally.scenarios, seed, rows, correlations):
        tally.add(_outcome(under, alternatives, drivers.scenario(z), z.shape[1]), z)
    ends = drivers.ends()
    swings = _outcome(under, alternatives, drivers.scenario(ends), ends.shape[1])
    kept, means = tally.sample(len(alternatives)), tally.means()
    return Uncertainty(
        seed,
        scenarios,
        _spread(kept.month_usd),
        _spread(kept.own_usd),
        tuple(
            _against(
                one.name,
                drivers,
                means[:, place],
                kept.bills_usd[place],
                kept.savings_usd[place],
                kept.z,
                swings.savings_usd[place],
            )
            for place, one in enumerate(alternatives)
        ),
    )


def simulate_plan(ahead: Path, scenarios: int, seed: int, *, derived: bool = False) -> Uncertainty:
    """The scenarios of a plan with the correlations that it states.

    A ``derived`` stack may lack a figure of the plan, whose correlations then say nothing. Raises
    BadInput for correlations that cannot be.
    """
    stack = ahead.stack
    stated = stack.plan.correlations
    if derived:
        names = drivers_of(ahead, [one for one in stack.alternatives if not one.unpriced]).names
        stated = tuple(one for one in stated if set(one.figures) <= set(names))
    try:
        return simulate(ahead, scenarios, seed, stated)
    except UnknownFigure as error:
        where = f"{PLAN_KEY}.correlations[{error.place}]"
        hint = one_of(error.name, error.known)
        problem = Problem(stack.file, where, f'no uncertain figure "{error.name}".', hint)
    except ImpossibleCorrelations as error:
        problem = Problem(stack.file, f"{PLAN_KEY}.correlations", str(error))
    raise BadInput([problem])


def drivers_of(ahead: Path, alternatives: Sequence[Alternative]) -> Drivers:
    """What decides: the ranges that the formulas read for a stack and its alternatives."""
    recorder = Recorder()
    _outcome(lambda _: ahead, alternatives, recorder, 1)
    for one in _fleets(ahead):
        speed(one, recorder)
    return recorder.drivers


def _fleets(ahead: Path) -> Iterator[GroupWork]:
    """Every fleet of a path and of the stacks beside it."""
    for place in (ahead, *ahead.others.values()):
        for groups in place.work.groups:
            yield from groups


def _widest(ahead: Path) -> float:
    """The factor within which every fleet's speed stays: the reach of the fleets' tables."""
    recorder = Recorder()
    for one in _fleets(ahead):
        speed(one, recorder)
    drivers = recorder.drivers
    ends = np.tile([-FURTHEST, FURTHEST], (len(drivers.names), 1))
    far = [np.asarray(speed(one, drivers.scenario(ends))) for one in _fleets(ahead)]
    return max((float(max(one.max(), 1 / one.min())) for one in far), default=1.0)


def _outcome(
    under: Callable[[Scenario], Path],
    alternatives: Sequence[Alternative],
    scenario: Scenario,
    count: int,
) -> _Outcome:
    """The horizon of the stack and of its alternatives under ``count`` scenarios."""
    ahead = under(scenario)
    flow = cash_flow(ahead, scenario)
    rate = scenario.value(ahead.stack.discount_rate)
    own = _per_scenario(npv_usd(flow, rate), count)
    lost = np.asarray(ahead.refuses.any(axis=-1))
    bills = np.empty((len(alternatives), count))
    savings = np.empty((len(alternatives), count))
    for place, one in enumerate(alternatives):
        rival = alternative_flow(ahead, one, scenario)
        if rival is None:
            raise AssertionError("an alternative with a price has one in every scenario")
        bills[place] = npv_usd(rival, rate)
        savings[place] = bills[place] - own
        if lost.any():
            refused = refused_usd(ahead, one, scenario)
            savings[place] -= npv_usd(CashFlow.running(refused), rate)
    return _Outcome(
        _per_scenario(flow.billed_usd[..., 0], count),
        own,
        bills,
        savings,
        np.broadcast_to(lost, count),
    )


def _per_scenario(value: Quantity, count: int) -> FloatArray:
    return np.broadcast_to(np.asarray(value, float), count)


@dataclass
class _Tally:
    """What is known of the scenarios so far: sums over all of them, and an even sample."""

    scenarios: int
    seen: int = 0
    sums: FloatArray | float = 0.0
    samples: list[FloatArray] = field(default_factory=list[FloatArray])

    def add(self, outcome: _Outcome, z: FloatArray) -> None:
        """Count a chunk. What is sampled is copied, so that the chunk itself can go."""
        saving = outcome.savings_usd
        won = (saving > 0) & ~outcome.lost
        gain = np.maximum(saving, 0.0)
        self.sums = self.sums + np.stack([one.sum(axis=1) for one in (won, saving, gain)])
        step = -(-self.scenarios // KEPT)
        kept = slice(-self.seen % step, None, step)
        self.seen += z.shape[1]
        parts = (outcome.month_usd[None], outcome.own_usd[None], outcome.bills_usd, saving, z)
        self.samples.append(np.concatenate([one[:, kept] for one in parts]))

    def sample(self, alternatives: int) -> _Sample:
        """The scenarios kept."""
        rows = np.concatenate(self.samples, axis=1)
        bills, savings, z = np.split(rows[2:], [alternatives, 2 * alternatives])
        return _Sample(rows[0], rows[1], bills, savings, z)

    def means(self) -> FloatArray:
        """Rows: the share won, the mean saving, the mean gain; a column an alternative."""
        return np.asarray(self.sums / self.seen, float)


@dataclass(frozen=True)
class _Sample:
    """Scenarios kept: own month and horizon, bills and savings by alternative, normal scores."""

    month_usd: FloatArray
    own_usd: FloatArray
    bills_usd: FloatArray
    savings_usd: FloatArray
    z: FloatArray


def _against(
    name: str,
    drivers: Drivers,
    means: FloatArray,
    bills: FloatArray,
    savings: FloatArray,
    z: FloatArray,
    swings: FloatArray,
) -> Against:
    """One alternative's figures; ``swings`` has the savings at each input's P10 and P90."""
    won, saving, gain = (float(one) for one in means)
    ends = swings.reshape(-1, 2)
    inputs = [
        Input(driver, values[0], float(low), float(high), evppi_usd(savings, scores))
        for (driver, values), (low, high), scores in zip(
            drivers.ranges.items(), ends, z, strict=True
        )
    ]
    return Against(
        name,
        won,
        _spread(bills),
        _spread(savings),
        saving,
        max(0.0, gain - max(0.0, saving)),
        tuple(sorted(inputs, key=lambda one: -one.swing_usd)),
    )


def evppi_usd(savings: FloatArray, scores: FloatArray) -> float:
    """What knowing one figure is worth: E[max(0, E[S|theta])] - max(0, E[S]).

    E[S|theta] is a polynomial of the fourth degree in the figure's normal scores, fitted to the
    scenarios by least squares (Strong, Oakley and Brennan 2014, with a simpler smoother). It is
    never worth more than knowing everything.
    """
    from numpy.polynomial.hermite_e import hermevander  # noqa: PLC0415  only with scenarios

    if len(scores) <= DEGREE + 1:
        return 0.0
    basis = hermevander(scores, DEGREE)  # orthogonal under the normal, so the fit is stable
    fitted = basis @ np.linalg.solve(basis.T @ basis, basis.T @ savings)
    everything = float(np.maximum(savings, 0.0).mean())
    gain = min(float(np.maximum(fitted, 0.0).mean()), everything)
    return max(0.0, gain - max(0.0, float(savings.mean())))


def _spread(values: FloatArray) -> Spread:
    p10, p50, p90 = np.quantile(values, [0.1, 0.5, 0.9])
    return Spread(float(p10), float(p50), float(p90))
