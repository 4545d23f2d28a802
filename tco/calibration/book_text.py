"""A price book's text with one more benchmark; everything a user wrote stays as it is."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from tco.calibration.curve import CalibratedCurve
from tco.catalog.benchmark import Benchmark
from tco.catalog.book import Book, read_book
from tco.catalog.fields import day_of
from tco.errors import BadInput
from tco.files import as_list, as_mapping, problems_of, read_text, unreadable
from tco.yaml_files import yaml_mapping

__all__ = ["book_with"]

SECTION = "benchmarks"
HEAD = "# Throughput measured with benchmark tools, written by `tco calibrate`.\n"


def book_with(curve: CalibratedCurve, path: Path) -> str:
    """Return a book's text with the curve's row at the end of its benchmarks.

    A measurement that the book has already is history: the new row holds from its own day.
    Raises BadInput where the book has a measurement of that day or a later one.
    """
    shown = str(path)
    if not path.exists():
        text = f"{HEAD}{SECTION}:\n{_block_item(curve.keys, 2)}"
        _checked(text, shown)
        return text
    book, text = read_book(path, shown), read_text(path, shown)
    ending = _line_ending(path)
    keys = _dated(curve, book, shown)
    edited = _appended(text, keys, shown)
    after = _checked(edited, shown)
    kept = after.model_copy(update={SECTION: after.benchmarks[:-1], "name": book.name})
    if kept.digest != book.digest or len(after.benchmarks) != len(book.benchmarks) + 1:
        raise unreadable(
            shown,
            f"a row cannot be added to {SECTION}: as the file is written.",
            "State another --book, or write the section as a list with one row per line.",
        )
    return edited.replace("\n", ending)


def _line_ending(path: Path) -> str:
    """Return how the lines of a book end, for the new ones to end alike."""
    content = path.read_bytes()
    return "\r\n" if content.count(b"\r\n") * 2 > content.count(b"\n") else "\n"


def _checked(text: str, shown: str) -> Book:
    """Return the book that a text holds. Raises BadInput."""
    try:
        return Book.model_validate(yaml_mapping(text, shown))
    except ValidationError as error:
        raise BadInput(problems_of(error, Book, shown)) from None


def _dated(curve: CalibratedCurve, book: Book, shown: str) -> dict[str, Any]:
    """Return the row's keys, with what the book's own would fill in differently."""
    day = day_of(curve.keys["as_of"])
    same = [row for row in book.benchmarks if row.key == curve.row.key]
    for row in same:
        if max(filter(None, (row.as_of, row.valid_from)), default=day) >= day:
            since = f" of {row.as_of.isoformat()}" if row.as_of else ""
            raise unreadable(
                shown,
                f"has a measurement{since} of this configuration and shape already: {_name(row)}.",
                "Remove that row to replace it, or calibrate with a newer one.",
            )
    keys = dict(curve.keys)
    points = keys.pop("points")
    if same or book.valid_from is not None:
        keys["valid_from"] = curve.keys["as_of"]
    if book.estimate:
        keys["estimate"] = False
    return {**keys, "points": points}


def _name(row: Benchmark) -> str:
    shape = f"{row.input:,} in, {row.output:,} out"
    return f"{row.model} on {row.gpus} x {row.gpu}, {row.precision}, {row.engine}, {shape}"


def _appended(text: str, keys: dict[str, Any], shown: str) -> str:
    """Return the text with a row at the end of the section, in block or in flow style."""
    root = yaml.compose(text, yaml.CSafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise unreadable(shown, "holds no keys with values.")
    section = next((value for key, value in root.value if key.value == SECTION), None)
    if section is None:
        if root.flow_style:
            return _inserted(text, root, f'"{SECTION}": [{_flow(keys, quoted=True)}]')
        indent = root.start_mark.column
        return f"{_ended(text)}{' ' * indent}{SECTION}:\n{_block_item(keys, indent + 2)}"
    if section.flow_style:
        return _inserted(text, section, _flow(keys, quoted=True))
    lines = _ended(text).splitlines(keepends=True)
    at = _last_line(section) + 1
    return "".join((*lines[:at], _block_item(keys, section.start_mark.column), *lines[at:]))


def _inserted(text: str, node: yaml.CollectionNode, entry: str) -> str:
    """Return the text with an entry behind the last one of a collection in flow style."""
    if not node.value:
        at = node.end_mark.index - 1
        return f"{text[:at]}{entry}{text[at:]}"
    at = _last(node).end_mark.index
    return f"{text[:at]}, {entry}{text[at:]}"


def _last(node: yaml.CollectionNode) -> yaml.Node:
    """Return the last item of a list, or the last value of a mapping."""
    last: yaml.Node | tuple[yaml.Node, yaml.Node] = node.value[-1]
    return last[1] if isinstance(last, tuple) else last


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _last_line(node: yaml.Node) -> int:
    """Return the line (0 is the first) on which a node's content ends."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        return _last_line(_last(node))
    return node.end_mark.line if node.end_mark.column else node.end_mark.line - 1


def _block_item(keys: dict[str, Any], indent: int) -> str:
    """Return a row with a key per line and a point per line."""
    pad = " " * indent
    lines: list[str] = []
    for key, value in keys.items():
        if key == "points":
            lines.append("points:")
            lines += [f"  - {_flow(point)}" for point in value]
        else:
            lines.append(f"{key}: {_flow(value)}")
    first, *more = lines
    return "".join((f"{pad}- {first}\n", *(f"{pad}  {line}\n" for line in more)))


def _flow(value: Any, quoted: bool = False) -> str:
    """Return a value on one line as YAML, or as JSON (``quoted``); decimals have no exponent."""
    fields, many = as_mapping(value), as_list(value)
    if fields is not None:
        inner = ", ".join(
            f"{json.dumps(key) if quoted else key}: {_flow(item, quoted)}"
            for key, item in fields.items()
        )
        return f"{{{inner}}}"
    if many is not None:
        return f"[{', '.join(_flow(item, quoted) for item in many)}]"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return json.dumps(value, ensure_ascii=False)
