"""Each format of logs: what is recognized, what a row means, what is refused."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tco.errors import BadInput
from tco.workload_import.formats import FORMATS, format_of
from tco.workload_import.measure import LogReading, Measurement, measure_logs
from tco.workload_import.request import Request
from tco.workload_import.workload_text import notes, workload_text

MONDAY = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


def at(minutes: float) -> dt.datetime:
    return MONDAY + dt.timedelta(minutes=minutes)


def measured(folder: Path, text: str | bytes, **keys: Any) -> Measurement:
    """What a file of this content says."""
    path = folder / "log"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return measure_logs([path], LogReading(**keys))


def refused(folder: Path, text: str | bytes, **keys: Any) -> str:
    with pytest.raises(BadInput) as caught:
        measured(folder, text, **keys)
    return str(caught.value)


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def spend_row(minutes: float, **keys: Any) -> dict[str, Any]:
    """A row of LiteLLM_SpendLogs, with the columns of the proxy's schema.prisma that matter."""
    return {
        "request_id": f"chatcmpl-{minutes}",
        "call_type": "acompletion",
        "spend": 0.001,
        "total_tokens": 1100,
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "startTime": at(minutes).isoformat(),
        "endTime": at(minutes + 0.1).isoformat(),
        "model": "m",
        "cache_hit": "False",
        "status": "success",
        "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 400}}},
        **keys,
    }


COLUMNS = (
    "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    "2023-11-16 18:17:03.9799600,1000,100\n"
    "2023-11-16 18:47:04.0319600,3000,300\n"
)
RESPONSES = lines(
    [
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": int(at(30 * index).timestamp()),
            "usage": {
                "prompt_tokens": 1000,
                "completion_tokens": 100,
                "prompt_tokens_details": {"cached_tokens": 400},
            },
        }
        for index in range(2)
    ]
)
BUCKETS = [
    {
        "object": "bucket",
        "start_time": int(at(60 * hour).timestamp()),
        "end_time": int(at(60 * hour + 60).timestamp()),
        "results": [
            {
                "object": "organization.usage.completions.result",
                "input_tokens": 5000,
                "output_tokens": 500,
                "input_cached_tokens": 2000,
                "num_model_requests": 5,
                "model": "m",
            }
        ]
        * (hour != 1),
    }
    for hour in range(3)
]
PAGE = {"object": "page", "data": BUCKETS, "has_more": False, "next_page": None}


