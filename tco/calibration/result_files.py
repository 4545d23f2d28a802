"""Result files to records (JSON, JSON Lines, CSV), and records to the runs of their tool."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tco.calibration.aiperf import Aiperf
from tco.calibration.csv_table import CsvTable
from tco.calibration.guidellm import GuideLlm
from tco.calibration.inferencex import InferenceX
from tco.calibration.record import Record
from tco.calibration.result_format import ResultFormat
from tco.calibration.run import Run
from tco.calibration.sglang import SglangBenchServing
from tco.calibration.vllm import VllmBenchServe
from tco.errors import BadInput, Problem
from tco.files import as_list, as_mapping, read_text, require_distinct, unreadable
from tco.json_reader import load_json

__all__ = ["FORMATS", "Results", "read_results"]

FORMATS: tuple[ResultFormat, ...] = (
    CsvTable(),
    VllmBenchServe(),
    SglangBenchServing(),
    GuideLlm(),
    Aiperf(),
    InferenceX(),
)
"""Every format that is read, in the order in which a record is offered to them."""
LARGEST_RESULT_BYTES = 64 << 20
MOST_RECORDS = 10_000


class Results(NamedTuple):
    """The runs of some files, and the tools that wrote them."""

    runs: tuple[Run, ...]
    tools: tuple[str, ...]


def read_results(paths: Sequence[Path]) -> Results:
    """Return the runs of the files. Raises BadInput for a file that no format recognizes."""
    runs: list[Run] = []
    tools: dict[str, None] = {}
    require_distinct(paths)
    for path in paths:
        for record in _records(path):
            form = _format_of(record)
            tools[form.title] = None
            runs += form.runs(record)
    return Results(tuple(runs), tuple(tools))


def _format_of(record: Record) -> ResultFormat:
    for form in FORMATS:
        if form.recognizes(record):
            return form
    known = ", ".join(form.title for form in FORMATS)
    raise record.refused(
        "is not a result of a supported benchmark tool.",
        hint=f"Accepted: {known}. Write other measurements as a CSV.",
    )


def _records(path: Path) -> list[Record]:
    """Return the records of a file, at least one."""
    shown = str(path)
    text = read_text(path, shown, LARGEST_RESULT_BYTES)
    if not text.strip():
        raise unreadable(shown, "the file is empty.")
    is_json = text.lstrip()[0] in "{["
    found = list(_of_json(text, shown) if is_json else _of_csv(text, shown))
    if not found:
        raise unreadable(shown, "holds no measurement.")
    if len(found) > MOST_RECORDS:
        raise unreadable(shown, f"{len(found):,} records exceed the limit of {MOST_RECORDS:,}.")
    return found


def _of_json(text: str, shown: str) -> Iterator[Record]:
    """Yield the objects of a JSON file: one, a list of them, or one per line."""
    try:
        value = load_json(text, constants=True)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].rstrip().endswith("}"):
            raise unreadable(shown, f"not valid JSON: {error}.") from None
        yield from _of_json_lines(text, shown)
        return
    many = as_list(value)
    if many is None:
        yield _object(value, shown, "")
        return
    for index, item in enumerate(many):
        yield _object(item, shown, f"[{index}]")


def _of_json_lines(text: str, shown: str) -> Iterator[Record]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = load_json(line, constants=True)
        except ValueError as error:
            raise unreadable(shown, f"not valid JSON: {error}.", path=f"line {number}") from None
        yield _object(value, shown, f"line {number}")


def _object(value: Any, shown: str, place: str) -> Record:
    found = as_mapping(value)
    if found is None:
        raise BadInput([Problem(shown, place, "is not an object with keys.")])
    return Record(shown, place, found)


def _of_csv(text: str, shown: str) -> Iterator[Record]:
    rows = csv.DictReader(io.StringIO(text), restkey="", restval="", skipinitialspace=True)
    try:
        for row in rows:
            place = f"line {rows.line_num}"
            if "" in row:
                raise unreadable(shown, "has more cells than the header has columns.", path=place)
            yield Record(shown, place, {key.strip(): _cell(row[key]) for key in row}, True)
    except csv.Error as error:
        raise unreadable(shown, f"not a CSV: {error}.") from None


def _cell(value: str) -> str:
    return value.strip()
