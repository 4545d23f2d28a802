"""``sglang.bench_serving --output-file``: JSON Lines, one object appended per run.

The keys are those of ``python/sglang/bench_serving.py``: metrics in ms, ``request_rate`` Infinity
for a closed loop. Its record has no date; newer versions add what the server says of itself, older
ones have no request throughput and medians alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from tco.calibration.record import Record
from tco.calibration.run import Run
from tco.calibration.serving import serving_run
from tco.calibration.statistics import flat_statistics

__all__ = ["SglangBenchServing"]


class SglangBenchServing:
    """The results of SGLang's serving benchmark."""

    title = "SGLang bench_serving"

    def recognizes(self, record: Record) -> bool:
        """Return whether a record has SGLang's name of the end-to-end latency."""
        throughput = any(map(record.has, ("request_throughput", "output_throughput")))
        return record.has("mean_e2e_latency_ms") and throughput

    def runs(self, record: Record) -> Iterator[Run]:
        """Yield the run."""
        yield serving_run(
            record,
            e2e_ms=flat_statistics(record, "e2e_latency"),
            model=record.text("server_info", "model_path"),
            engine_version=record.text("server_info", "version"),
            is_drafted=record.text("server_info", "speculative_algorithm") is not None
            or record.number_if_any("accept_length") is not None,
        )
