"""From priced resources to ``tco.price/1``."""

from __future__ import annotations

from tco.documents.price import (
    CachedPricesPart,
    ComponentPart,
    CountsPart,
    PriceDocument,
    ResourcePart,
    TotalPart,
)
from tco.iac.estimate.cost_components import Part
from tco.iac.estimate.pricing import PricedResource, Pricing

__all__ = ["priced_document"]


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
