"""Odd variants of good documents: of their values, of their text, of their bytes.

A mutation of a real document reaches deeper than a document made from nothing: most of it is still
accepted, so the odd part meets the code behind the reader.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import yaml
from hypothesis import strategies as st

from tests.fuzz.odd_values import EMPTY, FACTORS, HOSTILE, LINES, LISTS, NUMBERS, RAW_YAML, TEXTS

__all__ = ["Vocabulary", "as_json", "as_yaml", "damaged", "mutated"]

DEEPEST = 60
ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(NUMBERS),
    st.floats(),
    st.integers(),
    st.sampled_from(HOSTILE),
    st.sampled_from(TEXTS),
    st.sampled_from(EMPTY),
    st.sampled_from(LISTS),
    st.text(max_size=8),
)
ODD_KEYS = st.one_of(st.sampled_from(HOSTILE), st.sampled_from(TEXTS), st.text(max_size=8))

TOKEN = "oDd{}oDd"
"""The place in a tree of what is written into its text as it is."""


@dataclass(frozen=True)
class Vocabulary:
    """The keys of good documents, and values that each has somewhere."""

    values: dict[str, list[object]]

    @classmethod
    def of(cls, trees: Iterable[object]) -> Vocabulary:
        """All keys and values of documents."""
        values: dict[str, list[object]] = {}
        for tree in trees:
            for parent, key in _slots(tree):
                if isinstance(key, str):
                    found = values.setdefault(key, [])
                    if parent[key] not in found:
                        found.append(parent[key])
        return cls(values)


def _slots(tree: object) -> Iterator[tuple[Any, Any]]:
    """Every place of a document that holds a value: its parent and its key."""
    if isinstance(tree, dict):
        keys: Iterable[Any] = list(cast("dict[Any, object]", tree))
    elif isinstance(tree, list):
        keys = range(len(cast("list[object]", tree)))
    else:
        return
    for key in keys:
        yield tree, key
        yield from _slots(cast("Any", tree)[key])


def _is_number(slot: tuple[Any, Any]) -> bool:
    value = slot[0][slot[1]]
    return isinstance(value, int | float) and not isinstance(value, bool)


@st.composite
def mutated(draw: st.DrawFn, tree: Any, vocabulary: Vocabulary, most: int = 3) -> Any:
    """A copy of a document, changed in one place or a few."""
    root = {"": copy.deepcopy(tree)}
    changes = draw(st.sampled_from([(_scale,), ANY, GENTLE]))
    for _ in range(draw(st.integers(1, most))):
        slots = [*_slots(root)][::-1]  # the first are drawn most often: not the document as a whole
        if changes == (_scale,):
            slots = [slot for slot in slots if _is_number(slot)] or slots
        parent, key = draw(st.sampled_from(slots))
        draw(st.sampled_from(changes))(draw, parent, key, vocabulary)
        if "" not in root:
            root[""] = None
    return root[""]


def _replace(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Put an odd value there."""
    parent[key] = copy.deepcopy(draw(ODD))


