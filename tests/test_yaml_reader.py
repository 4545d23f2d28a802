"""The reader of YAML: the library's values, and the place of what is no plain data."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tco.errors import BadInput
from tco.files import yaml_mapping
from tco.yaml_reader import load

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


@given(SCALARS, SCALARS)
def test_plain_scalars_are_those_of_the_library(key: str, value: str) -> None:
    """Numbers, words and near misses of both are read as the library reads them, or refused."""
    text = f"- {value}\n- {key}\n"
    try:
        expected = repr(yaml.load(text, Loader=_Library))
    except (yaml.YAMLError, ValueError):
        return
    read: Any = load(text)
    if repr(read) != expected:  # a number as Pulumi has it
        assert "e" in text.lower()
        assert any(isinstance(one, float) for one in read)


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
        ("a: 010", 8),
        ("a: 1_000", 1000),
        ("a: 1e-07", 1e-07),
        ("a: 2026-11-23", "2026-11-23"),
        ('a: "\\u263a"', "☺"),
    ],
)
def test_a_value(text: str, value: object) -> None:
    """Forms that a person or Pulumi may write."""
    assert load(text) == {"a": value}


@pytest.mark.parametrize(
    ("text", "told"),
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
        ("a: 1\nb: 0x_", "line 2, column 4: not valid YAML: 0x_ cannot be read as a value."),
        ("a: " + "9" * 5000, "line 1, column 4: not valid YAML: what stands here cannot be read"),
        ("a: {<<: {b: 1}}", "a merge key (<<). Write its keys out."),
        ("a: 1\n'a': 2", 'line 2, column 1: not valid YAML: the key "a" is written twice.'),
        ("1: x\n1.0: y", 'the key "1.0" is written twice.'),
        ("? [1]\n: 2", "a key that is no text."),
        ("? " * 60, "nested more than 40 levels deep."),
        ("a: 1\n---\n", "another document begins."),
        ("a: '\x07'", "not valid YAML: "),
        ("\ta: 1", "a tab. YAML is indented by spaces."),
        ("%YAML 3.0\n---\na: 1", "not valid YAML: "),
    ],
)
def test_no_plain_data(text: str, told: str) -> None:
    """A tag, an alias by another name, a value that cannot be: one problem, where it stands."""
    with pytest.raises(BadInput) as caught:
        yaml_mapping(text, "mine.yaml")
    assert str(caught.value).startswith("mine.yaml: 1 problem\n")
    assert told in str(caught.value)


def test_as_deep_as_allowed() -> None:
    """40 levels are read, 41 are not."""
    deep: Any = load("[" * 40 + "]" * 40)
    assert deep
    with pytest.raises(yaml.YAMLError, match="more than 40 levels"):
        load("[" * 41 + "]" * 41)
