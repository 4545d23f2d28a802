"""What is uncertain about a stack, and scenarios of it: one normal score per driver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from tco.analysis.simulation.distribution import Z90, correlated, drawn
from tco.arrays import FloatArray, Quantity, read_only
from tco.plan.finance import Correlation
from tco.ranges import Range
from tco.scenario import Figure, Scenario

__all__ = ["Drivers", "Recorder"]

KEPT_SCENARIOS = 16_384
"""Scenarios up to which the draws of one stack are kept for the next one."""


@dataclass(frozen=True)
class Recorder(Scenario):
    """The likely scenario, which notes the uncertain figures that the formulas read."""

    seen: dict[Figure, None] = field(default_factory=dict[Figure, None])

    def read(self, name: str, value: Range) -> Quantity:
        """Return the likely value, noted where it is uncertain."""
        if not value.is_point:
            self.seen[(name, value)] = None
        return super().read(name, value)

    @property
    def drivers(self) -> Drivers:
        """What was read, by driver."""
        ranges: dict[str, list[Range]] = {}
        for name, value in self.seen:
            ranges.setdefault(name, []).append(value)
        return Drivers({name: tuple(values) for name, values in ranges.items()})


@dataclass(frozen=True)
class Drivers:
    """The ranges of every driver: figures of one driver are high or low together."""

    ranges: Mapping[str, tuple[Range, ...]]

    @property
    def names(self) -> list[str]:
        """The drivers, in the order in which the formulas read them."""
        return list(self.ranges)

    def scenario(self, z: FloatArray) -> Scenario:
        """Return the figures at normal scores; ``z`` has rows of drivers, columns of scenarios."""
        return Scenario(
            draws={
                (name, value): drawn(value, row)[:, None]
                for (name, values), row in zip(self.ranges.items(), z, strict=True)
                for value in values
            }
        )

    def scores(
        self, scenarios: int, seed: int, rows: int, correlations: Sequence[Correlation]
    ) -> Iterator[FloatArray]:
        """Yield the normal scores of all scenarios in chunks; the chunk size changes nothing.

        Each driver has a stream of its own. Raises UnknownFigure and ImpossibleCorrelations.
        """
        root = correlated(self.names, correlations)
        places = range(len(self.ranges))
        is_kept = scenarios <= KEPT_SCENARIOS
        streams = [] if is_kept else [_generator(seed, place) for place in places]
        for start in range(0, scenarios, rows):
            z = np.empty((len(places), min(rows, scenarios - start)))
            for place, row in zip(places, z, strict=True):
                if is_kept:
                    row[:] = _kept_scores(seed, place, scenarios)[start : start + rows]
                else:
                    streams[place].standard_normal(out=row)
            yield z if root is None else root @ z

    def ends(self) -> FloatArray:
        """Scores with each driver alone at its P10 and at its P90: two columns per driver."""
        return np.asarray(np.kron(np.eye(len(self.ranges)), np.array([[-Z90, Z90]])), float)


@lru_cache(maxsize=64)
def _kept_scores(seed: int, place: int, scenarios: int) -> FloatArray:
    """Return the scores of a driver, which the next stack draws again."""
    return read_only(_generator(seed, place).standard_normal(scenarios))


def _generator(seed: int, place: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(place,)))
