"""``tco.prices-import/1``: the effective rates of a bill, what is proposed, what is in no rate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from tco.billing.price_rows import LeftOut, Reason
from tco.billing.rates import BilledCost, EffectiveRate
from tco.catalog.node_price import CommitmentKind, Payment, Term
from tco.catalog.node_table import NodeColumn
from tco.documents.document import Document, Part
from tco.documents.prices_refresh import ChangePart, change_part
from tco.refresh.change import Change

__all__ = [
    "BesidePart",
    "ImportedBill",
    "LeftOutPart",
    "PricesImportDocument",
    "RatePart",
    "prices_import_document",
]


class RatePart(Part):
    """What an hour of a node cost, and the change of its price."""

    price: ChangePart
    hours: float
    effective_usd: float
    billed_usd: float
    mean_usd_per_hour: float = Field(description="Effective cost over hours.")
    median_usd_per_hour: float = Field(description="Not exceeded in half of the hours.")


class LeftOutPart(Part):
    """A rate that is not proposed."""

    reason: Reason
    instance: str
    region: str | None
    purchase: NodeColumn | None
    kind: CommitmentKind | None
    term: Term | None
    payment: Payment | None
    hours: float
    effective_usd: float
    billed_usd: float


class BesidePart(Part):
    """Costs of the bill that are in no rate."""

    what: str
    lines: int
    effective_usd: float
    billed_usd: float


class ImportedBill(Part):
    """The bill that was read."""

    format: Literal["focus", "cur"]
    files: tuple[str, ...]
    tags: dict[str, str] = Field(description="Only lines with these tags were read.")
    first_day: dt.date = Field(description="Of the hours of nodes; rows hold from here on.")
    last_day: dt.date = Field(description="Of the hours of nodes; rows were seen here.")
    lines: int
    broken_lines: int
    effective_usd: float = Field(description="Of all lines: the rates and what is beside them.")


class PricesImportDocument(Document):
    """What ``tco prices import --format json`` prints."""

    schema_: Literal["tco.prices-import/1"] = Field(default="tco.prices-import/1", alias="schema")
    book: str
    bill: ImportedBill
    written: int = Field(description="The rows appended to the book; 0 with --dry-run.")
    rates: tuple[RatePart, ...]
    left_out: tuple[LeftOutPart, ...]
    beside: tuple[BesidePart, ...]


def prices_import_document(
    book: str,
    bill: ImportedBill,
    written: int,
    *,
    rates: Sequence[tuple[Change, EffectiveRate]],
    left_out: Sequence[LeftOut],
    beside: Mapping[str, BilledCost],
) -> PricesImportDocument:
    """Return an import as ``tco.prices-import/1``."""
    return PricesImportDocument(
        book=book,
        bill=bill,
        written=written,
        rates=tuple(_rate(change, rate) for change, rate in rates),
        left_out=tuple(map(_left_out, left_out)),
        beside=tuple(
            BesidePart(
                what=what,
                lines=cost.lines,
                effective_usd=cost.effective_usd,
                billed_usd=cost.billed_usd,
            )
            for what, cost in beside.items()
        ),
    )


def _rate(change: Change, rate: EffectiveRate) -> RatePart:
    return RatePart(
        price=change_part(change),
        hours=rate.hours,
        effective_usd=rate.cost.effective_usd,
        billed_usd=rate.cost.billed_usd,
        mean_usd_per_hour=rate.mean,
        median_usd_per_hour=rate.median,
    )


def _left_out(found: LeftOut) -> LeftOutPart:
    bought = found.rate.bought
    return LeftOutPart(
        reason=found.reason,
        instance=bought.instance,
        region=bought.region,
        purchase=bought.purchase,
        kind=bought.commitment,
        term=bought.term,
        payment=bought.payment,
        hours=found.rate.hours,
        effective_usd=found.rate.cost.effective_usd,
        billed_usd=found.rate.cost.billed_usd,
    )
