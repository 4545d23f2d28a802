"""Prices of hosted APIs from the installed package ``genai-prices``.

Imported only where they are asked for: the package's data take longer to load than a whole plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from tco.catalog.api_price import ApiPrice
from tco.catalog.book import Book, PackageBook
from tco.catalog.catalog import Catalog
from tco.catalog.genai import genai_api_price, genai_apis, genai_day, genai_version
from tco.catalog.genai_names import genai_names
from tco.errors import TcoError, one_of
from tco.natural_order import natural
from tco.refresh.api_change import ApiChange, ApiProposal
from tco.refresh.status import Status, is_seen_again

__all__ = ["api_changes"]

PARTS: Final = (
    "input_usd_per_mtok",
    "cached_input_usd_per_mtok",
    "output_usd_per_mtok",
    "reasoning_usd_per_mtok",
    "cache_write_usd_per_mtok",
    "usd_per_request",
)
"""What the package states of a price. What else a row has, such as a batch discount, stays."""


def api_changes(
    catalog: Catalog, book: Book | None, patterns: Sequence[str], day: dt.date
) -> ApiProposal:
    """Return the package's price of every API that is known or named, and every vanished one.

    ``catalog`` has the book on top. A pattern is about a name or about its model; a whole name may
    also be one that the package alone prices on the day. Raises TcoError where nothing matches.
    """
    found = [
        change
        for api, package in _selected(catalog, patterns).items()
        if (change := _change(api, package, catalog, book, day=day)) is not None
        and (change.before is not None or api in patterns)
    ]
    seen = genai_day(day)
    return ApiProposal(
        sorted(found, key=lambda change: natural(change.price.api)),
        f"{genai_version()} ({f'data of {seen}' if seen else 'undated'})",
    )


def _selected(catalog: Catalog, patterns: Sequence[str]) -> dict[str, str]:
    """Return what the package calls each API that is asked for."""
    names, listed = genai_names(), frozenset(genai_apis())
    known = {api: names.get(api, api) for api in catalog.apis}
    asked: dict[str, str] = {}
    for pattern in patterns or ("*",):
        hits = {api: name for api, name in known.items() if _is_meant(api, pattern)}
        if not hits and pattern in listed:
            hits = {pattern: pattern}
        if not hits and patterns:
            hint = one_of(pattern, {*known, *listed})
            raise TcoError(f'no known API is named "{pattern}". {hint}')
        asked |= hits
    return asked


def _is_meant(api: str, pattern: str) -> bool:
    return fnmatchcase(api, pattern) or fnmatchcase(api.partition("/")[2], pattern)


def _change(
    api: str, package: str, catalog: Catalog, book: Book | None, *, day: dt.date
) -> ApiChange | None:
    """Return an API's price beside the one in force; None for one that is of another source."""
    match = catalog.api_price(api, day)
    if match is not None and (match.first_known or isinstance(match.book, PackageBook)):
        match = None
    before = None if match is None else match.row
    fetched = genai_api_price(package, day)
    if fetched is not None:
        price = _row(api, package, fetched, before, day=day)
        rows = () if book is None else book.prices
        taken = any((row.key, row.valid_from) == (price.key, day) for row in rows)
        return ApiChange(_status(price, before, day, taken=taken), price, before)
    if match is None or before is None:
        return None
    was_fetched = match.origin == "book" and before.genai_name is not None
    gone = api in genai_names() or was_fetched
    return ApiChange("vanished", before, before) if gone else None


def _row(
    api: str, package: str, fetched: ApiPrice, before: ApiPrice | None, *, day: dt.date
) -> ApiPrice:
    """Return the row for a book: what the package states, with what it does not state kept."""
    stated: dict[str, Any] = {
        name: value for name in PARTS if (value := getattr(fetched, name)) is not None
    }
    days = {peak.utc_hours: peak.days for peak in before.peak} if before is not None else {}
    return (before or fetched).model_copy(
        update={
            **stated,
            "api": api,
            "genai_name": package,
            "tiers": fetched.tiers,
            "peak": tuple(
                peak.model_copy(update={"days": days.get(peak.utc_hours, peak.days)})
                for peak in fetched.peak
            ),
            "source": f"{genai_version()} (PyPI) {package}",
            "as_of": genai_day(day),
            "valid_from": day,
            "note": "",
        }
    )


def _status(price: ApiPrice, before: ApiPrice | None, day: dt.date, *, taken: bool) -> Status:
    """Return what a price is beside the one in force; one that was seen later stays."""
    if before is None:
        return "new"
    newer = before.as_of is None or (price.as_of is not None and price.as_of > before.as_of)
    if newer and any(part.changes for part in ApiChange("changed", price, before).parts):
        return "dated-today" if taken else "changed"
    return "confirmed" if newer and not taken and is_seen_again(before, day) else "unchanged"
