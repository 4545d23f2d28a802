"""The time value of money: annuities, what is left of a purchase, discounting."""

from __future__ import annotations

import numpy as np

from tco.arrays import FloatArray, Quantity

__all__ = ["annuity", "capital_recovery_factor", "discount", "remaining_value"]


def capital_recovery_factor(rate: Quantity, months: float) -> Quantity:
    """Return CRF(i, n) = i / (1 - (1+i)^-n), the share of a price paid per month; 1/n for i = 0.

    ``rate`` is the effective monthly rate, ``months`` the life (METHOD, Purchase options).

    >>> round(capital_recovery_factor(0.01, 12), 6)
    0.088849
    """
    i = np.asarray(rate, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(i == 0, 1.0 / months, i / (1 - (1 + i) ** -months))
    return factor if isinstance(rate, np.ndarray) else float(factor)


def annuity(price: Quantity, residual: Quantity, rate: Quantity, months: float) -> Quantity:
    """Return the USD per month that owning costs: (P - RV/(1+i)^n) x CRF(i, n).

    ``price`` and ``residual`` are in USD, ``rate`` the effective monthly rate, ``months`` the life.
    At a rate of 0 it is the straight line (P - RV)/n.

    >>> round(annuity(300_000, 45_000, 1.1 ** (1 / 12) - 1, 48), 2)
    6773.64
    """
    return (price - residual / (1 + rate) ** months) * capital_recovery_factor(rate, months)


def remaining_value(
    price: Quantity, residual: Quantity, rate: Quantity, months: float, age: float
) -> Quantity:
    """Return the value in USD of an owned node after ``age`` months that its annuity implies.

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
    """Return the weight of what each month pays at its end: (1+i)^-(t+1) (METHOD, Horizon).

    ``months`` are counted from 0, ``(months,)``, and so is the result; ``rate`` is monthly.

    >>> discount(0.01, np.array([0.0, 1.0])).round(6).tolist()
    [0.990099, 0.980296]
    """
    return np.asarray((1 + rate) ** -(months + 1.0), float)
