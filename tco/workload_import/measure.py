"""From log files to what a workload states: volume by hour, classes, cache share, growth."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from tco.arrays import FloatArray
from tco.bad_lines import BadLines
from tco.errors import BadInput, Problem, TcoError
from tco.files import require_distinct, unreadable
from tco.log_rows import log_rows
from tco.ranges import Range
from tco.workload_import.classes import MeasuredClass, classes_of
from tco.workload_import.formats import format_of
from tco.workload_import.log_format import LogFormat
from tco.workload_import.scrapes import FileKind, kind_of, tally_scrapes
from tco.workload_import.span import ALWAYS, Span
from tco.workload_import.tally import Tally
from tco.workload_import.weeks import Growth, growth_of, longest_gap_hours, week_of_slots

__all__ = ["LengthSource", "LogReading", "Measurement", "measure_logs"]

MOST_GAP_HOURS: Final = 35 * 24.0
"""A longer time without a row is a wrong time, or two logs."""
LEAST_SECONDS: Final = 600.0
"""A shorter log says nothing of a rate."""


class LengthSource(Enum):
    """Where the lengths of requests are from."""

    REQUESTS = "requests"
    HISTOGRAM = "a histogram of prompts"
    MEANS = "sums"


@dataclass(frozen=True, kw_only=True)
class LogReading:
    """How the files are read: the format or the columns by name, the zone, the limit.

    ``model`` is the one whose metrics are read, where files have those of several, and
    ``output_per_request`` the mean answer in tokens, for logs that count no requests.
    """

    timezone: str = "UTC"
    format: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    max_bad_share: float = 0.01
    model: str | None = None
    within: Span = ALWAYS
    """What was served outside of it is left out."""
    output_per_request: float | None = None


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What the logs say."""

    files: tuple[str, ...]
    formats: tuple[str, ...]
    timezone: str
    start: dt.datetime
    end: dt.datetime
    requests: float
    tokens: float
    """Prompt and completion, all requests together."""
    has_hours: bool
    """Whether the logs have hours, not only days."""
    per_hour: FloatArray | None
    """Requests by local hour of the week; None where the logs have no hours or less than a week."""
    classes: tuple[MeasuredClass, ...]
    says_cached: bool
    written_1h: float
    """Tokens that were written to a cache for an hour."""
    lengths: LengthSource
    burst: Range | None
    """The burst rate within an hour; None where the logs do not say it."""
    growth: Growth | None
    gap_hours: float
    is_sampled: bool
    """Whether a gap was not measured; else there was no request in it."""
    covered_seconds: float
    unserved: float
    """Rows and requests that no model served: failures, hits of a gateway's cache, no tokens."""
    bad: BadLines

    @property
    def requests_per_second(self) -> float:
        """The mean rate over the time covered."""
        return self.requests / self.covered_seconds


def measure_logs(files: Sequence[Path], reading: LogReading) -> Measurement:
    """Return what log files say. Raises BadInput for files that are no logs, or too broken."""
    bad, shown = BadLines(), f"{files[0]}"
    paths = [*_within(files)]
    require_distinct(paths)
    kinds = [(path, _kind(path, reading)) for path in paths]
    if any(kind is not FileKind.LOG for _, kind in kinds):
        tally, formats, good = tally_scrapes(
            kinds, shown, reading.model, bad, within=reading.within
        )
        unserved = 0
    else:
        tally, formats, good, unserved = _tally_logs([path for path, _ in kinds], reading, bad)
    bad.check(f"{files[-1]}", good + unserved, reading.max_bad_share)
    if not tally.lengths:
        raise unreadable(shown, _nothing(reading.within))
    gap = longest_gap_hours(tally.slots)
    if gap > MOST_GAP_HOURS:
        days = f"{gap / 24:,.0f} days pass between two requests."
        raise unreadable(shown, days, "Is a time wrong? Import one part of the log.")
    if tally.covered_seconds < LEAST_SECONDS:
        short = f"covers {tally.covered_seconds:,.0f} seconds."
        raise unreadable(shown, short, f"A rate needs {LEAST_SECONDS / 60:.0f} minutes or more.")
    return Measurement(
        files=tuple(map(str, files)),
        formats=tuple(formats),
        timezone=reading.timezone,
        start=dt.datetime.fromtimestamp(tally.first, dt.UTC),
        end=dt.datetime.fromtimestamp(tally.last, dt.UTC),
        requests=tally.requests,
        tokens=math.fsum(sums.tokens for sums in tally.lengths.values()),
        has_hours=tally.has_hours,
        per_hour=_per_hour(tally, reading.timezone),
        classes=tuple(classes_of(tally.lengths, single=tally.is_summed)),
        says_cached=tally.says_cached,
        written_1h=tally.written_1h,
        lengths=_lengths(tally),
        burst=tally.arrivals.burst_rate(tally.first, tally.last),
        growth=growth_of(tally.slots, sampled=tally.is_sampled),
        gap_hours=gap,
        is_sampled=tally.is_sampled,
        covered_seconds=tally.covered_seconds,
        unserved=unserved + tally.empty,
        bad=bad,
    )


