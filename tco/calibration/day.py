"""The day of a measurement out of a tool's record."""

from __future__ import annotations

import datetime as dt
import re

from tco.calibration.record import Record

__all__ = ["day_in"]

SECONDS_FROM, SECONDS_TO = 1_000_000_000, 10_000_000_000
"""What a Unix time in seconds is between: 2001 and 2286."""


def day_in(record: Record, *keys: str) -> dt.date | None:
    """Return the day of an ISO time, of vLLM's ``20260930-142501`` or of a Unix time, or None."""
    value = record.find(*keys)
    if isinstance(value, int | float) and SECONDS_FROM < value < SECONDS_TO:
        return dt.datetime.fromtimestamp(value, dt.UTC).date()
    if value is None:
        return None
    found = re.match(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)", str(value))
    try:
        return dt.date(*map(int, found.groups())) if found else _unreadable(record, *keys)
    except ValueError:
        return _unreadable(record, *keys)


def _unreadable(record: Record, *keys: str) -> dt.date:
    shown = repr(record.find(*keys))[:60]
    raise record.refused(f"{shown} is not a date.", *keys, hint="Write it as 2026-11-23.")
