"""The run of a serving benchmark whose result has the keys that vLLM and SGLang share."""

from __future__ import annotations

import datetime as dt

from tco.calibration.record import Record
from tco.calibration.run import Run, Statistics
from tco.calibration.statistics import flat_statistics

__all__ = ["serving_run"]


def serving_run(
    record: Record,
    *,
    e2e_ms: Statistics,
    model: str | None,
    day: dt.date | None = None,
    engine_version: str | None = None,
    is_drafted: bool = False,
) -> Run:
    """Return the run: a closed loop, or a request rate with the end-to-end latency.

    The time between tokens is the TPOT, a mean per request: Little's law holds for it, also
    where a server sends several tokens at once. Lengths are those that were served.
    """
    completed = record.number("completed")
    asked = record.number_if_any("num_prompts") or completed
    record.require_successes(record.number_if_any("failed") or asked - completed, completed)
    rate = _finite_rate(record)
    closed = None if rate is not None else record.number_if_any("max_concurrency")
    if closed is None and rate is None:
        raise record.refused(
            "is not stated: all requests were sent at once.",
            "max_concurrency",
            hint="Run the tool with --max-concurrency, once per concurrency.",
        )
    if rate is not None and "mean" not in e2e_ms and "p50" not in e2e_ms:
        raise record.refused(
            f"{rate:g} requests/s have no end-to-end latency, so the concurrency is unknown.",
            "request_rate",
            hint="Add e2el to --percentile-metrics, or run with --max-concurrency alone.",
        )
    return Run(
        file=record.file,
        output_tok_s=record.number("output_throughput"),
        concurrency=closed,
        request_rate=None if rate is None else _served_rate(record, completed),
        input=record.number("total_input_tokens") / completed,
        output=record.number("total_output_tokens") / completed,
        ttft_ms=flat_statistics(record, "ttft"),
        itl_ms=flat_statistics(record, "tpot") or flat_statistics(record, "itl"),
        e2e_ms=e2e_ms if rate is not None else {},
        model=model,
        day=day,
        engine_version=engine_version,
        is_drafted=is_drafted,
    )


def _served_rate(record: Record, completed: float) -> float:
    """Return the requests per second that were served."""
    stated = record.number_if_any("request_throughput")
    return completed / record.number("duration") if stated is None else stated


def _finite_rate(record: Record) -> float | None:
    """Return the request rate, or None for a closed loop: infinite, written in either way."""
    rate = record.find("request_rate")
    if rate is None or (isinstance(rate, float) and rate == float("inf")):
        return None
    if isinstance(rate, str) and rate.lower() in ("inf", "infinity"):
        return None
    return record.number("request_rate")