REPORT: list[dict[str, Any]] = [
    {
        "starting_at": (MONDAY + dt.timedelta(hours=hour)).isoformat(),
        "ending_at": (MONDAY + dt.timedelta(hours=hour + 1)).isoformat(),
        "results": [
            {
                "uncached_input_tokens": 2000,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 600,
                    "ephemeral_1h_input_tokens": 400,
                },
                "cache_read_input_tokens": 2000,
                "output_tokens": 500,
                "server_tool_use": {"web_search_requests": 0},
                "model": None,
            }
        ]
        * (hour != 1),
    }
    for hour in range(3)
]
"""Buckets of /v1/organizations/usage_report/messages, which counts no requests.

The keys are those of platform.claude.com/docs/en/api/admin/usage_report, as of 2026-11-28.
"""
ANALYTICS: list[dict[str, Any]] = [
    {**bucket, "results": [{**part, "requests": 5} for part in bucket["results"]]}
    for bucket in REPORT
]
"""The same of /v1/organizations/analytics/usage_report, which counts them."""
CONSOLE = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,"
    "usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
    "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,"
    "web_search_count,inference_geo,speed\n"
    "2026-08-05,claude-opus-5,Closer App,Default,standard,≤ 200k,46981,15969,0,0,16932,0,global,\n"
    "2026-08-06,claude-opus-5,Closer App,Default,standard,≤ 200k,46981,15969,0,0,16932,0,global,\n"
)
"""The console's export; its first row is one of a public test of a reader, found 2026-11-28."""
GATEWAY = {
    "id": "01J",
    "cached": False,
    "success": True,
    "created_at": "2026-11-02T00:00:00Z",
    "model": "gpt-4.1-mini",
    "provider": "openai",
    "tokens_in": 1000,
    "tokens_out": 100,
    "status_code": 200,
}
"""An entry of GET …/ai-gateway/gateways/{id}/logs, by Cloudflare's API reference, 2026-11-28."""
GATEWAY_LOG = [
    GATEWAY,
    {**GATEWAY, "created_at": "2026-11-02T00:30:00Z"},
    {**GATEWAY, "created_at": "2026-11-02T00:31:00Z", "cached": True},
    {**GATEWAY, "created_at": "2026-11-02T00:32:00Z", "success": False},
]
OBSERVATIONS = [
    {
        "id": f"{minutes}",
        "type": kind,
        "start_time": f"2026-11-02 00:{minutes:02}:00.000000",
        "provided_model_name": "gpt-4.1",
        "usage_details": {"input": 600, "input_cached_tokens": 400, "output": 100, "total": 1100},
    }
    for minutes, kind in ((0, "GENERATION"), (10, "SPAN"), (30, "GENERATION"))
]
"""Rows of observations_v2 by Langfuse's field reference of its blob storage export, 2026-11-28."""
OF_THE_API = [
    {
        "type": row["type"],
        "startTime": row["start_time"],
        "usageDetails": {
            "input": 500,
            "cache_read_input_tokens": 400,
            "cache_creation_input_tokens": 100,
            "output": 100,
        },
    }
    for row in OBSERVATIONS
]
QUERIED = [
    {
        "request_id": f"{minutes}",
        "request_created_at": f"2026-11-02 00:{minutes:02}:00.000",
        "response_status": 200,
        "prompt_tokens": 1000,
        "completion_tokens": 100,
    }
    for minutes in (0, 30)
]
"""Rows of Helicone's POST /v1/request/query-clickhouse."""


@pytest.mark.parametrize(
    ("text", "name", "requests", "lengths", "cached"),
    [
        (json.dumps({"data": ANALYTICS}), "anthropic-usage", 10, (1000, 100), 0.4),
        (json.dumps({"data": ANALYTICS}, indent=2), "anthropic-usage", 10, (1000, 100), 0.4),
        (json.dumps({"result": GATEWAY_LOG}), "cloudflare", 2, (1000, 100), None),
        (json.dumps({"result": GATEWAY_LOG}, indent=1), "cloudflare", 2, (1000, 100), None),
        (lines(GATEWAY_LOG), "cloudflare", 2, (1000, 100), None),
        (lines(OBSERVATIONS), "langfuse", 2, (1000, 100), 0.4),
        (json.dumps({"data": OF_THE_API}, indent=1), "langfuse", 2, (1000, 100), 0.4),
        (json.dumps({"data": QUERIED}, indent=1), "columns", 2, (1000, 100), None),
        (COLUMNS, "columns", 2, (2000, 200), None),
        (RESPONSES, "columns", 2, (1000, 100), 0.4),
        (lines([spend_row(0), spend_row(30)]), "litellm", 2, (1000, 100), 0.4),
        (json.dumps([spend_row(0), spend_row(30)], indent=1), "litellm", 2, (1000, 100), 0.4),
        (json.dumps(PAGE), "openai-usage", 10, (1000, 100), 0.4),
        (json.dumps(PAGE, indent=2), "openai-usage", 10, (1000, 100), 0.4),
        (lines(BUCKETS), "openai-usage", 10, (1000, 100), 0.4),
        (gzip.compress(COLUMNS.encode(), mtime=0), "columns", 2, (2000, 200), None),
        (b"\xef\xbb\xbf" + COLUMNS.encode(), "columns", 2, (2000, 200), None),
    ],
)
def test_a_format_is_recognized(
    tmp_path: Path,
    text: str | bytes,
    name: str,
    requests: float,
    lengths: tuple[float, float],
    cached: float | None,
) -> None:
    """Requests, mean lengths and cache share are those of the file; what is absent stays absent."""
    found = measured(tmp_path, text)
    assert found.formats == (name,)
    assert found.requests == requests
    mean = [
        sum(request_class.share * value(request_class) for request_class in found.classes)
        for value in (_input, _output)
    ]
    assert mean == pytest.approx(lengths)
    assert found.says_cached is (cached is not None)
    assert found.classes[0].cached == pytest.approx(cached or 0.0)
    assert found.bad.count == 0


