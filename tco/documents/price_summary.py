"""What the table of ``tco price`` shows: a summary, since ``tco.price/1`` lists every resource.

It is never JSON, so its records are plain: building pydantic models takes 16 ms of the command.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tco.documents.price import Status

__all__ = ["CachedList", "LeftOut", "MostExpensive", "PriceSummary"]


@dataclass(frozen=True, kw_only=True)
class MostExpensive:
    """A resource with a cost."""

    name: str
    detail: str
    usd_per_month: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A reason why something is not in the total, with the first resources that it holds for."""

    status: Status
    reason: str
    names: tuple[str, ...]
    others: int


@dataclass(frozen=True, kw_only=True)
class CachedList:
    """A region with prices from a list of EC2 prices: shipped, or of this machine."""

    region: str
    as_of: dt.date
    age_days: int
    old: bool
    shipped: bool


@dataclass(frozen=True, kw_only=True)
class PriceSummary:
    """The priced resources of a program: the totals, the most expensive, and what is left out."""

    pricing_day: dt.date
    usd_per_month: float
    low: float
    high: float
    counts: dict[Status, int]
    warnings: tuple[str, ...]
    cached: tuple[CachedList, ...]
    most_expensive: tuple[MostExpensive, ...]
    others: int
    others_usd_per_month: float
    left_out: tuple[LeftOut, ...]
