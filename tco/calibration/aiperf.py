"""AIPerf's ``profile_export_aiperf.json`` and GenAI-Perf's ``profile_export_genai_perf.json``.

Both hold one run: each metric is an object with ``unit``, ``avg``, ``p50``, …, and ``input_config``
the options. The load is ``loadgen.concurrency`` in AIPerf, ``perf_analyzer.stimulus.concurrency``
or ``concurrency`` in versions of GenAI-Perf.
"""

from __future__ import annotations

from collections.abc import Iterator

from tco.calibration.day import day_in
from tco.calibration.record import Record
from tco.calibration.run import Run, Statistics
from tco.calibration.statistics import nested_statistics

__all__ = ["Aiperf"]

LOADS = (
    ("input_config", "loadgen", "concurrency"),
    ("input_config", "perf_analyzer", "stimulus", "concurrency"),
    ("input_config", "concurrency"),
)
MODELS = (
    ("input_config", "endpoint", "model_names"),
    ("input_config", "model_names"),
    ("input_config", "model"),
)
STATISTICS = {"mean": "avg", "p50": "p50", "p90": "p90", "p95": "p95", "p99": "p99"}


class Aiperf:
    """The aggregated results of AIPerf and GenAI-Perf."""

    title = "AIPerf or GenAI-Perf"

    def recognizes(self, record: Record) -> bool:
        """Return whether a record has their throughput, an object with a unit."""
        return record.has("output_token_throughput", "unit")

    def runs(self, record: Record) -> Iterator[Run]:
        """Yield the run."""
        if record.find("was_cancelled") is True:
            raise record.refused("is true: the run did not end.", "was_cancelled")
        completed = record.number_if_any("request_count", "avg")
        if completed is not None:
            failed = record.number_if_any("error_request_count", "avg")
            record.require_successes(failed, completed)
        rate = record.number_if_any("input_config", "loadgen", "request_rate")
        load = next((path for path in LOADS if record.has(*path)), LOADS[0])
        yield Run(
            file=record.file,
            output_tok_s=_in("tokens/sec", record, "output_token_throughput"),
            concurrency=None if rate else record.number(*load),
            request_rate=_in("requests/sec", record, "request_throughput") if rate else None,
            input=record.number("input_sequence_length", "avg"),
            output=record.number("output_sequence_length", "avg"),
            ttft_ms=_latency(record, "time_to_first_token"),
            itl_ms=_latency(record, "inter_token_latency"),
            e2e_ms=_latency(record, "request_latency") if rate else {},
            model=next((name for path in MODELS if (name := record.text(*path))), None),
            day=day_in(record, "start_time"),
        )


def _latency(record: Record, name: str) -> Statistics:
    if record.has(name):
        _require_unit("ms", record, name)
    return nested_statistics(record, {key: (name, path) for key, path in STATISTICS.items()})


def _in(unit: str, record: Record, name: str) -> float:
    """Return the mean of a metric. Raises BadInput for another unit."""
    _require_unit(unit, record, name)
    return record.number(name, "avg")


def _require_unit(unit: str, record: Record, name: str) -> None:
    stated = record.text(name, "unit")
    if stated != unit:
        raise record.refused(f'is in "{stated}", not in {unit}.', name, "unit")
