"""The rows of a log file, one at a time: CSV, JSON lines, or a JSON document; plain or gzip."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from tco.files import as_list, as_mapping, unreadable

__all__ = ["NO_TEXT", "Row", "log_rows", "opened", "text_lines"]

LONGEST_LINE: Final = 16 << 20
LARGEST_DOCUMENT: Final = 64 << 20
"""Bytes of a JSON document, which is read whole; lines have no limit in number."""
GZIP: Final = b"\x1f\x8b"
PAGE_LISTS: Final = ("data", "result")
"""Where the page of an API has its rows."""
NO_TEXT: Final = "is not UTF-8, or too long."
UNREADABLE: Final = "\0"
"""Stands for a line of a CSV that is no text."""
JSON_STARTS: Final = (b"{", b"[")


class Row(NamedTuple):
    """One row, or the lines that are none: where it starts, how many lines it takes."""

    line: int
    lines: int
    cells: dict[str, Any] | None
    problem: str = ""


def log_rows(path: Path, shown: str) -> Iterator[Row]:
    """Yield the rows of a log; memory does not grow with its lines. Raises BadInput."""
    with opened(path, shown) as file:
        start = file.peek(1 << 12).removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start:
            raise unreadable(shown, "the file is empty.")
        if not start.startswith(JSON_STARTS):
            yield from _csv_rows(file, shown)
        elif start.startswith(b"{") and _is_object(start.partition(b"\n")[0]):
            yield from _json_lines(file)
        else:
            yield from _document_rows(file, shown)


@contextmanager
def opened(path: Path, shown: str) -> Generator[BufferedReader]:
    """Open a file for reading, unpacked. Raises BadInput where that fails, also halfway."""
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2).startswith(GZIP)
            if packed:
                with gzip.open(raw) as unpacked:
                    yield BufferedReader(cast("Any", unpacked), 1 << 16)
            else:
                yield raw
    except FileNotFoundError:
        raise unreadable(shown, "there is no such file.") from None
    except IsADirectoryError:
        raise unreadable(shown, "is a folder, not a file.") from None
    except EOFError:
        raise unreadable(shown, "the compressed file ends too early.") from None
    except OSError as error:
        reason = error.strerror or f"{error}"
        raise unreadable(shown, f"cannot be read: {reason}.") from None


def _is_object(line: bytes) -> bool:
    """Return whether a line, or the start of a long one, is a JSON object on one line."""
    text = line.rstrip()
    return text.endswith(b"}") or len(text) > 1 << 11


def text_lines(file: BufferedReader) -> Iterator[str | None]:
    """Yield the lines as text, None for one that is too long or not UTF-8."""
    first = True
    while line := file.readline(LONGEST_LINE):
        whole = line.endswith(b"\n") or len(line) < LONGEST_LINE
        while not whole:
            rest = file.readline(LONGEST_LINE)
            whole = rest.endswith(b"\n") or len(rest) < LONGEST_LINE
            line = b"\xff"
        try:
            yield line.decode("utf-8-sig" if first else "utf-8")
        except UnicodeDecodeError:
            yield None
        first = False


def _json_lines(file: BufferedReader) -> Iterator[Row]:
    for number, line in enumerate(text_lines(file), start=1):
        if line is None:
            yield Row(number, 1, None, NO_TEXT)
        elif line.strip():
            try:
                cells = as_mapping(json.loads(line))
            except (ValueError, RecursionError):
                cells = None
            yield Row(number, 1, cells, "" if cells else "is not a JSON object.")


def _csv_rows(file: BufferedReader, shown: str) -> Iterator[Row]:
    reader = csv.reader((line or UNREADABLE for line in text_lines(file)), strict=True)
    header: list[str] = []
    while True:
        before = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if not header:
                raise unreadable(
                    shown, f"is neither CSV nor JSON: {error}.", path="line 1"
                ) from None
            yield Row(before + 1, max(1, reader.line_num - before), None, f"is not CSV: {error}.")
            continue
        if not row:
            continue
        if not header:
            header = [name.strip() for name in row]
            _check_header(header, shown)
        elif row == [UNREADABLE]:
            yield Row(before + 1, reader.line_num - before, None, NO_TEXT)
        elif len(row) != len(header):
            wrong = f"has {len(row)} cells, the header has {len(header)}."
            yield Row(before + 1, reader.line_num - before, None, wrong)
        else:
            cells = dict(zip(header, row, strict=True))
            yield Row(before + 1, reader.line_num - before, cast("dict[str, Any]", cells))


def _check_header(header: list[str], shown: str) -> None:
    twice = sorted({name for name in header if header.count(name) > 1 and name})
    if twice:
        raise unreadable(shown, f"two columns are named {twice[0]}.", "Keep one.", "line 1")
    if any(UNREADABLE in name for name in header):
        raise unreadable(shown, "is neither a CSV in UTF-8 nor JSON.", "Save it as text in UTF-8.")


def _document_rows(file: BufferedReader, shown: str) -> Iterator[Row]:
    """Yield the objects of a JSON list, or of the list that a page of an API has."""
    text = file.read(LARGEST_DOCUMENT + 1)
    if len(text) > LARGEST_DOCUMENT:
        limit = f"a JSON document of more than {LARGEST_DOCUMENT >> 20} MB."
        raise unreadable(shown, limit, "Write one JSON object per line: jq -c '.[]'.")
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise unreadable(shown, f"is not JSON: {error}.") from None
    page = as_mapping(document)
    rows = as_list(document)
    for name in PAGE_LISTS:
        rows = as_list((page or {}).get(name)) if rows is None else rows
    if rows is None:
        raise unreadable(shown, "is one JSON object, not a log.", "Write one object per line.")
    for number, row in enumerate(rows, start=1):
        cells = as_mapping(row)
        yield Row(number, 1, cells, "" if cells else "is not a JSON object.")
