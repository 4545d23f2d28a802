"""``tco.price/1``: what the resources of any program cost, without any analysis of a plan."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from tco.documents.document import Document, Part

__all__ = [
    "CachedPricesPart",
    "ComponentPart",
    "CountsPart",
    "PriceDocument",
    "ResourcePart",
    "Status",
    "TotalPart",
]

Status = Literal["priced", "free", "usage_based", "unpriced"]


class ComponentPart(Part):
    """A component of a resource's cost: a quantity a month at a price.

    Both are null where a confidential price book has the price.
    """

    name: str
    quantity: float | None
    unit: str
    usd_per_unit: float | None
    usd_per_month: float
    low: float
    high: float
    source: str
    as_of: dt.date | None
    estimate: bool


class ResourcePart(Part):
    """A resource with what it costs a month, or why that is not known.

    Quantity, unit, price and source come from its first component.
    """

    urn: str
    type: str
    name: str
    status: Status
    usd_per_month: float | None = Field(description="As declared.")
    low: float | None = Field(description="At the floor of a group and of every price.")
    high: float | None = Field(description="At the ceiling of a group and of every price.")
    detail: str
    quantity: float | None
    unit: str | None
    usd_per_unit: float | None
    region: str | None
    source: str | None
    as_of: dt.date | None
    estimate: bool
    reason: str
    parts: tuple[ComponentPart, ...]


class TotalPart(Part):
    """The priced resources together: at least, as declared, at most."""

    floor: float
    declared: float
    ceiling: float


class CountsPart(Part):
    """How many resources have each status."""

    priced: int
    free: int
    usage_based: int
    unpriced: int


class CachedPricesPart(Part):
    """A region with prices from a list of EC2 prices: shipped, or of this machine."""

    region: str
    as_of: dt.date
    age_days: int
    old: bool = Field(description="Whether they are older than 180 days.")
    shipped: bool


class PriceDocument(Document):
    """What ``tco price --format json`` prints."""

    schema_: Literal["tco.price/1"] = Field(default="tco.price/1", alias="schema")
    pricing_day: dt.date
    usd_per_month: TotalPart
    complete: bool = Field(
        description="Whether nothing that costs is left out, apart from what is paid by use."
    )
    counts: CountsPart
    warnings: tuple[str, ...]
    cached: tuple[CachedPricesPart, ...]
    resources: tuple[ResourcePart, ...]
