"""Discounts of price books that apply to no price: their patterns match no known name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.catalog.discount import Discount
from tco.errors import Problem, one_of

__all__ = ["idle_discounts"]


def idle_discounts(book: Book, catalog: Catalog) -> Iterator[Problem]:
    """Yield a problem for each discount of a book whose pattern or region matches nothing."""
    for index, discount in enumerate(book.discounts):
        path = f"discounts[{index}]"
        names = _names(discount, catalog)
        if not any(discount.names(name) for name in names):
            meant = one_of(discount.pattern, _families(names))
            message = f'"{discount.pattern}" matches no {_kind_name(discount)}.'
            yield Problem(book.name, f"{path}.{discount.kind}", message, meant)
        elif discount.region is not None and not _has_region(discount, names, catalog):
            regions = {
                row.region
                for name in names
                if discount.names(name)
                for row in catalog.prices_of(name)
                if row.region is not None
            }
            message = f'"{discount.pattern}" has no price in a region "{discount.region}".'
            meant = one_of(discount.region, {*regions, *_areas(regions)})
            if not regions:
                meant = "Its prices have no region: remove the key."
            yield Problem(book.name, f"{path}.region", message, meant)


def _kind_name(discount: Discount) -> str:
    return {"instance": "instance type", "offer": "offer", "api": "API"}[discount.kind]


def _names(discount: Discount, catalog: Catalog) -> Collection[str]:
    if discount.kind == "instance":
        return catalog.instance_names
    if discount.kind == "offer":
        return catalog.offer_names
    if any(discount.names(api) for api in catalog.apis):
        return catalog.apis
    # Slow to import, and needed only for an API that the catalog does not have.
    from tco.catalog.genai import genai_apis  # noqa: PLC0415

    return (*catalog.apis, *genai_apis())


def _has_region(discount: Discount, names: Collection[str], catalog: Catalog) -> bool:
    return any(
        discount.is_in(row.region)
        for name in names
        if discount.names(name)
        for row in catalog.prices_of(name)
    )


def _families(names: Collection[str]) -> set[str]:
    """Return the names, and a pattern for each family of them: ``p5.*``, ``anthropic/*``."""
    found = set(names)
    for name in names:
        for mark in "./":
            family, separator, _ = name.partition(mark)
            found |= {f"{family}{mark}*"} if separator else set()
    return found


def _areas(regions: Collection[str]) -> set[str]:
    return {f"{region.partition('-')[0]}-*" for region in regions if "-" in region}
