"""The components of a resource's cost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tco.catalog.sourced import SourcedValue
from tco.iac.estimate.record import record

__all__ = ["Cost", "Part", "part"]


@record
class Part:
    """One component of a cost: a quantity per month at a price, as declared, at least, at most."""

    name: str
    quantity: float
    unit: str
    usd_per_unit: float
    usd_per_month: float
    low: float
    high: float
    source: str
    as_of: dt.date | None
    estimate: bool
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """A resource's parts, or why they are not known; and what they leave out."""

    detail: str
    parts: tuple[Part, ...] = ()
    unpriced: str = ""
    left_out: tuple[str, ...] = ()


def part(
    name: str,
    figure: SourcedValue,
    unit: str,
    quantity: float,
    bounds: tuple[float, float] | None = None,
    *,
    estimate: bool = False,
) -> Part:
    """Return a quantity at a figure's price.

    ``bounds`` are the least and the most of the quantity.
    """
    least, most = bounds or (quantity, quantity)
    value = figure.value
    return Part(
        name=name,
        quantity=quantity,
        unit=unit,
        usd_per_unit=value.likely,
        usd_per_month=quantity * value.likely,
        low=least * value.low,
        high=most * value.high,
        source=figure.source,
        as_of=figure.as_of,
        estimate=estimate or figure.estimate or not value.is_point,
        confidential=figure.confidential,
    )
