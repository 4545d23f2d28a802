"""The reader of YAML: the library's values, and the place of what is no plain data."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tco.errors import BadInput
from tco.yaml_files import yaml_mapping
from tco.yaml_reader import AmbiguousValue, load

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]))
    | st.sampled_from(["null", "~", "yes", "1e5", "0x1f", "1:30", "<<", "=", "-", "2026-11-23"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class _Library(yaml.CSafeLoader):
    """The library's loader, but bare dates stay texts."""


_Library.add_constructor("tag:yaml.org,2002:timestamp", yaml.CSafeLoader.construct_scalar)


@given(VALUES, st.booleans(), st.sampled_from([None, "'", '"', "|", ">"]))
def test_values_are_those_of_the_library(value: object, flow: bool, style: str | None) -> None:
    """Whatever the library writes, in any style, comes back as the library reads it."""
    text = yaml.safe_dump(value, default_flow_style=flow, default_style=style, allow_unicode=True)
    assert repr(load(text)) == repr(yaml.load(text, Loader=_Library))


SCALARS = st.text("0123456789+-_.:eExobnaiftrulysNA~<= ", max_size=8)


GO_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
GO_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)")


def as_pulumi(text: str) -> object:
    """What the reader of Pulumi, yaml.v3 of Go, takes a plain scalar for; a date for its text."""
    words = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
    words |= dict.fromkeys(["true", "True", "TRUE"], True)
    words |= dict.fromkeys(["false", "False", "FALSE"], False)
    if text in words:
        return words[text]
    if text[0] not in "+-.0123456789":
        return text
    plain = text if text[0] == "." else text.replace("_", "")
    if GO_INTEGER.fullmatch(plain):
        octal = re.fullmatch(r"([-+]?)0([0-7]+)", plain)
        return int(f"{octal[1]}0o{octal[2]}" if octal else plain, 0)
    return float(plain) if GO_FLOAT.fullmatch(plain) else text


NUMBER_LIKE = st.from_regex(
    r"[-+]?[0-9_.]{0,4}[0-9][0-9_.]{0,3}([eE][-+]?[0-9_]{1,3})?", fullmatch=True
)


