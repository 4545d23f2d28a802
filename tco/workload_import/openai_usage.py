"""Buckets of OpenAI's usage API, ``/v1/organization/usage/completions``: sums, not requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tco.files import as_list, as_mapping
from tco.workload_import.log_format import bucket_seconds, buckets_of
from tco.workload_import.request import Request, moment, tokens

__all__ = ["OpenAIUsage"]


class OpenAIUsage:
    """A page of buckets, or a bucket, as the usage API returns it."""

    name = "openai-usage"

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row is a bucket or a page of buckets."""
        return any("start_time" in bucket and "results" in bucket for bucket in buckets_of(row))

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Yield the sums of each bucket; one without requests yields a 0. Raises ValueError."""
        for bucket in buckets_of(row):
            yield from _bucket(bucket)


def _bucket(bucket: Mapping[str, Any]) -> Iterable[Request]:
    start, end = moment(bucket.get("start_time")), moment(bucket.get("end_time"))
    seconds = bucket_seconds(start, end)
    yield Request(at=start, prompt=0.0, completion=0.0, cached=None, requests=0.0, seconds=seconds)
    for part in as_list(bucket.get("results")) or []:
        result = as_mapping(part) or {}
        cached = result.get("input_cached_tokens")
        yield Request(
            at=start,
            prompt=tokens(result.get("input_tokens"), "input_tokens"),
            completion=tokens(result.get("output_tokens"), "output_tokens"),
            cached=None if cached is None else tokens(cached, "input_cached_tokens"),
            requests=tokens(result.get("num_model_requests"), "num_model_requests"),
            seconds=seconds,
        )