def _input(request_class: Any) -> float:
    return request_class.input


def _output(request_class: Any) -> float:
    return request_class.output


def test_tokens_without_requests_need_a_mean_answer(tmp_path: Path) -> None:
    """Usage reports that count no requests are read with the answer that the user states."""
    text = json.dumps({"data": REPORT})
    assert "Pass the mean output per request: --output-per-request TOKENS." in refused(
        tmp_path, text
    )
    found = measured(tmp_path, text, output_per_request=50.0)
    assert found.requests == 20
    [request_class] = found.classes
    assert (request_class.input, request_class.output, request_class.cached) == pytest.approx(
        (500, 50, 0.4)
    )
    assert "The log holds totals, not single requests" in " ".join(notes(found))


def test_tokens_that_were_written_to_a_cache(tmp_path: Path) -> None:
    """A third of what was not read from the cache was written to it, most of that for 5 minutes."""
    text = workload_text(measured(tmp_path, json.dumps({"data": ANALYTICS})))
    assert "cached: 0.4, cache_write: 0.333333333333}" in text
    created = {"cache_creation": {"ephemeral_1h_input_tokens": 1000}}
    hours = [
        {**bucket, "results": [part | created for part in bucket["results"]]}
        for bucket in ANALYTICS
    ]
    text = workload_text(measured(tmp_path, json.dumps({"data": hours})))
    assert "cache_write: 0.333333333333, cache_write_ttl: 1h}" in text


def test_days_have_a_mean_rate_and_no_hours(tmp_path: Path) -> None:
    """The console's export is by the day: nothing is said of hours, and a note says so."""
    found = measured(tmp_path, CONSOLE, output_per_request=169.32)
    assert found.formats == ("anthropic-console",)
    assert found.requests_per_second == pytest.approx(200 / (2 * 86400))
    [request_class] = found.classes
    assert (request_class.input, request_class.output) == pytest.approx((629.5, 169.32))
    assert request_class.written == pytest.approx(15969 / (46981 + 15969))
    assert "The log counts by day, not by hour" in " ".join(notes(found))
    days = {**REPORT[0], "ending_at": at(1440).isoformat()}
    reported = refused(tmp_path, json.dumps({"data": [days]}), output_per_request=50)
    assert "Ask the usage API for bucket_width=1h" in " ".join(reported.split())


def test_an_empty_bucket_is_time_without_demand(tmp_path: Path) -> None:
    """Three hours of buckets with two in use: 10 requests in 3 hours, of one class."""
    found = measured(tmp_path, json.dumps(PAGE))
    assert found.requests_per_second == pytest.approx(10 / (3 * 3600))
    assert [request_class.name for request_class in found.classes] == ["all"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"usage_object": {"cache_read_input_tokens": 400}},
        {"additional_usage_values": {"prompt_tokens_details": {"cached_tokens": 400}}},
        {"additional_usage_values": {"cache_read_input_tokens": 400}},
        json.dumps({"usage_object": {"prompt_tokens_details": {"cached_tokens": 400}}}),
    ],
)
def test_litellm_holds_cached_tokens_in_several_places(tmp_path: Path, metadata: Any) -> None:
    """Version and provider decide where they are; a CSV has the metadata as text."""
    rows = [spend_row(minutes, metadata=metadata) for minutes in (0, 30)]
    assert measured(tmp_path, lines(rows)).classes[0].cached == pytest.approx(0.4)


