"""``vllm bench serve --save-result`` (formerly ``benchmark_serving.py``): one JSON object per run.

The keys are those of ``vllm/benchmarks/serve.py``: metrics in ms, ``date`` as 20260930-142501,
``request_rate`` "inf" for a closed loop of ``max_concurrency``.
"""

from __future__ import annotations

from collections.abc import Iterator

from tco.calibration.day import day_in
from tco.calibration.record import Record
from tco.calibration.run import Run
from tco.calibration.serving import serving_run
from tco.calibration.statistics import flat_statistics

__all__ = ["VllmBenchServe"]


class VllmBenchServe:
    """The results of vLLM's serving benchmark."""

    title = "vLLM bench serve"

    def recognizes(self, record: Record) -> bool:
        """Return whether a record names its model as vLLM does, beside a request throughput."""
        return record.has("model_id") and record.has("request_throughput")

    def runs(self, record: Record) -> Iterator[Run]:
        """Yield the run."""
        yield serving_run(
            record,
            e2e_ms=flat_statistics(record, "e2el"),
            model=record.text("model_id"),
            day=day_in(record, "date"),
            is_drafted=record.number_if_any("spec_decode_num_drafts") is not None,
        )
