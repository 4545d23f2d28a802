"""`tco --help`, and commands that are called wrongly."""

from __future__ import annotations

import click
import pytest

import tco
from tco.cli.lazy import LazyCommand
from tco.cli.main import cli as commands
from tests.cli.command_tree import all_commands
from tests.cli.conftest import OK, USAGE, Shell
from tests.conftest import Lab

COMMANDS = dict(all_commands())


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_has_help(shell: Shell, path: tuple[str, ...]) -> None:
    """No one has to read the code to know what a command or an option does."""
    command = COMMANDS[path]
    assert command.help
    options = [param for param in command.params if isinstance(param, click.Option)]
    assert [option.opts[0] for option in options if not option.help] == []
    answer = shell.bare(*path, "--help")
    assert answer.code == OK
    assert f"Usage: {' '.join(('tco', *path))}" in answer.out
    assert all(option.opts[0] in answer.out for option in options)
    assert "\\" not in answer.out  # a marker of click that it did not take


@pytest.mark.parametrize("name", commands.commands)
def test_the_list_of_commands_says_what_each_command_says(name: str) -> None:
    """A command's help in the list, which does not import it, is the first line of its own."""
    listed = commands.commands[name]
    assert isinstance(listed, LazyCommand)
    assert listed.short_help == listed.load().get_short_help_str(limit=80)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_fits_80_columns(shell: Shell, path: tuple[str, ...]) -> None:
    """Help reads well in the narrowest terminal."""
    lines = shell.bare(*path, "--help").out.splitlines()
    assert [line for line in lines if len(line) > 80] == []


NUMBERS = [
    pytest.param(option.type, id=f"{' '.join(path)} {option.opts[0]}")
    for path, command in COMMANDS.items()
    for option in command.params
    if isinstance(option.type, click.types.FloatParamType)
]


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e300", "-1"])
@pytest.mark.parametrize("kind", NUMBERS)
def test_no_option_takes_a_number_beyond_its_bounds(
    kind: click.ParamType[float], text: str
) -> None:
    """What is not finite gets no further than the command line."""
    with pytest.raises(click.BadParameter):
        kind.convert(text, None, None)


def test_version(shell: Shell, lab: Lab) -> None:
    """The version names the newest day and the digest of the catalog: what a memo was made with."""
    answer = shell.bare("--version")
    assert (answer.code, answer.out) == (
        OK,
        f"tco {tco.__version__}, catalog {lab.catalog.version}\n",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--format", "yaml"),
        ("plan", "--today", "2026-02-30"),
        ("plan", "--today", "yesterday"),
        ("plan", "--unknown"),
        ("plan", "--scenarios", "-1"),
        ("gate",),
        ("gate", "one", "two"),
        ("prices", "show"),
        ("prices", "check", "--max-age", "-1"),
        ("memo", "--format", "pdf"),
        ("nothing",),
    ],
)
def test_bad_usage_exits_with_two(shell: Shell, arguments: tuple[str, ...]) -> None:
    """A command that is called wrongly exits with 2 and says how it is called."""
    answer = shell.bare(*arguments)
    assert (answer.code, answer.out) == (USAGE, "")
    assert "Usage: tco" in answer.err
    assert "Error: " in answer.err


def test_no_command_shows_the_help(shell: Shell) -> None:
    """`tco` alone lists its commands."""
    answer = shell.bare()
    assert answer.code == USAGE
    assert "Commands:" in answer.err
