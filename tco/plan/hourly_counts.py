"""Requests by hour from a CSV file, averaged to the 168 hours of a week in a time zone."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import math
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from tco.arrays import FloatArray
from tco.errors import BadInput, Problem
from tco.files import read_text
from tco.units import HOURS_PER_WEEK

__all__ = ["MOST_PER_HOUR", "week_from_csv"]

NEEDED: Final = ("hour", "requests")
MOST_PER_HOUR: Final = 1e12
"""Requests in an hour; the month's limit is of the same size."""
HOUR: Final = dt.timedelta(hours=1)
EXAMPLE: Final = "Write it as 2026-11-02T09:00+01:00."
MOST_LINES: Final = 5
"""Problems of a file that are listed one by one."""
LONGEST_SHOWN: Final = 40
CLOSE: Final = "Close it on its line, or leave it out."


def week_from_csv(path: Path, shown: str, timezone: str) -> FloatArray:
    """Return the mean count of each hour of the week. Raises BadInput for gaps and duplicates."""
    problems: list[Problem] = []
    counts: dict[dt.datetime, float] = {}
    lines: dict[dt.datetime, str] = {}
    for line, (text, requests) in _rows(read_text(path, shown), shown):
        try:
            hour, count = _hour(text), _count(requests)
        except ValueError as error:
            problems.append(Problem(shown, f"line {line}", str(error)))
            continue
        if hour in counts:
            problems.append(Problem(shown, f"line {line}", f"the hour {text.strip()} again."))
        counts[hour] = count
        lines[hour] = f"line {line}, {text.strip()}"
    if not (lines or problems):
        raise _refused(shown, 0, "needs the columns hour and requests, and rows.")
    problems = problems or _gaps(lines, shown)
    if problems:
        raise BadInput(_first(problems, shown))
    return _week(counts, zoneinfo.ZoneInfo(timezone), shown)


def _refused(shown: str, line: int, message: str, hint: str = "") -> BadInput:
    return BadInput([Problem(shown, f"line {line}" if line else "", message, hint)])


