"""Constants and conversions. Everything in tco is per month of 730 hours and in USD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = [
    "BYTES_PER_GB",
    "HOURS_PER_DAY",
    "HOURS_PER_MONTH",
    "HOURS_PER_WEEK",
    "MONTHS_PER_YEAR",
    "SECONDS_PER_HOUR",
    "TERM_MONTHS",
    "TOKENS_PER_MTOK",
    "WEEKS_PER_MONTH",
    "WORK_HOURS_PER_FTE_MONTH",
    "WORK_HOURS_PER_FTE_YEAR",
]

HOURS_PER_DAY: Final = 24.0
HOURS_PER_MONTH: Final = 730.0
HOURS_PER_WEEK: Final = 168
WEEKS_PER_MONTH: Final = HOURS_PER_MONTH / HOURS_PER_WEEK
MONTHS_PER_YEAR: Final = 12
SECONDS_PER_HOUR: Final = 3600.0
TOKENS_PER_MTOK: Final = 1e6
BYTES_PER_GB: Final = 1e9
TERM_MONTHS: Final[Mapping[str, int]] = {"6mo": 6, "1yr": 12, "2yr": 24, "3yr": 36, "5yr": 60}
"""Months of a commitment, by the name of its term."""
WORK_HOURS_PER_FTE_YEAR: Final = 2080.0
"""52 weeks of 40 hours, the usual full-time year."""
WORK_HOURS_PER_FTE_MONTH: Final = WORK_HOURS_PER_FTE_YEAR / MONTHS_PER_YEAR
