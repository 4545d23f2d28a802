"""Requests in flight on a pool of nodes: the one queue that sizes fleets (METHOD, Fleet).

Continuous batching is processor sharing whose rate depends on the number in flight k. With a load
of L nodes on C nodes, pi(k) is proportional to the product over i = 1..k of L / (C g(i/(C n*))),
g being the rate of a node over the rate of a full one. It holds for any distribution of lengths.

Everything is relative to pi(m), m = floor(C n*) being the places. Up to ``POINTS`` states on either
side of m are taken one by one; of more, one per stride, with both ends corrected by the
Euler-Maclaurin formula: the time does not grow with the fleet. The error is
below 2e-5, relative, where the curve is smooth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from tco.arrays import FloatArray, read_only
from tco.costing.queue_states import LEAST_LOG, States
from tco.costing.queue_table import Table
from tco.throughput.relative_rate import RelativeRate

__all__ = ["Queues", "mean_in_flight", "overflow_share"]

POINTS = 256
"""States below and above m that are taken one by one."""
DROP_BELOW, DROP_ABOVE = 160.0, 60.0
"""Fall of ln pi(k) from m beyond which no state counts, of a pool whose load is its capacity."""
NEGLIGIBLE_LOG = 40.0
"""-ln of a share that moves no sum of a float's 16 digits: 4e-18."""
NEWTON_STEPS = 100
NEWTON_TOLERANCE = 1e-9
"""A step of Newton's method below this is followed by one below the noise of the sums."""
KNOTS = 256
"""Knots of a table of what a pool refuses; fewer loads than these are not worth a table."""
MOST_LOG_LOAD = 20.0
"""ln L/C beyond which a table is flat: all but a billionth is refused."""
COUNTED_STATES = 1024.0
"""Mean requests in flight up to which every state is counted for their mean."""
KEPT_CAPACITIES = 8
"""Pools whose queues are kept for the next question: searches ask of a few again and again."""
ROUNDING = 1e-9


