"""How a share reads, wherever it is told: in percent, with a space."""

from __future__ import annotations

__all__ = ["chance", "in_percent", "needed_chance"]

MOST_DECIMALS = 8


def in_percent(share: float, decimals: int = 0) -> str:
    """A share in percent with so many decimals: ``0.10 %``."""
    return f"{100 * share:.{decimals}f} %"


def needed_chance(needed: float) -> str:
    """A probability that is asked for, with the decimals it was written with."""
    return f"{100 * needed:.10g} %"


def chance(probability: float, needed: float | None = None) -> str:
    """A probability in whole percent; only what is certain reads 0 % or 100 %.

    Beside one that is ``needed`` it has the decimals that tell on which side of it it is.

    >>> chance(0.7996), chance(0.7996, needed=0.8), chance(0.7496, needed=0.8)
    ('80 %', '79.96 %', '75 %')
    """
    value = 100 * probability
    decimals = 0 if needed is None else _telling(value, 100 * needed)
    if decimals > 0:
        return in_percent(probability, decimals)
    if 0 < value < 1:
        return "< 1 %"
    return "> 99 %" if 99 < value < 100 else in_percent(probability)


def _telling(value: float, needed: float) -> int:
    """How many decimals a percentage takes to stand on its own side of another."""
    fewest = 1 if value > 99 and needed > 99 else 0
    for decimals in range(fewest, MOST_DECIMALS):
        shown = round(value, decimals)
        if shown != needed and (shown < needed) is (value < needed):
            return decimals
    return 0
