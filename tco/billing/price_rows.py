"""Effective rates as rows for a price book, and why some are none."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

from tco.billing.rates import EffectiveRate
from tco.catalog.node_price import NodePrice
from tco.numbers import grouped, plain
from tco.providers.provider import Provider

__all__ = ["LeftOut", "Period", "Reason", "price_rows"]

Reason = Literal[
    "not-asked-for", "unknown-instance", "no-region", "no-purchase", "no-term", "no-cost"
]
REGION: Final = re.compile(r"[A-Za-z0-9][\w .-]{0,63}", re.ASCII)
SPREAD: Final = "; fees and upfront of the commitment are spread over the hours it covered"


@dataclass(frozen=True)
class Period:
    """The days of a bill, and the bill as the rows name it."""

    first: dt.date
    last: dt.date
    source: str


@dataclass(frozen=True)
class LeftOut:
    """A rate that is no row."""

    rate: EffectiveRate
    reason: Reason


def price_rows(
    rates: Sequence[EffectiveRate],
    known: Mapping[str, Provider],
    patterns: Sequence[str],
    period: Period,
) -> tuple[list[tuple[NodePrice, EffectiveRate]], list[LeftOut]]:
    """Return the rows, each with its rate, and the rates that are none.

    Args:
        rates: The effective rates of a bill.
        known: The providers of the instance types that plans can name.
        patterns: Which of them are asked for; none asks for all.
        period: The bill's days: a row holds from the first one and was seen on the last one.
    """
    rows: list[tuple[NodePrice, EffectiveRate]] = []
    left_out: list[LeftOut] = []
    for rate in rates:
        reason = _reason(rate, known, patterns)
        if reason is None:
            rows.append((_row(rate, period), rate))
        else:
            left_out.append(LeftOut(rate, reason))
    return rows, left_out


def _reason(
    rate: EffectiveRate, known: Mapping[str, Provider], patterns: Sequence[str]
) -> Reason | None:
    bought = rate.bought
    if patterns and not any(fnmatchcase(bought.instance, pattern) for pattern in patterns):
        return "not-asked-for"
    provider = known.get(bought.instance)
    if provider is None:
        return "unknown-instance"
    if not _is_region(bought.region, provider):
        return "no-region"
    if bought.purchase is None:
        return "no-purchase"
    if rate.mean <= 0:
        return "no-cost"
    dated = bought.term is not None and bought.payment is not None
    return "no-term" if bought.purchase == "reserved" and not dated else None


def _is_region(region: str | None, provider: Provider) -> bool:
    """Return whether a region is named as the provider names its regions."""
    if region is None or not REGION.fullmatch(region):
        return False
    return not provider.wrong_region(region)


def _row(rate: EffectiveRate, period: Period) -> NodePrice:
    bought = rate.bought
    committed = bought.purchase in ("reserved", "capacity-block")
    keys: dict[str, Any] = {
        "purchase": "reserved" if committed else bought.purchase,
        "kind": bought.commitment,
        "term": bought.term,
        "payment": bought.payment,
    }
    return NodePrice(
        instance=bought.instance,
        region=bought.region,
        usd_per_hour=rate.price,
        source=period.source,
        as_of=period.last,
        valid_from=period.first,
        note=_note(rate),
        **keys,
    )


def _note(rate: EffectiveRate) -> str:
    mean, median = plain(rate.mean, 5), plain(rate.median, 5)
    spread = SPREAD if rate.bought.purchase == "reserved" else ""
    return f"effective rate of {grouped(rate.hours)} h: mean {mean}, median {median}{spread}"