def _scale(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Multiply a number; another value becomes an odd one."""
    if _is_number((parent, key)):
        number = min(parent[key], sys.float_info.max)  # an integer may be larger than any float
        scaled = number * draw(st.floats(0.1, 10) | st.sampled_from(FACTORS))
        whole = isinstance(parent[key], int) and abs(scaled) < 1e15
        parent[key] = round(scaled) if whole and draw(st.integers(0, 3)) else scaled
    else:
        _replace(draw, parent, key, vocabulary)


def _remove(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Leave it out."""
    del parent[key]


def _rename(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Give its value another key."""
    if isinstance(parent, dict):
        value = cast("dict[Any, Any]", parent).pop(key)
        parent[draw(ODD_KEYS | st.sampled_from(sorted(vocabulary.values)))] = value


def _rename_oddly(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Give something another name, where names are free: inside a mapping, or as a text."""
    name = draw(st.sampled_from(HOSTILE))
    if isinstance(parent[key], str):
        parent[key] = name
    elif isinstance(parent, dict) and isinstance(parent[key], dict):
        parent[name] = cast("dict[Any, Any]", parent).pop(key)


def _swap_for_known(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Put a value there that this key has in another document, else any known value."""
    known = (
        vocabulary.values.get(key)
        or vocabulary.values[draw(st.sampled_from(sorted(vocabulary.values)))]
    )
    parent[key] = copy.deepcopy(draw(st.sampled_from(known)))


def _add_known(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Add a key that other documents have, with a value of theirs."""
    target = parent[key] if isinstance(parent[key], dict) else parent
    added = draw(st.sampled_from(sorted(vocabulary.values)))
    value = copy.deepcopy(draw(st.sampled_from(vocabulary.values[added])))
    if isinstance(target, dict):
        target[added] = value
    else:
        target.append(value)


def _repeat(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Write it twice or more, under another key or as another item."""
    times = draw(st.sampled_from([1, 2, 30]))
    if isinstance(parent, list):
        parent[key:key] = [copy.deepcopy(cast("Any", parent[key])) for _ in range(times)]
        return
    for number in range(times):
        parent[f"{key}-{number}"] = copy.deepcopy(parent[key])


def _wrap(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Put it into lists or keys, once or beyond all measure."""
    for _ in range(draw(st.sampled_from([1, 2, DEEPEST]))):
        parent[key] = [parent[key]] if draw(st.booleans()) else {"a": parent[key]}


def _write_raw(draw: st.DrawFn, parent: Any, key: Any, vocabulary: Vocabulary) -> None:
    """Write YAML that no tree is written as."""
    parent[key] = TOKEN.format(draw(st.integers(0, len(RAW_YAML) - 1)))


GENTLE = (_scale, _swap_for_known, _rename_oddly, _scale)
"""Changes after which a document is often still good."""
ANY = (
    *(_replace, _replace, _scale, _remove, _rename, _swap_for_known, _add_known, _add_known),
    *(_repeat, _wrap, _write_raw),
)


def as_json(tree: object) -> str:
    """Return a document as JSON, with NaN and infinity as JavaScript writes them."""
    return _with_raw(json.dumps(tree), '"{}"')


def as_yaml(tree: object) -> str:
    """Return a document as YAML."""
    return _with_raw(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), "{}")


def _with_raw(text: str, quoted: str) -> str:
    for number, raw in enumerate(RAW_YAML):
        text = text.replace(quoted.format(TOKEN.format(number)), raw)
    return text


@st.composite
def damaged(draw: st.DrawFn, text: str) -> bytes:
    """The bytes of a text, most often as they are, else some of its lines or bytes changed."""
    lines, some = draw(st.sampled_from([(0, 0)] * 12 + [(1, 0), (2, 0), (0, 1), (0, 4)]))
    for _ in range(lines):
        text = draw(st.sampled_from(TEXT_DAMAGES))(draw, text)
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(some):
        draw(st.sampled_from(BYTE_DAMAGES))(draw, data)
    return bytes(data)


def _change_line(draw: st.DrawFn, text: str) -> str:
    """Drop, repeat, indent or add a line, or cut one in two."""
    lines = text.splitlines() or [""]
    at = draw(st.integers(0, len(lines) - 1))
    cut = draw(st.integers(0, len(lines[at])))
    lines[at : at + 1] = draw(
        st.sampled_from(
            [
                [],
                [lines[at], lines[at]],
                [f" {lines[at]}"],
                [f"\t{lines[at]}"],
                [lines[at][1:]],
                [draw(st.sampled_from(LINES)), lines[at]],
                [lines[at][:cut], lines[at][cut:]],
            ]
        )
    )
    return "\n".join(lines) + "\n"


def _encode(draw: st.DrawFn, text: str) -> str:
    """Other line ends, or a mark before the text."""
    ends = draw(st.sampled_from(["\r\n", "\r", "\n\n", "\x85", "\u2028"]))
    return draw(st.sampled_from([f"\ufeff{text}", text.replace("\n", ends), text.rstrip()]))


def _flip(draw: st.DrawFn, data: bytearray) -> None:
    if data:
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))


def _insert(draw: st.DrawFn, data: bytearray) -> None:
    at = draw(st.integers(0, len(data)))
    data[at:at] = draw(
        st.binary(min_size=1, max_size=4) | st.sampled_from([b"0" * 5000, b"[" * 500])
    )


def _cut(draw: st.DrawFn, data: bytearray) -> None:
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    del data[start : draw(st.sampled_from([end, len(data)]))]


TEXT_DAMAGES = (_change_line, _change_line, _change_line, _encode)
BYTE_DAMAGES = (_flip, _flip, _insert, _cut)
