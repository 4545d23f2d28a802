"""``tco comment``: a comparison becomes the pull request's one comment."""

from __future__ import annotations

import datetime as dt
import functools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tco.cli.exit_codes import INTERRUPTED
from tco.cli.options import MOMENT, print_error, print_text, with_options
from tco.errors import TcoError
from tco.forge.registry import FORGES

if TYPE_CHECKING:
    from tco.documents.diff import DiffDocument
    from tco.forge.forge_command import ForgeCommand, ForgeOption
    from tco.forge.sticky import Behavior, Message
    from tco.forge.thread import Place, Thread

__all__ = ["comment", "forge_command"]

LARGEST_INPUT_BYTES = 64 << 20
STDIN = "-"
PIPE = "Pipe it in: tco diff --format json | tco comment github"
DEFAULT_TAG = "plan"


@click.group()
def comment() -> None:
    """Post a comparison as a pull request comment and keep it up to date.

    Each command reads the output of `tco diff --format json` from a file or from stdin.
    """


file_argument = click.argument(
    "file", type=click.Path(dir_okay=False, exists=True, allow_dash=True), default=STDIN
)


@dataclass(frozen=True)
class _Posting:
    """How a comment is to be posted."""

    file: str
    tag: str
    behavior: Behavior
    dry_run: bool
    always: bool


def _posting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every forge's command takes, passed on as one ``posting``."""

    @functools.wraps(command)
    def asked(
        *args: Any,
        file: str,
        tag: str,
        behavior: Behavior,
        dry_run: bool,
        always: bool,
        **options: Any,
    ) -> None:
        command(
            *args,
            posting=_Posting(file=file, tag=tag, behavior=behavior, dry_run=dry_run, always=always),
            **options,
        )

    return with_options(
        asked,
        file_argument,
        click.option(
            "--tag",
            default=DEFAULT_TAG,
            show_default=True,
            help="Distinguishes the comments of several projects in one repository.",
        ),
        click.option(
            "--behavior",
            type=click.Choice(["update", "new", "delete-and-new"]),
            default="update",
            show_default=True,
            help="Update the existing comment, add another, or delete it and post a new one.",
        ),
        click.option(
            "--always",
            is_flag=True,
            help="Comment even if nothing changes and there is no earlier comment.",
        ),
        click.option("--dry-run", is_flag=True, help="Print the comment and post nothing."),
    )


def forge_command(name: str, forge: ForgeCommand) -> click.Command:
    """Return the command that posts to a forge."""

    @click.command(name, help=forge.help)
    @_forge_option(forge.repository, "repository", None)
    @_forge_option(forge.number, "number", click.IntRange(1))
    @_forge_option(forge.url, "url", None)
    @_posting_options
    def command(
        repository: str | None, number: int | None, url: str | None, posting: _Posting
    ) -> None:
        summary = os.environ.get(forge.summary) if forge.summary is not None else None
        _post(posting, lambda: forge.connect(repository, number, url), summary)

    return command


def _forge_option(
    option: ForgeOption, name: str, kind: click.ParamType[Any] | None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(option.flag, name, type=kind, metavar=option.metavar, help=option.help)


for forge_name, forge_found in FORGES.items():
    comment.add_command(forge_command(forge_name, forge_found))


@comment.command("annotations")
@file_argument
def comment_annotations(file: str) -> None:
    """Print the cost on each changed line, as GitHub workflow commands."""
    from tco.report.diff.annotations import workflow_annotations

    found, _ = _read(file)
    for line in workflow_annotations(found) if found is not None else ():
        click.echo(line)


def _post(
    posting: _Posting, connect: Callable[[], tuple[Thread, Place]], summary: str | None
) -> None:
    from tco.forge.sticky import NotPosted, post

    message, matters = _message(posting)
    if posting.dry_run:
        print_text(message.body)
        return
    if summary:
        _summarize(Path(summary), message.text)
    try:
        forge, place = connect()
        done = post(forge, message, posting.behavior, create=matters or posting.always)
    except NotPosted as error:
        print_error(f"Not posted: {error}")
        if not summary:
            print_text(message.body)
        return
    except KeyboardInterrupt:
        print_error("Interrupted; the comment may be written already.")
        sys.exit(INTERRUPTED)
    print_error(f"{place}: {_format_outcome(done)}")


def _summarize(summary: Path, text: str) -> None:
    try:
        with summary.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
    except OSError as error:
        raise TcoError(f"{summary}: the job summary cannot be written: {error.strerror}.") from None


def _format_outcome(done: str) -> str:
    return {
        "created": "commented.",
        "updated": "updated the comment.",
        "unchanged": "the comment is up to date; nothing was written.",
        "newer": "a later run has already commented; nothing was written.",
        "nothing": "no change and no earlier comment; nothing was written.",
    }[done]


def _message(posting: _Posting) -> tuple[Message, bool]:
    """Return the message, and whether it is worth a first comment."""
    from tco.forge.sticky import Message
    from tco.report.diff.comment import comment as comment_text
    from tco.report.diff.comment import problems_comment

    found, problems = _read(posting.file)
    label = posting.tag if posting.tag != DEFAULT_TAG else ""
    if found is None:
        given = os.environ.get("TCO_VALID_AT")
        moment = MOMENT.convert(given, None, None) if given else dt.datetime.now(dt.UTC)
        text = problems_comment(problems, label)
        return Message(posting.tag, moment.replace(microsecond=0), text), True
    touched = any(stack.touched for stack in found.stacks)
    return Message(posting.tag, found.valid_at, comment_text(found, label)), touched


def _read(file: str) -> tuple[DiffDocument | None, list[str]]:
    """Return a comparison, or the problems for which there is none.

    Raises TcoError for anything else.
    """
    from tco.documents.diff import read_document

    shown = "stdin" if file == STDIN else file
    if file == STDIN and sys.stdin.isatty():
        raise TcoError(f"{shown}: nothing is piped in. {PIPE}")
    with click.open_file(file, "rb") as stream:
        content: bytes = stream.read(LARGEST_INPUT_BYTES + 1)
    if len(content) > LARGEST_INPUT_BYTES:
        raise TcoError(f"{shown}: is larger than {LARGEST_INPUT_BYTES >> 20} MB, the limit.")
    try:
        return read_document(content.decode(), shown)
    except UnicodeDecodeError as error:
        raise TcoError(f"{shown}: byte {error.start} is not UTF-8.") from None
