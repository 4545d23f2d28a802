"""Requests in flight on a pool of nodes: the one queue that sizes fleets (METHOD, Fleet).

Continuous batching is processor sharing whose rate depends on the number in flight k. With a load
of L nodes on C nodes, pi(k) is proportional to the product over i = 1..k of L / (C g(i/(C n*))),
g being the rate of a node over the rate of a full one. It holds for any distribution of lengths.

Everything is relative to pi(m), m = floor(C n*) being the places. Up to ``POINTS`` states on either
side of m are taken one by one; of more, one per stride, with both ends corrected by the
Euler-Maclaurin formula: the time does not grow with the fleet. Errors are below 2e-5, relative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tco.arrays import FloatArray
from tco.throughput.relative_rate import RelativeRate

__all__ = ["Queues", "overflow_share"]

POINTS = 256
"""States below and above m that are taken one by one."""
DROP_BELOW, DROP_ABOVE = 250.0, 60.0
"""Fall of ln pi(k) from m beyond which no state counts, of a pool whose load is its capacity."""
NEGLIGIBLE_LOG = 60.0
"""-ln of a share that moves no sum of a float's 16 digits: 1e-26."""
NEWTON_STEPS = 100
NEWTON_TOLERANCE = 1e-9
"""A step of Newton's method below this is followed by one below the noise of the sums."""
STEEP = 1.0
"""Fall of ln pi per stride from which a closed form takes the place of the sum over strides."""
CHUNK = 4096
"""Pairs of a load and a pool taken at once, to stay within the processor's cache."""
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class States:
    """States on one side of m, ``(pools, states)``: distance from m and ln pi(k)/pi(m) at L = C.

    ``weight`` is a state's weight in the sum of pi(k)/pi(m), and a state in every ``stride`` is
    taken. At m ln pi grows by ln L/C less ``log_g`` per state, and by ``bend`` less with the next,
    ``(pools,)``. ``sign`` is -1 for the states below m.
    """

    sign: int
    distance: FloatArray
    log_pi: FloatArray
    weight: FloatArray
    stride: FloatArray
    log_g: FloatArray

    @cached_property
    def bend(self) -> FloatArray:
        """Return how fast the growth of ln pi falls at m, per state."""
        if self.distance.shape[1] < 3:
            return np.zeros_like(self.stride)
        return (2.0 * self.log_pi[:, 1] - self.log_pi[:, 2]) / self.stride**2

    def sums(self, rows: NDArray[np.intp], log_load: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ln of the sum of pi(k)/pi(m), and the mean distance, at ln of loads L/C."""
        distance = self.distance[rows]
        terms = log_load[:, None] * distance
        terms += self.log_pi[rows]
        top = terms.max(axis=1)
        terms -= top[:, None]
        np.exp(terms, out=terms)
        terms *= self.weight[rows]
        stride, bend = self.stride[rows], self.bend[rows]
        growth = log_load - self.log_g[rows]
        first = (stride**2 - 1.0) / 12.0 * growth
        third = (stride**4 - 1.0) / 720.0 * (growth**3 - 3.0 * growth * bend)
        total = terms.sum(axis=1) + self.sign * (first - third) * np.exp(-top)
        mean = np.einsum("ij,ij->i", terms, distance) / np.where(total > 0, total, 1.0)
        steep = (stride > 1.0) & (-self.sign * growth * stride > STEEP)
        if steep.any():
            total[steep], mean[steep] = self._steep(-self.sign * growth[steep], bend[steep])
            top[steep] = 0.0
        return top + np.log(total), mean

    def _steep(self, fall: FloatArray, bend: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the sum and the mean where pi falls from m by a factor exp(-``fall``) at once."""
        part = np.exp(-fall)
        rest = -np.expm1(-fall)
        bent = bend * (1.0 + part) / (2.0 * rest**2) * (part if self.sign < 0 else 1.0)
        return (1.0 if self.sign < 0 else part) / rest * (
            1.0 - bent + 3.0 * bent**2
        ), self.sign / rest


@dataclass(frozen=True)
class Queues:
    """Pools of ``capacity`` nodes each, ``(pools,)``; a node is full at ``concurrency``, n*."""

    rate: RelativeRate
    concurrency: float
    capacity: FloatArray

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
        distance = -stride[:, None] * np.arange(count + 1.0)
        k = self.places[:, None] + distance
        exists = (k > 0) | ((k == 0) & (stride == 1.0)[:, None])
        log_pi = np.zeros_like(k)
        log_pi[:, 1:] = np.cumsum(self._log_products(stride, -count)[:, ::-1], axis=1)
        weight = np.where(exists, stride[:, None], 0.0)
        weight[:, 0] = (stride + 1.0) / 2.0
        return States(
            sign=-1,
            distance=np.where(exists, distance, 0.0),
            log_pi=np.where(exists, log_pi, 0.0),
            weight=weight,
            stride=stride,
            log_g=self._log_g_at_full,
        )

    @cached_property
    def above(self) -> States:
        """Return the states beyond m, up to where the rate is flat, or far enough."""
        flat = np.ceil(self.states * self.rate.end) - self.places
        farthest = np.minimum(self._reach_below + POINTS, np.maximum(flat, 1.0))
        reach = self.states * self.rate.reach_above(DROP_ABOVE / np.maximum(self.states, ROUNDING))
        reach = np.clip(np.ceil(reach), 1.0, farthest)
        stride, count = _strides(reach)
        distance = stride[:, None] * np.arange(count + 1.0)
        log_pi = np.zeros_like(distance)
        log_pi[:, 1:] = -np.cumsum(self._log_products(stride, count), axis=1)
        weight = np.repeat(stride[:, None], count + 1, axis=1)
        weight[:, 0] = (stride - 1.0) / 2.0
        weight[:, -1] = (stride + 1.0) / 2.0
        return States(
            sign=1,
            distance=distance,
            log_pi=log_pi,
            weight=weight,
            stride=stride,
            log_g=self._log_g_at_full,
        )

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
        log_load = np.log(load[some] / self.capacity[rows[some]])
        for part in _parts(len(some)):
            log_sum, _ = self.below.sums(rows[some[part]], log_load[part])
            share[some[part]] = np.where(log_sum < NEGLIGIBLE_LOG, np.exp(-log_sum), 0.0)
        return share

    def log_odds(
        self, rows: NDArray[np.intp], log_load: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return ln of P(k > m)/P(k <= m) at ln of loads L/C, and its growth with them.

        Nothing is refused. Beyond the last state pi(k) falls as a geometric sequence.
        """
        below, mean_below = self.below.sums(rows, log_load)
        above, mean_above = self.above.sums(rows, log_load)
        distance = self.above.distance[rows, -1]
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
        return self._largest(
            lambda log_load: self.log_odds(rows, log_load), np.log((1 - quantile) / quantile)
        )

    def most_load_within(self, limit: float) -> FloatArray:
        """Return the largest load of each pool of which at most ``limit`` is refused."""
        rows = np.arange(len(self.capacity))

        def refused(log_load: FloatArray) -> tuple[FloatArray, FloatArray]:
            log_sum, mean = self.below.sums(rows, log_load)
            return -log_sum, np.maximum(-mean, ROUNDING)

        return np.where(self.places > 0, self._largest(refused, np.log(limit)), 0.0)

    def _largest(
        self, function: Callable[[FloatArray], tuple[FloatArray, FloatArray]], target: float
    ) -> FloatArray:
        """Return the loads at which a growing function of ln L/C is ``target``, by Newton."""
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
        return self.capacity * np.exp(log_load)


def _strides(reach: FloatArray) -> tuple[FloatArray, int]:
    """Return the distance between the states of each pool, and the most strides of any."""
    stride = np.maximum(np.ceil(reach / POINTS), 1.0)
    return stride, int(np.ceil(reach / stride).max(initial=1.0))


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, count, CHUNK):
        yield slice(start, start + CHUNK)


def overflow_share(
    rate: RelativeRate, concurrency: float, capacity: FloatArray, load: FloatArray
) -> FloatArray:
    """Return the share of a load that finds its pool full: pi(m) with at most m in flight.

    ``capacity`` and ``load`` are in nodes, one pool per element. Without capacity all is refused.
    """
    capacities, rows = np.unique(capacity, return_inverse=True)
    share = Queues(rate, concurrency, capacities).overflow(rows.ravel(), load.ravel())
    return share.reshape(load.shape)
