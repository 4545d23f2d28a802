"""AIPerf's ``profile_export_aiperf.json`` and GenAI-Perf's ``profile_export_genai_perf.json``.

Both hold one run: each metric is an object with ``unit``, ``avg``, ``p50``, …, and ``input_config``
the options. The load is in the last of ``phases`` that counts in AIPerf from 0.10, before in
``loadgen.concurrency``, in versions of GenAI-Perf in ``perf_analyzer.stimulus.concurrency`` or
``concurrency``.
"""

from __future__ import annotations

from collections.abc import Iterator

from tco.calibration.day import day_in
from tco.calibration.record import Record
from tco.calibration.run import Run, Statistics
from tco.calibration.statistics import nested_statistics
from tco.files import as_list, as_mapping

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
        rated, concurrency = _load(record)
        yield Run(
            file=record.file,
            output_tok_s=_in("tokens/sec", record, "output_token_throughput"),
            concurrency=concurrency,
            request_rate=_in("requests/sec", record, "request_throughput") if rated else None,
            input=record.number("input_sequence_length", "avg"),
            output=record.number("output_sequence_length", "avg"),
            ttft_ms=_latency(record, "time_to_first_token"),
            itl_ms=_latency(record, "inter_token_latency"),
            e2e_ms=_latency(record, "request_latency") if rated else {},
            model=_model(record),
            day=day_in(record, "start_time"),
        )


def _load(record: Record) -> tuple[bool, float | None]:
    """Return whether requests came at a rate, and the concurrency where they did not."""
    phase = _phase(record)
    if phase is not None:
        closed = phase.text("type") == "concurrency"
        return not closed, phase.number("concurrency") if closed else None
    if record.number_if_any("input_config", "loadgen", "request_rate"):
        return True, None
    path = next((path for path in LOADS if record.has(*path)), LOADS[0])
    return False, record.number(*path)


def _phase(record: Record) -> Record | None:
    """Return the last phase whose requests count, None in files without phases."""
    phases = as_list(record.find("input_config", "phases")) or []
    counted = [
        (index, phase)
        for index, held in enumerate(phases)
        if (phase := as_mapping(held)) is not None and phase.get("exclude_from_results") is not True
    ]
    if not counted:
        return None
    index, phase = counted[-1]
    place = f"{record.place}.input_config.phases[{index}]".lstrip(".")
    return Record(record.file, place, phase)


def _model(record: Record) -> str | None:
    items = as_list(record.find("input_config", "models", "items")) or []
    names = [as_mapping(item) or {} for item in items]
    stated = next((str(name["name"]) for name in names if name.get("name")), None)
    return stated or next((name for path in MODELS if (name := record.text(*path))), None)


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
