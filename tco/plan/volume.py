"""The volume of a workload as people know it, converted to requests per month of 730 hours."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from tco.files import Strict
from tco.units import HOURS_PER_DAY, HOURS_PER_MONTH, SECONDS_PER_HOUR

__all__ = ["REQUESTS_PER_MONTH", "Users", "Volume"]

Volume = Annotated[float, Field(strict=True, gt=0, le=1e15)]

REQUESTS_PER_MONTH: Final = {
    "requests_per_month": 1.0,
    "requests_per_day": HOURS_PER_MONTH / HOURS_PER_DAY,
    "requests_per_second": SECONDS_PER_HOUR * HOURS_PER_MONTH,
}
"""Requests per month of 1, by the key that states a mean volume."""


class Users(Strict):
    """People who send requests, and how many each of them sends."""

    active: Annotated[float, Field(strict=True, gt=0, le=1e10)]
    requests_per_user_day: Annotated[float, Field(strict=True, gt=0, le=1e6)]

    @property
    def requests_per_day(self) -> float:
        """Requests of all users, on the mean day of the week."""
        return self.active * self.requests_per_user_day
