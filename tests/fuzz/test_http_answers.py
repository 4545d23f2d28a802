"""A forge's answers of every kind: a comment is posted, or one message says why not."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Generator
from io import BufferedIOBase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tco.forge.github
import tco.forge.gitlab
import tco.forge.sticky
from tco.forge.http import Api
from tests.forge.raw_server import Asked, RawServer, raw, raw_server
from tests.fuzz.mutations import Vocabulary, as_json, damaged, mutated
from tests.fuzz.oracle import SECRET, Runner
from tests.fuzz.shares import share

OURS = "<!-- tco:plan valid-at=2026-11-25T12:00:00Z -->\nold"
COMMENT = {
    "id": 7,
    "body": OURS,
    "user": {"login": "github-actions[bot]", "type": "Bot"},
    "author": {"username": "bot"},
    "system": False,
}
GOOD: tuple[Any, ...] = (
    [],
    [COMMENT],
    [{**COMMENT, "body": "talk", "id": 6}, COMMENT, {**COMMENT, "id": 8}],
    COMMENT,
    {"login": "ci-user", "username": "ci-user"},
    {"message": "Resource not accessible by integration", "documentation_url": "x"},
    {"message": "API rate limit exceeded", "error": "insufficient_scope"},
    {"message": f"Authorization: Bearer {SECRET}"},
    {"message": {"body": [f"PRIVATE-TOKEN {SECRET}"]}},
)
KNOWN = Vocabulary.of(GOOD)
STATUSES = (
    *(200, 200, 200, 200, 201, 201, 204, 206, 301, 302),
    *(304, 307, 400, 401, 403, 403, 404, 409, 410),
    *(413, 422, 429, 500, 502, 503, 504, 100, 101, 199, 299, 600, 999, 0, -1, "abc", "", "2" * 9),
)
LINKS = (
    *("{url}/x?page=2", "{url}", "http://127.0.0.1:9/x", "https://evil.example/x"),
    *("//x", "", "/x"),
)
HEADERS = (
    *(f'Link: <{link}>; rel="next"' for link in LINKS),
    *(
        f"Retry-After: {wait}"
        for wait in ("0", "1", "-5", "nan", "1e999", "9" * 400, "x", "", "Mon")
    ),
    *(
        f"x-ratelimit-remaining: 0\r\nx-ratelimit-reset: {moment}"
        for moment in ("nan", "1e999", "0")
    ),
    *(f"Content-Length: {length}" for length in ("0", "1", "99999", "-1", "x", "1e3", "9" * 30)),
    *("Transfer-Encoding: chunked", "Content-Encoding: gzip", "Content-Type: text/html; charset=x"),
    *('ETag: "a"', "ETag: \x85\xff", "Location: {url}/elsewhere"),
    *("Set-Cookie: a=b", "no colon here"),
    *(": empty", " folded", "X" * 70_000 + ": x", "Connection: keep-alive", f"X-Echo: {SECRET}"),
)
MANY_HEADERS = "\r\n".join(f"X-{number}: x" for number in range(200))
BODIES = (
    *(b"", b"null", b"[" * 3000, b'{"a":' * 3000, b"1e999"),
    *(b"NaN", b"9" * 5000, b"\xff", b"0\r\n\r\n"),
)


@st.composite
def good_answers(draw: st.DrawFn) -> bytes:
    """One answer as a forge gives it."""
    return raw(draw(st.sampled_from([200, 201])), as_json(draw(st.sampled_from(GOOD[:5]))).encode())


@st.composite
def odd_answers(draw: st.DrawFn) -> bytes:
    """One answer as no forge should give it."""
    status = draw(st.sampled_from(STATUSES))
    tree = draw(st.sampled_from(GOOD))
    body = draw(
        st.just(as_json(tree).encode()) | mutated(tree, KNOWN).map(as_json).flatmap(damaged)
    )
    body = draw(st.sampled_from([body, body, body, body, draw(st.sampled_from(BODIES))]))
    lines = [f"HTTP/1.1 {status} Odd"]
    lines += draw(st.lists(st.sampled_from([*HEADERS, MANY_HEADERS]), max_size=2))
    if not any(line.startswith("Content-Length") for line in lines):
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join((*lines, "", "")).encode("latin-1")
    return draw(st.sampled_from([head + body] * 9 + [b"", body, head[: len(head) // 2]]))


class Forge:
    """A server that answers what it was handed, and then with its last answer forever."""

    def __init__(self) -> None:
        self.script: list[bytes] = []
        self.served = 0
        self.server = RawServer("")
        self._lock = threading.Lock()

    def answer(self, asked: Asked, out: BufferedIOBase) -> None:
        """Answer one request."""
        del asked
        with self._lock:
            at = min(self.served, len(self.script) - 1)
            self.served += 1
        out.write(self.script[at].replace(b"{url}", self.server.url.encode()))


@pytest.fixture(scope="module")
def forge() -> Generator[Forge]:
    """A forge, here."""
    made = Forge()
    with raw_server(made.answer) as server:
        made.server = server
        yield made


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is never printed, and pauses that take no time."""

    def pause(seconds: float) -> None:
        assert 0 <= seconds <= 1000

    monkeypatch.setenv("GITHUB_TOKEN", SECRET)
    monkeypatch.setenv("GITLAB_TOKEN", SECRET)
    for module in (tco.forge.github, tco.forge.gitlab):
        monkeypatch.setattr(module, "Api", functools.partial(Api, sleep=pause))
    post = functools.partial(tco.forge.sticky.post, sleep=pause)
    monkeypatch.setattr(tco.forge.sticky, "post", post)


answers = good_answers() | odd_answers()
COMMANDS = (
    ("github", "--repo", "o/r", "--pull-request", "5", "--always"),
    ("gitlab", "--project", "o/r", "--merge-request", "5", "--always"),
)
BEHAVIORS = st.sampled_from(["update", "new", "delete-and-new"])
PROBLEMS = {
    "schema": "tco.error/1",
    "problems": [{"file": "a", "path": "b", "message": "c", "hint": "d"}],
}
MOST_REQUESTS = 3000


@share(0.4)
@given(st.lists(answers, min_size=1, max_size=5), st.sampled_from(COMMANDS), BEHAVIORS)
def test_answers(
    runner: Runner, forge: Forge, script: list[bytes], command: tuple[str, ...], behavior: str
) -> None:
    """Whatever a forge answers, the command ends, prints no token and does not ask forever."""
    forge.script, forge.served = script, 0
    options = ("--behavior", behavior, "--api-url", forge.server.url)
    runner("comment", *command, *options, stdin=json.dumps(PROBLEMS).encode())
    assert forge.served <= MOST_REQUESTS
