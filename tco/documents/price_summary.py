"""What the table of ``tco price`` shows: a summary, since ``tco.price/1`` lists every resource."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from tco.documents.document import Part
from tco.documents.price import CachedPricesPart, CountsPart, Status, TotalPart

__all__ = ["LeftOutPart", "PriceSummary", "PricedPart"]


class PricedPart(Part):
    """A resource with a cost."""

    name: str
    detail: str
    usd_per_month: float
    low: float
    high: float


class LeftOutPart(Part):
    """A reason why something is not in the total, with the resources that it holds for."""

    status: Status
    reason: str
    names: tuple[str, ...] = Field(description="Of the first resources, with their types.")
    others: int = Field(description="How many other resources there are.")


class PriceSummary(Part):
    """The priced resources of a program: the totals, the most expensive, and what is left out."""

    pricing_day: dt.date
    usd_per_month: TotalPart
    counts: CountsPart
    warnings: tuple[str, ...]
    cached: tuple[CachedPricesPart, ...]
    most_expensive: tuple[PricedPart, ...] = Field(description="In order of cost.")
    others: int = Field(description="How many other resources have a cost.")
    others_usd_per_month: float
    left_out: tuple[LeftOutPart, ...] = Field(description="By status, in order.")
