"""How unevenly requests arrive within an hour: the burst rate that a plan's queue takes."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Final

import numpy as np

from tco.arrays import FloatArray
from tco.plan.workload import MOST_BURST_RATE
from tco.ranges import Range
from tco.units import SECONDS_PER_HOUR

__all__ = ["Arrivals"]

BIN_SECONDS: Final = 15
WINDOWS: Final = (15, 60, 240)
"""Seconds over which arrivals are counted: as long as short, usual and long requests last."""
LIKELY: Final = 60
QUANTILE: Final = 0.99
Z: Final = NormalDist().inv_cdf(QUANTILE)
LEAST_REQUESTS: Final = 1000.0
LEAST_MEAN: Final = 1.0
"""Requests in a mean window of an hour, below which single requests look like bursts."""
LEAST_SECONDS: Final = 1800.0
LEVEL_STEP: Final = 0.005
LEVELS: Final = math.ceil(math.log(MOST_BURST_RATE) / LEVEL_STEP)
"""Rates are distinguished by half a percent, so that memory does not grow with the windows."""
BINS_PER_HOUR: Final = int(SECONDS_PER_HOUR) // BIN_SECONDS
MOST_HOURS: Final = 100_000
"""Hours of arrivals that are kept; a log with more has wrong times."""


@dataclass
class Arrivals:
    """Requests in every quarter of a minute, hour by hour."""

    hours: dict[int, array[float]] = field(default_factory=dict[int, "array[float]"])
    steps: dict[int, bool] = field(default_factory=lambda: dict.fromkeys(WINDOWS, True))
    """Whether every time is a multiple of a window: then it says nothing of shorter ones."""

    def add(self, at: float) -> None:
        """Add a request at a time in seconds since 1970."""
        index = int(at // BIN_SECONDS)
        hour, place = divmod(index, BINS_PER_HOUR)
        counts = self.hours.get(hour)
        if counts is None:
            if len(self.hours) >= MOST_HOURS:
                return
            counts = self.hours[hour] = array("f", bytes(4 * BINS_PER_HOUR))
        counts[place] += 1.0
        for window, whole in self.steps.items():
            if whole and at % window:
                self.steps[window] = False

    def burst_rate(self, first: float, last: float) -> Range | None:
        """Return the burst rate of a log between two times, None where it is too short.

        A window with n arrivals, of mu in the mean of its hour, is as full as 99% of a Poisson
        distribution with the mean r mu where r mu + z sqrt(r mu) = n - 1/2. The rate is the r that
        99% of the requests' windows stay below.
        """
        found = {
            window: rate
            for window in WINDOWS
            if not self.steps[window]
            and (rate := self._rate(first, last, window // BIN_SECONDS)) is not None
        }
        if LIKELY not in found:
            return None
        low, high = min(found.values()), max(found.values())
        likely = found[LIKELY]
        return Range(low, likely, high)

    def _rate(self, first: float, last: float, bins: int) -> float | None:
        """Return the burst rate with windows of this many bins."""
        requests, windows = np.zeros(LEVELS), 0
        for hour, held in self.hours.items():
            counts = _whole_windows(np.array(held, float), hour, first, last, bins=bins)
            if len(counts) and (mean := float(counts.mean())) >= LEAST_MEAN:
                root = (np.sqrt(Z * Z + 4.0 * np.maximum(counts - 0.5, 0.0)) - Z) / 2.0
                level = np.ceil(np.log(np.maximum(root**2 / mean, 1.0)) / LEVEL_STEP)
                at_level = np.minimum(level, LEVELS - 1).astype(int)
                requests += mean * np.bincount(at_level, minlength=LEVELS)
                windows += len(counts)
        seconds = windows * bins * BIN_SECONDS
        if requests.sum() < LEAST_REQUESTS or seconds < LEAST_SECONDS:
            return None
        reached = np.cumsum(requests) >= QUANTILE * requests.sum()
        return math.exp(float(np.argmax(reached)) * LEVEL_STEP)


def _whole_windows(
    counts: FloatArray, hour: int, first: float, last: float, *, bins: int
) -> FloatArray:
    """Return the arrivals in each window of an hour that the log covers from end to end."""
    start = hour * SECONDS_PER_HOUR
    begin = max(0, math.ceil((first - start) / BIN_SECONDS / bins))
    end = min(BINS_PER_HOUR // bins, int((last - start) / BIN_SECONDS / bins))
    return counts.reshape(-1, bins).sum(axis=1)[begin : max(begin, end)]
