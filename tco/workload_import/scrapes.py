"""Demand in the metrics of serving engines: increases of counters between scrapes."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from tco.bad_lines import BadLines
from tco.errors import Problem
from tco.files import unreadable
from tco.log_rows import log_rows, opened
from tco.serving_metrics import SERVING_METRICS
from tco.workload_import.metric_series import (
    KNOWN,
    Broken,
    Quantity,
    Sample,
    Series,
    counted,
    series_of_text,
)
from tco.workload_import.query_range import range_samples
from tco.workload_import.request import moment
from tco.workload_import.scrape_text import first_time, text_samples
from tco.workload_import.span import ALWAYS, Span
from tco.workload_import.tally import LengthSums, Tally

__all__ = ["FileKind", "kind_of", "tally_scrapes"]

LONGEST_STEP_S: Final = 5400.0
"""A longer time between two scrapes is a gap: when its requests came is not known."""
PEEKED: Final = 1 << 12
TEXT: Final = re.compile(
    rb"#\s*(?:HELP|TYPE|UNIT|EOF|scraped_at)\b"
    rb"|[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^\n]*\})?[ \t]+[-+]?(?:[0-9.]|NaN|Inf)"
)
COLUMN: Final = re.compile(r'(?:^|,)\s*"?([a-zA-Z_:][a-zA-Z0-9_:]*)')
"""The names that start the columns of a CSV's head."""
NEEDED: Final = (Quantity.REQUESTS, Quantity.PROMPT, Quantity.COMPLETION)
TIME_COLUMNS: Final = ("timestamp", "time", "Time")


class FileKind(Enum):
    """What a file holds."""

    LOG = "rows of requests"
    TEXT = "scrapes in text"
    RANGE = "an answer of query_range"
    TABLE = "a column per series"


