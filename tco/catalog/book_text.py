"""Rows appended to the text of a price book: no line that is there changes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from tco.catalog.book import Book
from tco.errors import BadInput
from tco.files import (
    BYTE_ORDER_MARK,
    as_list,
    as_mapping,
    read_exact_text,
    unreadable,
    validated,
    write_text,
)
from tco.yaml_files import yaml_mapping

__all__ = ["append_rows", "book_with_rows"]

PLAIN: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][\w./+-]*")
"""A text that may need no quotes: not a date, which other programs read as one."""

Row = dict[str, Any]
"""The keys of a row as YAML holds them: texts, numbers, flags, lists and mappings."""


def append_rows(path: Path, section: str, rows: Sequence[Row], *, head: str) -> None:
    """Append rows to a list of a price book; ``head`` begins a book that does not exist yet.

    The file is replaced whole or not at all, and a link is followed. Raises BadInput for a book
    that cannot take the rows, TcoError where it cannot be written.
    """
    write_text(path.resolve(), book_with_rows(path, section, rows, head=head))


def book_with_rows(path: Path, section: str, rows: Sequence[Row], *, head: str) -> str:
    """Return the text of a price book with rows at the end of a list, read back and checked.

    Everything else is as it was, comments and line endings included. Raises BadInput.
    """
    shown = str(path)
    if not path.exists():
        made = head + _section(section, rows, indent=0)
        validated(Book, yaml_mapping(made, shown), shown)
        return made
    raw = read_exact_text(path, shown)
    text = raw.removeprefix(BYTE_ORDER_MARK)
    before = yaml_mapping(text, shown)
    validated(Book, before, shown)
    made = _appended(text, section, rows)
    expected = {**before, section: [*before.get(section, ()), *rows]}
    if not _holds(made, expected, shown):
        raise unreadable(
            shown,
            f"a row cannot be added to {section} in the way the file is written.",
            "Name another file with --book, or write the section as a list with one row per line.",
        )
    validated(Book, expected, shown)
    return raw[: len(raw) - len(text)] + made


def _holds(text: str, expected: Row, shown: str) -> bool:
    """Return whether a text is read as these keys and values."""
    try:
        return yaml_mapping(text, shown) == expected
    except BadInput:
        return False


def _appended(text: str, section: str, rows: Sequence[Row]) -> str:
    """Return the text with rows at the end of its list, which is made where it has none."""
    root = yaml.compose(text, yaml.CSafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise AssertionError("a book is a mapping")
    found = next((value for key, value in root.value if key.value == section), None)
    quoted = [_flow(row, quoted=True) for row in rows]
    if isinstance(found, yaml.SequenceNode) and found.flow_style:
        return _in_brackets(text, found, ", ".join(quoted))
    if isinstance(found, yaml.SequenceNode):
        items = "".join(_item(row, found.start_mark.column) for row in rows)
        return _inserted(text, _line_after(text, found), items)
    if root.flow_style:
        return _in_brackets(text, root, f"{json.dumps(section)}: [{', '.join(quoted)}]")
    return _inserted(text, root.end_mark.index, _section(section, rows, root.start_mark.column))


def _inserted(text: str, at: int, lines: str) -> str:
    """Return the text with lines in front of a place; they end as most lines of it do."""
    windows = text.count("\r\n") * 2 > text.count("\n")
    ending = "\r\n" if windows else "\n"
    gap = "" if not at or text[at - 1] in "\r\n" else ending
    return text[:at] + gap + lines.replace("\n", ending) + text[at:]


def _in_brackets(text: str, node: yaml.CollectionNode, entry: str) -> str:
    """Return the text with an entry behind the last one of a list or mapping in brackets."""
    if not node.value:
        at = node.end_mark.index - 1
        return f"{text[:at]}{entry}{text[at:]}"
    at = _last(node).end_mark.index
    return f"{text[:at]}, {entry}{text[at:]}"


def _last(node: yaml.CollectionNode) -> yaml.Node:
    """Return the last item of a list, or the last value of a mapping."""
    last: yaml.Node | tuple[yaml.Node, yaml.Node] = node.value[-1]
    return last[1] if isinstance(last, tuple) else last


def _line_after(text: str, node: yaml.Node) -> int:
    """Return where the line begins that follows the last character of a node."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        node = _last(node)
    end = node.end_mark.index
    if end and text[end - 1] in "\r\n":  # a text of several lines ends with its last one
        return end
    following = re.compile(r"\r\n?|\n").search(text, end)
    return following.end() if following else len(text)


def _section(name: str, rows: Sequence[Row], indent: int) -> str:
    pad = " " * indent
    return f"{pad}{name}:\n{''.join(_item(row, indent + 2) for row in rows)}"


def _item(row: Row, indent: int) -> str:
    """Return a row of a list: on one line, or a key per line where it has rows of its own."""
    pad = " " * indent
    if not any(_are_rows(value) for value in row.values()):
        return f"{pad}- {_flow(row)}\n"
    lines: list[str] = []
    for key, value in row.items():
        if _are_rows(value):
            lines += [f"{key}:", *(f"  - {_flow(inner)}" for inner in value)]
        else:
            lines.append(f"{key}: {_flow(value)}")
    first, *more = lines
    return "".join((f"{pad}- {first}\n", *(f"{pad}  {line}\n" for line in more)))


def _are_rows(value: object) -> bool:
    return any(as_mapping(item) is not None for item in as_list(value) or ())


def _flow(value: object, *, quoted: bool = False) -> str:
    """Return a value on one line as YAML, or as JSON (``quoted``); numbers have no exponent."""
    fields, many = as_mapping(value), as_list(value)
    if fields is not None:
        inner = (
            f"{json.dumps(key) if quoted else key}: {_flow(item, quoted=quoted)}"
            for key, item in fields.items()
        )
        return f"{{{', '.join(inner)}}}"
    if many is not None:
        return f"[{', '.join(_flow(item, quoted=quoted) for item in many)}]"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, str) and not quoted and _is_plain(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    """Return whether YAML reads a text as itself without quotes."""
    try:
        return bool(PLAIN.fullmatch(text)) and yaml_mapping(f"x: {text}", "")["x"] == text
    except BadInput:
        return False