@pytest.mark.parametrize(
    "row",
    [
        spend_row(10, status="failure", prompt_tokens=0, completion_tokens=0),
        spend_row(10, cache_hit="True"),
        spend_row(10, cache_hit=True),
        spend_row(10, prompt_tokens=0, completion_tokens=0, metadata={}),
    ],
)
def test_what_no_model_served_is_no_demand(tmp_path: Path, row: dict[str, Any]) -> None:
    """Failures and hits of the gateway's own cache are left out and counted."""
    found = measured(tmp_path, lines([spend_row(0), row, spend_row(30)]))
    assert (found.requests, found.unserved, found.bad.count) == (2, 1, 0)


def test_columns_can_be_named(tmp_path: Path) -> None:
    """Names of the user's win, and dots lead to a key inside another."""
    rows = [{"t": at(30 * n).isoformat(), "tok": {"in": 10, "out": 5, "hit": 1}} for n in range(2)]
    columns = {"timestamp": "t", "prompt": "tok.in", "completion": "tok.out", "cached": "tok.hit"}
    [request_class] = measured(tmp_path, lines(rows), columns=columns).classes
    assert (request_class.input, request_class.output, request_class.cached) == pytest.approx(
        (10, 5, 0.1)
    )


@pytest.mark.parametrize(
    "moment",
    [at(30).timestamp(), at(30).timestamp() * 1e3, "2026-11-02T01:30:00+01:00", "2026-11-02 00:30"],
)
def test_a_time_is_a_unix_time_or_iso(tmp_path: Path, moment: object) -> None:
    """Seconds, milliseconds, an offset, or UTC without one."""
    first = {"timestamp": at(0).isoformat(), "prompt_tokens": 1, "completion_tokens": 1}
    found = measured(tmp_path, lines([first, {**first, "timestamp": moment}]))
    assert found.end == at(30)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("", "the file is empty."),
        ("name,price\nx,1\n", "is not a log of requests: it has name, price. Name the columns: "),
        ("[tool]\nname = 1\n", "is not JSON:"),
        (b"\x00\x01\x02\n\x00\n", "is neither a CSV in UTF-8 nor JSON."),
        (COLUMNS.encode("utf-16"), "Save it as text in UTF-8."),
        (COLUMNS.encode() + b"2023-11-16,\xe9,1\n", "line 4: is not UTF-8, or too long."),
        ('{\n "a": 1\n}\n', "is one JSON object, not a log."),
        ("prompt,prompt\n1,1\n", "two columns are named prompt."),
        (COLUMNS.partition("\n")[0] + "\n", "holds no rows."),
        (
            "timestamp,input_tokens,output_tokens\n2026-11-02,5,5\n",
            "covers 0 seconds. A rate needs",
        ),
        (
            json.dumps({**PAGE, "data": [{**BUCKETS[0], "end_time": at(1440).timestamp()}]}),
            "the buckets are 24 hours wide",
        ),
        (gzip.compress(COLUMNS.encode(), mtime=0)[:-9], "the compressed file ends too early."),
        (
            COLUMNS + "1999-01-01,1,1\n",
            "line 4: '1999-01-01' is not a time between 2000 and 2100.",
        ),
        (COLUMNS + "2023-11-16,-1,1\n", "line 4: '-1' is not a count of prompt tokens."),
        (COLUMNS + "2023-11-16,1\n", "line 4: has 2 cells, the header has 3."),
        (COLUMNS + "2025-11-16,1,1\n", "days pass between two requests. Is a time wrong?"),
        (
            "timestamp,input_tokens,output_tokens,cached_tokens\n2026-11-02,5,5,6\n",
            "6 cached tokens are more than the 5 of the prompt",
        ),
    ],
)
def test_what_is_no_log(tmp_path: Path, text: str | bytes, reported: str) -> None:
    """The file, what is wrong with it, and what to do."""
    assert reported in " ".join(refused(tmp_path, text).split())


