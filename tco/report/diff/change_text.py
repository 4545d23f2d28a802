"""Changes in words: ``burst: nodes 0–2 → 1–2``."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from tco.documents.diff import ChangeRow, WeakeningRow
from tco.files import as_list, as_mapping
from tco.numbers import plain

__all__ = ["change_text", "weakening_text"]

SPAN = {"min", "max", "follow"}


def change_text(change: ChangeRow) -> str:
    """One change on one line: what it is about, the key, both values."""
    if change.cause == "book":
        return f"{PurePosixPath(change.file).name}: {_row_text(change)}"
    return _text(change)


def _row_text(change: ChangeRow) -> str:
    """Return the change of a price book's row; of a whole row, its numbers with their keys."""
    row = as_mapping(change.after if change.before is None else change.before)
    if change.what or row is None:
        return _text(change)
    numbers = [
        f"{key.replace('_', ' ')} {_shown(value)}"
        for key, value in row.items()
        if _is_number(value) or all(map(_is_number, as_list(value) or [None]))
    ]
    verb = "removed" if change.after is None else "added"
    return f"{change.subject}: {verb} ({', '.join(numbers)})"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(change: ChangeRow) -> str:
    before, after = change.before, change.after
    if not change.what and before is None:
        return f"{change.subject}: added ({_shown(after)})"
    if not change.what and after is None:
        return f"{change.subject}: removed"
    what = f": {change.what}" if change.what else ":"
    old, new = as_mapping(before), as_mapping(after)
    if old is not None and new is not None and old.keys() == new.keys() == SPAN:
        follow = old["follow"] == new["follow"]
        return f"{change.subject}{what} {_span(old, short=follow)} → {_span(new, short=follow)}"
    return f"{change.subject}{what} {_shown(before)} → {_shown(after)}"


def weakening_text(row: WeakeningRow) -> str:
    """One weakening on one line: the key, both values."""
    if row.after is None:
        return f"{row.key} removed"
    if row.before is None:
        return f"{row.key} added ({_shown(row.after)})"
    return f"{row.key} {_shown(row.before)} → {_shown(row.after)}"


def _span(span: dict[str, Any], *, short: bool = False) -> str:
    width = f"{_shown(span['min'])}–{_shown(span['max'])}"
    return width if short else f"{width} {span['follow']}"


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return plain(value, 6)
    items, mapping = as_list(value), as_mapping(value)
    if items is not None:
        numbers = all(isinstance(item, int | float) for item in items)
        return (" / " if numbers else ", ").join(_shown(item) for item in items) or "none"
    if mapping is not None:
        return _mapping(mapping)
    return str(value)


def _mapping(mapping: dict[str, Any]) -> str:
    if mapping.keys() == SPAN:
        return _span(mapping)
    named = mapping.get("name")
    if named is not None:
        return str(named)
    return " ".join(_shown(value) for value in mapping.values())
