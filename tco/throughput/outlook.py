"""What throughput may become: speculative decoding, progress over time, and the time to boot."""

from __future__ import annotations

import numpy as np

from tco.arrays import FloatArray, Quantity
from tco.catalog.specs import figure
from tco.ranges import Range
from tco.units import MONTHS_PER_YEAR, SECONDS_PER_HOUR

__all__ = ["boot_hours", "speculative_gain", "throughput_growth"]

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


def throughput_growth(months: FloatArray, per_year: Quantity, *, age_months: float) -> FloatArray:
    """Return the factor on tok/s after each of the months from the pricing day.

    A model younger than half a year when it was measured gains x1.6 over its first half year, then
    it grows by ``per_year`` as a settled one does (``throughput_growth_per_year``, drawn).
    """
    young = np.clip(6.0 - age_months, 0.0, months)
    first = figure("throughput_growth_first_half_year").likely ** (young / 6.0)
    return first * np.asarray(per_year) ** ((months - young) / MONTHS_PER_YEAR)


def boot_hours(weights_gb: float) -> Range:
    """Return the hours from a node's start to its first request: load the weights, then warm up."""
    speed, fixed = figure("boot_load_gb_s"), figure("boot_fixed_s")
    return Range(
        (weights_gb / speed.high + fixed.low) / SECONDS_PER_HOUR,
        (weights_gb / speed.likely + fixed.likely) / SECONDS_PER_HOUR,
        (weights_gb / speed.low + fixed.high) / SECONDS_PER_HOUR,
    )
