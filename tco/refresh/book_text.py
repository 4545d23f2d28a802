"""Rows appended to the text of a price book: no line that is there changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tco.catalog.book import Book, read_book
from tco.catalog.node_price import NodePrice
from tco.errors import BadInput, Problem, TcoError
from tco.files import read_text, write_text
from tco.ranges import Range

__all__ = ["append_rows", "existing_book"]

NAMES = frozenset({"instance", "region", "purchase", "kind", "term", "payment"})
"""Their values are names of AWS and words of tco, which YAML reads without quotes."""
HEADER = "# Prices that `tco prices refresh` has seen; a row is added, never changed.\n"


def existing_book(path: Path) -> Book | None:
    """Return the book to append to; None for a file that does not exist. Raises BadInput."""
    if not path.exists():
        return None
    book = read_book(path, str(path))
    if book.currency is not None:
        hint = "Name another file with --book, one without currency."
        message = f"the book is in {book.currency.code}, and the prices of AWS are in USD."
        raise BadInput([Problem(str(path), "currency.code", message, hint)])
    return book


def append_rows(path: Path, book: Book | None, rows: Sequence[NodePrice]) -> None:
    """Append rows to the prices of a book. Raises TcoError where the file cannot take them."""
    text = HEADER if book is None else read_text(path, str(path))
    exact = book is not None and book.estimate
    made = _appended(text, [_row(row, exact) for row in rows])
    if book is not None and not _kept(text, made, len(rows)):
        raise TcoError(
            f"{path} is written in a way that takes no more rows. "
            "Write each row of prices on a line of its own, under `prices:`."
        )
    write_text(path, made)


def _row(row: NodePrice, exact: bool) -> dict[str, object]:
    """Return the keys of a row; ``exact`` says that it is no estimate where its book's are."""
    given = {
        "instance": row.instance,
        "region": row.region,
        "purchase": row.purchase,
        "kind": row.kind,
        "term": row.term,
        "payment": row.payment,
        "usd_per_hour": _amount(row.usd_per_hour),
        "upfront_usd": _amount(row.upfront_usd),
        "estimate": False if exact else None,
        "source": row.source,
        "as_of": row.as_of and row.as_of.isoformat(),
        "valid_from": row.valid_from and row.valid_from.isoformat(),
        "note": row.note or None,
    }
    return {key: value for key, value in given.items() if value is not None}


def _amount(value: Range | None) -> float | list[float] | None:
    if value is None or value.is_point:
        return None if value is None else value.likely
    return [value.low, value.likely, value.high]


def _appended(text: str, rows: Sequence[dict[str, object]]) -> str:
    """Return the text with rows at the end of its list ``prices``, which is made if need be."""
    root = yaml.compose(text, yaml.CSafeLoader)
    prices = _prices(root)
    if isinstance(prices, yaml.SequenceNode) and not prices.flow_style:
        dash = " " * prices.start_mark.column + "- "
        return _inserted(text, _line_after(text, prices), [dash + _in_line(row) for row in rows])
    if isinstance(prices, yaml.SequenceNode):
        return _in_brackets(text, prices, bool(prices.value), [json.dumps(row) for row in rows])
    if isinstance(root, yaml.MappingNode) and root.flow_style:
        return _in_brackets(text, root, bool(root.value), [f'"prices": {json.dumps(rows)}'])
    return _inserted(text, len(text), ["prices:", *("  - " + _in_line(row) for row in rows)])


def _in_line(row: dict[str, object]) -> str:
    """Return a row as the books of this project write one: on a line, names without quotes."""
    parts = (
        f"{key}: {value if key in NAMES else json.dumps(value, ensure_ascii=False)}"
        for key, value in row.items()
    )
    return f"{{{', '.join(parts)}}}"


def _prices(root: yaml.Node | None) -> yaml.Node | None:
    pairs: list[tuple[yaml.Node, yaml.Node]]
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == "prices"), None)


def _line_after(text: str, node: yaml.Node) -> int:
    """Return where the line begins that follows the last character of a list."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    end = node.end_mark.index
    if end and text[end - 1] == "\n":  # a text of several lines ends with its last one
        return end
    following = text.find("\n", end)
    return len(text) if following < 0 else following + 1


def _inserted(text: str, at: int, lines: Sequence[str]) -> str:
    before = text[:at]
    gap = "" if not before or before.endswith("\n") else "\n"
    return "".join([before, gap, *(f"{line}\n" for line in lines), text[at:]])


def _in_brackets(text: str, node: yaml.Node, filled: bool, parts: Sequence[str]) -> str:
    close = node.end_mark.index - 1
    comma = "," if filled and not text[:close].rstrip().endswith(",") else ""
    return f"{text[:close]}{comma}{', '.join(parts)}{text[close:]}"


def _kept(before: str, after: str, added: int) -> bool:
    """Return whether the new text holds what the old one held, and the new rows behind it."""
    try:
        old: dict[str, Any] = yaml.load(before, yaml.CSafeLoader)
        new: dict[str, Any] = yaml.load(after, yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    rows: list[Any] = old.get("prices") or []
    return new == {**old, "prices": new["prices"]} and new["prices"][:-added] == rows
