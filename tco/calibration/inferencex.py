"""InferenceX (InferenceMAX): ``agg_*.json`` of a run, and the rows of its public data.

The keys are those of ``utils/process_result.py``: seconds, and tok/s per GPU. A disaggregated run
counts output per decode GPU.
"""

from __future__ import annotations

from collections.abc import Iterator

from tco.calibration.day import day_in
from tco.calibration.record import Record
from tco.calibration.run import Run
from tco.calibration.statistics import flat_statistics

__all__ = ["InferenceX"]

MS_PER_SECOND = 1000.0
SHARDS = ("tp", "pp", "dcp_size", "pcp_size")
"""The factors whose product is the GPUs of a replica on one node."""


class InferenceX:
    """The processed results of InferenceX."""

    title = "InferenceX"

    def recognizes(self, record: Record) -> bool:
        """Return whether a record has a throughput per GPU beside its concurrency."""
        return record.has("conc") and record.has(*_within(record), "tput_per_gpu")

    def runs(self, record: Record) -> Iterator[Run]:
        """Yield the run."""
        within = _within(record)
        gpus, counted = _gpus(record)
        yield Run(
            file=record.file,
            output_tok_s=record.number(*within, "output_tput_per_gpu") * counted,
            concurrency=record.number("conc"),
            input=record.number_if_any("isl"),
            output=record.number_if_any("osl"),
            ttft_ms=flat_statistics(record, "ttft", *within, factor=MS_PER_SECOND, unit=""),
            itl_ms=flat_statistics(record, "tpot", *within, factor=MS_PER_SECOND, unit=""),
            model=record.text("model"),
            day=day_in(record, "date"),
            gpus=gpus,
            configuration=_configuration(record),
            mode="disaggregated" if record.find("disagg") is True else None,
            speculative=_speculative(record),
        )


def _within(record: Record) -> tuple[str, ...]:
    """Return where the metrics are: at the top of a run's file, apart in a public row."""
    return ("metrics",) if record.has("metrics") else ()


def _configuration(record: Record) -> str:
    """Return the hardware, framework, precision and speculative decoding of a record."""
    keys = ("hw", "hardware", "framework", "precision", "spec_decoding", "spec_method")
    return " ".join(filter(None, map(record.text, keys)))


def _speculative(record: Record) -> str | None:
    """Return the speculative decoding, None where there was none."""
    stated = record.text("spec_decoding") or record.text("spec_method")
    return None if stated in (None, "none") else stated


def _gpus(record: Record) -> tuple[int, int]:
    """Return the GPUs of the replica, and those that its output per GPU is counted for."""
    prefill = record.number_if_any("num_prefill_gpu")
    if record.find("is_multinode") is True and prefill is not None:
        decode = record.number_if_any("num_decode_gpu") or 0.0
        total = int(prefill + decode)
        return total, int(decode) or total
    if not record.has("tp"):
        count = int(record.number("decode_tp"))
        return count, count
    count = 1
    for name in SHARDS:
        count *= int(record.number_if_any(name) or 1)
    return count, count
