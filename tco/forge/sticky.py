"""One comment that stays: found by a hidden first line, updated in place, newest run wins.

The line is ``<!-- tco:TAG valid-at=MOMENT -->``. A run never overwrites a comment of a later
moment. No forge offers a write on condition, so two runs may pass each other between reading and
writing: after a write each run reads again, and the one with the latest moment repairs what is
left. A comment that would say the same is not written again, so its moment stays the earlier one.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tco.errors import TcoError

__all__ = ["Behavior", "Forge", "Message", "NotPosted", "PostOutcome", "Remote", "post"]

Behavior = Literal["update", "new", "delete-and-new"]
PostOutcome = Literal["created", "updated", "unchanged", "newer", "nothing"]
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
FIRST_LINE = re.compile(r"<!-- tco:(\S+) valid-at=(\S+) -->")
MOST_REPAIRS = 3
PAUSE_S = 1.0
EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)


class NotPosted(TcoError):
    """There is no pull request, or the token may not write to it. The job continues."""


@dataclass(frozen=True)
class Remote:
    """A comment as the forge has it."""

    id: int
    body: str


class Forge(Protocol):
    """What a forge can do with the comments of one pull request."""

    def comments(self) -> list[Remote]:
        """Return all comments that this token may have written, on all pages."""
        ...

    def create(self, body: str) -> None:
        """Write a new comment."""
        ...

    def update(self, comment: int, body: str) -> bool:
        """Rewrite a comment; False if it no longer exists."""
        ...

    def delete(self, comment: int) -> None:
        """Delete a comment; one that is gone already is fine."""
        ...


@dataclass(frozen=True)
class Message:
    """What a run has to say, and the moment it is valid at."""

    tag: str
    valid_at: dt.datetime
    text: str

    def __post_init__(self) -> None:
        if not TAG.fullmatch(self.tag) or "--" in self.tag:
            raise TcoError(
                f"the tag {self.tag!r} has other characters than letters, digits, '.', '_', '/' "
                "and single '-', or is longer than 64."
            )

    @property
    def body(self) -> str:
        """The text below its hidden line."""
        moment = self.valid_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        return f"<!-- tco:{self.tag} valid-at={moment} -->\n{self.text}"

    def says_the_same(self, other: Remote) -> bool:
        """Return whether a comment differs in nothing but its moment."""
        return _text(other.body) == _text(self.body)


def post(
    forge: Forge,
    message: Message,
    behavior: Behavior = "update",
    *,
    create: bool = True,
    sleep: Callable[[float], None] = time.sleep,
) -> PostOutcome:
    """Say it once. ``create=False`` corrects an earlier comment and starts none."""
    found = _tagged(forge, message.tag)
    latest = _latest(found)
    if latest is None and not create:
        return "nothing"
    if latest is not None and _moment(latest) > message.valid_at:
        return "newer"
    if latest is not None and message.says_the_same(latest):
        if behavior == "update":
            _delete(forge, [comment for comment in found if comment.id != latest.id])
        return "unchanged"
    done = _write(forge, message, behavior, found, latest=latest)
    if behavior != "new":
        _repair(forge, message, sleep)
    return done


def _write(
    forge: Forge,
    message: Message,
    behavior: Behavior,
    found: Sequence[Remote],
    latest: Remote | None,
) -> PostOutcome:
    """Return the first write: in place, or beside what is there."""
    if behavior == "update" and latest is not None and forge.update(latest.id, message.body):
        return "updated"
    forge.create(message.body)
    if behavior == "delete-and-new":
        _delete(forge, found)
    return "created"


def _repair(forge: Forge, message: Message, sleep: Callable[[float], None]) -> None:
    """Leave one comment, and in it nothing older than what this run has to say."""
    for _ in range(MOST_REPAIRS):
        sleep(PAUSE_S)
        found = _tagged(forge, message.tag)
        latest = _latest(found)
        if latest is None:
            return
        _delete(forge, [comment for comment in found if comment.id != latest.id])
        if _moment(latest) >= message.valid_at or message.says_the_same(latest):
            return
        forge.update(latest.id, message.body)


def _tagged(forge: Forge, tag: str) -> list[Remote]:
    return [comment for comment in forge.comments() if (line := _line(comment)) and line[1] == tag]


def _latest(found: Sequence[Remote]) -> Remote | None:
    """Return the comment of the latest moment; of several the first one written."""
    return max(found, key=lambda comment: (_moment(comment), -comment.id), default=None)


def _delete(forge: Forge, comments: Sequence[Remote]) -> None:
    for comment in comments:
        forge.delete(comment.id)


def _line(comment: Remote) -> re.Match[str] | None:
    return FIRST_LINE.match(comment.body)


def _moment(comment: Remote) -> dt.datetime:
    line = _line(comment)
    try:
        moment = dt.datetime.fromisoformat(line[2]) if line else EARLIEST
    except ValueError:
        return EARLIEST
    return moment if moment.tzinfo is not None else EARLIEST


def _text(body: str) -> str:
    """Return a body without its hidden line, as it is after a forge has stored it."""
    rest = FIRST_LINE.sub("", body, count=1)
    return "\n".join(line.rstrip() for line in rest.strip().splitlines())
