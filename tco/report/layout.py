"""Text on a terminal: its columns, wrapped lines, wrapped cells, clipped names.

Nothing breaks at a hyphen unless it is asked for, so that an option or a name can be copied.
"""

from __future__ import annotations

import shutil
import sys
import textwrap

import click

__all__ = ["WIDTH", "cell_lines", "clipped", "columns", "folded", "wrapped"]

WIDTH, WIDEST = 80, 120


def columns() -> int:
    """Return the columns a table may take: 80, or those of a wider terminal, at most 120."""
    if not sys.stdout.isatty():
        return WIDTH
    return min(max(shutil.get_terminal_size().columns, WIDTH), WIDEST)


def wrapped(
    text: str,
    indent: str = "",
    *,
    hang: str = "  ",
    width: int = WIDTH,
    color: str | None = None,
    bold: bool = False,
) -> list[str]:
    """Return a text's lines, indented, all after the first by ``hang`` more; none of no text.

    >>> wrapped("a note that goes on", "  ", width=14)
    ['  a note that', '    goes on']
    """
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + hang,
        break_on_hyphens=False,
    )
    return [click.style(line, fg=color, bold=bold) for line in lines] if color or bold else lines


def cell_lines(text: str, width: int, *, break_on_hyphens: bool = False) -> list[str]:
    """Return the lines of a table's cell, at least one."""
    return textwrap.wrap(text, width, break_on_hyphens=break_on_hyphens) or [""]


def clipped(text: str, width: int) -> str:
    """Return a text that is no longer than a column.

    >>> clipped("reserved-3yr", 8)
    'reserve…'
    """
    return text if len(text) <= width else f"{text[: width - 1]}…"


def folded(text: str) -> str:
    """Return a message with lines of at most 80 columns.

    A path is never broken, and a file's heading above its indented problems stays one line.
    """
    first, *more = text.splitlines() or [""]
    heading = bool(more) and not first.startswith(" ")
    lines: list[str] = []
    for line in (first, *more):
        if heading and not line.startswith(" "):
            lines.append(line)
            continue
        indent = " " * (len(line) - len(line.lstrip()))
        lines += textwrap.wrap(
            line,
            WIDTH,
            subsequent_indent=f"{indent}  ",
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines)