def _nothing(within: Span) -> str:
    if within is ALWAYS:
        return "holds no request with tokens: there is nothing to plan."
    first, end = (dt.datetime.fromtimestamp(at, dt.UTC) for at in (within.start, within.end))
    return f"holds no request with tokens from {first:%Y-%m-%d} up to {end:%Y-%m-%d}, UTC."


def _within(files: Sequence[Path]) -> Iterator[Path]:
    """Yield the files, and those inside folders, by name. Raises BadInput for an empty folder."""
    for path in files:
        if not path.is_dir():
            yield path
            continue
        held = sorted(
            inner for inner in path.rglob("*") if inner.is_file() and not inner.name.startswith(".")
        )
        if not held:
            raise unreadable(f"{path}", "is a folder without files.")
        yield from held


def _kind(path: Path, reading: LogReading) -> FileKind:
    """Return what a file holds; a format or columns that are named say that it is a log."""
    stated = reading.format is not None or bool(reading.columns)
    return FileKind.LOG if stated else kind_of(path, f"{path}")


def _per_hour(tally: Tally, timezone: str) -> FloatArray | None:
    if not tally.has_hours:
        return None
    return week_of_slots(tally.slots, timezone, sampled=tally.is_sampled)


def _lengths(tally: Tally) -> LengthSource:
    if tally.is_summed:
        return LengthSource.MEANS
    return LengthSource.HISTOGRAM if tally.is_histogram else LengthSource.REQUESTS


def _tally_logs(
    files: Sequence[Path], reading: LogReading, bad: BadLines
) -> tuple[Tally, list[str], int, int]:
    """Return the tally of logs, their formats, and their rows with requests and without."""
    tally = Tally(within=reading.within, output_per_request=reading.output_per_request)
    good = unserved = 0
    formats: dict[str, None] = {}
    for path in files:
        read, left_out, name = _read(path, reading, tally, bad)
        good, unserved = good + read, unserved + left_out
        formats[name] = None
    return tally, [*formats], good, unserved


def _read(path: Path, reading: LogReading, tally: Tally, bad: BadLines) -> tuple[int, int, str]:
    """Add a file to the tally; return its rows with requests, those without, and its format."""
    shown, log = f"{path}", None
    good = unserved = 0
    for row in log_rows(path, shown):
        where = f"line {row.line}"
        if row.cells is None:
            bad.add(Problem(shown, where, row.problem), row.lines)
            continue
        log = log or format_of(row.cells, shown, reading.format, reading.columns)
        try:
            found = _add(log, row.cells, tally)
        except ValueError as error:
            bad.add(Problem(shown, where, f"{error}"), row.lines)
        except TcoError as error:
            raise unreadable(shown, f"{error}", path=where) from None
        else:
            good, unserved = good + (found > 0), unserved + (found == 0)
    if log is None:
        if bad.first:
            raise BadInput(bad.first)
        raise unreadable(shown, "holds no rows.")
    return good, unserved, log.name


def _add(log: LogFormat, cells: Mapping[str, object], tally: Tally) -> int:
    """Add the requests of a row to the tally and return how many records they were."""
    count = 0
    for request in log.requests(cells):
        tally.add(request)
        count += 1
    return count
