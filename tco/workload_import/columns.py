"""Logs with one request per row, by the names of their columns: the user's or well-known ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tco.workload_import.log_format import cell
from tco.workload_import.request import Request, moment, tokens

__all__ = ["COLUMNS", "NEEDED", "ColumnLog"]

NEEDED: Final = ("timestamp", "prompt", "completion")
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "timestamp": (
        *("timestamp", "TIMESTAMP", "time", "created_at", "created", "start_time", "ts"),
        "request_created_at",
    ),
    "prompt": (
        *("prompt_tokens", "input_tokens", "ContextTokens", "prompt"),
        *("usage.prompt_tokens", "usage.input_tokens"),
    ),
    "completion": (
        *("completion_tokens", "output_tokens", "GeneratedTokens", "completion"),
        *("usage.completion_tokens", "usage.output_tokens"),
    ),
    "cached": (
        *("cached_tokens", "input_cached_tokens", "cached"),
        *("usage.prompt_tokens_details.cached_tokens", "usage.input_tokens_details.cached_tokens"),
    ),
}
"""Names of columns that are recognized, the first that a row has counts."""


@dataclass(frozen=True)
class ColumnLog:
    """A log whose columns are found by name; ``stated`` names win over those known."""

    stated: Mapping[str, str] = field(default_factory=dict[str, str])
    name: str = "columns"

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row has a time, prompt tokens and completion tokens."""
        return all(self._value(row, column) is not None for column in NEEDED)

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Yield the one request of a row. Raises ValueError for a broken one."""
        prompt = tokens(self._value(row, "prompt"), "prompt tokens")
        completion = tokens(self._value(row, "completion"), "completion tokens")
        held = self._value(row, "cached")
        cached = None if held in (None, "") else tokens(held, "cached tokens")
        yield Request(moment(self._value(row, "timestamp")), prompt, completion, cached)

    def _value(self, row: Mapping[str, Any], column: str) -> Any:
        stated = self.stated.get(column)
        names = COLUMNS[column] if stated is None else (stated,)
        return next((held for name in names if (held := cell(row, name)) is not None), None)
