"""A measurement as the text of a workload file, and as notes for the person who asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from tco.arrays import FloatArray
from tco.errors import printable
from tco.files import validated
from tco.plan.workload import Workload
from tco.ranges import MOST_GROWTH
from tco.workload_import.measure import LengthSource, Measurement
from tco.workload_import.weeks import LEAST_WEEKS, Growth
from tco.yaml_files import yaml_mapping

__all__ = ["notes", "workload_text"]

DAYS: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday"),
    *("Friday", "Saturday", "Sunday"),
)
HOURS_PER_LINE: Final = 12
NOTED_GAP_HOURS: Final = 24.0
NOTED_SCRAPE_GAP_HOURS: Final = 0.5
WIDEST_GROWTH: Final = 10.0
"""Factor between the ends of an interval of the growth up to which it says something."""


def workload_text(found: Measurement) -> str:
    """Return a workload file with what was measured; its comments say from what.

    Raises BadInput where a workload may not state it, such as requests of no length.
    """
    lines = [*_head(found), *_volume(found), *_classes(found), *_growth(found), *_burst(found)]
    text = "\n".join(lines) + "\n"
    validated(Workload, yaml_mapping(text, found.files[0]), found.files[0])
    return text


def notes(found: Measurement) -> Iterator[str]:
    """Yield what was read and what a reader must know about it, a sentence or two each."""
    yield _summary(found)
    if found.bad.count:
        count = found.bad.count
        lines = f"{count:,} broken line{'s' if count > 1 else ''}"
        yield f"{lines} left out, such as {found.bad.first[0].file}, {found.bad.first[0]}"
    if found.unserved:
        yield (
            f"{found.unserved:,.0f} rows left out because no model served them: failures, "
            "hits in a gateway's cache, spans, or rows without tokens."
        )
    if found.is_sampled and found.gap_hours > NOTED_SCRAPE_GAP_HOURS:
        yield f"No scrapes for {found.gap_hours:,.1f} hours in a row: that time is left out."
    elif found.gap_hours >= NOTED_GAP_HOURS:
        yield f"No request for {found.gap_hours:,.0f} hours in a row: taken as no demand."
    if not found.has_hours:
        yield (
            "The log counts by day, not by hour: its mean rate is stated for every hour. "
            "State the shape of the week yourself."
        )
    elif found.per_hour is None:
        yield (
            "The log covers less than a week: its mean rate is stated for every hour. State the "
            "shape of the week yourself."
        )
    if found.lengths is LengthSource.MEANS:
        yield (
            "The log holds totals, not single requests: one class with the mean lengths is stated."
        )
    elif found.lengths is LengthSource.HISTOGRAM:
        yield (
            "Classes are by a histogram of prompts: answers have the mean length in each of them, "
            "and lengths within a bucket are those in its middle."
        )
    if found.burst is None:
        yield (
            "The burst rate is not measured: that needs the times of at least 1,000 "
            "requests, in hours with one or more per minute."
        )
    if not found.says_cached:
        yield "The log does not say which tokens were cached: cached is not stated."
    yield _growth_note(found.growth)


def _summary(found: Measurement) -> str:
    files = ", ".join(map(printable, found.files[:3])) + (", …" if len(found.files) > 3 else "")
    return (
        f"{found.requests:,.0f} requests from {files} ({', '.join(found.formats)}), "
        f"{found.start:%Y-%m-%d %H:%M} to {found.end:%Y-%m-%d %H:%M} UTC."
    )


def _growth_note(growth: Growth | None) -> str:
    if growth is None:
        return f"Growth is not measured: that needs {LEAST_WEEKS} whole weeks with requests."
    interval = f"80% interval {growth.low:+.0%} to {growth.high:+.0%}"
    if not _states_growth(growth):
        return f"The log is too short for its growth (per year, {interval}): it is not stated."
    return f"Growth {growth.likely:+.0%} per year, {interval}."


def _states_growth(growth: Growth) -> bool:
    is_narrow = 1 + growth.high <= WIDEST_GROWTH * (1 + growth.low)
    return is_narrow and growth.high <= MOST_GROWTH


def _head(found: Measurement) -> Iterator[str]:
    yield f"# Measured by tco workload import: {_summary(found)}"
    if found.timezone != "UTC":
        yield f"timezone: {found.timezone}"


def _volume(found: Measurement) -> Iterator[str]:
    if found.per_hour is None:
        yield f"requests_per_second: {_number(found.requests_per_second, 12)}"
    else:
        yield "per_hour:"
        yield from _hours(found.per_hour)


def _hours(week: FloatArray) -> Iterator[str]:
    """Yield the list of 168 values, two lines per day, each day named."""
    for at in range(0, len(week), HOURS_PER_LINE):
        if at % 24 == 0:
            yield f"  # {DAYS[at // 24]}"
        values = ", ".join(_number(value) for value in week[at : at + HOURS_PER_LINE])
        opening = "  [" if at == 0 else "   "
        closing = "]" if at + HOURS_PER_LINE == len(week) else ","
        yield f"{opening}{values}{closing}"


def _classes(found: Measurement) -> Iterator[str]:
    yield "classes:"
    for request_class in found.classes:
        keys = [f"name: {request_class.name}", f"share: {_number(request_class.share, 12)}"]
        keys += [
            f"input: {_number(request_class.input)}",
            f"output: {_number(request_class.output)}",
        ]
        if request_class.cached:
            keys.append(f"cached: {_number(request_class.cached, 12)}")
        if request_class.written:
            keys.append(f"cache_write: {_number(request_class.written, 12)}")
            keys += ["cache_write_ttl: 1h"] * _is_mostly_1h(found)
        yield f"  - {{{', '.join(keys)}}}"


def _is_mostly_1h(found: Measurement) -> bool:
    """Return whether more tokens were written to a cache for an hour than for 5 minutes."""
    requests = found.requests
    written = math.fsum(
        requests * kind.share * kind.input * (1 - kind.cached) * kind.written
        for kind in found.classes
    )
    return 2 * found.written_1h > written


def _growth(found: Measurement) -> Iterator[str]:
    if found.growth is not None and _states_growth(found.growth):
        yield f"growth_per_year: {_growth_range(found.growth)}  # {_growth_note(found.growth)}"


def _burst(found: Measurement) -> Iterator[str]:
    if found.burst is not None:
        rate = _range(found.burst.low, found.burst.likely, found.burst.high)
        yield f"burst: {{rate: {rate}}}  # by arrivals in 15, 60 and 240 seconds"


def _growth_range(growth: Growth) -> str:
    """Return the interval as a range, or the likely value where its ends are no further away."""
    return _range(growth.low, growth.likely, growth.high)


def _range(low: float, likely: float, high: float) -> str:
    """Return a range in text, or the likely value where an end is no further away."""
    bounds = [_number(bound, 3) for bound in (low, likely, high)]
    return f"[{', '.join(bounds)}]" if bounds[0] != bounds[1] != bounds[2] else bounds[1]


def _number(value: float, digits: int = 6) -> str:
    """Return a number without an exponent and without zeros at its end."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".")
