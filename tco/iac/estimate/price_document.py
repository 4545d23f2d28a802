"""From priced resources to ``tco.price/1``, and to the summary that the table shows."""

from __future__ import annotations

from collections.abc import Iterator

from tco.documents.price import (
    CachedPricesPart,
    ComponentPart,
    CountsPart,
    PriceDocument,
    ResourcePart,
    Status,
    TotalPart,
)
from tco.documents.price_summary import LeftOutPart, PricedPart, PriceSummary
from tco.iac.estimate.cost_components import Part
from tco.iac.estimate.pricing import PricedResource, Pricing

__all__ = ["price_summary", "priced_document"]

MOST_ROWS = 40
MOST_NAMES = 5
WITH_REASONS: tuple[Status, ...] = ("unpriced", "priced", "usage_based")


def priced_document(pricing: Pricing) -> PriceDocument:
    """Return a program's priced resources as ``tco.price/1``."""
    return PriceDocument(
        pricing_day=pricing.day,
        usd_per_month=_total(pricing),
        complete=pricing.complete,
        counts=_counts(pricing),
        warnings=pricing.warnings,
        cached=_cached(pricing),
        resources=tuple(_resource(resource) for resource in pricing.resources),
    )


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
        usd_per_month=_total(pricing),
        counts=_counts(pricing),
        warnings=pricing.warnings,
        cached=_cached(pricing),
        most_expensive=tuple(_row(resource) for resource in priced[:MOST_ROWS]),
        others=len(priced[MOST_ROWS:]),
        others_usd_per_month=sum(resource.usd_per_month or 0.0 for resource in priced[MOST_ROWS:]),
        left_out=tuple(_left_out(pricing)),
    )


def _row(resource: PricedResource) -> PricedPart:
    return PricedPart(
        name=resource.name,
        detail=resource.detail,
        usd_per_month=resource.usd_per_month or 0.0,
        low=resource.low or 0.0,
        high=resource.high or 0.0,
    )


def _left_out(pricing: Pricing) -> Iterator[LeftOutPart]:
    """Yield what is left out and why, grouped by reason."""
    for status in WITH_REASONS:
        groups: dict[str, list[PricedResource]] = {}
        for resource in pricing.of(status):
            if resource.reason:
                groups.setdefault(resource.reason, []).append(resource)
        for reason, resources in groups.items():
            names = tuple(_label(resource) for resource in resources[:MOST_NAMES])
            others = len(resources) - len(names)
            yield LeftOutPart(status=status, reason=reason, names=names, others=others)


def _label(resource: PricedResource) -> str:
    return f"{resource.name} ({resource.type.rpartition(':')[2]})"


def _total(pricing: Pricing) -> TotalPart:
    return TotalPart(
        floor=pricing.floor_usd_per_month,
        declared=pricing.usd_per_month,
        ceiling=pricing.ceiling_usd_per_month,
    )


def _counts(pricing: Pricing) -> CountsPart:
    return CountsPart(
        priced=pricing.count("priced"),
        free=pricing.count("free"),
        usage_based=pricing.count("usage_based"),
        unpriced=pricing.count("unpriced"),
    )


def _cached(pricing: Pricing) -> tuple[CachedPricesPart, ...]:
    return tuple(
        CachedPricesPart(
            region=cached.region,
            as_of=cached.as_of,
            age_days=cached.age_days,
            old=cached.old,
            shipped=cached.shipped,
        )
        for cached in pricing.cached
    )


def _resource(resource: PricedResource) -> ResourcePart:
    main = _component(resource.parts[0]) if resource.parts else None
    return ResourcePart(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        status=resource.status,
        usd_per_month=resource.usd_per_month,
        low=resource.low,
        high=resource.high,
        detail=resource.detail,
        quantity=main.quantity if main else None,
        unit=main.unit if main else None,
        usd_per_unit=main.usd_per_unit if main else None,
        region=resource.region,
        source=main.source if main else None,
        as_of=main.as_of if main else None,
        estimate=any(part.estimate for part in resource.parts),
        reason=resource.reason,
        parts=tuple(_component(part) for part in resource.parts),
    )


def _component(part: Part) -> ComponentPart:
    return ComponentPart(
        name=part.name,
        quantity=None if part.confidential else part.quantity,
        unit=part.unit,
        usd_per_unit=None if part.confidential else part.usd_per_unit,
        usd_per_month=part.usd_per_month,
        low=part.low,
        high=part.high,
        source=part.source,
        as_of=part.as_of,
        estimate=part.estimate,
    )
