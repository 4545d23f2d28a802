"""One comment that stays, against a server that behaves as GitHub does."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from tco.errors import TcoError
from tco.forge import http
from tco.forge.github import GitHub, Place, place_of, token_of
from tco.forge.http import Api, Refused
from tco.forge.sticky import Behavior, Message, NotPosted, post
from tco.forge.token import Token
from tests.forge.forge_server import State, Trouble

TOKEN = "ghs_secret_token"
NO_TOKEN = Token("", "Authorization")
LIMIT = {"message": "API rate limit exceeded for installation"}
NOON = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
PLACE = Place("", "octo/repo", 5)


class Run:
    """One run of a job: its waits are noted and not slept."""

    def __init__(self, server: State) -> None:
        self.waits: list[float] = []
        token = Token(TOKEN, "Authorization", "Bearer")
        self.forge = GitHub(Api(server.url, token, sleep=self.waits.append), PLACE)

    def say(
        self,
        text: str,
        minute: int = 0,
        behavior: Behavior = "update",
        *,
        tag: str = "plan",
        create: bool = True,
    ) -> str:
        """Post a text that is valid at a minute past noon."""
        message = said(text, minute, tag)
        return post(self.forge, message, behavior, create=create, sleep=lambda _: None)


def said(text: str, minute: int = 0, tag: str = "plan") -> Message:
    return Message(tag, NOON + dt.timedelta(minutes=minute), text)


def test_created_once_then_updated_in_place(server: State) -> None:
    """A second push changes the comment that is there."""
    assert Run(server).say("one", 1) == "created"
    assert Run(server).say("two", 2) == "updated"
    assert server.bodies == ["<!-- tco:plan valid-at=2026-11-25T12:02:00Z -->\ntwo"]


def test_identical_is_not_written(server: State) -> None:
    """A push that changes nothing in the answer notifies no one, however much later it runs."""
    Run(server).say("same", 1)
    assert Run(server).say("same", 9) == "unchanged"
    assert server.writes == ["POST"]


def test_stored_line_ends_do_not_count(server: State) -> None:
    """A forge may store other line ends and no last one: that is no difference."""
    server.add(said("a\n\nb\n").body.replace("\n", "\r\n").rstrip())
    assert Run(server).say("a\n\nb\n", 1) == "unchanged"


def test_a_slow_old_run_never_overwrites(server: State) -> None:
    """A run whose moment is earlier than the comment's writes nothing."""
    Run(server).say("new", 5)
    for behavior in ("update", "new", "delete-and-new"):
        assert Run(server).say("old", 1, behavior) == "newer"
    assert server.writes == ["POST"]


def test_a_rerun_of_the_same_moment_may_correct(server: State) -> None:
    """The same moment with another text is the same run again, and it may say so."""
    Run(server).say("first", 1)
    assert Run(server).say("corrected", 1) == "updated"


def test_the_comment_is_found_on_a_later_page(server: State) -> None:
    """All pages are read: a comment beyond the first page is updated and not doubled."""
    server.page_size = 30
    for number in range(65):
        server.add(f"talk {number}", "someone", "User")
    server.add(said("old").body)
    assert Run(server).say("new", 1) == "updated"
    assert sum("tco:plan" in body for body in server.bodies) == 1


def test_projects_are_distinguished_by_tag(server: State) -> None:
    """Two projects in one repository have one comment each."""
    Run(server).say("a", tag="frontend")
    Run(server).say("b", tag="backend")
    Run(server).say("c", 1, tag="frontend")
    assert [body.partition("\n")[2] for body in server.bodies] == ["c", "b"]


def test_no_one_can_pose_as_the_bot(server: State) -> None:
    """A person's comment with our tag and a moment in the future stops nothing and stays."""
    server.login = "ci-user"
    forged = said("forged", 10_000_000).body
    server.add(forged, "mallory", "User")
    assert Run(server).say("real", 1) == "created"
    assert server.bodies[0] == forged


def test_a_quoted_comment_is_no_comment_of_ours(server: State) -> None:
    """A reply that quotes the comment is left alone: the tag counts on the first line only."""
    server.add("> " + said("x").body)
    assert Run(server).say("real") == "created"
    assert len(server.bodies) == 2


def test_a_token_of_a_person_finds_its_own(server: State) -> None:
    """With a personal token the comment is a person's, and found by its login."""
    server.login = "ci-user"
    server.add(said("old").body, "ci-user", "User")
    assert Run(server).say("new", 1) == "updated"


