"""From priced resources to the summary that the table of `tco price` shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tco.documents.price_summary import CachedList, LeftOut, MostExpensive, PriceSummary
from tco.iac.estimate.pricing import PricedResource, Pricing

if TYPE_CHECKING:
    from tco.documents.price import Status

__all__ = ["price_summary"]

STATUSES: tuple[Status, ...] = ("priced", "free", "usage_based", "unpriced")
WITH_REASONS: tuple[Status, ...] = ("unpriced", "priced", "usage_based")
MOST_ROWS = 40
MOST_NAMES = 5


def price_summary(pricing: Pricing) -> PriceSummary:
    """Return what the table shows: the most expensive resources, not tens of thousands."""
    priced = sorted(
        pricing.of("priced"),
        key=lambda resource: (
            -(resource.usd_per_month or 0.0),
            -(resource.high or 0.0),
            resource.urn,
        ),
    )
    return PriceSummary(
        pricing_day=pricing.day,
        usd_per_month=pricing.usd_per_month,
        low=pricing.floor_usd_per_month,
        high=pricing.ceiling_usd_per_month,
        counts={status: pricing.count(status) for status in STATUSES},
        warnings=pricing.warnings,
        cached=tuple(
            CachedList(
                region=cached.region,
                as_of=cached.as_of,
                age_days=cached.age_days,
                old=cached.old,
                shipped=cached.shipped,
            )
            for cached in pricing.cached
        ),
        most_expensive=tuple(_row(resource) for resource in priced[:MOST_ROWS]),
        others=len(priced[MOST_ROWS:]),
        others_usd_per_month=sum(resource.usd_per_month or 0.0 for resource in priced[MOST_ROWS:]),
        left_out=tuple(_left_out(pricing)),
    )


def _row(resource: PricedResource) -> MostExpensive:
    return MostExpensive(
        name=resource.name,
        detail=resource.detail,
        usd_per_month=resource.usd_per_month or 0.0,
        low=resource.low or 0.0,
        high=resource.high or 0.0,
    )


def _left_out(pricing: Pricing) -> Iterator[LeftOut]:
    """Yield what is left out and why, grouped by reason."""
    for status in WITH_REASONS:
        groups: dict[str, list[PricedResource]] = {}
        for resource in pricing.of(status):
            if resource.reason:
                groups.setdefault(resource.reason, []).append(resource)
        for reason, resources in groups.items():
            names = tuple(_label(resource) for resource in resources[:MOST_NAMES])
            others = len(resources) - len(names)
            yield LeftOut(status=status, reason=reason, names=names, others=others)


def _label(resource: PricedResource) -> str:
    return f"{resource.name} ({resource.type.rpartition(':')[2]})"
