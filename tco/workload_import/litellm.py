"""Logs of the LiteLLM proxy: rows of ``LiteLLM_SpendLogs`` and standard logging payloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tco.workload_import.log_format import cell, json_object
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
WRITTEN: Final = (
    "usage_object.cache_creation_input_tokens",
    "additional_usage_values.cache_creation_input_tokens",
)
"""Where it holds the tokens written to a cache; they are a part of the prompt."""


class LiteLLM:
    """One request per row; failures and hits of the proxy's own cache reached no model."""

    name = "litellm"

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row has the names that LiteLLM gives to times and tokens."""
        return all(name in row for name in NEEDED)

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Yield the request of a row that a model served. Raises ValueError for a broken row."""
        metadata = json_object(row.get("metadata"), "metadata")
        status = row.get("status") or metadata.get("status") or ""
        if str(status).lower() == "failure" or str(row.get("cache_hit")).lower() == "true":
            return
        cached, written = _held(metadata, CACHED), _held(metadata, WRITTEN)
        yield Request(
            at=moment(row.get("startTime")),
            prompt=tokens(row.get("prompt_tokens"), "prompt tokens"),
            completion=tokens(row.get("completion_tokens"), "completion tokens"),
            cached=None if cached is None else tokens(cached, "cached tokens"),
            written=tokens(written or 0, "written tokens"),
        )


def _held(metadata: Mapping[str, Any], paths: Iterable[str]) -> Any:
    """Return the first value that the metadata has."""
    return next((held for path in paths if (held := cell(metadata, path)) is not None), None)