def kind_of(path: Path, shown: str) -> FileKind:
    """Return what a file holds, by its start. Raises BadInput where it cannot be read."""
    with opened(path, shown) as file:
        start = file.peek(PEEKED)[:PEEKED].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{") and b'"resultType"' in start:
        return FileKind.RANGE
    if TEXT.match(start):
        return FileKind.TEXT
    header = start.partition(b"\n")[0].decode("utf-8", "replace")
    if any(name in KNOWN for name in COLUMN.findall(header)):
        return FileKind.TABLE
    return FileKind.LOG


def _column_name(cell: str) -> str:
    return cell.partition("{")[0].strip()


@dataclass(kw_only=True)
class _Counters:
    """The last sample of every series, and the sum of the increases of each metric."""

    model: str | None
    tally: Tally
    last: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    totals: dict[str, float] = field(default_factory=lambda: defaultdict[str, float](float))
    buckets: dict[float, float] = field(default_factory=lambda: defaultdict[float, float](float))
    models: dict[str, None] = field(default_factory=dict[str, None])

    def add(self, sample: Sample) -> None:
        """Add a sample, in the order of time within its series. Raises ValueError.

        A value below the one before is a restart: it counts from 0, as in Prometheus' increase().
        """
        series, at, value = sample
        self.models[series.model] = None
        if self.model not in (None, series.model):
            return
        before = self.last.get(series.key)
        if before is not None and at < before[0]:
            raise ValueError("goes back in time: name the files in the order of time.")
        self.last[series.key] = (at, value)
        if before is None or at == before[0] or at - before[0] > LONGEST_STEP_S:
            return
        self._count(series, before[0], at, value - before[1] if value >= before[1] else value)

    def _count(self, series: Series, start: float, end: float, increase: float) -> None:
        start, seconds, share = self.tally.within.clipped(start, end - start)
        if not share:
            return
        increase *= share
        quantity = KNOWN[series.name][1]
        if series.le is not None:
            self.buckets[series.le] += increase
            return
        self.totals[series.name] += increase
        if quantity is Quantity.REQUESTS:
            self.tally.add_span(start, seconds, increase)

    def engines(self) -> list[str]:
        """Return the engines whose metrics were counted."""
        return list(dict.fromkeys(KNOWN[name][0] for name in self.totals))

    def total(self, quantity: Quantity) -> float | None:
        """Return the sum of a quantity over the engines; None where one of them lacks it."""
        found = [self._of(engine, quantity) for engine in self.engines()]
        known = [total for total in found if total is not None]
        return math.fsum(known) if known and len(known) == len(found) else None

    def _of(self, engine: str, quantity: Quantity) -> float | None:
        """Return the sum of the first of an engine's metrics of a quantity that was counted."""
        names = (name for name, known in KNOWN.items() if known == (engine, quantity))
        return next((self.totals[name] for name in names if name in self.totals), None)


def tally_scrapes(
    files: Sequence[tuple[Path, FileKind]],
    shown: str,
    model: str | None,
    bad: BadLines,
    *,
    within: Span = ALWAYS,
) -> tuple[Tally, list[str], int]:
    """Return the tally of files with metrics, the engines, and the number of samples.

    Raises BadInput where they do not say what was served.
    """
    counters = _Counters(model=model, tally=Tally(is_sampled=True, within=within))
    good = 0
    for path, kind in _in_order(files):
        for sample in _samples(path, kind):
            problem = sample if isinstance(sample, Broken) else _added(counters, sample)
            if problem is None:
                good += 1
            else:
                bad.add(Problem(f"{path}", problem.where, problem.problem), 1)
    _check(counters, shown, model)
    _set_lengths(counters)
    return counters.tally, counters.engines(), good


def _added(counters: _Counters, sample: Sample) -> Broken | None:
    try:
        counters.add(sample)
    except ValueError as error:
        return Broken(sample.series.name, f"{error}")
    return None


def _in_order(files: Sequence[tuple[Path, FileKind]]) -> list[tuple[Path, FileKind]]:
    """Return the scrapes in text by their time, then the others as they are given."""
    texts = [pair for pair in files if pair[1] is FileKind.TEXT]
    texts.sort(key=lambda pair: first_time(pair[0], f"{pair[0]}"))
    return [*texts, *(pair for pair in files if pair[1] is not FileKind.TEXT)]


def _samples(path: Path, kind: FileKind) -> Iterator[Sample | Broken]:
    shown = f"{path}"
    if kind is FileKind.TEXT:
        return text_samples(path, shown)
    if kind is FileKind.RANGE:
        return range_samples(path, shown)
    if kind is FileKind.TABLE:
        return _table_samples(path, shown)
    return iter([Broken("", "is not a scrape of metrics.")])


def _table_samples(path: Path, shown: str) -> Iterator[Sample | Broken]:
    """Yield the samples of a CSV with a column of times and one for each series."""
    series: dict[str, Series | None] = {}
    for row in log_rows(path, shown):
        where = f"line {row.line}"
        if row.cells is None:
            yield Broken(where, row.problem)
            continue
        try:
            at = moment(next((row.cells[name] for name in TIME_COLUMNS if name in row.cells), None))
            for column, cell in row.cells.items():
                if _column_name(column) not in KNOWN or cell == "":
                    continue
                if column not in series:
                    series[column] = series_of_text("", column)
                known = series[column]
                if known is not None:
                    yield Sample(known, at, counted(cell))
        except ValueError as error:
            yield Broken(where, f"{error}")


def _check(counters: _Counters, shown: str, model: str | None) -> None:
    """Raise BadInput where the metrics do not say what was served."""
    if model is not None and counters.models and model not in counters.models:
        served = ", ".join(counters.models)
        raise unreadable(shown, f"has no metrics of the model {model}.", f"It has {served}.")
    if model is None and len(counters.models) > 1:
        served = ", ".join(name or "without a name" for name in counters.models)
        message = f"has metrics of {len(counters.models)} models: {served}."
        raise unreadable(shown, message, "Name the one to plan for: --model NAME.")
    if not counters.last:
        names = ", ".join(metrics.requests for metrics in SERVING_METRICS.values())
        raise unreadable(shown, f"has none of the counters that are read, such as {names}.")
    if not counters.totals:
        where = "" if counters.tally.within is ALWAYS else ", in the days asked for"
        raise unreadable(
            shown,
            f"has no two scrapes of a server that are at most 90 minutes apart{where}.",
            "Scrape every minute, or every 5: counters say what was served in between.",
        )
    for quantity in NEEDED:
        if counters.total(quantity) is None:
            names = " and ".join(
                name
                for name, known in KNOWN.items()
                if known[1] is quantity and known[0] in counters.engines()
            )
            raise unreadable(shown, f"has no {quantity.value}.", f"Export {names} as well.")


def _set_lengths(counters: _Counters) -> None:
    """Give the tally its lengths: by the histogram of prompts, or the means alone."""
    tally = counters.tally
    if not tally.requests:
        return
    prompt, completion = (counters.total(each) or 0.0 for each in NEEDED[1:])
    cached = counters.total(Quantity.CACHED)
    tally.says_cached = cached is not None
    sums = LengthSums(
        requests=tally.requests,
        prompt=prompt,
        completion=completion,
        cached=min(cached or 0.0, prompt),
    )
    parts = _parts(counters.buckets)
    whole = math.fsum(count * length for count, length in parts)
    if not whole:
        tally.is_summed = True
        tally.lengths[0] = sums
        return
    tally.is_histogram = True
    count = math.fsum(count for count, _ in parts)
    for index, (part, length) in enumerate(parts):
        of_requests, of_prompt = part / count, part * length / whole
        tally.lengths[index] = LengthSums(
            requests=sums.requests * of_requests,
            prompt=sums.prompt * of_prompt,
            completion=sums.completion * of_requests,
            cached=sums.cached * of_prompt,
        )


def _parts(buckets: dict[float, float]) -> list[tuple[float, float]]:
    """Return the number of prompts in each bucket with any, and their length, about.

    That is the geometric mean of the bucket's ends; above the last one, half again as much.
    """
    parts: list[tuple[float, float]] = []
    ends = sorted(buckets)
    for low, high in itertools.pairwise([0.0, *ends]):
        below = buckets.get(low, 0.0)
        count = buckets[high] - below
        if count > 0:
            length = low * 1.5 if math.isinf(high) else math.sqrt(max(low, 1.0) * high)
            parts.append((count, max(length, 1.0)))
    return parts
