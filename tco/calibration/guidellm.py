"""``guidellm`` benchmarks as JSON: one report with a benchmark per load.

The keys are those of ``src/guidellm/benchmark/schemas``: distributions by the status of their
requests, of which the successful ones count; latencies in ms. Reports of the first version
have the load under ``args`` and the model under ``worker``.
"""

from __future__ import annotations

from collections.abc import Iterator

from tco.calibration.day import day_in
from tco.calibration.record import Record
from tco.calibration.run import Run, Statistics
from tco.calibration.statistics import nested_statistics

__all__ = ["GuideLlm"]

MODELS = (("config", "backend", "model"), ("worker", "backend_model"))


class GuideLlm:
    """The report of GuideLLM."""

    title = "GuideLLM"

    def recognizes(self, record: Record) -> bool:
        """Return whether a record is a report with a list of benchmarks."""
        return isinstance(record.find("benchmarks"), list)

    def runs(self, record: Record) -> Iterator[Run]:
        """Yield a run per benchmark."""
        for benchmark in record.inner("benchmarks"):
            yield _run(benchmark)


def _run(benchmark: Record) -> Run:
    totals = ("metrics", "request_totals")
    completed = benchmark.number(*totals, "successful")
    benchmark.require_successes(benchmark.number_if_any(*totals, "errored"), completed)
    return Run(
        file=benchmark.file,
        output_tok_s=_mean(benchmark, "output_tokens_per_second"),
        concurrency=_concurrency(benchmark),
        input=_mean(benchmark, "prompt_token_count"),
        output=_mean(benchmark, "output_token_count"),
        ttft_ms=_latency(benchmark, "time_to_first_token_ms"),
        itl_ms=_latency(benchmark, "inter_token_latency_ms"),
        model=next((name for path in MODELS if (name := benchmark.text(*path))), None),
        day=day_in(benchmark, "start_time"),
    )


def _concurrency(benchmark: Record) -> float:
    """Return the streams of a closed loop, else what was in flight on average."""
    for part in ("config", "args"):
        kind = benchmark.text(part, "strategy", "type_")
        if kind == "synchronous":
            return 1.0
        if kind == "concurrent":
            return benchmark.number(part, "strategy", "streams")
    return _mean(benchmark, "request_concurrency")


def _mean(benchmark: Record, name: str) -> float:
    return benchmark.number("metrics", name, "successful", "mean")


def _latency(benchmark: Record, name: str) -> Statistics:
    found = ("metrics", name, "successful")
    percentiles = {key: (*found, "percentiles", key) for key in ("p90", "p95", "p99")}
    keys = {"mean": (*found, "mean"), "p50": (*found, "median"), **percentiles}
    return nested_statistics(benchmark, keys)
