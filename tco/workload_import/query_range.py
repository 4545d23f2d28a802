"""Answers of Prometheus' ``/api/v1/query_range``: a JSON document, read series by series."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from tco.files import as_list, as_mapping, unreadable
from tco.log_rows import opened
from tco.workload_import.metric_series import Broken, Sample, counted, series_of
from tco.workload_import.request import moment

__all__ = ["range_samples"]

KIND: Final = re.compile(r'"resultType"\s*:\s*"(\w+)"')
RESULT: Final = re.compile(r'"result"\s*:\s*\[')
PART: Final = 1 << 18
LARGEST_SERIES: Final = 64 << 20
"""Characters of one series, which is read whole; there is no limit on their number."""
NO_NAME: Final = (
    "a series has no name, as sum() and rate() leave none: query the counters themselves, such as "
    '{__name__=~"vllm:(prompt|generation)_tokens_total|vllm:request_success_total"}.'
)


def range_samples(path: Path, shown: str) -> Iterator[Sample | Broken]:
    """Yield the samples of the series that are read. Raises BadInput for another answer."""
    with opened(path, shown) as file, TextIOWrapper(file, "utf-8-sig") as text:
        for number, series in enumerate(_series(text, shown)):
            where = f"result[{number}]"
            try:
                yield from _samples(series, shown, where)
            except ValueError as error:
                yield Broken(where, f"{error}")


def _samples(series: Any, shown: str, where: str) -> Iterator[Sample | Broken]:
    found = as_mapping(series) or {}
    labels = {key: str(value) for key, value in (as_mapping(found.get("metric")) or {}).items()}
    name = labels.pop("__name__", "")
    if not name:
        raise unreadable(shown, NO_NAME, path=where)
    known = series_of("", name, labels)
    if known is None:
        return
    for number, pair in enumerate(as_list(found.get("values")) or []):
        at, value = (*(as_list(pair) or ()), None, None)[:2]
        try:
            yield Sample(known, moment(at), counted(str(value)))
        except ValueError as error:
            yield Broken(f"{where}.values[{number}]", f"{error}")


def _series(file: TextIOWrapper, shown: str) -> Iterator[Any]:
    """Yield the elements of ``result``; one of them is in memory at a time."""
    text, ended = "", False
    decoder, place = json.JSONDecoder(), -1
    while True:
        if place < 0:
            place = _start(text, shown)
        while place >= 0:
            begin = _skipped(text, place)
            if text.startswith("]", begin):
                return
            try:
                series, end = decoder.raw_decode(text, begin)
            except (ValueError, RecursionError):
                break
            yield series
            place = end
        if ended:
            raise unreadable(shown, "the JSON ends too early, or is broken.")
        if place > 0:
            text, place = text[place:], 0
        if len(text) > LARGEST_SERIES:
            raise unreadable(shown, "one series is too long.", "Query a shorter time per file.")
        try:
            part = file.read(max(PART, len(text)))
        except UnicodeDecodeError:
            raise unreadable(shown, "is not UTF-8.") from None
        ended = not part
        text += part


def _start(text: str, shown: str) -> int:
    """Return where the first series is, -1 where the text does not reach it yet."""
    kind = KIND.search(text)
    if kind is not None and kind[1] != "matrix":
        instant = f"is a result of type {kind[1]}, a single instant: counters need a time range."
        raise unreadable(shown, instant, "Ask /api/v1/query_range with start, end and step=60.")
    result = RESULT.search(text)
    return result.end() if result is not None else -1


def _skipped(text: str, place: int) -> int:
    """Return the place after white space and commas."""
    while place < len(text) and text[place] in " \t\r\n,":
        place += 1
    return place
