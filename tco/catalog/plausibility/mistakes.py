"""The probable mistake behind a figure that is outside its plausible range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tco.catalog.plausibility.bounds import Band

__all__ = ["Mistake", "probable_mistake"]


class Mistake(NamedTuple):
    """What a figure would be multiplied by, and the question that this raises."""

    factor: float
    question: str


GENERAL = (
    Mistake(1e3, "Off by a thousand?"),
    Mistake(1e-3, "Off by a thousandth?"),
    Mistake(1e6, "Off by a million?"),
    Mistake(1e-6, "Off by a millionth?"),
    Mistake(100.0, "Cents, or no decimal point?"),
    Mistake(0.01, "A misplaced decimal point?"),
    Mistake(10.0, "A misplaced decimal point?"),
    Mistake(0.1, "A misplaced decimal point?"),
)


def probable_mistake(value: float, band: Band, known: Sequence[Mistake] = ()) -> str:
    """Return the question behind the first mistake without which the value is plausible.

    ``known`` are the mistakes that people make with this figure, the likeliest first.
    """
    if value <= 0:
        return "Is the figure missing?"
    for mistake in (*known, *GENERAL):
        if band.low <= value / mistake.factor <= band.high:
            return mistake.question
    return "Is it in another unit?"
