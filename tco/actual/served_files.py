"""Tokens served in a period, counted in logs of requests or metrics of serving engines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tco.actual.period import Period
from tco.percent import percent_text
from tco.units import SECONDS_PER_HOUR, TOKENS_PER_MTOK
from tco.workload_import.measure import LogReading, Measurement, measure_logs
from tco.workload_import.span import Span

__all__ = ["ServedFiles", "served_in"]

WHOLE: Final = 0.99
"""Share of the period from which a log counts as covering it."""


@dataclass(frozen=True)
class ServedFiles:
    """Tokens counted, in millions, with notes about them."""

    mtok: float
    notes: tuple[str, ...]


def served_in(
    files: Sequence[Path],
    period: Period,
    model: str | None = None,
    columns: Mapping[str, str] | None = None,
    *,
    max_bad_share: float = 0.01,
) -> ServedFiles:
    """Return the tokens served in a period.

    Args:
        files: Logs, usage exports or scrapes of metrics, as ``tco workload import`` takes them.
        period: The days, UTC.
        model: The model whose metrics count, where the files have those of several.
        columns: Names of a log's columns.
        max_bad_share: The largest share of broken lines that is accepted.

    Raises:
        BadInput: The files cannot be read, or hold nothing of the period.
    """
    start = dt.datetime.combine(period.first, dt.time(), dt.UTC).timestamp()
    within = Span(start, start + period.hours * SECONDS_PER_HOUR)
    reading = LogReading(
        columns=columns or {},
        model=model,
        within=within,
        max_bad_share=max_bad_share,
        output_per_request=1.0,  # for exports that count no requests: tokens alone count here
    )
    found = measure_logs(files, reading)
    return ServedFiles(found.tokens / TOKENS_PER_MTOK, tuple(_notes(found, period)))


def _notes(found: Measurement, period: Period) -> Iterator[str]:
    share = found.covered_seconds / (period.hours * SECONDS_PER_HOUR)
    names = ", ".join(dict.fromkeys(Path(file).name for file in found.files))
    if share < WHOLE:
        yield (
            f"{names} covers {percent_text(share)} of the {period.hours:,.0f} hours, from "
            f"{found.start:%Y-%m-%d %H:%M} to {found.end:%Y-%m-%d %H:%M} UTC: tokens served "
            "outside that period are not counted."
        )
    if found.bad.count:
        yield f"{names}: {found.bad.count:,} broken lines left out."
