"""From a range to a distribution: P10 and P90 at its ends, the median at the likely value."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from tco.arrays import FloatArray
from tco.errors import TcoError
from tco.plan.finance import Correlation
from tco.ranges import Range

__all__ = ["Z90", "ImpossibleCorrelations", "UnknownFigure", "correlated", "drawn"]

Z90 = NormalDist().inv_cdf(0.9)
"""The standard normal's P90, 1.2816."""


def drawn(value: Range, z: FloatArray) -> FloatArray:
    """Values of a range at standard normal scores.

    A lognormal, a share a logit-normal; below and above the median each with its own width, so
    that z of -1.2816, 0 and 1.2816 give the low, the likely and the high value.

    >>> drawn(Range(1.0, 2.0, 8.0), np.array([-Z90, 0.0, Z90])).round(9).tolist()
    [1.0, 2.0, 8.0]
    """
    low, likely, high = (_scale(bound, value) for bound in (value.low, value.likely, value.high))
    down, up = (likely - low) / Z90, (high - likely) / Z90
    score = z * ((up + down) / 2)
    if up != down:
        score += np.abs(z) * ((up - down) / 2)  # down z below 0, up z above
    score += likely
    if not value.share:
        return np.exp(score, out=score)
    odds = np.exp(np.negative(score, out=score), out=score)
    return 1.0 / (1.0 + odds)


def _scale(number: float, value: Range) -> float:
    return float(np.log(number / (1.0 - number)) if value.share else np.log(number))


class ImpossibleCorrelations(TcoError):
    """A correlation matrix that is not positive semidefinite."""


class UnknownFigure(TcoError):
    """A correlation of a figure that no formula reads as uncertain."""

    def __init__(self, index: int, name: str, known: Sequence[str]) -> None:
        self.place, self.name, self.known = index, name, known
        super().__init__(name)


def correlated(names: Sequence[str], given: Sequence[Correlation]) -> FloatArray | None:
    """L with L L' the correlation matrix of the figures, or None where they are independent.

    Raises UnknownFigure, and ImpossibleCorrelations where the matrix is not positive
    semidefinite: no three figures can all pull apart.
    """
    if not given:
        return None
    matrix = np.eye(len(names))
    for number, correlation in enumerate(given):
        for name in correlation.figures:
            if name not in names:
                raise UnknownFigure(number, name, names)
        a, b = (names.index(name) for name in correlation.figures)
        matrix[a, b] = matrix[b, a] = correlation.rho
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -1e-9:
        raise ImpossibleCorrelations(
            "contradict one another: the smallest eigenvalue of their matrix is "
            f"{values[0]:.3f}, below 0. Move them closer to 0."
        )
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), float)
