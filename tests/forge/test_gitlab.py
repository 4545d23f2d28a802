"""Which merge request a comment is for, and whose notes count as ours."""

from __future__ import annotations

import pytest

from tco.errors import TcoError
from tco.forge.gitlab import PUBLIC_API, GitLab, Place, api_of, place_of, token_of
from tco.forge.sticky import NotPosted
from tests.conftest import Keys
from tests.forge.forge_server import State

PLACE = Place("", "octo/repo", 5)
OWN = "https://git.example.com/api/v4"
JOB: dict[str, str] = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": OWN,
    "CI_PROJECT_ID": "40",
    "CI_MERGE_REQUEST_PROJECT_ID": "30",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "30",
    "CI_MERGE_REQUEST_IID": "7",
}
"""What GitLab sets in the pipeline of a merge request."""


@pytest.mark.parametrize(
    ("named", "environment", "place"),
    [
        (("a/b", 3, None), {}, Place(PUBLIC_API, "a/b", 3)),
        (("a/b", 3, OWN), {}, Place(OWN, "a/b", 3)),
        ((None, None, None), JOB, Place(OWN, "30", 7)),
        (("a/b", 3, PUBLIC_API), JOB, Place(PUBLIC_API, "a/b", 3)),
        ((None, 3, None), {"CI_PROJECT_ID": "40"}, Place(PUBLIC_API, "40", 3)),
        (
            (None, None, None),
            {**JOB, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99"},
            Place(OWN, "30", 7, fork=True),
        ),
    ],
    ids=["named", "own server", "job", "named in a job", "branch job", "fork"],
)
def test_a_named_merge_request_comes_before_the_one_of_the_job(
    named: tuple[str | None, int | None, str | None], environment: Keys, place: Place
) -> None:
    """What a person writes wins; a merge request from another project is a fork's."""
    assert place_of(*named, environment) == place


def test_a_missing_project_is_named_with_the_option_that_gives_it() -> None:
    """Outside a pipeline nothing names the project."""
    with pytest.raises(TcoError, match="--project GROUP/NAME"):
        place_of(None, 5, None, {})


@pytest.mark.parametrize("number", ["", "0", "-1", "1.5", "٣", "9" * 5000])
@pytest.mark.parametrize(("job", "kind"), [({}, TcoError), ({"GITLAB_CI": "true"}, NotPosted)])
def test_a_missing_number_fails_for_a_person_and_is_left_out_in_a_pipeline(
    job: Keys, kind: type[Exception], number: str
) -> None:
    """A branch pipeline has no merge request and stays green; a person made a mistake."""
    with pytest.raises(TcoError, match="--merge-request NUMBER") as caught:
        place_of("a/b", None, None, {**job, "CI_MERGE_REQUEST_IID": number})
    assert type(caught.value) is kind


def test_a_missing_token_posts_nothing_from_a_fork_and_fails_elsewhere() -> None:
    """A fork's pipeline is not given the token, which is no one's mistake."""
    with pytest.raises(NotPosted):
        token_of({}, Place("", "octo/repo", 5, fork=True))
    with pytest.raises(TcoError, match="scope `api`") as caught:
        token_of({}, PLACE)
    assert not isinstance(caught.value, NotPosted)
    assert token_of({"GITLAB_TOKEN": "glpat-secret"}, PLACE) == "glpat-secret"


@pytest.mark.parametrize(
    ("login", "note", "found"),
    [
        ("bot", {"author": {"username": "bot"}}, True),
        ("bot", {"author": {"username": "mallory"}}, False),
        ("bot", {"author": {"username": "bot"}, "system": True}, False),
        (None, {"author": {"username": "anyone"}}, True),
    ],
    ids=["ours", "another's", "GitLab's own", "a token without a user"],
)
def test_only_notes_of_the_tokens_user_are_ours(
    server: State, login: str | None, note: Keys, found: bool
) -> None:
    """No one else's note is updated, and none that GitLab wrote about the merge request."""
    server.login = login
    server.add("text").update(note)
    place = Place(server.url, "octo/repo", 5)
    assert len(GitLab(api_of(place, "glpat-secret"), place).comments()) == found