def test_a_format_that_is_asked_for_is_the_only_one(tmp_path: Path) -> None:
    """A log of another tool is not read as what it happens to look like."""
    assert "is not of the format litellm: it has TIMESTAMP" in refused(
        tmp_path, COLUMNS, format="litellm"
    )


def test_broken_lines_up_to_a_limit(tmp_path: Path) -> None:
    """A log with 2% broken lines is refused with both shares, and read where that is allowed."""
    rows = [spend_row(n) for n in range(98)]
    text = lines(rows[:50]) + '{broken\n{"a": 1}\n' + lines(rows[50:])
    reported = refused(tmp_path, text)
    assert "line 51: is not a JSON object." in reported
    assert "2 of 100 lines are broken (2%), more than 1%." in reported
    found = measured(tmp_path, text, max_bad_share=0.02)
    assert (found.requests, found.bad.count) == (98, 2)


def test_a_quote_that_is_never_closed_counts_its_lines(tmp_path: Path) -> None:
    """What a broken quote swallows is counted line by line, not as one line."""
    text = COLUMNS + '2023-11-16 18:50,"1,1\n' + "2023-11-16 18:51,1,1\n" * 9
    assert "10 of 12 lines are broken" in refused(tmp_path, text)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    """Neither is a traceback."""
    with pytest.raises(BadInput, match="there is no such file"):
        measure_logs([tmp_path / "none"], LogReading())
    with pytest.raises(BadInput, match="is a folder without files"):
        measure_logs([tmp_path], LogReading())


def requests_of(name: str, row: dict[str, Any]) -> list[Request]:
    assert format_of(row, "log", None, {}).name == name
    return list(FORMATS[name].requests(row))


def test_a_recorded_trace_of_langfuse() -> None:
    """One generation within a trace, as version 4.9 of its SDK wrote it.

    Of examples/trace/sample_langfuse_trace.json, anud18/qwen36-vllm-aiperf-benchmark@be558d2, read
    2026-11-28; shortened.
    """
    observation = {
        "id": "74e8cc553ed93ed1",
        "traceId": "11ec706f2c9cab04e7821ea573881a77",
        "startTime": "2026-06-22T20:44:35.502Z",
        "endTime": "2026-06-22T20:44:36.370Z",
        "type": "GENERATION",
        "level": "DEFAULT",
        "model": "qwen3.6",
        "usageDetails": {"input": 17, "output": 40, "total": 57},
        "costDetails": {},
        "unit": "TOKENS",
        "promptTokens": 17,
        "completionTokens": 40,
        "totalTokens": 57,
    }
    trace = {"id": "11ec706f2c9cab04e7821ea573881a77", "observations": [observation]}
    for row in (trace, observation):
        [request] = requests_of("langfuse", row)
        assert (request.prompt, request.completion, request.cached) == (17, 40, None)
        assert dt.datetime.fromtimestamp(request.at, dt.UTC).isoformat() == (
            "2026-06-22T20:44:35.502000+00:00"
        )


def test_a_recorded_line_of_a_litellm_callback() -> None:
    """A row that a proxy's callback wrote has names that are recognized without naming them.

    Of examples/trace/sample_litellm_trace.json, anud18/qwen36-vllm-aiperf-benchmark@5be4cb3, read
    2026-11-28; shortened.
    """
    row = {
        "ts": "2026-06-23T06:05:04.097456+00:00",
        "model": "qwen3.6",
        "output": None,
        "prompt_tokens": 265,
        "completion_tokens": 24,
        "total_tokens": 289,
        "cost_usd": 3.6099999999999997e-05,
        "latency_ms": 628.8,
    }
    [request] = requests_of("columns", row)
    assert (request.prompt, request.completion, request.cached) == (265, 24, None)
