"""Prices with the hours for which each held, and the price of a share of the hours."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["HIGH", "LOW", "MEDIAN", "HeldPrices", "price_at"]

LOW, MEDIAN, HIGH = 0.10, 0.50, 0.90
HeldPrices = Collection[tuple[float, float]]
"""Prices in USD, each with the hours for which it held."""


def price_at(held: HeldPrices, share: float) -> float:
    """Return the price that was not exceeded for this share of the hours.

    >>> price_at([(10.0, 3.0), (20.0, 1.0)], 0.9)
    20.0
    """
    wanted = share * sum(hours for _, hours in held)
    passed = 0.0
    for usd, hours in sorted(held):
        passed += hours
        if passed >= wanted:
            return usd
    return max(usd for usd, _ in held)
