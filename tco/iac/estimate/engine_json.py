"""Read the JSON that the engine writes: one place that checks syntax and the type of each field.

``parse`` refuses what is not JSON, and text that cannot be written again. ``Fields`` reads one
object by the names of its fields, notes each value of a wrong type with its path in the file, and
goes on with the field as absent: a caller reads everything, then raises the problems at once.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from pydantic_core import from_json

from tco.errors import BadInput, Problem

__all__ = ["HOW", "Fields", "Problems", "parse"]

HOW: Final = (
    "Give it the output of `pulumi preview --json --show-sames` or of `pulumi stack export`."
)
MOST_PROBLEMS: Final = 10
LARGEST_COUNT: Final = 1_000_000_000
SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")
LONG_INTEGER: Final = re.compile(r"\d{4301,}")
"""More digits than Python converts."""
KEY: Final = re.compile(r"[A-Za-z_$][\w$-]*")
WORDS: Final[dict[type, str]] = {
    str: "text",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    type(None): "null",
}

TEXT: Final[frozenset[type]] = frozenset({str})


def parse(data: bytes, shown: str) -> object:
    """Return the JSON value in the bytes of a file. Raises BadInput.

    Pydantic's parser takes two thirds of the standard library's time and half of its memory. What
    it refuses is read again by the standard library, which explains what is wrong, and reads what
    engines write and Pydantic does not: deeper nesting, a byte order mark, an infinite number.
    """
    try:
        return from_json(data, allow_inf_nan=False)
    except ValueError:
        return _parse_text(_decoded(data, shown), shown)


def _decoded(data: bytes, shown: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(shown, f"byte {error.start} is not UTF-8.") from None


def _parse_text(text: str, shown: str) -> object:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        message = f"not valid JSON: {error.msg.removesuffix(' starting at')}."
        raise _invalid(shown, message, _hint(error), where) from None
    except ValueError:
        raise _invalid(
            shown, "not valid JSON: a number has more than 4,300 digits.", HOW, _line(text)
        ) from None
    except RecursionError:
        raise _invalid(shown, "is nested too deep for any preview.") from None
    # A search of the text is cheap; only a file that may hold such a value is walked.
    if "NaN" in text or SURROGATE_ESCAPE.search(text):
        problems = Problems(shown)
        _note_unwritable(value, problems)
        problems.raise_any()
    return value


def _hint(error: json.JSONDecodeError) -> str:
    if error.msg == "Extra data":
        return "It holds more than one document, as a stream of events does. " + HOW
    if error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated"):
        return "The file ends in the middle: was the command that wrote it interrupted?"
    return HOW


def _line(text: str) -> str:
    found = LONG_INTEGER.search(text)
    return f"line {text.count(chr(10), 0, found.start()) + 1}" if found else ""


def _invalid(shown: str, message: str, hint: str = HOW, path: str = "") -> BadInput:
    return BadInput([Problem(shown, path, message, hint)])


def _note_unwritable(value: object, problems: Problems) -> None:
    """Note NaN, and each half of a surrogate pair, which no text encoding can hold."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        path, found = waiting.pop()
        if isinstance(found, dict):
            fields = cast("dict[str, object]", found)
            waiting += [(_at(path, key), inner) for key, inner in fields.items()]
            wrong = [key for key in fields if SURROGATE.search(key)]
        elif isinstance(found, list):
            items = cast("list[object]", found)
            waiting += [(_at(path, index), inner) for index, inner in enumerate(items)]
            wrong = []
        else:
            wrong = [found] if isinstance(found, str) and SURROGATE.search(found) else []
            if isinstance(found, float) and math.isnan(found):
                problems.add(path, "NaN is not a JSON number.")
        for text in wrong:
            half = ascii(SURROGATE.findall(text)[0])[1:-1]
            problems.add(path, f"{half} is half of a character, so the text cannot be read.")


