"""What a fetched price is beside the one in force, and from when a change is a jump."""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

from tco.catalog.row import Row

__all__ = ["PROPOSED", "Status", "is_jump", "is_seen_again"]

Status = Literal["new", "changed", "confirmed", "unchanged", "dated-today", "vanished"]
PROPOSED: Final[tuple[Status, ...]] = ("new", "changed", "confirmed")
JUMP: Final = 0.30
"""The share by which a price may change without a flag."""
CONFIRMED_DAYS: Final = 30
"""From this age on, a price that is unchanged gets a row of the day it was seen again."""


def is_jump(share: float | None) -> bool:
    """Return whether a price changes so much that a person looks at it first."""
    return share is not None and abs(share) > JUMP


def is_seen_again(before: Row, day: dt.date) -> bool:
    """Return whether an unchanged price is so old, or so uncertain, that it gets a row."""
    fresh = before.as_of is not None and (day - before.as_of).days <= CONFIRMED_DAYS
    return before.estimate or not fresh
