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
from tco.cli.options import MOMENT, print_error, print_text
from tco.errors import TcoError

if TYPE_CHECKING:
    from tco.documents.diff import DiffDocument
    from tco.forge.sticky import Behavior, Forge, Message

__all__ = ["comment"]

LARGEST_INPUT_BYTES = 64 << 20
STDIN = "-"
PIPE = "Pipe it in: tco diff --format json | tco comment github"
DEFAULT_TAG = "plan"


@click.group()
def comment() -> None:
    """Post a comparison as the one comment of a pull request.

    Each command reads what `tco diff --format json` prints, from a file or from stdin.
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

    for option in (
        click.option("--dry-run", is_flag=True, help="Print the comment and post nothing."),
        click.option(
            "--always",
            is_flag=True,
            help="Comment even if nothing changes and there is no earlier comment.",
        ),
        click.option(
            "--behavior",
            type=click.Choice(["update", "new", "delete-and-new"]),
            default="update",
            show_default=True,
            help="Update the one comment, add another, or replace it at the end of the thread.",
        ),
        click.option(
            "--tag",
            default=DEFAULT_TAG,
            show_default=True,
            help="Distinguishes the comments of several projects in one repository.",
        ),
        file_argument,
    ):
        asked = option(asked)
    return asked


@comment.command("github")
@click.option("--repo", metavar="OWNER/NAME", help="Default: GITHUB_REPOSITORY.")
@click.option("--pull-request", type=click.IntRange(1), metavar="N", help="Default: the event's.")
@click.option("--api-url", metavar="URL", help="Default: GITHUB_API_URL.")
@_posting_options
def comment_github(
    repo: str | None, pull_request: int | None, api_url: str | None, posting: _Posting
) -> None:
    """Create or update the comment on a GitHub pull request.

    The token comes from GITHUB_TOKEN. The same text goes to the job summary. It stays there, with
    exit code 0, where the job runs for no pull request (a push, a merge queue) and where the token
    may not write (a fork, a locked conversation).
    """
    from tco.forge import github

    def forge() -> tuple[Forge, str]:
        place = github.place_of(repo, pull_request, api_url)
        token = github.token_of(os.environ, place)
        return github.GitHub(github.api_of(place, token), place), str(place)

    _post(posting, forge, os.environ.get("GITHUB_STEP_SUMMARY"))


@comment.command("gitlab")
@click.option("--project", metavar="NAME|ID", help="Default: CI_MERGE_REQUEST_PROJECT_ID.")
@click.option(
    "--merge-request", type=click.IntRange(1), metavar="N", help="Default: the pipeline's."
)
@click.option("--api-url", metavar="URL", help="Default: CI_API_V4_URL.")
@_posting_options
def comment_gitlab(
    project: str | None, merge_request: int | None, api_url: str | None, posting: _Posting
) -> None:
    """Create or update the comment on a GitLab merge request.

    The token comes from GITLAB_TOKEN. The comment is printed, with exit code 0, where the pipeline
    runs for no merge request and where the token may not write.
    """
    from tco.forge import gitlab

    def forge() -> tuple[Forge, str]:
        place = gitlab.place_of(project, merge_request, api_url)
        token = gitlab.token_of(os.environ, place)
        return gitlab.GitLab(gitlab.api_of(place, token), place), str(place)

    _post(posting, forge, None)


@comment.command("annotations")
@file_argument
def comment_annotations(file: str) -> None:
    """Print the cost on each changed line, as GitHub workflow commands."""
    from tco.report.diff.annotations import workflow_annotations

    found, _ = _read(file)
    for line in workflow_annotations(found) if found is not None else ():
        click.echo(line)


def _post(posting: _Posting, forge: Callable[[], tuple[Forge, str]], summary: str | None) -> None:
    from tco.forge.sticky import NotPosted, post

    message, matters = _message(posting)
    if posting.dry_run:
        print_text(message.body)
        return
    if summary:
        _summarize(Path(summary), message.text)
    try:
        there, place = forge()
        done = post(there, message, posting.behavior, create=matters or posting.always)
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
        raise TcoError(f"{shown}: holds more than the {LARGEST_INPUT_BYTES >> 20} MB tco reads.")
    try:
        return read_document(content.decode(), shown)
    except UnicodeDecodeError as error:
        raise TcoError(f"{shown}: byte {error.start} is not UTF-8.") from None
