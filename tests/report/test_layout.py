"""Text that is laid out for a terminal keeps to its width, and can be copied from it."""

from __future__ import annotations

import io
import sys

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.report.layout import cell_lines, clipped, columns, folded, wrapped


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])), st.integers(12, 120))
def test_no_line_is_wider_than_asked(text: str, width: int) -> None:
    """Whatever is written, wrapped lines, cells and names fit."""
    lines = [*wrapped(text, "  ", width=width), *cell_lines(text, width), clipped(text, width)]
    assert max(len(line) for line in lines) <= width


def test_an_option_is_not_broken_at_its_hyphens() -> None:
    """What is to be typed is on one line, in notes and in messages."""
    text = "x" * 70 + " --max-overflow-share"
    for lines in (wrapped(text), cell_lines(text, 80), folded(text).splitlines()):
        assert any("--max-overflow-share" in line for line in lines)


def test_style_is_on_every_line_and_changes_none() -> None:
    """A pager that shows one line of a colored text shows its color."""
    lines = wrapped("one two three", width=8, color="green", bold=True)
    assert [click.unstyle(line) for line in lines] == wrapped("one two three", width=8)
    assert all(line.startswith("\x1b[") for line in lines)


def test_a_path_is_never_broken() -> None:
    """A path is copied from a message into a command, however long it is."""
    path = f"/{'long/' * 30}Pulumi.one.yaml"
    assert path in folded(f"{path} is not a file.")


@pytest.mark.parametrize(
    ("terminal", "expected"), [(None, 80), (60, 80), (80, 80), (100, 100), (300, 120)]
)
def test_tables_take_what_a_terminal_has(
    monkeypatch: pytest.MonkeyPatch, terminal: int | None, expected: int
) -> None:
    """In a pipe and on narrow terminals 80 columns; never more than 120."""

    class Stdout(io.StringIO):
        def isatty(self) -> bool:
            return terminal is not None

    monkeypatch.setattr(sys, "stdout", Stdout())
    monkeypatch.setenv("COLUMNS", f"{terminal or 200}")
    assert columns() == expected
