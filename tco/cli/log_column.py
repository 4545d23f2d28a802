"""The names of a log's columns, as commands that read logs take them."""

from __future__ import annotations

import click

from tco.errors import one_of

__all__ = ["Column"]

COLUMNS = ("timestamp", "prompt", "completion", "cached")


class Column(click.ParamType[tuple[str, str]]):
    """What a column of the log holds, and the column's name."""

    name = "WHAT=NAME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return what the column holds, and its name."""
        column, equals, name = str(value).partition("=")
        if not (equals and name):
            self.fail(f"{value!r} is not WHAT=NAME, such as prompt=input_tokens.", param, ctx)
        if column not in COLUMNS:
            self.fail(
                f"{column!r} is not a column that can be mapped. {one_of(column, COLUMNS)}",
                param,
                ctx,
            )
        return column, name
