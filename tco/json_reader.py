"""JSON from elsewhere: one error for everything that is none, however it is nested."""

from __future__ import annotations

import json
from typing import Any

from tco.files import as_list, as_mapping

__all__ = ["load_json"]

DEEPEST_NESTING = 100


def load_json(content: str | bytes) -> Any:
    """Return the value. Raises ValueError for no JSON, and for more than 100 levels of nesting."""
    try:
        value: Any = json.loads(content)
    except RecursionError:
        raise _too_deep() from None
    level: list[object] = [value]
    for _ in range(DEEPEST_NESTING + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise _too_deep()


def _inside(value: object) -> list[Any]:
    """Return what a list or a mapping holds."""
    return as_list(value) or list((as_mapping(value) or {}).values())


def _too_deep() -> ValueError:
    return ValueError(f"nested deeper than {DEEPEST_NESTING} levels")
