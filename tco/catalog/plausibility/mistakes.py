"""The probable mistake behind a figure that is outside its plausible range."""

from __future__ import annotations

from collections.abc import Sequence

from tco.catalog.plausibility.bounds import Band, Mistake

__all__ = ["probable_mistake"]


GENERAL = (
    Mistake(1e3, "A thousand times too high?"),
    Mistake(1e-3, "A thousand times too low?"),
    Mistake(1e6, "A million times too high?"),
    Mistake(1e-6, "A million times too low?"),
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
