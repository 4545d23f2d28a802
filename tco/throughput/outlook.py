"""What throughput may become: speculative decoding, progress over time, and the time to boot."""

from __future__ import annotations

import numpy as np

from tco.arrays import FloatArray, Quantity, compounded
from tco.catalog.specs import figure
from tco.ranges import Range
from tco.units import MONTHS_PER_YEAR, SECONDS_PER_HOUR

__all__ = [
    "HALF_YEAR",
    "boot_hours",
    "first_half_year_gain",
    "speculative_gain",
    "throughput_growth",
]

HALF_YEAR = 6.0
"""Months in which a new model gains most."""
GAIN_STEPS = (6, 12, 24, 48, 96)
"""The concurrencies up to which each measured gain of speculative decoding holds."""


def speculative_gain(concurrency: FloatArray) -> FloatArray:
    """Return how much faster MTP makes a configuration at each concurrency.

    It is an option that a memo mentions, and never assumed. Measured: x1.48 at 6 or less, x1.09
    above 96.
    """
    gains = [figure(f"speculative_gain_to_{step}").likely for step in GAIN_STEPS]
    gains.append(figure("speculative_gain_above").likely)
    return np.array(gains)[np.searchsorted(GAIN_STEPS, concurrency)]


def throughput_growth(
    months: Quantity,
    per_year: Quantity,
    *,
    first_half_year: Quantity = 1.0,
    young_months: float = 0.0,
) -> Quantity:
    """Return the factor on tok/s after each of the months from the pricing day.

    A model still in its first half year for ``young_months`` gains the rest of what a first half
    year brings; then it grows by ``per_year`` as a settled one does.

    >>> round(float(throughput_growth(18.0, 1.05, first_half_year=1.6, young_months=6)), 3)
    1.68
    """
    young = np.clip(months, 0.0, young_months)
    settled = compounded(per_year, np.asarray(months) - young)
    return compounded(first_half_year, young * (MONTHS_PER_YEAR / HALF_YEAR)) * settled


def first_half_year_gain() -> Range:
    """Return the factor on tok/s over the first half year of a model."""
    return figure("throughput_growth_first_half_year")


def boot_hours(weights_gb: float) -> Range:
    """Return the hours from a node's start to its first request: load the weights, then warm up."""
    speed, fixed = figure("boot_load_gb_s"), figure("boot_fixed_s")
    return Range(
        (weights_gb / speed.high + fixed.low) / SECONDS_PER_HOUR,
        (weights_gb / speed.likely + fixed.likely) / SECONDS_PER_HOUR,
        (weights_gb / speed.low + fixed.high) / SECONDS_PER_HOUR,
    )