def _rows(text: str, shown: str) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield the line and the two needed cells of each row. Raises BadInput for a broken table."""
    lines = text.split("\n")
    for line, content in enumerate(lines, start=1):
        if "\0" in content:
            raise _refused(shown, line, "a NUL character.", "Save the file as CSV in UTF-8.")
    reader = csv.reader(io.StringIO(text), strict=True)
    header: list[str] = []
    hour = requests = 0
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refused(shown, line, *_broken(error, lines[line - 1])) from None
        if not row:
            continue
        if not header:
            header = row
            hour, requests = _places(row, shown)
            continue
        fits = len(row) == len(header)
        if reader.line_num > line and not (fits and "\n" not in row[hour] + row[requests]):
            closed = f"a quote is opened here and closed on line {reader.line_num}."
            raise _refused(shown, line, closed, CLOSE)
        if not fits:
            count = f"has {len(row)} cell{'s' if len(row) > 1 else ''}, the header has"
            hint = "Write a count without a comma: 1200 or 1200.5."
            raise _refused(shown, line, f"{count} {len(header)}.", hint)
        yield line, (row[hour], row[requests])


def _broken(error: csv.Error, line: str) -> tuple[str, str]:
    """Return what is wrong with a row that cannot be split, and what to do."""
    if "expected after" in f"{error}":
        return "a cell goes on after its closing quote.", "Write a quote inside a cell twice."
    if '"' in line:
        return "a quote is opened and never closed.", CLOSE
    return f"a cell has more than {csv.field_size_limit():,} characters.", ""


def _places(header: Sequence[str], shown: str) -> list[int]:
    """Return where the needed columns are."""
    for name in NEEDED:
        if header.count(name) > 1:
            raise _refused(shown, 1, f"two columns are named {name}.", "Keep one of them.")
    if set(NEEDED) <= set(header):
        return [header.index(name) for name in NEEDED]
    found = ", ".join(header)
    found = found if len(found) <= LONGEST_SHOWN else f"{found[:LONGEST_SHOWN]}…"
    hint = ""
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        hint = "Separate the columns by commas."
    elif set(NEEDED) <= {name.strip().casefold() for name in header}:
        hint = "Write their names in lower case and without spaces."
    raise _refused(shown, 1, f"needs the columns hour and requests, the header is {found}.", hint)


def _short(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def _hour(text: str) -> dt.datetime:
    """Return the moment at which an hour begins, in UTC."""
    try:
        hour = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{_short(text)} is not an hour. {EXAMPLE}") from None
    if hour.tzinfo is None:
        raise ValueError(f"{_short(text)} has no offset. {EXAMPLE}")
    if (hour.minute, hour.second, hour.microsecond) != (0, 0, 0):
        raise ValueError(f"{_short(text)} is not a full hour.")
    try:
        return hour.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError(f"{_short(text)} is not an hour. {EXAMPLE}") from None


def _count(text: str) -> float:
    try:
        count = float(text)
    except ValueError:
        raise ValueError(f"{_short(text)} is not a count of requests.") from None
    if not (math.isfinite(count) and count >= 0):
        raise ValueError(f"{_short(text)} requests: counts are 0 or more.")
    if count > MOST_PER_HOUR:
        raise ValueError(f"{_short(text)} requests: the limit is {MOST_PER_HOUR:g} in an hour.")
    return count


def _first(problems: Sequence[Problem], shown: str) -> list[Problem]:
    """Return the first problems of a long file, and how many there are besides."""
    more = len(problems) - MOST_LINES
    if more <= 0:
        return list(problems)
    counted = f"{more} more line{'s have' if more > 1 else ' has'} such a problem."
    return [*problems[:MOST_LINES], Problem(shown, "", counted)]


def _gaps(lines: Mapping[dt.datetime, str], shown: str) -> list[Problem]:
    """Return the missing hours, by the lines before and after each gap as the file writes them."""
    problems: list[Problem] = []
    for before, after in itertools.pairwise(sorted(lines)):
        missing = (after - before) // HOUR - 1
        if missing:
            gap = f"{missing} hour{'s' if missing > 1 else ''} missing between "
            between = f"{gap}{lines[before]} and {lines[after]}."
            problems.append(Problem(shown, "", between, "Write an hour without requests as 0."))
    return problems


def _week(counts: Mapping[dt.datetime, float], zone: zoneinfo.ZoneInfo, shown: str) -> FloatArray:
    """Return the mean of each local hour; one that a clock change leaves out is between others."""
    total, seen = np.zeros(HOURS_PER_WEEK), np.zeros(HOURS_PER_WEEK)
    for hour, count in counts.items():
        index = _index(hour.astimezone(zone))
        total[index] += count
        seen[index] += 1
    changes = _clock_changes(sorted(counts), zone)
    for index in (index for skipped in changes.values() for index in skipped):
        near = [(index - 1) % HOURS_PER_WEEK, (index + 1) % HOURS_PER_WEEK]
        if seen[index] == 0 and seen[near].all():
            total[index], seen[index] = (total[near] / seen[near]).mean(), 1
    if not seen.all():
        raise BadInput([Problem(shown, "", *_too_short(len(counts), seen, zone, changes))])
    if total.sum() == 0:
        raise BadInput([Problem(shown, "", "holds 0 requests in every hour: nothing to serve.")])
    return total / seen


def _index(local: dt.datetime) -> int:
    """Return the hour of the week, Monday 00:00 first."""
    return local.weekday() * 24 + local.hour


def _clock_changes(
    hours: Sequence[dt.datetime], zone: zoneinfo.ZoneInfo
) -> dict[dt.date, list[int]]:
    """Return the days on which the clocks change, with the hours of the week that each skips."""
    changes: dict[dt.date, list[int]] = {}
    for before, after in itertools.pairwise(hour.astimezone(zone) for hour in hours):
        if before.utcoffset() != after.utcoffset():
            skipped = (_index(after) - _index(before) - 1) % HOURS_PER_WEEK
            later = before.utcoffset() or dt.timedelta()
            forward = (after.utcoffset() or dt.timedelta()) > later
            first = _index(before) + 1
            hours_skipped = range(first, first + skipped) if forward else ()
            changes[after.date()] = [index % HOURS_PER_WEEK for index in hours_skipped]
    return changes


def _too_short(
    hours: int,
    seen: FloatArray,
    zone: zoneinfo.ZoneInfo,
    changes: Mapping[dt.date, Sequence[int]],
) -> tuple[str, str]:
    """Return what an incomplete week lacks, and what to add."""
    missing = np.flatnonzero(seen == 0)
    first = dt.datetime(2024, 1, 1) + int(missing[0]) * HOUR  # a Monday
    lacks = (
        f"holds {hours} hours and lacks {len(missing)} of the {HOURS_PER_WEEK} of a week in {zone}"
    )
    hint = "Add the missing hours."
    if changes:
        day, skipped = next(iter(changes.items()))
        length = HOURS_PER_WEEK - 1 if skipped else HOURS_PER_WEEK + 1
        hint = f"The clocks change on {day}: that week has {length} hours. {hint}"
    return f"{lacks}, the first {first:%A %H:%M}.", hint
