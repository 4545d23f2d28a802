"""One request of a log, or the requests of a time span, and how its cells are read."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final, NamedTuple

__all__ = ["Request", "moment", "shortened", "tokens"]

MOST_TOKENS: Final = 1e12
EARLIEST: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).timestamp()
LATEST: Final = dt.datetime(2100, 1, 1, tzinfo=dt.UTC).timestamp()
EPOCH_UNITS: Final = (1.0, 1e3, 1e6, 1e9)
"""Seconds, milliseconds, microseconds and nanoseconds since 1970, in units per second."""
LONGEST_SHOWN: Final = 40


class Request(NamedTuple):
    """One request, or several that a log adds up over ``seconds``: tokens are their sum."""

    at: float
    """Seconds since 1970, UTC."""
    prompt: float
    completion: float
    cached: float | None
    """None where the log does not say; else a part of the prompt."""
    requests: float | None = 1.0
    """None where the log counts none."""
    seconds: float = 0.0
    written: float = 0.0
    """Tokens of the prompt that were written to a cache, those for an hour included."""
    written_1h: float = 0.0

    def scaled(self, at: float, seconds: float, share: float) -> Request:
        """Return a share of the requests, within another time span."""
        return Request(
            at=at,
            prompt=self.prompt * share,
            completion=self.completion * share,
            cached=None if self.cached is None else self.cached * share,
            requests=None if self.requests is None else self.requests * share,
            seconds=seconds,
            written=self.written * share,
            written_1h=self.written_1h * share,
        )


def shortened(value: object) -> str:
    """Return a cell as messages show it."""
    text = str(value)
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def moment(value: Any) -> float:
    """Return a time as seconds since 1970: ISO 8601 (UTC without an offset) or a Unix time.

    >>> moment("2023-11-16T18:17:03+01:00") == moment("2023-11-16 17:17:03.0000000")
    True
    >>> moment(1700155023) == moment(1700155023000) == moment("1700155023")
    True
    """
    if value is None:
        raise ValueError("has no time.")
    seconds = _unix(value)
    if seconds is None:
        try:
            parsed = dt.datetime.fromisoformat(str(value).strip().removesuffix(" UTC"))
        except ValueError:
            raise ValueError(f"{shortened(value)} is not a time.") from None
        seconds = (parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)).timestamp()
    if not EARLIEST <= seconds < LATEST:
        raise ValueError(f"{shortened(value)} is not a time between 2000 and 2100.")
    return seconds


def _unix(value: Any) -> float | None:
    """Return a Unix time in seconds, whatever its unit; None for what is no number."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    for unit in EPOCH_UNITS:
        if number / unit < LATEST:
            return number / unit
    return number


def tokens(value: Any, name: str) -> float:
    """Return a count of tokens. Raises ValueError for anything else."""
    if value is None:
        raise ValueError(f"has no {name}.")
    try:
        count = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        count = math.nan
    if not 0 <= count <= MOST_TOKENS:
        raise ValueError(f"{shortened(value)} is not a count of {name}.")
    return count
