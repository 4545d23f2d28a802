"""A record of a result file: a JSON object or a row of a table, read key by key."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tco.errors import BadInput, Problem
from tco.files import as_list, as_mapping

__all__ = ["Record"]

LONGEST_TEXT = 200
MOST_FAILED = 0.05
"""Share of failed requests above which a run is not a measurement of its load."""


@dataclass(frozen=True, slots=True)
class Record:
    """The values of one record with the file and the place in it that messages name."""

    file: str
    place: str
    values: Mapping[str, Any]
    is_table: bool = False

    def find(self, *keys: str) -> Any:
        """Return the value at a path of keys, or None."""
        value: Any = self.values
        for key in keys:
            value = (as_mapping(value) or {}).get(key)
        return None if value == "" else value

    def has(self, *keys: str) -> bool:
        """Return whether the record states a value at a path of keys."""
        return self.find(*keys) is not None

    def number(self, *keys: str) -> float:
        """Return a number above 0. Raises BadInput where it is missing."""
        value = self.find(*keys)
        if value is None:
            raise self.refused(
                "is missing.", *keys, hint="Is the file from another tool or version?"
            )
        number = self._number(value, *keys)
        if number <= 0:
            raise self.refused(f"{number:g} is not above 0.", *keys)
        return number

    def number_if_any(self, *keys: str) -> float | None:
        """Return a number, or None where it is missing or 0: tools write 0 for nothing."""
        value = self.find(*keys)
        return None if value is None else self._number(value, *keys) or None

    def _number(self, value: Any, *keys: str) -> float:
        if self.is_table and isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise self.refused(f"{value[:40]!r} is not a number.", *keys) from None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refused(f"is a {type(value).__name__}, not a number.", *keys)
        if not math.isfinite(value) or value < 0:
            raise self.refused(f"{value:g} is not a measurement.", *keys)
        return float(value)

    def text(self, *keys: str) -> str | None:
        """Return a text, the first one of a list, or None."""
        value = self.find(*keys)
        many = as_list(value)
        found = many[0] if many else value
        return found[:LONGEST_TEXT] if isinstance(found, str) and found else None

    def inner(self, key: str) -> Iterator[Record]:
        """Yield the records of a list. Raises BadInput where it is empty or holds others."""
        many = as_list(self.find(key))
        if not many:
            raise self.refused("is empty: no measurement.", key)
        for index, value in enumerate(many):
            found = as_mapping(value)
            place = f"{self.place}.{key}[{index}]".lstrip(".")
            if found is None:
                raise BadInput([Problem(self.file, place, "is not an object with keys.")])
            yield Record(self.file, place, found)

    def require_successes(self, failed: float | None, completed: float) -> None:
        """Raise BadInput where more than a few requests failed."""
        if failed and failed > MOST_FAILED * (failed + completed):
            raise self.refused(
                f"{failed:,.0f} of {failed + completed:,.0f} requests failed; at most "
                f"{MOST_FAILED:.0%} are accepted.",
                hint="Repeat the run at a load that the server can handle.",
            )

    def refused(self, message: str, *keys: str, hint: str = "") -> BadInput:
        """Return the error about a value of the record."""
        path = ".".join((*([self.place] if self.place else []), *keys))
        return BadInput([Problem(self.file, path, message, hint)])
