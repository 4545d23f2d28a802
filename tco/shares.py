"""How a share reads, wherever it is told: in percent, with a space."""

from __future__ import annotations

__all__ = ["chance", "in_percent"]


def in_percent(share: float, decimals: int = 0) -> str:
    """A share in percent with so many decimals: ``0.10 %``."""
    return f"{100 * share:.{decimals}f} %"


def chance(probability: float) -> str:
    """A probability in whole percent; only what is certain reads 0 % or 100 %."""
    value = 100 * probability
    if 0 < value < 1:
        return "< 1 %"
    return "> 99 %" if 99 < value < 100 else in_percent(probability)
