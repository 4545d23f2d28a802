"""The notes of a GitLab merge request, by the REST API."""

from __future__ import annotations

import os
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from tco.errors import TcoError
from tco.files import as_mapping
from tco.forge import thread
from tco.forge.forge_command import ForgeCommand, ForgeOption
from tco.forge.http import Api
from tco.forge.thread import Thread, token_from, unnamed
from tco.forge.token import Token

__all__ = ["COMMAND", "GitLab", "Place", "place_of", "token_of"]

PUBLIC_API = "https://gitlab.com/api/v4"
NUMBER = re.compile(r"[1-9][0-9]{0,18}")
JOB = ("GITLAB_CI", "CI_PIPELINE_SOURCE", "CI_JOB_ID")


class Place(thread.Place):
    """A merge request: ``GROUP/NAME!5``."""

    MARK = "!"


class GitLab(Thread):
    """One merge request's notes."""

    NAME = "GitLab"
    USER_KEY = "username"
    UPDATE = "PUT"
    NEEDS = "It needs the scope `api` and the role Reporter or above, and an unlocked discussion."

    def __init__(self, api: Api, place: Place) -> None:
        project = urllib.parse.quote(place.repository, safe="")
        notes = f"/projects/{project}/merge_requests/{place.number}/notes"
        super().__init__(api, f"{notes}?per_page=100&sort=asc&order_by=created_at", notes)

    def _own(self, comment: Mapping[str, Any]) -> bool:
        """Return the notes of this token's user."""
        author = as_mapping(comment.get("author")) or {}
        mine = self._user is None or author.get("username", self._user) == self._user
        return mine and not comment.get("system")


def api_of(place: Place, token: str) -> Api:
    """GitLab's API with a token. Raises TcoError for a token or an address that is unsafe."""
    return Api(place.url, Token(token, "PRIVATE-TOKEN"))


def token_of(environment: Mapping[str, str], place: Place) -> str:
    """Return the token, from the environment alone. Raises NotPosted in a fork, else TcoError."""
    how = (
        "Make a project access token with the scope `api` and give it to the job as a masked "
        "variable."
    )
    return token_from(environment, ("GITLAB_TOKEN",), place, how)


def place_of(
    project: str | None,
    number: int | None,
    url: str | None,
    environment: Mapping[str, str] = os.environ,
) -> Place:
    """Return the merge request that is named, or that the pipeline runs for.

    Raises NotPosted in a pipeline that runs for none, else TcoError.
    """
    target = environment.get("CI_MERGE_REQUEST_PROJECT_ID")
    source = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID")
    project = project or target or environment.get("CI_PROJECT_ID")
    if not project:
        raise TcoError("no project is known. Name it: --project GROUP/NAME or its number.")
    named = environment.get("CI_MERGE_REQUEST_IID", "")
    found = number or (int(named) if NUMBER.fullmatch(named) else None)
    if found is None:
        raise unnamed(
            environment,
            JOB,
            "this pipeline does not run for a merge request. Name one: --merge-request NUMBER, or "
            "run the job by `rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]`.",
        )
    address = url or environment.get("CI_API_V4_URL") or PUBLIC_API
    return Place(address, project, found, bool(source and target and source != target))


def _connect(repository: str | None, number: int | None, url: str | None) -> tuple[GitLab, Place]:
    place = place_of(repository, number, url)
    return GitLab(api_of(place, token_of(os.environ, place)), place), place


COMMAND = ForgeCommand(
    help="""Create or update the comment on a GitLab merge request.

    The token comes from GITLAB_TOKEN. The comment is printed instead, with exit code 0, if the
    pipeline does not run for a merge request or if the token may not write.
    """,
    repository=ForgeOption(
        flag="--project", metavar="NAME|ID", help="Default: CI_MERGE_REQUEST_PROJECT_ID."
    ),
    number=ForgeOption(
        flag="--merge-request", metavar="N", help="Default: the merge request of the pipeline."
    ),
    url=ForgeOption(flag="--api-url", metavar="URL", help="Default: CI_API_V4_URL."),
    connect=_connect,
)
