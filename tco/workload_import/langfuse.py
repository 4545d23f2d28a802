"""Observations of Langfuse: its exports to blob storage, and its API."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tco.files import as_list, as_mapping
from tco.workload_import.log_format import json_object
from tco.workload_import.request import Request, moment, tokens

__all__ = ["Langfuse"]

USAGE: Final = ("usage_details", "usageDetails")
START: Final = ("start_time", "startTime")


class Langfuse:
    """One request per generation; spans, events and embeddings are not requests of a model.

    ``usage_details`` has a count for each kind of tokens, none of them in another. Those with
    ``input`` in their name are of the prompt, those with ``output`` of the answer.
    """

    name = "langfuse"

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row is an observation, or a trace with some."""
        return any(
            all(any(name in entry for name in names) for names in (USAGE, START, ("type",)))
            for entry in _observations(row)
        )

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Yield the requests of generations. Raises ValueError for a broken row."""
        for entry in _observations(row):
            if str(entry.get("type")).upper() == "GENERATION":
                yield _request(entry)


def _observations(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the observations of a trace, or the one that a row is."""
    return [as_mapping(entry) or {} for entry in as_list(row.get("observations")) or [row]]


def _request(entry: Mapping[str, Any]) -> Request:
    usage = json_object(_first(entry, USAGE), "usage_details")
    return Request(
        at=moment(_first(entry, START)),
        prompt=_total(usage, lambda kind: "input" in kind),
        completion=_total(usage, lambda kind: "output" in kind),
        cached=_total(usage, _is_read) if any(map(_is_read, usage)) else None,
        written=_total(usage, _is_written),
    )


def _first(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _is_read(kind: str) -> bool:
    """Return whether a kind of tokens was read from a cache, by the names of integrations."""
    return "input" in kind and "cache" in kind and not _is_written(kind)


def _is_written(kind: str) -> bool:
    return "input" in kind and "cache" in kind and ("creation" in kind or "write" in kind)


def _total(usage: Mapping[str, Any], counts: Callable[[str], bool]) -> float:
    return math.fsum(
        tokens(value, kind) for kind, value in usage.items() if counts(kind) and value is not None
    )