@dataclass(frozen=True)
class Queues:
    """Pools of ``capacity`` nodes each, ``(pools,)``; a node is full at ``concurrency``, n*."""

    rate: RelativeRate
    concurrency: float
    capacity: FloatArray

    @staticmethod
    def of(rate: RelativeRate, concurrency: float, capacities: Sequence[float]) -> Queues:
        """Return the queues of pools of these capacities."""
        return Queues(rate, concurrency, read_only(np.array(capacities)))

    @cached_property
    def states(self) -> FloatArray:
        """Return C n*, the requests in flight on full nodes."""
        return self.capacity * self.concurrency

    @cached_property
    def places(self) -> FloatArray:
        """Return m, the whole requests that fit within the operating point."""
        return np.floor(self.states + ROUNDING)

    @property
    def unused(self) -> FloatArray:
        """Return the part of a request for which there is no place, over the states."""
        return (self.states - self.places) / self.states

    @cached_property
    def _log_g_at_full(self) -> FloatArray:
        """Return ln g half a state beyond m: ln pi falls there by it, at L = C."""
        return self.rate.log_at((self.places + 0.5) / np.maximum(self.states, ROUNDING))

    @cached_property
    def _reach_below(self) -> FloatArray:
        reach = self.states * self.rate.reach_below(DROP_BELOW / np.maximum(self.states, ROUNDING))
        return np.minimum(np.ceil(reach), self.places)

    @cached_property
    def below(self) -> States:
        """Return the states up to m, m itself among them."""
        stride, count = _strides(self._reach_below)
        k = self.places[:, None] - stride[:, None] * np.arange(count + 1.0)
        exists = (k > 0) | ((k == 0) & (stride == 1.0)[:, None])
        log_pi = np.zeros_like(k)
        log_pi[:, 1:] = np.cumsum(self._log_products(stride, -count)[:, ::-1], axis=1)
        log_pi = np.where(exists, log_pi, -np.inf)
        return States(sign=-1, log_pi=log_pi, stride=stride, log_g=self._log_g_at_full)

    @cached_property
    def above(self) -> States:
        """Return the states beyond m, up to where the rate is flat, or far enough."""
        flat = np.ceil(self.states * self.rate.end) - self.places
        farthest = np.minimum(self._reach_below + POINTS, np.maximum(flat, 1.0))
        reach = self.states * self.rate.reach_above(DROP_ABOVE / np.maximum(self.states, ROUNDING))
        reach = np.clip(np.ceil(reach), 1.0, farthest)
        stride, count = _strides(reach)
        log_pi = np.zeros((len(stride), count + 1))
        log_pi[:, 1:] = -np.cumsum(self._log_products(stride, count), axis=1)
        return States(sign=1, log_pi=log_pi, stride=stride, log_g=self._log_g_at_full)

    def _log_products(self, stride: FloatArray, count: int) -> FloatArray:
        """Return the sums of ln g over the states of each stride between m and m + count strides.

        In ascending order of the states; one sum per stride, by the trapezoidal rule with its end
        corrections where a stride has several states.
        """
        first, last = min(count, 0), max(count, 0)
        steps = np.arange(first - 1.0, last + 2.0)
        k = np.maximum(self.places[:, None] + stride[:, None] * steps, 0.5)
        log_g = self.rate.log_at(k / np.maximum(self.states, ROUNDING)[:, None])
        low, high = log_g[:, 1:-2], log_g[:, 2:-1]
        if not (stride > 1.0).any():
            return high
        bend = (log_g[:, 3:] - log_g[:, 1:-2]) - (log_g[:, 2:-1] - log_g[:, :-3])
        s = stride[:, None]
        return (s * (low + high) + (high - low) - (s**2 - 1.0) / (12.0 * s) * bend) / 2.0

    def overflow(self, rows: NDArray[np.intp], load: FloatArray) -> FloatArray:
        """Return pi(m) with at most m in flight, for ``load`` nodes on the pools ``rows``."""
        share = np.where(load > 0, 1.0, 0.0)
        some = np.flatnonzero((load > 0) & (self.places[rows] > 0))
        rows, log_load = rows[some], np.log(load[some] / self.capacity[rows[some]])
        if len(some) > KNOTS * len(self.capacity):
            log_sum = self._log_sum.at(rows, log_load)
        else:
            log_sum = self.below.largest_of_some(rows, log_load)
            summed = log_sum < NEGLIGIBLE_LOG
            log_sum[summed], _ = self.below.sums(rows[summed], log_load[summed])
        share[some] = np.where(log_sum < NEGLIGIBLE_LOG, np.exp(-log_sum), 0.0)
        return share

    @cached_property
    def _log_sum(self) -> Table:
        """Return ln of the sum of pi(k)/pi(m) up to m as a table of ln L/C."""
        low = np.minimum(self._largest(self._log_refused, -NEGLIGIBLE_LOG), -ROUNDING)
        steps = np.arcsinh(1.0 + MOST_LOG_LOAD / -low) / (KNOTS - 1)
        knots = low[:, None] * (1.0 - np.sinh(steps[:, None] * np.arange(float(KNOTS))))
        return Table(
            function=self.below.sums,
            low=low,
            steps=steps,
            knots=knots,
            value=np.full_like(knots, np.nan),
            slope=np.full_like(knots, np.nan),
        )

    def log_odds(
        self, rows: NDArray[np.intp], log_load: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return ln of P(k > m)/P(k <= m) at ln of loads L/C, and its growth with them.

        Nothing is refused. Beyond the last state pi(k) falls as a geometric sequence.
        """
        below, mean_below = self.below.sums(rows, log_load)
        above, mean_above = self.above.sums(rows, log_load)
        distance = self.above.last[rows]
        end = (self.places[rows] + distance) / self.states[rows]
        fall = np.minimum(log_load - self.rate.log_at(end), -ROUNDING)
        beyond = 1.0 / np.expm1(-fall) - (self.above.stride[rows] ** 2 - 1.0) / 12.0 * fall
        log_beyond = self.above.log_pi[rows, -1] + log_load * distance + np.log(beyond)
        total = np.logaddexp(above, log_beyond)
        mean_beyond = distance + 1.0 / -np.expm1(fall)
        mean_above += (mean_beyond - mean_above) * np.exp(log_beyond - total)
        return total - below, mean_above - mean_below

    def most_load(self, quantile: float) -> FloatArray:
        """Return the largest load of each pool with P(k <= m) at least ``quantile``."""
        rows = np.arange(len(self.capacity))
        odds = math.log((1 - quantile) / quantile)
        log_load = self._largest(lambda at: self.log_odds(rows, at), odds)
        return self.capacity * np.exp(log_load)

    def most_load_within(self, limit: float) -> FloatArray:
        """Return the largest load of each pool of which at most ``limit`` is refused."""
        log_load = self._largest(self._log_refused, math.log(limit))
        return np.where(self.places > 0, self.capacity * np.exp(log_load), 0.0)

    def _log_refused(self, log_load: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ln of the share that each pool refuses at ln of loads L/C, and its growth."""
        log_sum, mean = self.below.sums(np.arange(len(self.capacity)), log_load)
        return -log_sum, np.maximum(-mean, ROUNDING)

    def _largest(
        self, function: Callable[[FloatArray], tuple[FloatArray, FloatArray]], target: float
    ) -> FloatArray:
        """Return ln L/C at which a growing function of it is ``target``, by Newton's method."""
        low = np.full(len(self.capacity), -np.inf)
        high = np.full(len(self.capacity), 50.0)
        log_load = np.minimum(-1.0 / np.sqrt(self.states + 1.0), -0.001)
        for _ in range(NEWTON_STEPS):
            value, growth = function(log_load)
            within = value <= target
            low, high = np.where(within, log_load, low), np.where(within, high, log_load)
            moved = log_load + (target - value) / growth
            middle = np.where(low > -np.inf, (low + high) / 2.0, log_load - 2.0)
            moved = np.where((moved < low) | (moved > high), middle, moved)
            done = np.abs(moved - log_load) <= NEWTON_TOLERANCE
            log_load = moved
            if done.all():
                break
        return log_load


def _strides(reach: FloatArray) -> tuple[FloatArray, int]:
    """Return the distance between the states of each pool, and the most strides of any."""
    stride = np.maximum(np.ceil(reach / POINTS), 1.0)
    return stride, int(np.ceil(reach / stride).max(initial=1.0))


def overflow_share(
    rate: RelativeRate, concurrency: float, capacity: FloatArray, load: FloatArray
) -> FloatArray:
    """Return the share of a load that finds its pool full: pi(m) with at most m in flight.

    ``capacity`` and ``load`` are in nodes, one pool per element. Without capacity all is refused.
    """
    capacities, rows = np.unique(capacity, return_inverse=True)
    make = _kept_queues if len(capacities) <= KEPT_CAPACITIES else Queues.of
    queues = make(rate, concurrency, tuple(capacities.tolist()))
    return queues.overflow(rows.ravel(), load.ravel()).reshape(load.shape)


@lru_cache(maxsize=64)
def _kept_queues(rate: RelativeRate, concurrency: float, capacities: tuple[float, ...]) -> Queues:
    """Return the queues of a few pools, which a search asks for again and again."""
    return Queues.of(rate, concurrency, capacities)


def mean_in_flight(rate: RelativeRate, concurrency: float, capacity: float, load: float) -> float:
    """Return the mean of k with nothing refused, infinite where more comes than can be served.

    Of many requests it is the k at which the nodes serve exactly the load.
    """
    if load <= 0:
        return 0.0
    states = capacity * concurrency
    log_load = math.log(load / capacity) if capacity > 0 else math.inf
    if log_load >= rate.log_end - ROUNDING:
        return math.inf
    x, log_g = _growth_of(rate)
    busy = float(states * x[np.argmax(log_g >= log_load)])
    if busy > COUNTED_STATES:
        return busy
    k = np.arange(1.0, 6.0 * busy + POINTS)
    log_g = rate.log_at(k / states)
    log_pi = np.concatenate([[0.0], np.cumsum(log_load - log_g)])
    pi = np.exp(np.maximum(log_pi - log_pi.max(), LEAST_LOG))
    part = math.exp(log_load - log_g[-1])
    beyond = pi[-1] * part / (1.0 - part)
    last = k[-1] + 1.0 / (1.0 - part)
    return float((pi[1:] @ k + beyond * last) / (pi.sum() + beyond))


@lru_cache(maxsize=64)
def _growth_of(rate: RelativeRate) -> tuple[FloatArray, FloatArray]:
    """Return requests in flight over n*, densely from next to none to the last knot, and ln g."""
    x = np.exp(np.linspace(-30.0, min(math.log(rate.end), 30.0), KNOTS * 16))
    return read_only(x), read_only(rate.log_at(x))
