"""Today's date in UTC, the same in every time zone, so that no setting extends a deadline."""

from __future__ import annotations

import datetime as dt

__all__ = ["utc_today"]


def utc_today() -> dt.date:
    """Return today's date in UTC, whatever ``TZ`` says."""
    return dt.datetime.now(dt.UTC).date()
