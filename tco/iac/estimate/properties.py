"""Reading one property of a resource from any kind of caller.

The same property comes as plain JSON (a preview, a state), as a dictionary with unknown objects
in it (a hook), or behind a proxy that raises on access (a policy). ``look`` makes one thing of
them: the value, ``None`` where it is absent, ``UNKNOWN`` where it is not known yet.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, Literal, TypeGuard, cast

__all__ = [
    "UNKNOWN",
    "Unknown",
    "Value",
    "each",
    "fields",
    "is_mapping",
    "leaves",
    "look",
    "text",
    "texts",
    "whole_number",
]


class Unknown(Enum):
    """The type of ``UNKNOWN``."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

UNKNOWN_TEXTS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "[secret]",
    }
)
"""What Pulumi writes into JSON where a value is not known before an update, or is secret."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that marks a mapping as a secret, an output or an asset instead of plain values."""

LARGEST: Final = 1_000_000_000
"""No count of nodes, disks or gigabytes is larger."""

Value = (
    str | bool | int | float | Mapping[str, Any] | Sequence[Any] | None | Literal[Unknown.UNKNOWN]
)


def look(properties: Mapping[str, Any], *path: str) -> Value:
    """Return the value at a path of keys, ``None`` where it is absent, or ``UNKNOWN``."""
    value: Value = properties
    for key in path:
        if type(value) is dict:  # plain JSON, which is nearly always
            plain: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
            found = plain.get(key)
            if found is None:
                return None
            value = _known(found)
        elif is_mapping(value):
            value = _item(value, key)
        else:
            value = _in_list(value, key)
        if value is None:
            return None
    return value


def _in_list(value: Value, key: str) -> Value:
    """Return a key of a list's first item: Pulumi writes a single block either way."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = _item(value, 0)
    if is_mapping(value):
        return _item(value, key)
    return value if value is UNKNOWN else None


def _item(container: Any, key: str | int) -> Value:
    if type(container) is dict:  # plain JSON, which is nearly always
        return _known(cast("dict[str | int, Any]", container).get(key))
    try:
        return _known(container[key])
    except (KeyError, IndexError):
        return None
    except Exception:  # a policy hands over a proxy that raises its own error on an unknown value
        return UNKNOWN


def _known(value: Any) -> Value:
    """Return a plain JSON value, or ``UNKNOWN`` for anything else: closed in doubt."""
    if value is None:
        return None
    if isinstance(value, str):
        return UNKNOWN if value in UNKNOWN_TEXTS else value
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else UNKNOWN
    if type(value) is dict or isinstance(value, Mapping):
        return UNKNOWN if SIGNATURE in value else cast("Mapping[str, Any]", value)
    return cast("Sequence[Any]", value) if isinstance(value, Sequence) else UNKNOWN


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Return whether a value is a mapping, in any form it comes in."""
    return type(value) is dict or isinstance(value, Mapping)


def each(properties: Mapping[str, Any], *path: str) -> Iterator[Mapping[str, Any] | Unknown]:
    """Yield the mappings of the list at a path; a mapping alone counts as a list of one."""
    value = look(properties, *path)
    if value is None:
        return
    if value is UNKNOWN:
        yield UNKNOWN
    elif is_mapping(value):
        yield value
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index in range(len(value)):
            item = _item(value, index)
            yield item if is_mapping(item) else UNKNOWN


def leaves(properties: object, at: str = "") -> Iterator[tuple[str, Value]]:
    """Yield the values in properties, however deep, each by its path.

    ``overrides[0].instanceType``.
    """
    waiting = [(at, _known(properties))]
    while waiting:
        path, value = waiting.pop()
        if is_mapping(value):
            inner = [(f"{path}.{key}" if path else str(key), _item(value, key)) for key in value]
            waiting += reversed(inner)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            indices = reversed(range(len(value)))
            waiting += [(f"{path}[{index}]", _item(value, index)) for index in indices]
        else:
            yield path, value


def fields(properties: Mapping[str, Any], ignored: re.Pattern[str]) -> Iterator[tuple[str, Value]]:
    """Yield every field, however deep, by its own name; each item of a list by the list's.

    A field whose name is ignored is left out with all that is in it.
    """
    waiting: list[tuple[str, Value]] = [("", properties)]
    while waiting:
        key, value = waiting.pop()
        if is_mapping(value):
            yield key, value
            waiting += [(key, _item(value, key)) for key in value if not ignored.fullmatch(key)]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            waiting += [(key, _item(value, index)) for index in range(len(value))]
        else:
            yield key, value


def text(properties: Mapping[str, Any], *path: str) -> str | Unknown | None:
    """Return the text at a path; any other value there is unknown."""
    value = look(properties, *path)
    return value if value is None or value is UNKNOWN or isinstance(value, str) else UNKNOWN


def texts(properties: Mapping[str, Any], *path: str) -> list[str | Unknown]:
    """Return the texts of the list at a path; a text alone counts as a list of one."""
    value = look(properties, *path)
    if value is None:
        return []
    if value is UNKNOWN or isinstance(value, str):
        return [value]
    if not isinstance(value, Sequence):
        return [UNKNOWN]
    items = [_item(value, index) for index in range(len(value))]
    return [item if isinstance(item, str) else UNKNOWN for item in items]


def whole_number(properties: Mapping[str, Any], *path: str) -> int | Unknown | None:
    """Return the count at a path, also as the text of one; a negative or broken one is unknown."""
    value = look(properties, *path)
    if value is None or value is UNKNOWN:
        return value
    if type(value) is int:
        return value if 0 <= value <= LARGEST else UNKNOWN
    try:
        number = float(cast("Any", value))
        return int(number) if 0 <= number <= LARGEST and number == int(number) else UNKNOWN
    except (TypeError, ValueError, OverflowError):
        return UNKNOWN
