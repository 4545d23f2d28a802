"""What the commands share: their options, and how text and JSON are printed."""

from __future__ import annotations

import codecs
import datetime as dt
import functools
import json
import math
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from tco.ci_log import log_json, log_text
from tco.clock import utc_today
from tco.defaults import MOST_SCENARIOS, SCENARIOS, SEED
from tco.errors import printable

if TYPE_CHECKING:
    from tco.documents.document import Document

__all__ = [
    "DAY",
    "FOLDER",
    "MOMENT",
    "EvaluationOptions",
    "Number",
    "format_option",
    "formats_option",
    "json_text",
    "max_bad_share_option",
    "print_error",
    "print_json",
    "print_text",
    "progress",
    "question_options",
    "today_option",
    "with_options",
]

T = TypeVar("T")
C = TypeVar("C", bound=Callable[..., Any])


class _Day(click.ParamType[dt.date]):
    """A day on the command line."""

    name = "YYYY-MM-DD"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date. Write it as 2026-11-23.", param, ctx)


class _Moment(click.ParamType[dt.datetime]):
    """A moment with its offset."""

    name = "TIME"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.datetime:
        try:
            moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a time. Write it as 2026-11-23T12:00:00Z.", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no UTC offset. Write it as 2026-11-23T12:00:00Z.", param, ctx)
        return moment.astimezone(dt.UTC)


class Number(click.FloatRange):
    """A number between two bounds; click's own range accepts NaN."""

    def __init__(self, low: float, high: float, *, low_open: bool = False) -> None:
        super().__init__(low, high, min_open=low_open)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


DAY = _Day()
MOMENT = _Moment()
FOLDER = click.Path(path_type=Path, file_okay=False)

today_option = click.option(
    "--today",
    type=DAY,
    default=None,
    help="The date to use as today, for the age of prices and for plans without a pricing day.",
)


def formats_option(*formats: str, text: str) -> Callable[[C], C]:
    """Return the option for the format of what is printed; the first one is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=text,
    )


format_option = formats_option("table", "json", text="A table, or JSON for programs.")


def with_options(
    command: Callable[..., None], *options: Callable[[Callable[..., None]], Callable[..., None]]
) -> Callable[..., None]:
    """Return a command with more options, in the order in which ``--help`` lists them."""
    for option in reversed(options):
        command = option(command)
    return command


def max_bad_share_option(files: str) -> Callable[[C], C]:
    """Return the option for how many lines of ``what`` may be broken."""
    return click.option(
        "--max-bad-share",
        type=Number(0, 1),
        default=0.01,
        show_default=True,
        metavar="SHARE",
        help=f"Refuse {files} with a higher share of broken lines.",
    )


@dataclass(frozen=True)
class EvaluationOptions:
    """Options of every evaluation: where the stacks are, the day, the scenarios."""

    folder: Path
    today: dt.date
    scenarios: int
    seed: int


def question_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the options of every command that evaluates stacks.

    Handed over as one ``question``.
    """

    @functools.wraps(command)
    def asked(
        *args: Any,
        folder: Path,
        today: dt.date | None,
        scenarios: int,
        seed: int,
        **options: Any,
    ) -> None:
        question = EvaluationOptions(folder, today or utc_today(), scenarios, seed)
        command(*args, question=question, **options)

    return with_options(
        asked,
        click.option(
            "--stacks",
            "folder",
            type=FOLDER,
            default=Path("stacks"),
            show_default=True,
            help="Folder of the stack files.",
        ),
        today_option,
        click.option(
            "--scenarios",
            type=click.IntRange(0, MOST_SCENARIOS),
            default=SCENARIOS,
            show_default=True,
            metavar="N",
            help="Number of scenarios for the probability to win; 0 skips it.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=SEED,
            show_default=True,
            metavar="N",
            help="Seed of the scenarios; the same seed gives the same result.",
        ),
    )


def progress(
    items: Iterable[T], length: int, label: str, *, hidden: bool = False
) -> AbstractContextManager[Iterable[T]]:
    """Return the items with a progress bar on stderr, which is shown on a terminal only."""
    if hidden or not sys.stderr.isatty() or os.environ.get("CI"):
        return nullcontext(items)
    return click.progressbar(items, length, label, file=sys.stderr)


def print_text(text: str) -> None:
    """Text on stdout; colors only on a terminal that wants them."""
    colors = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and not os.environ.get("CI")
    click.echo(log_text(text if colors else click.unstyle(text)), nl=False, color=bool(colors))


def print_error(text: str) -> None:
    """Print a message on stderr."""
    click.echo(log_text(click.unstyle(text)), err=True)


def print_json(document: Document) -> None:
    """Print a document on stdout; what a terminal does not show unchanged is a JSON escape."""
    click.echo(json_text(document), nl=False)


def json_text(document: Document) -> str:
    """Return a document as JSON that stdout and a terminal show unchanged."""
    content = document.as_json()
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    if "\n".join(map(printable, text.split("\n"))) != text or not _takes_unicode(sys.stdout):
        text = json.dumps(content, indent=2, allow_nan=False)
    return f"{log_json(text)}\n"


def _takes_unicode(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding or "ascii").name.startswith("utf")
