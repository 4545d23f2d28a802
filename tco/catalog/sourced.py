"""A figure with its source, independent of the catalog."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

from tco.catalog.spend_terms import SpendTerms
from tco.ranges import Range

__all__ = ["Origin", "PriceSteps", "SourcedValue", "planned"]

PriceSteps = tuple[tuple[int, float], ...]
"""Months, counted from the pricing day, with the factor on a price from there on."""

Origin = Literal["plan", "book", "catalog"]
"""Who states a figure: the plan, one of the user's price books, or the published catalog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedValue:
    """A figure with its source, as a ledger line and the memo's last table show it.

    Figures with one ``driver`` are high or low together.
    """

    name: str
    value: Range
    unit: str
    source: str
    as_of: dt.date | None = None
    estimate: bool = False
    confidential: bool = False
    shared_driver: str = ""
    origin: Origin = "catalog"
    steps: PriceSteps = ()
    """When a discount on it begins or ends."""
    terms: SpendTerms | None = None
    """The contract under which it is billed, where that has terms for the bill of a month."""

    @property
    def driver(self) -> str:
        """The name of what moves it: its driver's, or its own."""
        return self.shared_driver or self.name

    def scaled(self, name: str, factor: float = 1.0, unit: str | None = None) -> SourcedValue:
        """Return the same figure under another name and in another unit."""
        return replace(self, name=name, value=self.value * factor, unit=unit or self.unit)


def planned(name: str, value: Range, unit: str, why: str = "") -> SourcedValue:
    """Return a figure that the plan states, or that follows from it (``why``)."""
    return SourcedValue(
        name=name,
        value=value,
        unit=unit,
        source=f"this plan: {why}" if why else "this plan",
        origin="plan",
    )
