"""JSON from elsewhere: one error for everything that is none, however it is nested."""

from __future__ import annotations

import json
from typing import Any

from tco.files import as_list, as_mapping

__all__ = ["load_json"]

DEEPEST_NESTING = 100


def load_json(content: str | bytes, *, constants: bool = False) -> Any:
    """Return the value. Raises ValueError, with the reason, for more than 100 levels too.

    ``constants`` accepts Infinity and NaN, which Python programs write.
    """
    refused = None if constants else _refuse_constant
    try:
        value: Any = json.loads(content, parse_constant=refused)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"{where}: {error.msg.removesuffix(' starting at')}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from None
    level: list[object] = [value]
    for _ in range(DEEPEST_NESTING + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise _too_deep()


def _inside(value: object) -> list[Any]:
    """Return what a list or a mapping holds."""
    return as_list(value) or list((as_mapping(value) or {}).values())


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _too_deep() -> ValueError:
    return ValueError(f"nested deeper than {DEEPEST_NESTING} levels")
