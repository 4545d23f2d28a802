"""Logs of the LiteLLM proxy: rows of ``LiteLLM_SpendLogs`` and standard logging payloads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tco.files import as_mapping
from tco.workload_import.log_format import cell
from tco.workload_import.request import Request, moment, tokens

__all__ = ["LiteLLM"]

NEEDED: Final = ("startTime", "endTime", "prompt_tokens", "completion_tokens")
CACHED: Final = (
    "usage_object.prompt_tokens_details.cached_tokens",
    "usage_object.cache_read_input_tokens",
    "additional_usage_values.prompt_tokens_details.cached_tokens",
    "additional_usage_values.cache_read_input_tokens",
)
"""Where ``metadata`` holds the cached tokens, by version and provider."""


class LiteLLM:
    """One request per row; failures and hits of the proxy's own cache reached no model."""

    name = "litellm"

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row has the names that LiteLLM gives to times and tokens."""
        return all(name in row for name in NEEDED)

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Yield the request of a row that a model served. Raises ValueError for a broken row."""
        metadata = _metadata(row.get("metadata"))
        status = row.get("status") or metadata.get("status") or ""
        if str(status).lower() == "failure" or str(row.get("cache_hit")).lower() == "true":
            return
        found = (held for path in CACHED if (held := cell(metadata, path)) is not None)
        cached = next(found, None)
        yield Request(
            moment(row.get("startTime")),
            tokens(row.get("prompt_tokens"), "prompt tokens"),
            tokens(row.get("completion_tokens"), "completion tokens"),
            None if cached is None else tokens(cached, "cached tokens"),
        )


def _metadata(value: object) -> Mapping[str, Any]:
    """Return the metadata of a row; a CSV has it as the text of a JSON object."""
    if isinstance(value, str):
        try:
            value = json.loads(value or "{}")
        except ValueError:
            raise ValueError("its metadata is not a JSON object.") from None
    return as_mapping(value) or {}
