"""The shape of a request: how many tokens go in and come out, and how many of them are cached."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Shape"]

SAME_LENGTH = 1.10
"""Lengths within 10% of the measured ones count as measured."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A request's mean input and output in tokens, and the cached share of its input.

    ``output`` includes reasoning tokens. ``cached`` is the prefix-cache hit share h, 0 to 1. A
    request has at least one token each way.
    """

    input: float
    output: float
    cached: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "input", max(self.input, 1.0))
        object.__setattr__(self, "output", max(self.output, 1.0))

    @property
    def context(self) -> float:
        """Return the mean context of a running request in tokens: input + output/2."""
        return self.input + self.output / 2

    def same_lengths(self, other: Shape) -> bool:
        """Return whether both lengths are within 10% of the other's."""
        pairs = ((self.input, other.input), (self.output, other.output))
        return all(1 / SAME_LENGTH - 1e-9 <= a / b <= SAME_LENGTH + 1e-9 for a, b in pairs)

    def ratio_change(self, other: Shape) -> float:
        """Return by what factor, 1 or more, input per output token differs from the other's."""
        return math.exp(abs(math.log(self.input / self.output * other.output / other.input)))
