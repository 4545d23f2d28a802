"""The comments of a GitHub pull request, by the REST API."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tco.errors import TcoError
from tco.files import as_mapping
from tco.forge.forge_command import ForgeCommand, ForgeOption
from tco.forge.http import Api
from tco.forge.thread import Place, Thread, token_from, unnamed
from tco.forge.token import Token
from tco.json_reader import load_json

__all__ = ["COMMAND", "GitHub", "Place", "place_of", "token_of"]

PUBLIC_API = "https://api.github.com"
REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
PULL_REF = re.compile(r"refs/pull/([1-9][0-9]{0,18})/")
JOB = ("GITHUB_ACTIONS", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH", "GITHUB_REF")


class GitHub(Thread):
    """One pull request's comments."""

    NAME = "GitHub"
    USER_KEY = "login"
    UPDATE = "PATCH"
    NEEDS = (
        "A pull request from a fork has such a token, and a locked conversation accepts no "
        "comments; otherwise the job lacks `permissions: pull-requests: write`."
    )

    def __init__(self, api: Api, place: Place) -> None:
        issues = f"/repos/{place.repository}/issues"
        super().__init__(
            api, f"{issues}/{place.number}/comments?per_page=100", f"{issues}/comments"
        )

    def _own(self, comment: Mapping[str, Any]) -> bool:
        """Return all bots' comments, and the comments of this token's user."""
        author = as_mapping(comment.get("user")) or {}
        return author.get("type", "Bot") == "Bot" or author.get("login", "") == self._user


def api_of(place: Place, token: str) -> Api:
    """GitHub's API with a token. Raises TcoError for a token or an address that is unsafe."""
    return Api(
        place.url,
        Token(token, "Authorization", "Bearer"),
        {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    )


def token_of(environment: Mapping[str, str], place: Place) -> str:
    """Return the token, from the environment alone. Raises NotPosted in a fork, else TcoError."""
    how = (
        "In a workflow: env: {GITHUB_TOKEN: ${{ github.token }}} with "
        "permissions: pull-requests: write."
    )
    return token_from(environment, ("GITHUB_TOKEN", "GH_TOKEN"), place, how)


def place_of(
    repository: str | None,
    number: int | None,
    url: str | None,
    environment: Mapping[str, str] = os.environ,
) -> Place:
    """Return the pull request that is named, or that the workflow runs for.

    Raises NotPosted in a job that runs for none, else TcoError.
    """
    event = _event(environment)
    pull = _pull_request(event)
    repository = repository or environment.get("GITHUB_REPOSITORY") or ""
    if not REPOSITORY.fullmatch(repository):
        raise TcoError(f"{repository!r} is not a repository. Name it: --repo OWNER/NAME.")
    found = number or _whole(pull.get("number")) or _number(environment.get("GITHUB_REF", ""))
    if found is None:
        raise unnamed(
            environment,
            JOB,
            "the event that started this job does not belong to a pull request. Name one: "
            "--pull-request NUMBER, or run the job `on: pull_request`.",
        )
    address = url or environment.get("GITHUB_API_URL") or PUBLIC_API
    return Place(address, repository, found, _from_fork(pull))


def _number(ref: str) -> int | None:
    found = PULL_REF.match(ref)
    return int(found[1]) if found else None


def _whole(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None


def _pull_request(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the pull request of an event; a comment on one arrives as an issue comment."""
    issue = as_mapping(event.get("issue")) or {}
    return as_mapping(event.get("pull_request")) or (issue if issue.get("pull_request") else {})


def _event(environment: Mapping[str, str]) -> Mapping[str, Any]:
    path = environment.get("GITHUB_EVENT_PATH")
    if not path:
        return {}
    try:
        return as_mapping(load_json(Path(path).read_bytes())) or {}
    except (OSError, ValueError):
        return {}


def _from_fork(pull: Mapping[str, Any]) -> bool:
    names = [
        (as_mapping((as_mapping(pull.get(side)) or {}).get("repo")) or {}).get("full_name")
        for side in ("head", "base")
    ]
    return None not in names and names[0] != names[1]


def _connect(repository: str | None, number: int | None, url: str | None) -> tuple[GitHub, Place]:
    place = place_of(repository, number, url)
    return GitHub(api_of(place, token_of(os.environ, place)), place), place


COMMAND = ForgeCommand(
    help="""Create or update the comment on a GitHub pull request.

    The token comes from GITHUB_TOKEN. The comment is also written to the job summary. It is written
    only there, with exit code 0, if the job does not run for a pull request (a push, a merge queue)
    or if the token may not write (a fork, a locked conversation).
    """,
    repository=ForgeOption(flag="--repo", metavar="OWNER/NAME", help="Default: GITHUB_REPOSITORY."),
    number=ForgeOption(
        flag="--pull-request", metavar="N", help="Default: the pull request of the event."
    ),
    url=ForgeOption(flag="--api-url", metavar="URL", help="Default: GITHUB_API_URL."),
    connect=_connect,
    summary="GITHUB_STEP_SUMMARY",
)
