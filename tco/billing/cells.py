"""The cells of a row as values. A broken cell raises ValueError with what is wrong."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from typing import Any, Final

from tco.errors import TcoError
from tco.files import as_mapping

__all__ = ["amount", "check_currency", "day_range", "mapping", "optional_amount", "text"]

LONGEST_SHOWN: Final = 40
MOST: Final = 1e12
NULLS: Final = frozenset({"", "NULL", "null"})
"""How exports, and databases that wrote one again, write that a cell has no value."""
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)


def text(row: Mapping[str, Any], name: str) -> str | None:
    """Return a cell, or None where it is empty or its column is missing."""
    value = row.get(name)
    if value is None:
        return None
    held = str(value).strip()
    return None if held in NULLS else held


def _shown(value: str) -> str:
    return repr(value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…")


def optional_amount(row: Mapping[str, Any], name: str) -> float | None:
    """Return a number, or None for an empty cell."""
    held = text(row, name)
    if held is None:
        return None
    try:
        number = float(held)
    except ValueError:
        number = math.nan
    if not abs(number) <= MOST:
        raise ValueError(f"{name}: {_shown(held)} is not a number of at most {MOST:g}.")
    return number


def amount(row: Mapping[str, Any], name: str) -> float:
    """Return a number that a row must have."""
    number = optional_amount(row, name)
    if number is None:
        raise ValueError(f"{name} is empty.")
    return number


def day_range(row: Mapping[str, Any], start: str, end: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a charge period, UTC; its end is exclusive."""
    begins = _moment(row, start)
    if begins is None:
        raise ValueError(f"{start} is empty.")
    ends = _moment(row, end)
    first = begins.date()
    if ends is None or ends <= begins:
        return first, first
    return first, (ends - dt.timedelta(microseconds=1)).date()


def _moment(row: Mapping[str, Any], name: str) -> dt.datetime | None:
    held = text(row, name)
    if held is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(held.removesuffix(" UTC"))
        moment = moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{name}: {_shown(held)} is not a time.") from None
    if not EARLIEST <= moment.date() < LATEST:
        raise ValueError(f"{name}: {_shown(held)} is not a time between 2000 and 2100.")
    return moment


def mapping(row: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return the keys and values of a JSON object; an empty cell has none."""
    held = text(row, name)
    if held is None:
        return {}
    try:
        found = as_mapping(json.loads(held))
    except (ValueError, RecursionError):
        found = None
    if found is None:
        raise ValueError(f"{name} is not a JSON object.")
    return {key: _word(item) for key, item in found.items()}


def _word(value: object) -> str:
    """Return a value as text; JSON's true is a tag without a value in FOCUS."""
    return value if isinstance(value, str) else json.dumps(value)


def check_currency(currency: str | None) -> None:
    """Raise TcoError for another currency than USD, ValueError where none is stated."""
    if currency is None:
        raise ValueError("has no currency.")
    if currency.upper() != "USD":
        raise TcoError(
            f"the costs are in {currency[:LONGEST_SHOWN]}, but a bill must be in USD. Export "
            "in USD, or convert the cost columns and write USD as the currency."
        )
