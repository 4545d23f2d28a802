"""A contract's terms for a month's bill: a minimum, and percent off above amounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

__all__ = ["SpendTerms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendTerms:
    """The terms that all prices of one discount share, as of the pricing day.

    ``provider`` sends the invoice where nothing is bought. ``other_usd`` is billed elsewhere under
    the same contract. ``tiers`` are amounts of a month's bill with the share that is paid of what
    is above. ``months`` is how many months of the horizon they hold for, None for all.
    ``is_signed``: owed whether anything is bought or not.
    """

    name: str
    provider: str
    is_api: bool
    committed_usd: float = 0.0
    other_usd: float = 0.0
    tiers: tuple[tuple[float, float], ...] = ()
    months: int | None = None
    is_signed: bool = False
    source: str = ""
    as_of: dt.date | None = None
    is_confidential: bool = False
