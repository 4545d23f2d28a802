"""Logs of Cloudflare's AI Gateway, as its API lists them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tco.files import as_list, as_mapping
from tco.workload_import.request import Request, moment, tokens

__all__ = ["Cloudflare"]


class Cloudflare:
    """A request per row, or a page of them; the gateway does not say which tokens were cached."""

    name = "cloudflare"

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row has the names that the gateway gives to time and tokens."""
        return all(
            name in entry
            for entry in _entries(row)[:1]
            for name in ("created_at", "tokens_in", "tokens_out")
        ) and bool(_entries(row))

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Yield the requests that a model served. Raises ValueError for a broken row.

        Failures, and hits of the gateway's own cache, reached no model.
        """
        for entry in _entries(row):
            if _is(entry.get("cached"), "true") or _is(entry.get("success"), "false"):
                continue
            yield Request(
                moment(entry.get("created_at")),
                tokens(entry.get("tokens_in"), "tokens_in"),
                tokens(entry.get("tokens_out"), "tokens_out"),
                None,
            )


def _entries(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [as_mapping(entry) or {} for entry in as_list(row.get("result")) or [row]]


def _is(value: object, word: str) -> bool:
    """Return whether a value is true or false, also as a CSV writes it."""
    return str(value).lower() == word
