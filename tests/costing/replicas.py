"""Replicas that share their speed among the requests in flight, simulated event by event."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from tco.arrays import FloatArray

Router = Literal["least-outstanding", "power-of-two", "random"]


class Replicas:
    """Some replicas under given arrivals, each a processor whose rate depends on its requests.

    ``speed[k]`` is the work per second of a replica with k requests; the last holds for more.
    """

    def __init__(self, count: int, speed: Sequence[float], router: Router, seed: int) -> None:
        self.speed = speed
        self.router: Router = router
        self.dice = np.random.default_rng(seed)
        self.done = [0.0] * count
        """Work that each request of a replica has had since the start, ever growing."""
        self.ends: list[list[float]] = [[] for _ in range(count)]

    def run(
        self, arrivals: FloatArray, work: FloatArray, seen: Callable[[float, list[int]], None]
    ) -> None:
        """Serve the arrivals; ``seen`` gets each time that passed and the requests in flight."""
        now = 0.0
        for at, size in zip(arrivals.tolist(), work.tolist(), strict=True):
            while True:
                wait, first = min(
                    ((self._next(index), index) for index in range(len(self.done))), default=(0, 0)
                )
                if now + wait > at:
                    break
                self._pass(wait, seen)
                now += wait
                heapq.heappop(self.ends[first])
            self._pass(at - now, seen)
            now = at
            chosen = self._choose()
            heapq.heappush(self.ends[chosen], self.done[chosen] + size)

    def _rate(self, index: int) -> float:
        """Return the work per second of each request of a replica."""
        count = len(self.ends[index])
        return self.speed[min(count, len(self.speed) - 1)] / count if count else 0.0

    def _next(self, index: int) -> float:
        ends = self.ends[index]
        return (ends[0] - self.done[index]) / self._rate(index) if ends else np.inf

    def _pass(self, seconds: float, seen: Callable[[float, list[int]], None]) -> None:
        seen(seconds, [len(ends) for ends in self.ends])
        for index in range(len(self.done)):
            self.done[index] += seconds * self._rate(index)

    def _choose(self) -> int:
        count = len(self.done)
        if self.router == "random":
            return int(self.dice.integers(count))
        among = range(count)
        if self.router == "power-of-two":
            among = self.dice.choice(count, 2, replace=False).tolist()
        return min(among, key=lambda index: len(self.ends[index]))
