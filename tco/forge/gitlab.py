"""The notes of a GitLab merge request, by the REST API."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tco.errors import TcoError
from tco.files import as_mapping
from tco.forge.http import Api, Refused
from tco.forge.sticky import ReadOnly, Remote

__all__ = ["GitLab", "Place", "place_of", "token_of"]

PUBLIC_API = "https://gitlab.com/api/v4"


@dataclass(frozen=True)
class Place:
    """A merge request, and whether it comes from a fork."""

    url: str
    project: str
    number: int
    fork: bool = False

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.project}!{self.number}"


class GitLab:
    """One merge request's notes."""

    def __init__(self, api: Api, place: Place) -> None:
        self._api = api
        project = urllib.parse.quote(place.project, safe="")
        self._notes = f"/projects/{project}/merge_requests/{place.number}/notes"

    def comments(self) -> list[Remote]:
        """All notes of this token's user: nobody else's can pose as ours."""
        pages = self._api.pages(f"{self._notes}?per_page=100&sort=asc&order_by=created_at")
        found = [one for one in map(as_mapping, pages) if one is not None]
        return [
            Remote(int(one["id"]), str(one.get("body") or "")) for one in found if self._own(one)
        ]

    def _own(self, note: Mapping[str, Any]) -> bool:
        author = as_mapping(note.get("author")) or {}
        mine = self._username is None or author.get("username", self._username) == self._username
        return mine and not note.get("system")

    @cached_property
    def _username(self) -> str | None:
        try:
            user = as_mapping(self._api.call("GET", "/user").content) or {}
        except Refused:
            return None
        name = user.get("username")
        return str(name) if name else None

    def create(self, body: str) -> None:
        """Write a new note."""
        self._write("POST", self._notes, body)

    def update(self, comment: int, body: str) -> bool:
        """Write a note anew; False where it is gone."""
        try:
            self._write("PUT", f"{self._notes}/{comment}", body)
        except Refused as error:
            if error.status == 404:
                return False
            raise
        return True

    def delete(self, comment: int) -> None:
        """Delete a note; one that is gone already is fine."""
        try:
            self._api.call("DELETE", f"{self._notes}/{comment}")
        except Refused as error:
            if error.status != 404:
                raise

    def _write(self, method: str, path: str, body: str) -> None:
        try:
            self._api.call(method, path, {"body": body})
        except Refused as error:
            if error.status == 403:
                raise ReadOnly(
                    f"GitLab lets this token read and not write ({error.said}). It needs the "
                    "scope `api` and the role Reporter or above."
                ) from None
            raise


def api_of(place: Place, token: str) -> Api:
    """GitLab's API with a token."""
    return Api(place.url, {"PRIVATE-TOKEN": token})


def token_of(environment: Mapping[str, str], place: Place) -> str:
    """The token, from the environment alone. Raises ReadOnly in a fork, else TcoError."""
    token = environment.get("GITLAB_TOKEN") or ""
    if token:
        return token
    if place.fork:
        raise ReadOnly(f"{place} comes from a fork, whose jobs are given no token.")
    raise TcoError(
        "GITLAB_TOKEN is not set. Make a project access token with the scope `api` and give it to "
        "the job as a masked variable. To see the comment without posting: --dry-run."
    )


def place_of(
    project: str | None,
    number: int | None,
    url: str | None,
    environment: Mapping[str, str] = os.environ,
) -> Place:
    """The merge request that is named, or that the pipeline runs for. Raises TcoError."""
    target = environment.get("CI_MERGE_REQUEST_PROJECT_ID")
    source = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID")
    project = project or target or environment.get("CI_PROJECT_ID")
    if not project:
        raise TcoError("no project is known. Name it: --project GROUP/NAME or its number.")
    named = environment.get("CI_MERGE_REQUEST_IID", "")
    found = number or (int(named) if named.isdigit() else None)
    if found is None:
        raise TcoError(
            "no merge request: this pipeline runs for none. Name one by --merge-request NUMBER, "
            "or run the job by `rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]`."
        )
    address = url or environment.get("CI_API_V4_URL") or PUBLIC_API
    return Place(address, project, found, bool(source and target and source != target))
