"""The share of a week's requests in the hours in which an API has other prices."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np

from tco.arrays import FloatArray, read_only
from tco.catalog.api_price import Peak
from tco.plan.demand import Demand, offsets_utc
from tco.units import HOURS_PER_WEEK

__all__ = ["peak_share"]

PIECES_PER_HOUR = 4
"""Time zones differ by quarters of an hour at the finest."""


def peak_share(demand: Demand, peak: Peak, day: dt.date) -> float:
    """Return the share of the requests, 0 to 1, that fall into an API's peak hours.

    The local hour of the week is converted by the workload's time zone as of the pricing day.
    """
    return _peak_share(
        demand.requests_per_hour.tobytes(),
        demand.timezone,
        peak,  # pyright: ignore[reportArgumentType]  pydantic gives frozen rows a hash
        day,
    )


@lru_cache(maxsize=1024)
def _peak_share(week: bytes, timezone: str, peak: Peak, day: dt.date) -> float:
    """Return the share of a week's requests in peak hours: many stacks serve the same week."""
    weight = np.frombuffer(week)
    inside = _inside(peak.hours_of_week, timezone, day)
    return float(inside @ weight / weight.sum())


@lru_cache
def _inside(hours_of_week: frozenset[int], timezone: str, day: dt.date) -> FloatArray:
    """Return the share of each local hour of the week in some UTC hours of it, ``(hours,)``."""
    pieces = np.arange(PIECES_PER_HOUR) / PIECES_PER_HOUR
    utc = (offsets_utc(timezone, day)[:, None] + pieces[None, :]) % HOURS_PER_WEEK
    priced = np.zeros(HOURS_PER_WEEK)
    priced[list(hours_of_week)] = 1.0
    return read_only(priced[utc.astype(int)].mean(axis=1))
