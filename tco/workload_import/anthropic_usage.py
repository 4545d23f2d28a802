"""Usage of Anthropic's API: buckets of its usage reports, and the CSV of its console."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tco.files import as_list, as_mapping
from tco.units import HOURS_PER_DAY, SECONDS_PER_HOUR
from tco.workload_import.log_format import bucket_seconds, buckets_of
from tco.workload_import.request import Request, moment, tokens

__all__ = ["AnthropicConsole", "AnthropicUsage"]

SECONDS_PER_DAY: Final = HOURS_PER_DAY * SECONDS_PER_HOUR
DAY: Final = "usage_date_utc"


class AnthropicUsage:
    """A page of buckets, or a bucket, as Anthropic's usage reports have them.

    ``/v1/organizations/usage_report/messages`` counts no requests, ``analytics/usage_report`` does.
    """

    name = "anthropic-usage"

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row is a bucket or a page of buckets."""
        return any("starting_at" in bucket and "results" in bucket for bucket in buckets_of(row))

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Yield the sums of each bucket; one without usage yields a 0. Raises ValueError."""
        for bucket in buckets_of(row):
            start, end = moment(bucket.get("starting_at")), moment(bucket.get("ending_at"))
            seconds = bucket_seconds(start, end)
            yield Request(
                at=start, prompt=0, completion=0, cached=None, requests=0, seconds=seconds
            )
            for part in as_list(bucket.get("results")) or []:
                yield _result(as_mapping(part) or {}, start, seconds)


def _result(result: Mapping[str, Any], at: float, seconds: float) -> Request:
    created = as_mapping(result.get("cache_creation")) or {}
    requests = result.get("requests")
    return _sums(
        {
            "uncached": result.get("uncached_input_tokens"),
            "cached": result.get("cache_read_input_tokens"),
            "5m": created.get("ephemeral_5m_input_tokens", 0),
            "1h": created.get("ephemeral_1h_input_tokens", 0),
            "output": result.get("output_tokens"),
        },
        at,
        seconds,
        requests=None if requests is None else tokens(requests, "requests"),
    )


class AnthropicConsole:
    """The usage CSV of Anthropic's console: a row for each day, model and key; no requests."""

    name = "anthropic-console"

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row has the console's names."""
        return DAY in row and "usage_output_tokens" in row

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Yield the sums of a day. Raises ValueError for a broken row."""
        names = {
            "uncached": "usage_input_tokens_no_cache",
            "cached": "usage_input_tokens_cache_read",
            "5m": "usage_input_tokens_cache_write_5m",
            "1h": "usage_input_tokens_cache_write_1h",
            "output": "usage_output_tokens",
        }
        counts = {what: row.get(name) for what, name in names.items()}
        yield _sums(counts, moment(row.get(DAY)), SECONDS_PER_DAY, requests=None)


def _sums(
    counts: Mapping[str, Any], at: float, seconds: float, *, requests: float | None
) -> Request:
    """Return the sums of a time span; the prompt is what was cached, written and neither."""
    count = {what: tokens(value, f"{what} tokens") for what, value in counts.items()}
    written = count["5m"] + count["1h"]
    return Request(
        at=at,
        prompt=count["uncached"] + count["cached"] + written,
        completion=count["output"],
        cached=count["cached"],
        requests=requests,
        seconds=seconds,
        written=written,
        written_1h=count["1h"],
    )