def _at(path: str, key: str | int) -> str:
    """Return the path of a key in an object, or of a place in a list."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    named = f".{key}" if KEY.fullmatch(key) else f"[{json.dumps(key[:40])}]"
    return f"{path}{named}".removeprefix(".")


@dataclass
class Problems:
    """What is wrong in one file, by path."""

    shown: str
    listed: list[Problem] = field(default_factory=list[Problem])

    def add(self, path: str, message: str) -> None:
        """Add a problem once, up to a number that people read."""
        problem = Problem(self.shown, path, message, HOW)
        if problem not in self.listed and len(self.listed) < MOST_PROBLEMS:
            self.listed.append(problem)

    def raise_any(self) -> None:
        """Raise BadInput where there is a problem."""
        if self.listed:
            raise BadInput(self.listed)


@dataclass(slots=True)
class Fields:
    """One object of the file, read field by field; null counts as absent."""

    values: Mapping[str, Any]
    problems: Problems
    _owner: Fields | None = None
    _key: str | int = ""

    @property
    def path(self) -> str:
        """Where the object is in the file."""
        owner = self._owner
        return "" if owner is None else _at(owner.path, self._key)

    def text(self, key: str) -> str | None:
        """Return a text, or None where there is none."""
        value = self.values.get(key)
        return value if value is None or type(value) is str else self.wrong(key, value, str)

    def required_text(self, key: str) -> str:
        """Return a text; note one that is missing."""
        value = self.values.get(key)
        if value is None:
            self._note(key, "is missing.")
        elif type(value) is not str:
            self.wrong(key, value, str)
        else:
            return value
        return ""

    def flag(self, key: str) -> bool:
        """Return true or false; false where there is none."""
        return self._of(bool, key) or False

    def count(self, key: str) -> int:
        """Return a count; 0 where there is none."""
        value = self.values.get(key)
        if value is None or (type(value) is int and 0 <= value <= LARGEST_COUNT):
            return value or 0
        self._note(key, f"should be a count from 0 to {LARGEST_COUNT:,}, it is {_kind(value)}.")
        return 0

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return the values of an object as they are; no values where there is none."""
        return self._of(dict, key) or {}

    def fields(self, key: str) -> Fields:
        """Return an object to be read field by field."""
        return Fields(self._of(dict, key) or {}, self.problems, self, key)

    def items(self, key: str) -> list[Fields]:
        """Return the objects of a list; note what is in it besides."""
        listed: Sequence[Any] = self._of(list, key) or ()
        owner = Fields({}, self.problems, self, key)
        found: list[Fields] = []
        for index, item in enumerate(listed):
            if type(item) is dict:
                found.append(Fields(cast("dict[str, Any]", item), self.problems, owner, index))
            else:
                owner.wrong(index, item, dict)
        return found

    def text_lists(self, key: str) -> Mapping[str, Sequence[str]]:
        """Return an object of which each value is a list of texts."""
        values = self.mapping(key)
        for listed in values.values():
            if type(listed) is not list:
                return self._text_lists(key)
            if listed and not TEXT.issuperset(map(type, cast("list[object]", listed))):
                return self._text_lists(key)
        return values

    def _text_lists(self, key: str) -> Mapping[str, Sequence[str]]:
        """Return the lists of an object, null left out, and note what is not a list of texts."""
        inner = self.fields(key)
        found: dict[str, Sequence[str]] = {}
        for name in inner.values:
            listed: Sequence[Any] = inner._of(list, name) or ()
            owner = Fields({}, self.problems, inner, name)
            for index, item in enumerate(listed):
                if type(item) is not str:
                    owner.wrong(index, item, str)
            found[name] = listed
        return found

    def wrong(self, key: str | int, value: object, wanted: type) -> None:
        """Note a value of a wrong type; return None in its place."""
        self._note(key, f"should be {WORDS[wanted]}, it is {_kind(value)}.")

    def _of(self, wanted: type, key: str) -> Any:
        value = self.values.get(key)
        if value is None or type(value) is wanted:
            return value
        self.wrong(key, value, wanted)
        return None

    def _note(self, key: str | int, message: str) -> None:
        self.problems.add(_at(self.path, key), message)


def _kind(value: object) -> str:
    """Return what a value is, without its content: it may be a secret."""
    return WORDS.get(type(value), "a number")
