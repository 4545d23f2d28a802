"""What the scenarios add up to: quantiles, shares won, what knowing an input is worth.

Shares and means use every scenario, quantiles and regressions an even sample of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tco.analysis.simulation.drivers import Drivers
from tco.arrays import FloatArray
from tco.ranges import Range

__all__ = [
    "CENT_USD",
    "Outcome",
    "Percentiles",
    "Sample",
    "ScenarioComparison",
    "Sensitivity",
    "SimulationAccumulator",
    "evppi_usd",
    "spread",
]

KEPT = 65_536
"""Scenarios kept for quantiles and regressions, evenly spaced; means use all of them."""
DEGREE = 4
CHANCE = 18.47
"""The 99.9% point of chi-square with a degree of freedom for each power of the fit."""
CENT_USD, CENT_DECIMALS = 0.01, 2
"""Less than this is the rounding of a sum over the scenarios."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """P10, P50 and P90 of a figure."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
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
class Outcome:
    """A chunk of scenarios: own cost, bills and savings by alternative, refused demand."""

    month_usd: FloatArray
    own_usd: FloatArray
    bills_usd: FloatArray
    savings_usd: FloatArray
    lost: np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Sample:
    """Scenarios kept: own month and horizon, bills and savings by alternative, normal scores."""

    month_usd: FloatArray
    own_usd: FloatArray
    bills_usd: FloatArray
    savings_usd: FloatArray
    z: FloatArray


class SimulationAccumulator:
    """What is known of the scenarios so far: sums over all of them, and an even sample."""

    def __init__(self, scenarios: int, alternatives: int, drivers: int) -> None:
        self._step = -(-scenarios // KEPT)
        self._seen = self._kept = 0
        self._sums = np.zeros((alternatives, 3))
        kept = -(-scenarios // self._step)
        self.sample = Sample(
            month_usd=np.empty(kept),
            own_usd=np.empty(kept),
            bills_usd=np.empty((alternatives, kept)),
            savings_usd=np.empty((alternatives, kept)),
            z=np.empty((drivers, kept)),
        )

    def add(self, outcome: Outcome, z: FloatArray) -> None:
        """Count a chunk."""
        savings = outcome.savings_usd
        won = (savings > 0) & ~outcome.lost
        gains = np.maximum(savings, 0.0)
        self._sums += np.stack([won.sum(axis=1), savings.sum(axis=1), gains.sum(axis=1)], axis=1)
        every = slice(-self._seen % self._step, None, self._step)
        self._seen += z.shape[1]
        here = slice(self._kept, -(-self._seen // self._step))
        self._kept = here.stop
        self.sample.month_usd[here] = outcome.month_usd[every]
        self.sample.own_usd[here] = outcome.own_usd[every]
        self.sample.bills_usd[:, here] = outcome.bills_usd[:, every]
        self.sample.savings_usd[:, here] = outcome.savings_usd[:, every]
        self.sample.z[:, here] = z[:, every]

    def means(self) -> FloatArray:
        """Return by alternative the share won, the mean saving and the mean gain."""
        return self._sums / self._seen


@dataclass(frozen=True, kw_only=True)
class ScenarioComparison:
    """Self-hosting against one alternative: present values over the horizon, in USD.

    ``evpi_usd`` is what knowing everything before the decision would be worth, on average.
    ``swings_usd`` has the savings at each driver's P10 and P90, and ``index`` is the alternative's
    place in the sample. What needs the sample is computed when it is asked for.
    """

    name: str
    probability: float
    expected_saving_usd: float
    evpi_usd: float
    index: int
    drivers: Drivers = field(repr=False)
    swings_usd: FloatArray = field(repr=False, compare=False)
    sample: Sample = field(repr=False, compare=False)

    @cached_property
    def bill(self) -> Percentiles:
        """What the alternative costs."""
        return spread(self.sample.bills_usd[self.index])

    @cached_property
    def saving(self) -> Percentiles:
        """What self-hosting saves."""
        return spread(self.sample.savings_usd[self.index])

    @cached_property
    def inputs(self) -> tuple[Sensitivity, ...]:
        """Every driver alone, the widest swing first."""
        worth = evppi_usd(self.sample.savings_usd[[self.index]], self.sample.z)
        return self.sensitivities([usd for [usd] in worth])

    def sensitivities(self, evppi_usd: Iterable[float]) -> tuple[Sensitivity, ...]:
        """Return every driver alone, given what knowing each is worth, the widest swing first."""
        found = [
            Sensitivity(
                name=driver,
                value=values[0],
                saving_at_low_usd=float(low),
                saving_at_high_usd=float(high),
                evppi_usd=worth,
            )
            for (driver, values), (low, high), worth in zip(
                self.drivers.ranges.items(), self.swings_usd.reshape(-1, 2), evppi_usd, strict=True
            )
        ]
        return tuple(sorted(found, key=lambda figure: -round(figure.swing_usd, CENT_DECIMALS)))


def evppi_usd(savings: FloatArray, z: FloatArray) -> list[list[float]]:
    """Return the value of knowing one input: E[max(0, E[S|theta])] - max(0, E[S]).

    E[S|theta] is a polynomial of the fourth degree in the figure's normal scores, fitted to the
    scenarios by least squares (Strong, Oakley and Brennan 2014, with a simpler smoother). It is
    never worth more than knowing everything. It is 0 below a cent, and where the fit explains no
    more of the saving's variance than that of an input without effect does in 999 of 1,000 draws
    (a chi-square test).

    Args:
        savings: USD, ``(alternatives, scenarios)``.
        z: normal scores, ``(drivers, scenarios)``.

    Returns:
        USD, a list per driver with a value per alternative.
    """
    from numpy.polynomial.hermite_e import hermevander  # noqa: PLC0415  only with scenarios

    if z.shape[1] <= DEGREE + 1:
        return [[0.0] * len(savings)] * len(z)
    count, mean = savings.shape[1], savings.mean(axis=1)
    around = savings - mean[:, None]
    variance = around.var(axis=1)
    everything = np.maximum(savings, 0.0).mean(axis=1)
    by_driver: list[FloatArray] = list(z)
    found: list[list[float]] = []
    for scores in by_driver:
        basis = hermevander(scores, DEGREE)  # orthogonal under the normal, so the fit is stable
        products = np.stack([values @ basis for values in (*basis.T, *around)])
        gram, sums = products[: DEGREE + 1], products[DEGREE + 1 :].T
        weights = np.linalg.solve(gram, sums)
        explained = (weights * sums).sum(axis=0) / count
        has_effect = explained * (count - DEGREE - 1) > CHANCE * (variance - explained)
        weights[0] += mean
        worth = np.zeros(len(savings))
        for index in np.flatnonzero(has_effect):
            gain = np.maximum(basis @ weights[:, index], 0.0).mean()
            worth[index] = min(gain, everything[index]) - max(0.0, mean[index])
        found.append(np.where(worth >= CENT_USD, worth, 0.0).tolist())
    return found


def spread(values: FloatArray) -> Percentiles:
    """Return the quantiles of a figure's scenarios."""
    p10, p50, p90 = np.quantile(values, [0.1, 0.5, 0.9])
    return Percentiles(float(p10), float(p50), float(p90))
