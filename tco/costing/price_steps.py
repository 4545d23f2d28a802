"""A price that steps when a discount on it begins or ends."""

from __future__ import annotations

import numpy as np

from tco.arrays import Quantity
from tco.catalog.sourced import PriceSteps

__all__ = ["stepped"]


def stepped(steps: PriceSteps, month: Quantity) -> Quantity:
    """Return price in month t over the price of month 0: the factor of the last step up to t.

    >>> stepped(((11, 1.25),), np.array([10, 11, 12])).tolist()
    [1.0, 1.25, 1.25]
    """
    factor: Quantity = 1.0
    for since, then in steps:
        factor = np.where(np.asarray(month) >= since, then, factor)
    return factor
