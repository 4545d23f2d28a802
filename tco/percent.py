"""Percentages as text: ``64%``, without a space."""

from __future__ import annotations

__all__ = ["exact_percent", "percent_text", "probability_text"]

MOST_DECIMALS = 8


def percent_text(share: float, decimals: int = 0) -> str:
    """Return a share in percent with a fixed number of decimals: ``0.10%``."""
    return f"{100 * share:.{decimals}f}%"


def exact_percent(share: float) -> str:
    """Return a share from a file in percent, with the decimals it was written with."""
    return f"{100 * share:.10g}%"


def probability_text(probability: float, needed: float | None = None) -> str:
    """Return a probability in whole percent; only a certain one reads 0% or 100%.

    With a ``needed`` probability, add the decimals that show which of the two is larger.

    >>> probability_text(0.7996), probability_text(0.7996, 0.8), probability_text(0.7496, 0.8)
    ('80%', '79.96%', '75%')
    """
    value = 100 * probability
    decimals = 0 if needed is None else _distinct_decimals(value, 100 * needed)
    if decimals > 0:
        return percent_text(probability, decimals)
    if 0 < value < 1:
        return "<1%"
    return ">99%" if 99 < value < 100 else percent_text(probability)


def _distinct_decimals(value: float, needed: float) -> int:
    """Return how many decimals keep a rounded percentage on its own side of ``needed``."""
    fewest = 1 if value > 99 and needed > 99 else 0
    for decimals in range(fewest, MOST_DECIMALS):
        shown = round(value, decimals)
        if shown != needed and (shown < needed) is (value < needed):
            return decimals
    return 0
