"""Every command of the command line, each imported."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tco.cli.lazy import LazyCommand
from tco.cli.main import cli

__all__ = ["all_commands"]


def all_commands(
    group: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it."""
    if isinstance(group, LazyCommand):
        group = group.load()
    yield path, group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from all_commands(command, (*path, name))
