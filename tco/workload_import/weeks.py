"""Requests by hour of the week in a time zone, and their growth, from counts by quarter hour."""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from tco.arrays import FloatArray
from tco.units import HOURS_PER_WEEK
from tco.workload_import.tally import SLOT_SECONDS, SLOTS_PER_HOUR

__all__ = ["LEAST_WEEKS", "Growth", "growth_of", "longest_gap_hours", "week_of_slots"]

SLOTS_PER_WEEK: Final = HOURS_PER_WEEK * SLOTS_PER_HOUR
WEEKS_PER_YEAR: Final = 365.25 / 7
LEAST_WEEKS: Final = 8
"""Whole weeks from which growth is measured."""
LEAST_WEEK_COVERED: Final = 0.5
MOST_MISSING_HOURS: Final = 24
Z_HIGH: Final = NormalDist().inv_cdf(0.9)


def week_of_slots(
    slots: Mapping[int, float], timezone: str, *, sampled: bool = False
) -> FloatArray | None:
    """Return the mean requests of each local hour of the week; None below a whole week.

    A slot that a ``sampled`` log lacks was not measured and does not count. Up to 24 hours that no
    week has are taken from the hours on either side.

    An hour counts as long as the log covers it: one that a clock change repeats counts twice, one
    that it skips in the only week is the mean of its neighbors. Requests per hour times the hours
    covered are the requests of the log.
    """
    zone = zoneinfo.ZoneInfo(timezone)
    requests, covered = np.zeros(HOURS_PER_WEEK), np.zeros(HOURS_PER_WEEK)
    for slot in slots if sampled else range(min(slots), max(slots) + 1):
        local = dt.datetime.fromtimestamp(slot * SLOT_SECONDS, zone)
        hour = local.weekday() * 24 + local.hour
        requests[hour] += slots.get(slot, 0.0)
        covered[hour] += 1 / SLOTS_PER_HOUR
    missing = np.flatnonzero(covered == 0)
    if len(missing) > (MOST_MISSING_HOURS if sampled else 1):
        return None
    known = np.flatnonzero(covered)
    rate = requests[known] / covered[known]
    return np.interp(np.arange(HOURS_PER_WEEK), known, rate, period=HOURS_PER_WEEK)


def longest_gap_hours(slots: Mapping[int, float]) -> float:
    """Return the longest time without a row, in hours."""
    times = np.array(sorted(slots), float)
    return float(np.max(np.diff(times), initial=1.0) - 1) / SLOTS_PER_HOUR


@dataclass(frozen=True)
class Growth:
    """Growth per year: the estimate and its 80% interval."""

    low: float
    likely: float
    high: float


def growth_of(slots: Mapping[int, float], *, sampled: bool = False) -> Growth | None:
    """Return the growth of the log's whole weeks; None where there are too few.

    A week that a ``sampled`` log covers in part counts for a whole one at its mean rate, down to
    half a week.

    A straight line through the logarithms of the weekly counts; the interval is that of its slope,
    by Student's t, with the weeks taken as independent.
    """
    first = min(slots)
    weeks = (max(slots) + 1 - first) // SLOTS_PER_WEEK
    if weeks < LEAST_WEEKS:
        return None
    counts, covered = np.zeros(weeks), np.zeros(weeks)
    for slot, requests in slots.items():
        week = (slot - first) // SLOTS_PER_WEEK
        if week < weeks:
            counts[week] += requests
            covered[week] += 1 / SLOTS_PER_WEEK
    if not (counts > 0).all() or (sampled and covered.min() < LEAST_WEEK_COVERED):
        return None
    if sampled:
        counts /= covered
    time = np.arange(float(weeks)) - (weeks - 1) / 2
    logs = np.log(counts)
    slope = float(time @ logs / (time @ time))
    rest = logs - logs.mean() - slope * time
    error = math.sqrt(float(rest @ rest) / (weeks - 2) / float(time @ time))
    margin = student_t_90(weeks - 2) * error
    low, likely, high = (
        math.expm1(min(rate * WEEKS_PER_YEAR, 300.0))
        for rate in (slope - margin, slope, slope + margin)
    )
    return Growth(low, likely, high)


def student_t_90(freedom: int) -> float:
    """Return the 90% quantile of Student's t, within 0.1% from 6 degrees of freedom.

    Hill, Communications of the ACM 13 (1970), the expansion around the normal quantile.

    >>> round(student_t_90(6), 3), round(student_t_90(50), 3)
    (1.44, 1.299)
    """
    z, n = Z_HIGH, float(freedom)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / n + second / n**2 + third / n**3
