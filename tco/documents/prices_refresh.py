"""``tco.prices-refresh/1``: what a refresh proposes, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from tco.catalog.node_price import CommitmentKind, Payment, Purchase, Term
from tco.catalog.node_table import effective_usd_per_hour
from tco.documents.document import Document, Part
from tco.ranges import Amount
from tco.refresh.api_change import ApiChange, ApiProposal
from tco.refresh.change import Change
from tco.refresh.source import Trouble
from tco.refresh.status import Status

__all__ = [
    "ApiChangePart",
    "ChangePart",
    "PricesRefreshDocument",
    "change_part",
    "prices_refresh_document",
]


class ChangePart(Part):
    """A price that was asked for."""

    status: Status
    instance: str | None
    region: str | None
    purchase: Purchase
    kind: CommitmentKind | None
    term: Term | None
    payment: Payment | None
    usd_per_hour: Amount | None = Field(description="The price now; null where it has vanished.")
    upfront_usd: Amount | None
    effective_usd_per_hour: float | None = Field(
        description="The price now, with its upfront spread over the term."
    )
    before_effective_usd_per_hour: float | None = Field(description="The price in force until now.")
    before_as_of: dt.date | None
    change: float | None = Field(description="By what share the effective price changes.")
    jump: bool = Field(description="Whether it changes by more than 30%.")
    source: str | None
    note: str


class ApiPricePart(Part):
    """A part of an API's price, such as the output tokens; null where a side has no such part."""

    part: str
    now: float | None
    before: float | None
    change: float | None


class ApiChangePart(Part):
    """A price of a hosted API, in USD per million tokens."""

    status: Status
    api: str
    parts: tuple[ApiPricePart, ...]
    change: float | None = Field(description="Of the part that changes most.")
    jump: bool = Field(description="Whether a part changes by more than 30%.")
    source: str | None
    as_of: dt.date | None = Field(description="The day of the package's data.")
    before_as_of: dt.date | None


class TroublePart(Part):
    """What did not arrive, and why; without an instance, everything of the source there."""

    source: str
    region: str
    instance: str | None
    message: str


class CachedRegionPart(Part):
    """A region whose on-demand prices of all instance types are kept for ``tco price``."""

    region: str
    types: int
    file: str


class PricesRefreshDocument(Document):
    """What ``tco prices refresh --format json`` prints."""

    schema_: Literal["tco.prices-refresh/1"] = Field(default="tco.prices-refresh/1", alias="schema")
    book: str | None = Field(description="Where rows are appended; null without --book.")
    day: dt.date
    written: int = Field(
        description="The rows appended to the book; 0 with --dry-run and without a book."
    )
    prices: tuple[ChangePart, ...]
    apis: tuple[ApiChangePart, ...]
    package: str | None = Field(description="Where prices of APIs come from; null without them.")
    missing: tuple[TroublePart, ...]
    cached: tuple[CachedRegionPart, ...]


def prices_refresh_document(
    book: Path | None,
    day: dt.date,
    written: int,
    *,
    nodes: Sequence[Change],
    apis: ApiProposal,
    missing: Sequence[Trouble],
    cached: Sequence[tuple[str, int, Path]],
) -> PricesRefreshDocument:
    """Return a refresh as ``tco.prices-refresh/1``."""
    return PricesRefreshDocument(
        book=None if book is None else str(book),
        day=day,
        written=written,
        prices=tuple(map(change_part, nodes)),
        apis=tuple(map(_api_change, apis.changes)),
        package=apis.package,
        missing=tuple(
            TroublePart(
                source=trouble.source,
                region=trouble.region,
                instance=trouble.instance,
                message=trouble.message,
            )
            for trouble in missing
        ),
        cached=tuple(
            CachedRegionPart(region=region, types=types, file=str(file))
            for region, types, file in cached
        ),
    )


def change_part(change: Change) -> ChangePart:
    """Return a node's price against the one in force."""
    price = change.price
    gone = change.status == "vanished"
    return ChangePart(
        status=change.status,
        instance=price.instance,
        region=price.region,
        purchase=price.purchase,
        kind=price.kind,
        term=price.term,
        payment=price.payment,
        usd_per_hour=None if gone else price.usd_per_hour,
        upfront_usd=None if gone else price.upfront_usd,
        effective_usd_per_hour=None if gone else effective_usd_per_hour(price),
        before_effective_usd_per_hour=change.before and effective_usd_per_hour(change.before),
        before_as_of=change.before and change.before.as_of,
        change=change.share,
        jump=change.jumps,
        source=price.source,
        note=price.note,
    )


def _api_change(change: ApiChange) -> ApiChangePart:
    return ApiChangePart(
        status=change.status,
        api=change.price.api,
        parts=tuple(
            ApiPricePart(part=part.part, now=part.now, before=part.before, change=part.share)
            for part in change.parts
        ),
        change=change.share,
        jump=change.jumps,
        source=change.price.source,
        as_of=change.price.as_of,
        before_as_of=change.before and change.before.as_of,
    )