def test_new_adds_and_keeps(server: State) -> None:
    """`new` leaves the older comments, and still says nothing twice."""
    Run(server).say("one", 1, "new")
    Run(server).say("two", 2, "new")
    assert Run(server).say("two", 3, "new") == "unchanged"
    assert len(server.bodies) == 2


def test_delete_and_new_moves_to_the_end(server: State) -> None:
    """`delete-and-new` writes first and deletes then, so that there is always a comment."""
    Run(server).say("one", 1)
    server.add("talk", "someone", "User")
    assert Run(server).say("two", 2, "delete-and-new") == "created"
    assert server.bodies[0] == "talk"
    assert server.bodies[1].endswith("two")
    assert server.writes == ["POST", "POST", "DELETE"]


def test_nothing_to_say_starts_no_comment(server: State) -> None:
    """Without a change there is no first comment, and an earlier one is corrected."""
    assert Run(server).say("nothing", create=False) == "nothing"
    assert server.writes == []
    Run(server).say("+$100", 1)
    assert Run(server).say("nothing", 2, create=False) == "updated"


def test_a_comment_deleted_meanwhile_is_written_again(server: State) -> None:
    """Someone deletes the comment between reading and writing: the run writes a new one."""
    server.add(said("old").body)
    server.troubles.append(Trouble(method="PATCH", status=404, content={"message": "Not Found"}))
    assert Run(server).say("new", 1) == "created"


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1)])
def test_two_runs_that_both_create(server: State, first: int, second: int) -> None:
    """Both runs have read before either writes, so both create: the later run's comment is left."""
    both_read = threading.Barrier(2, timeout=10)

    def before(method: str, path: str) -> None:
        del path
        if method == "POST":
            both_read.wait()

    server.before = before
    runs = [
        threading.Thread(target=Run(server).say, args=(str(minute), minute))
        for minute in (first, second)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert server.bodies == [said("2", 2).body]


def test_the_later_run_repairs_what_an_older_one_wrote_over(server: State) -> None:
    """The older run read before the later one wrote, and writes after it: the later run repairs."""
    server.add(said("start").body)
    waits: list[float] = []

    def overwrite(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 1:
            server.comments[0]["body"] = said("older", 1).body

    assert post(Run(server).forge, said("later", 2), sleep=overwrite) == "updated"
    assert server.bodies == [said("later", 2).body]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_outages_are_waited_out(server: State, status: int) -> None:
    """A 5xx is tried again with growing pauses."""
    server.troubles += [Trouble(method="GET", status=status)] * 2
    run = Run(server)
    assert run.say("text") == "created"
    assert len(run.waits) == 2
    assert run.waits[0] <= 1 < run.waits[1] * 2


def test_an_outage_that_names_its_end(server: State) -> None:
    """A 503 with Retry-After is waited out as asked."""
    server.troubles.append(Trouble(method="GET", status=503, headers={"Retry-After": "11"}))
    run = Run(server)
    run.say("text")
    assert run.waits == [11.0]


def test_an_outage_that_lasts_is_reported(server: State) -> None:
    """After five tries the address and the status are reported, and not the token."""
    server.troubles += [Trouble(method="GET", status=503, content={"message": "Unicorn!"})] * 9
    with pytest.raises(Refused, match="503: Unicorn!") as caught:
        Run(server).say("text")
    assert TOKEN not in str(caught.value)


def test_a_created_comment_with_a_lost_answer_is_not_doubled(server: State) -> None:
    """The server creates and answers 502: the second try doubles, the repair leaves one."""
    server.troubles.append(Trouble(method="POST", status=502, after_doing=True))
    Run(server).say("text")
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("status", "headers", "content", "wait"),
    [
        (403, {"retry-after": "7"}, LIMIT, 7.0),
        (429, {"Retry-After": "3"}, LIMIT, 3.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1090"}, LIMIT, 91.0),
        (403, {}, {"message": "You have exceeded a secondary rate limit"}, 60.0),
        (429, {}, {}, 60.0),
    ],
)
def test_rate_limits_are_waited_out(
    server: State, status: int, headers: dict[str, str], content: object, wait: float
) -> None:
    """Retry-After, then the reset, then a minute: as the documentation asks."""
    server.troubles.append(Trouble(method="GET", status=status, content=content, headers=headers))
    waits: list[float] = []
    api = Api(server.url, NO_TOKEN, sleep=waits.append, clock=lambda: 1000.0)
    assert GitHub(api, PLACE).comments() == []
    assert waits == [wait]


def test_a_limit_that_lasts_long_ends_the_run(server: State) -> None:
    """No one pays for a job that sleeps for an hour: it says how long, and ends."""
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "5000"}
    server.troubles.append(Trouble(method="GET", status=403, content=LIMIT, headers=headers))
    waits: list[float] = []
    api = Api(server.url, NO_TOKEN, sleep=waits.append, clock=lambda: 1000.0)
    with pytest.raises(TcoError, match="another 4,001 seconds"):
        GitHub(api, PLACE).comments()
    assert waits == []


def test_a_slow_answer_is_given_up_and_tried_again(
    server: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not answer in time is asked again."""
    monkeypatch.setattr(http, "TIMEOUT_S", 0.2)
    server.troubles.append(Trouble(method="GET", status=200, content=[], delay_s=0.6))
    run = Run(server)
    assert run.say("text") == "created"
    assert len(run.waits) == 1


def test_a_fork_may_only_read(server: State) -> None:
    """GitHub's own words for a read-only token become a line that says what to do."""
    server.troubles.append(
        Trouble(
            method="POST", status=403, content={"message": "Resource not accessible by integration"}
        )
    )
    with pytest.raises(NotPosted, match="pull-requests: write"):
        Run(server).say("text")


@pytest.mark.parametrize("status", [401, 404, 422])
def test_a_refusal_is_not_tried_again(server: State, status: int) -> None:
    """What another try cannot change is reported at once, in the forge's words."""
    server.troubles.append(
        Trouble(method="GET", status=status, content={"message": "No\x1b[31m such\nthing"})
    )
    run = Run(server)
    with pytest.raises(Refused, match=f"{status}: No"):
        run.say("text")
    assert run.waits == []
    assert len(server.requests) == 1


def test_an_unchanged_page_is_not_sent_again(server: State) -> None:
    """A page is asked for with its ETag: the second reading costs nothing of the rate limit."""
    server.add("talk", "someone", "User")
    run = Run(server)
    assert run.forge.comments() == run.forge.comments()
    assert "If-None-Match" in server.requests[-1][2]


def test_the_token_goes_nowhere_else(server: State) -> None:
    """A redirect or a next page on another host is not followed with the token."""
    elsewhere = {"Location": "https://evil.example/", "Link": '<https://evil.example/>; rel="next"'}
    server.troubles.append(
        Trouble(method="GET", status=302, content={"message": "Moved"}, headers=elsewhere)
    )
    with pytest.raises(Refused, match="302"):
        Run(server).forge.comments()
    server.troubles.append(Trouble(method="GET", status=200, content=[], headers=elsewhere))
    with pytest.raises(TcoError, match="not sent there"):
        Run(server).forge.comments()


@pytest.mark.parametrize(
    "url", ["http://api.example", "ftp://api.example", "https://user:pw@api.example", "api.example"]
)
def test_the_token_needs_a_secure_address(url: str) -> None:
    """A token is sent over TLS, or to this machine."""
    with pytest.raises(TcoError, match="API address"):
        Api(url, NO_TOKEN)


@pytest.mark.parametrize("tag", ["", "a b", "x-->", "a--b", "é", "x" * 65, "-x"])
def test_a_tag_stays_inside_its_line(tag: str) -> None:
    """A tag cannot end the hidden line that holds it."""
    with pytest.raises(TcoError, match="the tag"):
        said("text", tag=tag)


def test_where_to_post() -> None:
    """The pull request comes from the options, the event, or the ref, in this order."""
    named = {"GITHUB_REPOSITORY": "octo/repo", "GITHUB_REF": "refs/pull/7/merge"}
    assert str(place_of(None, None, None, named)) == "octo/repo#7"
    assert str(place_of("a/b", 3, None, named)) == "a/b#3"
    with pytest.raises(TcoError, match="--pull-request"):
        place_of("a/b", None, None, {})
    with pytest.raises(TcoError, match="--repo"):
        place_of("a/../b", 3, None, {})


def test_no_token() -> None:
    """Without a token the message says how a job gets one; in a fork it is no failure."""
    with pytest.raises(TcoError, match="GITHUB_TOKEN is not set"):
        token_of({}, PLACE)
    with pytest.raises(NotPosted, match="fork"):
        token_of({}, Place("", "octo/repo", 5, fork=True))