@given(SCALARS | NUMBER_LIKE)
def test_plain_scalars_are_those_of_both_readers(text: str) -> None:
    """What is not refused is the same for Pulumi, for the library and here; 1e5 as for Pulumi."""
    try:
        plain: Any = cast("Any", yaml.compose(f"- {text}\n")).value[0]
        expected: Any = yaml.load(f"- {text}\n", Loader=_Library)[0]
    except (yaml.YAMLError, ValueError, TypeError, AttributeError):
        return
    try:
        [read] = cast("list[Any]", load(f"- {text}\n"))
    except AmbiguousValue:
        return
    if isinstance(plain, yaml.ScalarNode | str) and not isinstance(expected, list | dict):
        value = text.strip().partition(" #")[0].strip()
        assert repr(read) == repr(as_pulumi(value)), value
        if not isinstance(read, float):
            assert repr(read) == repr(expected), value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: ! x", "x"),
        ("a: !!str 12", "12"),
        ("a: !!int '12'", 12),
        ("a: =", "="),
        ("a: '<<'", "<<"),
        ("a: &name 1", 1),
        ("a: 1\r\n", 1),
        ("a: |\r\n  x\r\n  y\r\n", "x\ny\n"),
        ("%YAML 1.2\n---\na: 1\n...\n", 1),
        ("a: 2_000_000", 2_000_000),
        ("a: 1_000.5", 1000.5),
        ("a: 1e-07", 1e-07),
        ("a: 1e3", 1000.0),
        ("a: 1.5e3", 1500.0),
        ("a: .5", 0.5),
        ("a: 5.", 5.0),
        ("a: +7", 7),
        ("a: 'yes'", "yes"),
        ("a: '010'", "010"),
        ("a: y", "y"),
        ("a: 1.2.3", "1.2.3"),
        ("a: 2026-11-23T09:00:00", "2026-11-23T09:00:00"),
        ("a: 2026-11-23", "2026-11-23"),
        ('a: "\\u263a"', "☺"),
    ],
)
def test_a_value(text: str, value: object) -> None:
    """Forms that a person or Pulumi may write."""
    assert load(text) == {"a": value}


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("a: !!seq x", "line 1, column 4: not valid YAML: a tag, tag:yaml.org,2002:seq."),
        ("a: !!map x", "a tag, tag:yaml.org,2002:map. Write the value without it."),
        ("a: !!set x", "a tag, tag:yaml.org,2002:set."),
        ("? !!set x\n: 1", "a tag, tag:yaml.org,2002:set."),
        ("a: !!binary aGk=", "a tag, tag:yaml.org,2002:binary."),
        ("a: !mine x", "a tag, !mine."),
        ("a: !!python/name:os.system x", "a tag, tag:yaml.org,2002:python/name:os.system."),
        ("a: !!bool x", "line 1, column 4: not valid YAML: x cannot be read as a value."),
        ("a: !!int x", "x cannot be read as a value."),
        ("a: 1\nb: 0x_", "line 2, column 4: 0x_ is not in base 10. Write it in base 10, or"),
        ("a: " + "9" * 5000, "line 1, column 4: not valid YAML: this text cannot be read"),
        ("a: {<<: {b: 1}}", "a merge key (<<). Write its keys out."),
        ("a: 1\n'a': 2", 'line 2, column 1: not valid YAML: the key "a" is written twice.'),
        ("1: x\n1.0: y", 'the key "1.0" is written twice.'),
        ("? [1]\n: 2", "a key that is not a string. Put the key in quotes."),
        ("? " * 60, "nested more than 40 levels deep."),
        ("a: 1\n---\n", "another document begins."),
        ("a: '\x07'", "not valid YAML: "),
        ("\ta: 1", "a tab. YAML is indented by spaces."),
        ("%YAML 3.0\n---\na: 1", "not valid YAML: "),
    ],
)
def test_no_plain_data(text: str, reported: str) -> None:
    """A tag, an alias by another name, a value that cannot be: one problem, where it stands."""
    with pytest.raises(BadInput) as caught:
        yaml_mapping(text, "mine.yaml")
    assert str(caught.value).startswith("mine.yaml: 1 problem\n")
    assert reported in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("a: 010", "line 1, column 4: 010 has a leading zero, so some YAML readers take it for"),
        ("a: 0100", "Write it without the zero, or in quotes if it is a string."),
        ("a: 08", "08 has a leading zero"),
        ("a: 00.5", "00.5 has a leading zero"),
        ("a: 012345678901", "012345678901 has a leading zero"),
        ("a: 0o17", "0o17 is not in base 10."),
        ("a: 0x1F", "0x1F is not in base 10."),
        ("a: -0b11", "-0b11 is not in base 10."),
        ("a: 1:30:00", "1:30:00 is a number in base 60 for some YAML readers. Write a number in"),
        ("a: 9:00", "9:00 is a number in base 60"),
        ("a: yes", "yes is true or false for some YAML readers and a string for others."),
        ("NO: 1", "line 1, column 1: NO is true or false for some YAML readers"),
        ("a: [1, on]", "line 1, column 8: on is true or false"),
        ("off: 1", "off is true or false"),
        ("a: .inf", ".inf is not a finite number. Write a number, or the string in quotes."),
        ("a: -.INF", "-.INF is not a finite number."),
        ("a: .nan", ".nan is not a finite number."),
        ("a: 1e400", "1e400 is too large for a number."),
        ("a: -_1", "-_1 is a number for some YAML readers and a string for others."),
        ("a: .5_0", ".5_0 is a number for some YAML readers and a string for others."),
        ("a: 1e_5", "1e_5 is a number for some"),
        ("1: a\n'1': b", 'line 2, column 1: not valid YAML: the key "1" is written twice.'),
        ("'1': a\n1: b", 'line 2, column 1: not valid YAML: the key "1" is written twice.'),
        ("1_0: a\n'10': b", 'the key "10" is written twice.'),
        ("~: a", "line 1, column 1: not valid YAML: a key that is not a string."),
        ("true: a", "a key that is not a string. Put the key in quotes."),
        ("? {a: 1}\n: 2", "a key that is not a string."),
        ("a: &x 1\nb: *x", "line 2, column 4: not valid YAML: a YAML alias (*name). Write the val"),
        (
            "a: &a [x]\n" + "".join(f"{n}: &{n} [*a, *a]\n" for n in "bcdefgh"),
            "a YAML alias (*name). Write the value out.",
        ),
        ("a:\n\t- 1", "a tab. YAML is indented by spaces."),
    ],
)
def test_what_people_and_readers_take_for_different_values(text: str, reported: str) -> None:
    """A value that is another one in YAML 1.1, in YAML 1.2 or for a person is refused by line."""
    with pytest.raises(BadInput) as caught:
        yaml_mapping(text, "mine.yaml")
    assert reported in str(caught.value)


def test_as_deep_as_allowed() -> None:
    """40 levels are read, 41 are not."""
    deep: Any = load("[" * 40 + "]" * 40)
    assert deep
    with pytest.raises(yaml.YAMLError, match="more than 40 levels"):
        load("[" * 41 + "]" * 41)
