"""The JSON of the engine reads the same whichever parser reads it, and errors keep their words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.errors import BadInput
from tco.iac.estimate.engine_json import parse

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**400), max_value=10**400)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 4]))
def test_every_value_reads_as_the_standard_library_reads_it(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    """A number keeps its type and its last digit, a text each character."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert repr(parse(text.encode(), "p.json")) == repr(json.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [' + "[" * 500 + "]" * 500 + "]}",
        "\ufeff{}",
        '{"a": Infinity, "b": -Infinity}',
        '{"a": 1e999, "b": -1e999}',
        '{"a": "\\ud83d\\ude00", "\\u0000": "\x7f"}',
    ],
)
def test_what_only_the_standard_library_reads_is_read(text: str) -> None:
    """Deep nesting, a byte order mark and infinite numbers are no reason to refuse a file."""
    expected = json.loads(text.removeprefix("\ufeff"))
    assert repr(parse(text.encode(), "p.json")) == repr(expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a": NaN}', "a: NaN is not a JSON number"),
        (b'{"a": "\\ud800"}', "a: \\ud800 is half of a character"),
        (b'{"a": "\xed\xa0\x80"}', "byte 7 is not UTF-8"),
        (b'{"a": 01}', "line 1, column 8: not valid JSON"),
        (b'{"a": "\t"}', "line 1, column 8: not valid JSON: Invalid control character at"),
        (b'{\n"a": 1,}', "line 2, column 8: not valid JSON"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(data: bytes, expected: str) -> None:
    """A file that neither parser reads gets the error with line and column."""
    with pytest.raises(BadInput) as caught:
        parse(data, "p.json")
    assert expected in str(caught.value)
