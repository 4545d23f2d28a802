"""Scrapes of ``/metrics`` in Prometheus' text format: one per file, or many in one file.

The lines are read here rather than by the parser of ``prometheus_client``: a dozen names are wanted
of some hundred, a broken line is counted with its number, and the time of a scrape may be in a
comment, which that parser drops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Final

from tco.files import unreadable
from tco.log_rows import NO_TEXT, opened, text_lines
from tco.workload_import.metric_series import (
    KNOWN,
    Broken,
    Sample,
    Series,
    counted,
    series_of_text,
)
from tco.workload_import.request import moment, shortened

__all__ = ["first_time", "text_samples"]

SAMPLE: Final = re.compile(
    r"(?P<series>[a-zA-Z_:][a-zA-Z0-9_:]*"
    r'(?:\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\})?)'
    r"[ \t]+(?P<value>[^ \t]+)(?:[ \t]+(?P<at>-?[0-9.]+))?[ \t]*(?:#.*)?"
)
SCRAPED_AT: Final = re.compile(r"#\s*scraped_at[:\s]\s*(.+)")
CLOCK_TIME: Final = re.compile(
    r"(?P<date>20\d\d-?[01]\d-?[0-3]\d)[T_ -]?"
    r"(?P<hour>[0-2]\d)[:_.-]?(?P<minute>[0-5]\d)(?:[:_.-]?(?P<second>[0-5]\d))?Z?(?!\d)"
)
UNIX_TIME: Final = re.compile(r"(?<!\d)1\d{9}(?:\d{3})?(?!\d)")
NO_TIME: Final = (
    "Name each scrape by its time in UTC, such as node1-2026-11-02T10:15:00Z.prom, or write "
    "# scraped_at TIME before it."
)


def time_in_name(stem: str) -> tuple[float, str] | None:
    """Return the time in the name of a file, and the rest of the name, which is the server's.

    >>> time_in_name("node1-20261102-101500") == (1793614500.0, "node1-")
    True
    >>> time_in_name("metrics_1793614500") == (1793614500.0, "metrics_")
    True
    """
    found = CLOCK_TIME.search(stem)
    if found is not None:
        clock = f"{found['hour']}:{found['minute']}:{found['second'] or '00'}"
        try:
            at = moment(f"{found['date']}T{clock}")
        except ValueError:
            return None
        return at, stem[: found.start()] + stem[found.end() :]
    found = UNIX_TIME.search(stem)
    if found is None:
        return None
    return moment(found[0]), stem[: found.start()] + stem[found.end() :]


def _stem(path: Path) -> str:
    """Return the name of a file without its endings; a time may have dots of its own."""
    return re.sub(r"(\.(prom|txt|metrics|log|gz))+$", "", path.name)


def first_time(path: Path, shown: str) -> float:
    """Return when a file of scrapes starts, as far as its name or its first lines say; else 0."""
    named = time_in_name(_stem(path))
    if named is not None:
        return named[0]
    with opened(path, shown) as file:
        found = SCRAPED_AT.search(file.peek(1 << 12).decode("utf-8", "replace"))
    try:
        return moment(found[1]) if found else 0.0
    except ValueError:
        return 0.0


def text_samples(path: Path, shown: str) -> Iterator[Sample | Broken]:
    """Yield the samples of a file that are read, in its order. Raises BadInput without a time."""
    named = time_in_name(_stem(path))
    server = f"{path.parent}/{named[1] if named else path.name}"
    with opened(path, shown) as file:
        yield from _samples(file, shown, server, named[0] if named else None)


def _samples(
    file: BufferedReader, shown: str, server: str, at: float | None
) -> Iterator[Sample | Broken]:
    series: dict[str, Series | None] = {}
    for number, line in enumerate(text_lines(file), start=1):
        where = f"line {number}"
        if line is None:
            yield Broken(where, NO_TEXT)
            continue
        try:
            if line.startswith("#"):
                found = SCRAPED_AT.match(line)
                at = moment(found[1]) if found else at
            elif line.strip():
                sample = _sample(line.strip(), server, at, series)
                if sample is not None:
                    yield sample
        except ValueError as error:
            yield Broken(where, f"{error}")
        except LookupError:
            raise unreadable(shown, "the scrape has no time.", NO_TIME, where) from None


def _sample(
    line: str, server: str, at: float | None, series: dict[str, Series | None]
) -> Sample | None:
    """Return the sample of a line; None for a metric that is not read.

    Raises ValueError for a broken line, LookupError where it has no time.
    """
    found = SAMPLE.fullmatch(line)
    if found is None:
        raise ValueError(f"{shortened(line)} is not a sample of a metric.")
    text = found["series"]
    if text.partition("{")[0] not in KNOWN:
        return None
    if text not in series:
        series[text] = series_of_text(server, text)
    known = series[text]
    if known is None:
        return None
    if found["at"] is not None:
        at = moment(found["at"])
    if at is None:
        raise LookupError
    return Sample(known, at, counted(found["value"]))
