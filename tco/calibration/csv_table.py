"""A plain CSV: a row per load, for tools that are not read and for measurements by hand."""

from __future__ import annotations

from collections.abc import Iterator

from tco.calibration.day import day_in
from tco.calibration.record import Record
from tco.calibration.run import Run
from tco.calibration.statistics import nested_statistics
from tco.errors import one_of

__all__ = ["CsvTable"]

STATISTICS = ("mean", "p50", "p90", "p95", "p99")
LATENCIES = {
    name: {
        "p50": (f"{name}_ms",),
        **{
            statistic: (f"{name}_{statistic}_ms",) for statistic in STATISTICS if statistic != "p50"
        },
    }
    for name in ("ttft", "itl")
}
"""The columns of a latency; one without a statistic is the median, as in a price book."""
REQUIRED = ("concurrency", "output_tok_s")
COLUMNS = frozenset(
    (
        *REQUIRED,
        *("input", "output", "model", "date"),
        *(path[0] for columns in LATENCIES.values() for path in columns.values()),
    )
)


class CsvTable:
    """The rows of a plain CSV."""

    title = "CSV"

    def recognizes(self, record: Record) -> bool:
        """Return whether a record is a row of a table."""
        return record.is_table

    def runs(self, record: Record) -> Iterator[Run]:
        """Yield the run of a row."""
        for column in record.values:
            if column not in COLUMNS:
                raise record.refused(
                    f'the column "{column[:60]}" is not known.', hint=one_of(column, COLUMNS)
                )
        yield Run(
            file=record.file,
            concurrency=record.number("concurrency"),
            output_tok_s=record.number("output_tok_s"),
            input=record.number_if_any("input"),
            output=record.number_if_any("output"),
            ttft_ms=nested_statistics(record, LATENCIES["ttft"]),
            itl_ms=nested_statistics(record, LATENCIES["itl"]),
            model=record.text("model"),
            day=day_in(record, "date"),
        )
