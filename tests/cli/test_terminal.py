"""Color, on a terminal and in a pipe."""

from __future__ import annotations

import click
import pytest

from tests.cli.conftest import Shell


def test_no_color_in_a_pipe(shell: Shell) -> None:
    """A pipe gets the same text without escape sequences."""
    for command in (("plan",), ("gate", "one"), ("compare", "one", "two")):
        assert "\x1b" not in shell(*command).out


@pytest.mark.parametrize("variable", ["", "NO_COLOR", "CI"])
def test_color_on_a_terminal_only_if_wanted(
    shell: Shell, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal gets color, unless NO_COLOR or CI is set; the words are the same."""
    plain = shell("plan", "one").out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    if variable:
        monkeypatch.setenv(variable, "1")
    answer = shell("plan", "one").out
    assert ("\x1b[" in answer) == (not variable)
    assert click.unstyle(answer) == plain
