"""What a format of logs is: how it is recognized, and the requests of one of its rows.

Beside it what several formats share: values by name, JSON in a cell, buckets of time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from tco.errors import TcoError
from tco.files import as_list, as_mapping
from tco.units import SECONDS_PER_HOUR
from tco.workload_import.request import Request

__all__ = ["LogFormat", "bucket_seconds", "buckets_of", "cell", "json_object"]

TOO_WIDE: Final = (
    "the buckets are {hours:g} hours wide: the hours of a week need buckets of an hour or less. "
    "Ask the usage API for bucket_width=1h."
)


class LogFormat(Protocol):
    """One kind of log."""

    @property
    def name(self) -> str:
        """The name that ``--format`` takes."""
        ...

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether the first row of a file is of this format."""
        ...

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Return the requests of a row; none where it is not one that a model served.

        Raises ValueError for a broken row, TcoError where the whole file is of no use.
        """
        ...


def cell(row: Mapping[str, Any], path: str) -> Any:
    """Return a value by its name, or by the names that lead to it, with dots; else None."""
    if path in row:
        return row[path]
    found: Any = row
    for name in path.split("."):
        mapping = as_mapping(found)
        found = mapping.get(name) if mapping else None
    return found


def json_object(value: object, name: str) -> Mapping[str, Any]:
    """Return a cell with an object; a CSV has it as the text of JSON. Raises ValueError."""
    if isinstance(value, str):
        try:
            value = json.loads(value or "{}")
        except (ValueError, RecursionError):
            raise ValueError(f"its {name} is not a JSON object.") from None
    return as_mapping(value) or {}


def buckets_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the buckets of a page of a usage API, or the one that a row is."""
    return [as_mapping(bucket) or {} for bucket in as_list(row.get("data")) or [row]]


def bucket_seconds(start: float, end: float) -> float:
    """Return how long a bucket is. Raises ValueError, and TcoError for more than an hour."""
    seconds = end - start
    if seconds > SECONDS_PER_HOUR:
        raise TcoError(TOO_WIDE.format(hours=seconds / SECONDS_PER_HOUR))
    if seconds <= 0:
        raise ValueError("a bucket ends before it starts.")
    return seconds
