"""The time value of money: annuities, what is left of a purchase, discounting."""

from __future__ import annotations

import numpy as np

from tco.arrays import FloatArray, Quantity

__all__ = ["annuity", "capital_recovery_factor", "discount", "remaining_value"]


def capital_recovery_factor(rate: Quantity, months: float) -> Quantity:
    """CRF(i, n) = i / (1 - (1+i)^-n) per month; 1/n at a rate of 0."""
    i = np.asarray(rate, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(i == 0, 1.0 / months, i / (1 - (1 + i) ** -months))
    return factor if isinstance(rate, np.ndarray) else float(factor)


def annuity(price: Quantity, residual: Quantity, rate: Quantity, months: float) -> Quantity:
    """Monthly cost of owning: (P - RV/(1+i)^n) x CRF(i, n).

    ``price`` and ``residual`` in USD, ``rate`` the effective monthly rate, ``months`` the life.
    At a rate of 0 it is the straight line (P - RV)/n.

    >>> round(annuity(300_000, 45_000, 1.1 ** (1 / 12) - 1, 48), 2)
    6773.64
    """
    return (price - residual / (1 + rate) ** months) * capital_recovery_factor(rate, months)


def remaining_value(
    price: Quantity, residual: Quantity, rate: Quantity, months: float, age: float
) -> Quantity:
    """Return the value of an owned node after ``age`` months that its annuity implies.

    P (1+i)^a less the annuities paid: the price at age 0, the residual at the end of its life.
    """
    grown = (1 + rate) ** age
    paid = annuity(price, residual, rate, months)
    return price * grown - paid * _compounded(rate, age)


def _compounded(rate: Quantity, age: float) -> Quantity:
    """((1+i)^a - 1) / i; a at a rate of 0."""
    i = np.asarray(rate, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        sum_of_powers = np.where(i == 0, age, ((1 + i) ** age - 1) / i)
    return sum_of_powers if isinstance(rate, np.ndarray) else float(sum_of_powers)


def discount(rate: Quantity, months: FloatArray) -> FloatArray:
    """Weight of the flow of month t, paid at its end: (1+i)^-(t+1)."""
    return np.asarray((1 + rate) ** -(months + 1.0), float)
