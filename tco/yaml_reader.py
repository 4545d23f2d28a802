"""YAML as a user's file may have it, read in one pass over the parser's events.

The library's own loader makes nodes first and values from them: twice the work, and no place to
refuse an alias, nesting without end or a key written twice while the text is read.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

__all__ = ["AmbiguousValue", "load"]

DEEPEST_NESTING = 40
LONGEST_SHOWN = 40
TAG = "tag:yaml.org,2002:"
NUMBER = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?P<fraction>\.[0-9]*)?|(?P<small>\.[0-9]+))"
    r"(?P<exponent>[eE][-+]?[0-9]+)?"
)
"""Numbers that every reader of YAML takes for the same, 1e-07 besides: Pulumi writes it."""
TRAPS = {
    "zero": (
        r"[-+]?0[0-9_]+(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?",
        "has a leading zero, so some YAML readers take it for a number in base 8",
        "Write it without the zero, or in quotes if it is a string.",
    ),
    "base": (
        r"[-+]?0[xXoObB][0-9a-fA-F_]+",
        "is not in base 10",
        "Write it in base 10, or in quotes if it is a string.",
    ),
    "time": (
        r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?",
        "is a number in base 60 for some YAML readers",
        "Write a number in base 10, or a time of day in quotes.",
    ),
    "truth": (
        "yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF",
        "is true or false for some YAML readers and a string for others",
        "Write true or false, or the string in quotes.",
    ),
    "infinite": (
        r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "is not a finite number",
        "Write a number, or the string in quotes.",
    ),
    "number": (
        r"(?=[^_])(?=.*[0-9])[-+]?[0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9_]+)?",
        "is a number for some YAML readers and a string for others",
        "Write a number as 1500, 1_500 or 1.5e3, a string in quotes.",
    ),
}
"""Forms, by kind, that YAML readers or people disagree on: the form, what it is, what to write."""
TRAP = re.compile("|".join(f"(?P<{kind}>{form})" for kind, (form, _, _) in TRAPS.items()))
TEXT = f"{TAG}str"
OF_ONE_VALUE = frozenset(f"{TAG}{kind}" for kind in ("int", "float", "bool", "null", "timestamp"))
"""What a scalar may be besides a text. No tag makes it a list, a mapping or an object."""


def load(text: str, *, aliases: bool = False) -> object:
    """Load a text of one YAML document; None if it is empty. Raises yaml.YAMLError.

    A key written twice and more than 40 levels are refused, and an alias unless it is allowed: in
    a user's file a few of them could expand to gigabytes. Bare dates stay text.
    """
    return _Reader(text, aliases=aliases).document()


class AmbiguousValue(yaml.MarkedYAMLError):
    """Valid YAML that two readers, or its author, take for different values."""


class _Scalars(yaml.CSafeLoader):
    """The library's parser, and its reading of scalars."""


_Scalars.add_constructor(f"{TAG}timestamp", yaml.CSafeLoader.construct_scalar)


class _Reader:
    """Values built as their events come."""

    def __init__(self, text: str, *, aliases: bool) -> None:
        self.parser: Any = _Scalars(text)
        self.anchors: dict[str, Any] | None = {} if aliases else None

    def document(self) -> object:
        """Return the one document of the text."""
        parser = self.parser
        parser.get_event()  # the stream begins
        if parser.check_event(yaml.StreamEndEvent):
            return None
        parser.get_event()  # the document begins
        value = self._value(parser.get_event(), DEEPEST_NESTING)
        parser.get_event()  # the document ends
        if not parser.check_event(yaml.StreamEndEvent):
            raise _refused("another document begins", parser.get_event())
        return value

    def _value(self, event: Any, levels: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag:
            raise _tagged(event)
        if not levels:
            raise _refused(f"nested more than {DEEPEST_NESTING} levels deep", event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(levels - 1)
        return self._mapping(levels - 1)

    def _list(self, levels: int) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := self.parser.get_event(), yaml.SequenceEndEvent):
            values.append(self._value(event, levels))
        return values

    def _mapping(self, levels: int) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        names: set[str] = set()
        while not isinstance(event := self.parser.get_event(), yaml.MappingEndEvent):
            key = self._value(event, levels)
            if key is None or isinstance(key, bool | dict | list):
                raise _refused("a key that is not a string", event, "Put the key in quotes.")
            if key in values or str(key) in names:  # 1 and "1" are one key for Pulumi
                raise _refused(f'the key "{key}" is written twice', event)
            names.add(str(key))
            values[key] = self._value(self.parser.get_event(), levels)
        return values

    def _alias(self, event: Any) -> Any:
        if self.anchors is None:
            raise _refused("a YAML alias (*name)", event, "Write the value out.")
        if event.anchor not in self.anchors:
            raise _refused(f"no anchor is named &{event.anchor}", event)
        return self.anchors[event.anchor]

    def _scalar(self, event: Any) -> Any:
        try:
            value = self._read(event)
        except (ValueError, KeyError):  # a number of 5,000 digits, 0x_, !!bool of another word
            shown = event.value if len(event.value) <= LONGEST_SHOWN else "this text"
            raise _refused(f"{shown} cannot be read as a value", event) from None
        if event.anchor and self.anchors is not None:
            self.anchors[event.anchor] = value
        return value

    def _read(self, event: Any) -> Any:
        text, plain = event.value, event.implicit[0]
        if plain and (number := NUMBER.fullmatch(text)):
            return _finite(text, event) if number.lastgroup else int(text)
        if plain and (trap := TRAP.fullmatch(text)):
            _, problem, hint = TRAPS[trap.lastgroup or ""]
            raise _ambiguous(f"{_short(text)} {problem}", event, hint)
        stated = event.tag if event.tag != "!" else None
        tag = stated or self.parser.resolve(yaml.ScalarNode, text, event.implicit)
        if tag == TEXT:
            return text
        if tag not in OF_ONE_VALUE:
            if stated:
                raise _tagged(event)
            if text == "<<":
                raise _refused("a merge key (<<)", event, "Write its keys out.")
            return text  # an equals sign alone, which had a meaning in YAML 1.1 that is not in use
        node = yaml.ScalarNode(tag, text, event.start_mark, event.end_mark)
        return self.parser.construct_object(node)


def _finite(text: str, event: Any) -> float:
    """Return the number. Raises AmbiguousValue where no number is so large."""
    number = float(text)
    if math.isinf(number):
        raise _ambiguous(f"{_short(text)} is too large for a number", event)
    return number


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _ambiguous(problem: str, event: Any, hint: str = "") -> AmbiguousValue:
    return AmbiguousValue(problem=problem, problem_mark=event.start_mark, note=hint)


def _tagged(event: Any) -> yaml.MarkedYAMLError:
    return _refused(f"a tag, {event.tag}", event, "Write the value without it.")


def _refused(problem: str, event: Any, hint: str = "") -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark, note=hint)
