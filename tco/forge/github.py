"""The comments of a GitHub pull request, by the REST API."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tco.errors import TcoError
from tco.files import as_mapping
from tco.forge.http import Api, Refused
from tco.forge.sticky import ReadOnly, Remote

__all__ = ["GitHub", "Place", "place_of", "token_of"]

PUBLIC_API = "https://api.github.com"
REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
PULL_REF = re.compile(r"refs/pull/(\d+)/")
READ_ONLY = "not accessible by integration"


@dataclass(frozen=True)
class Place:
    """A pull request, and whether it comes from a fork."""

    url: str
    repository: str
    number: int
    fork: bool = False

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.repository}#{self.number}"


class GitHub:
    """One pull request's comments."""

    def __init__(self, api: Api, place: Place) -> None:
        self._api = api
        self._comments = f"/repos/{place.repository}/issues/{place.number}/comments"
        self._comment = f"/repos/{place.repository}/issues/comments"

    def comments(self) -> list[Remote]:
        """All comments of bots and of this token's user: nobody else's can pose as ours."""
        pages = self._api.pages(f"{self._comments}?per_page=100")
        found = [one for one in map(as_mapping, pages) if one is not None]
        return [
            Remote(int(one["id"]), str(one.get("body") or "")) for one in found if self._own(one)
        ]

    def _own(self, comment: Mapping[str, Any]) -> bool:
        author = as_mapping(comment.get("user")) or {}
        return author.get("type", "Bot") == "Bot" or author.get("login") == self._login

    @cached_property
    def _login(self) -> str | None:
        """The token's user; an app's token has none."""
        try:
            user = as_mapping(self._api.call("GET", "/user").content) or {}
        except Refused:
            return None
        login = user.get("login")
        return str(login) if login else None

    def create(self, body: str) -> None:
        """Write a new comment."""
        self._write("POST", self._comments, body)

    def update(self, comment: int, body: str) -> bool:
        """Write a comment anew; False where it is gone."""
        try:
            self._write("PATCH", f"{self._comment}/{comment}", body)
        except Refused as error:
            if error.status in (404, 410):
                return False
            raise
        return True

    def delete(self, comment: int) -> None:
        """Delete a comment; one that is gone already is fine."""
        try:
            self._api.call("DELETE", f"{self._comment}/{comment}")
        except Refused as error:
            if error.status not in (404, 410):
                raise

    def _write(self, method: str, path: str, body: str) -> None:
        try:
            self._api.call(method, path, {"body": body})
        except Refused as error:
            if error.status == 403 and READ_ONLY in error.said.lower():
                raise ReadOnly(
                    "GitHub lets this token read and not write. A pull request from a fork has "
                    "such a token; elsewhere the job lacks `permissions: pull-requests: write`."
                ) from None
            raise


def api_of(place: Place, token: str) -> Api:
    """GitHub's API with a token."""
    return Api(
        place.url,
        {
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )


def token_of(environment: Mapping[str, str], place: Place) -> str:
    """The token, from the environment alone. Raises ReadOnly in a fork, else TcoError."""
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or ""
    if token:
        return token
    if place.fork:
        raise ReadOnly(f"{place} comes from a fork, whose jobs are given no token.")
    raise TcoError(
        "GITHUB_TOKEN is not set. In a workflow: env: {GITHUB_TOKEN: ${{ github.token }}} with "
        "permissions: pull-requests: write. To see the comment without posting: --dry-run."
    )


def place_of(
    repository: str | None,
    number: int | None,
    url: str | None,
    environment: Mapping[str, str] = os.environ,
) -> Place:
    """The pull request that is named, or that the workflow runs for. Raises TcoError."""
    event = _event(environment)
    pull = as_mapping(event.get("pull_request")) or {}
    repository = repository or environment.get("GITHUB_REPOSITORY") or ""
    if not REPOSITORY.fullmatch(repository):
        raise TcoError(f"{repository!r} is no repository. Name it: --repo OWNER/NAME.")
    found = number or pull.get("number") or _number(environment.get("GITHUB_REF", ""))
    if not isinstance(found, int):
        raise TcoError(
            "no pull request: the event that started this job is none. Name one by "
            "--pull-request NUMBER, or run the job `on: pull_request`."
        )
    address = url or environment.get("GITHUB_API_URL") or PUBLIC_API
    return Place(address, repository, found, _from_fork(pull))


def _number(ref: str) -> int | None:
    found = PULL_REF.match(ref)
    return int(found[1]) if found else None


def _event(environment: Mapping[str, str]) -> Mapping[str, Any]:
    path = environment.get("GITHUB_EVENT_PATH")
    if not path:
        return {}
    try:
        return as_mapping(json.loads(Path(path).read_text(encoding="utf-8"))) or {}
    except (OSError, ValueError):
        return {}


def _from_fork(pull: Mapping[str, Any]) -> bool:
    names = [
        (as_mapping((as_mapping(pull.get(side)) or {}).get("repo")) or {}).get("full_name")
        for side in ("head", "base")
    ]
    return None not in names and names[0] != names[1]
