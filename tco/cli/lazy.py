"""Commands that are imported when they are called: a start loads what its command needs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

__all__ = ["LazyCommand", "LazyGroup"]


class LazyCommand(click.Command):
    """The name and the short help of a command in the module ``tco.cli.NAME``."""

    def load(self) -> click.Command:
        """Return the command itself, with its options."""
        command: click.Command = getattr(import_module(f"tco.cli.{self.name}"), str(self.name))
        return command


class LazyGroup(click.Group):
    """A group that lists and completes the names of its commands without importing them."""

    def add_lazily(self, commands: Mapping[str, str]) -> None:
        """Add commands by name, each with its short help."""
        for name, short_help in commands.items():
            self.add_command(LazyCommand(name, short_help=short_help))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments call, imported, with its name and the rest."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, LazyCommand) else command, rest
