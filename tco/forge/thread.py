"""What GitHub and GitLab share: a thread of comments by REST, and tokens that may not write."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from tco.errors import TcoError
from tco.files import as_mapping
from tco.forge.http import Api, Forbidden, Refused
from tco.forge.sticky import NotPosted, Remote

__all__ = ["Place", "Thread", "token_from", "unnamed"]

GONE = (404, 410)


@dataclass(frozen=True)
class Place:
    """A pull request, and whether it comes from a fork."""

    MARK: ClassVar[str] = "#"

    url: str
    repository: str
    number: int
    fork: bool = False

    def __str__(self) -> str:
        """Return it as people write it: ``OWNER/NAME#5``."""
        return f"{self.repository}{self.MARK}{self.number}"


class Thread(ABC):
    """The comments of one pull request."""

    NAME: ClassVar[str]
    USER_KEY: ClassVar[str]
    UPDATE: ClassVar[str]
    NEEDS: ClassVar[str]

    def __init__(self, api: Api, comments: str, comment: str) -> None:
        self._api = api
        self._comments = comments
        self._comment = comment

    @abstractmethod
    def _own(self, comment: Mapping[str, Any]) -> bool:
        """Return whether this token may have written a comment: no other author can pose as tco."""

    @cached_property
    def _user(self) -> str | None:
        """The token's user; an app's token has none."""
        try:
            user = as_mapping(self._api.call("GET", "/user").content) or {}
        except Refused:
            return None
        name = user.get(self.USER_KEY)
        return str(name) if name else None

    def comments(self) -> list[Remote]:
        """Return all comments that this token may have written, on all pages.

        What lacks a whole number for an id is left out: no request could name it.
        """
        try:
            found = [as_mapping(item) or {} for item in self._api.pages(self._comments)]
        except Forbidden as error:
            raise self._not_posted("neither read nor write", error) from None
        return [
            Remote(item["id"], str(item.get("body") or ""))
            for item in found
            if type(item.get("id")) is int and self._own(item)
        ]

    def create(self, body: str) -> None:
        """Write a new comment."""
        try:
            self._write("POST", self._comments.partition("?")[0], body)
        except Refused as error:
            if error.status == 404:  # the thread was just read: it is there
                raise self._not_posted("read but not write", error) from None
            raise

    def update(self, comment: int, body: str) -> bool:
        """Write a comment again; False where it is gone."""
        try:
            self._write(self.UPDATE, f"{self._comment}/{comment}", body)
        except Refused as error:
            if error.status in GONE:
                return False
            raise
        return True

    def delete(self, comment: int) -> None:
        """Delete a comment. One that is gone is fine, and one that may not be deleted stays."""
        try:
            self._api.call("DELETE", f"{self._comment}/{comment}")
        except Forbidden:
            return
        except Refused as error:
            if error.status not in GONE:
                raise

    def _write(self, method: str, path: str, body: str) -> None:
        try:
            self._api.call(method, path, {"body": body})
        except Forbidden as error:
            raise self._not_posted("read but not write", error) from None

    def _not_posted(self, allowed: str, error: Refused) -> NotPosted:
        return NotPosted(
            f"{self.NAME} lets this token {allowed}. It returned {error.status}: "
            f"{error.said.rstrip('.')}. {self.NEEDS}"
        )


def token_from(
    environment: Mapping[str, str], names: tuple[str, ...], place: Place, how: str
) -> str:
    """Return the token, from the environment alone. Raises NotPosted in a fork, else TcoError."""
    for name in names:
        if token := environment.get(name, "").strip():
            return token
    if place.fork:
        raise NotPosted(f"{place} comes from a fork, whose jobs get no token.")
    raise TcoError(f"{names[0]} is not set. {how} To see the comment without posting: --dry-run.")


def unnamed(environment: Mapping[str, str], job: tuple[str, ...], message: str) -> TcoError:
    """Return the error of no pull request: NotPosted in a job, which goes on without one.

    Any variable of ``job`` is set in a job of the forge, and none where a person runs tco.
    """
    kind = NotPosted if any(environment.get(name) for name in job) else TcoError
    return kind(message)
