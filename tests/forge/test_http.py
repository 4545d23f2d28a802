"""The client against hostile answers: the token stays in its header, and every answer ends."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import time
from collections.abc import Callable
from io import BufferedIOBase

import pytest

from tco.errors import TcoError
from tco.forge import github, gitlab, http
from tco.forge.http import Api
from tco.forge.sticky import Message, post
from tests.forge.raw_server import Answering, Asked, raw, raw_server

TOKEN = "ghp_SECRETTOKEN123"
MESSAGE = Message("plan", dt.datetime(2026, 11, 25, tzinfo=dt.UTC), "text")
Posting = Callable[..., str]


def on_github(url: str, token: str = TOKEN) -> tuple[Api, github.GitHub]:
    place = github.Place(url, "octo/repo", 5)
    api = github.api_of(place, token)
    return api, github.GitHub(api, place)


def on_gitlab(url: str, token: str = TOKEN) -> tuple[Api, gitlab.GitLab]:
    place = gitlab.Place(url, "octo/repo", 5)
    api = gitlab.api_of(place, token)
    return api, gitlab.GitLab(api, place)


@pytest.fixture(params=[on_github, on_gitlab], ids=["github", "gitlab"])
def posting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Posting:
    """Post one comment; pauses are checked to be possible, and not slept."""

    def sleep(seconds: float) -> None:
        assert 0 <= seconds <= http.LONGEST_WAIT_S

    def run(url: str, token: str = TOKEN) -> str:
        api, forge = request.param(url, token)
        monkeypatch.setattr(api, "_sleep", sleep)
        return post(forge, MESSAGE, sleep=sleep)

    return run


def always(answer: bytes) -> Answering:
    def write(asked: Asked, wire: BufferedIOBase) -> None:
        del asked
        wire.write(answer)

    return write


def listed(**comment: object) -> bytes:
    """A page with one comment of a bot."""
    common = {"body": MESSAGE.body, "user": {"type": "Bot"}}
    return raw(200, json.dumps([{**common, **comment}]).encode())


ODD = {
    "a comment without an id": listed(),
    "an id that is null": listed(id=None),
    "an id that is a text": listed(id="abc"),
    "an id that is true": listed(id=True),
    "an id beyond numbers": raw(200, b'[{"id": 1e999, "user": {"type": "Bot"}}]'),
    "an author that is a list": listed(id="x", user=[1], author=[1]),
    "a list of texts": raw(200, b'["a", 1, null]'),
    "a mapping": raw(200, b'{"message": "hi"}'),
    "nothing": raw(200, b""),
    "JSON cut short": raw(200, b'[{"a":'),
    "a page of HTML": raw(200, b"<html>", "Content-Type: text/html"),
    "JSON nested deeply": raw(200, b"[" * 200_000),
    "an error nested deeply": raw(500, b"[" * 200_000),
    "an error with a reason nested deeply": raw(
        401, b'{"message":' + b"[" * 900 + b"]" * 900 + b"}"
    ),
    "latin-1": raw(200, b'["\xff"]'),
    "a number of 6,000 digits": raw(200, b"[" + b"9" * 6000 + b"]"),
    "compressed": raw(200, gzip.compress(b"[]"), "Content-Encoding: gzip"),
    "an unknown coding": raw(200, b"[]", "Content-Encoding: zzz"),
    "a body cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[1,",
    "a bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nabc\r\n",
    "no HTTP": b"garbage\r\n\r\n",
    "500 headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n[]",
    "an ETag beyond ASCII": raw(200, b"[]", "ETag: \u2028\u00ff"),
    "status 304 unasked": raw(304, b""),
    "status 999": raw(999, b"{}"),
    "a redirect": raw(307, b"", "Location: https://evil.example/"),
    **{
        f"Retry-After {text}": raw(429, b"{}", f"Retry-After: {text}")
        for text in ("nan", "-5", "inf", "1e309", "9" * 400, "abc", "1_0", "٣", "99999")
    },
    **{
        f"a rate limit until {text}": raw(
            403, b"{}", "X-RateLimit-Remaining: 0", f"X-RateLimit-Reset: {text}"
        )
        for text in ("nan", "-1", "inf", "9" * 20, "x")
    },
    **{
        f"a next page at {link}": raw(200, b"[]", f'Link: <{link}>; rel="next"')
        for link in ("https://[::1", "/é", "@evil.example/", "//evil.example", "http://a b/")
    },
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_an_odd_answer_ends_in_one_error_or_none(answer: bytes, posting: Posting) -> None:
    """Whatever a forge answers, the run ends as it should or with a TcoError: no traceback."""
    with raw_server(always(answer)) as server:
        try:
            done = posting(server.url)
        except TcoError as error:
            assert TOKEN not in str(error)
            assert str(error).isprintable()
        else:
            assert done == "created"


def dripping(part: bytes) -> Answering:
    def answer(asked: Asked, wire: BufferedIOBase) -> None:
        del asked
        wire.write(b"HTTP/1.1 200 OK\r\n" + part)
        for _ in range(200):
            wire.write(b"X: y\r\n" if not part else b" ")
            wire.flush()
            time.sleep(0.02)

    return answer


@pytest.mark.parametrize("part", [b"", b"Content-Length: 9999\r\n\r\n"], ids=["headers", "body"])
def test_an_answer_that_drips_is_given_up(
    part: bytes, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One deadline for the whole answer: a byte now and then does not hold the job."""
    monkeypatch.setattr(http, "TIMEOUT_S", 0.2)
    monkeypatch.setattr(http, "CALL_S", 0.5)
    with raw_server(dripping(part)) as server:
        began = time.monotonic()
        with pytest.raises(TcoError, match="no complete response"):
            posting(server.url)
        assert time.monotonic() - began < 3


def test_pages_without_end(posting: Posting) -> None:
    """A list whose every page names another one ends at the limit."""

    def answer(asked: Asked, wire: BufferedIOBase) -> None:
        wire.write(raw(200, b"[]", f'Link: <{server.url}{asked.path}&x>; rel="next"'))

    with raw_server(answer) as server, pytest.raises(TcoError, match="100 pages"):
        posting(server.url)


def test_a_large_answer_is_not_read_to_its_end(
    posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer beyond the limit is an error that names the limit."""
    monkeypatch.setattr(http, "LARGEST_ANSWER_BYTES", 1 << 20)
    with (
        raw_server(always(raw(200, b"[" + b" " * (1 << 21) + b"]"))) as server,
        pytest.raises(TcoError, match="more than 1 MB"),
    ):
        posting(server.url)


def test_a_retry_date(posting: Posting) -> None:
    """Retry-After may be a date: one in the past is no reason to wait."""
    answers = [raw(429, b"{}", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT")]

    def answer(asked: Asked, wire: BufferedIOBase) -> None:
        wire.write(
            answers.pop() if answers else raw(200, b"{}" if asked.path == "/user" else b"[]")
        )

    with raw_server(answer) as server:
        assert posting(server.url) == "created"


def echo(status: int, where: str) -> Answering:
    """Give every header of the request back, in the reason or in a header."""

    def answer(asked: Asked, wire: BufferedIOBase) -> None:
        headers = json.dumps(asked.headers) + f" {TOKEN.upper()} {TOKEN[:4]}\x1b\u202e{TOKEN[4:]}"
        reported = {"error": {"message": {"message": headers}, "error": headers}}
        body = json.dumps(reported.get(where, {where: headers})).encode()
        link = f'Link: <https://evil.example/{TOKEN}>; rel="next"'
        wire.write(raw(status, b"[]" if where == "link" else body, link))

    return answer


@pytest.mark.parametrize(
    ("status", "where"),
    [(401, "message"), (403, "message"), (422, "error_description"), (500, "error"), (200, "link")],
)
def test_an_echo_of_the_token_is_redacted(status: int, where: str, posting: Posting) -> None:
    """A forge that gives the request's headers back does not print the token into a public log."""
    with raw_server(echo(status, where)) as server, pytest.raises(TcoError) as caught:
        posting(server.url)
    assert TOKEN.lower() not in str(caught.value).lower()
    assert "[token]" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f" {TOKEN}\r\n", f"\t{TOKEN} "])
def test_white_space_around_a_token_is_not_sent(token: str, posting: Posting) -> None:
    """A secret pasted with its line end works."""
    with raw_server(always(raw(200, b"[]"))) as server:
        assert posting(server.url, token) == "created"
    sent = server.requests[0].headers
    assert sent.get("Authorization", sent.get("Private-Token")) in (TOKEN, f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    "token",
    [f"{TOKEN}\r\nX: y", f"{TOKEN}…", f"\x00{TOKEN}", f"{TOKEN} {TOKEN}", f"{TOKEN}\u2028é"],
)
def test_a_token_that_no_header_can_carry(token: str, posting: Posting) -> None:
    """It is one clear error, which does not hold the token."""
    with pytest.raises(TcoError, match="printable ASCII") as caught:
        posting("https://api.example", token)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *("http://api.example", "ftp://api.example", "api.example", "", "https://", "file:///etc"),
        *("https://user:pw@api.example", "https://api.github.com@evil.example", "https://@a"),
        *("https://a\\@evil.example", "https://exa mple.com", "https://a.example/é", "https://é.x"),
        *("https://[::1", "https://[zz]", "https://a:b", "https://a:99999", "https://a:0"),
        *("https://-a", "https://xn--/", "https://a..b", "https://a\n", "\nhttps://a"),
        *("https://a?b=1", "https://a#b", "http://localhost.evil.example", "http://127.1"),
        *("http://0.0.0.0", "http://2130706433", "http://127.0.0.1@evil.example"),
        *("user:pw@api.example", f"https://a/api?private_token={TOKEN}", f"https://a\\{TOKEN}"),
    ],
)
def test_an_unsafe_address(url: str, posting: Posting) -> None:
    """A token is sent over TLS, or to this machine; what is wrong is said before anything is."""
    with pytest.raises(TcoError, match="API address") as caught:
        posting(url)
    assert "pw" not in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "url",
    ["https://api.github.com", "https://git_lab.corp:8443/api/v4/", "http://[::1]:1", "HTTPS://a"],
)
def test_a_safe_address(url: str) -> None:
    """Addresses that forges have are taken."""
    on_github(url)


def test_plain_http_takes_no_proxy(posting: Posting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception for this machine ends at this machine: no proxy sees the token in clear."""
    with raw_server(always(raw())) as proxy, raw_server(always(raw())) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert posting(server.url) == "created"
    assert proxy.requests == []


def test_a_proxy_tunnels_https(posting: Posting, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy is asked for a tunnel to the forge, and given no header that holds the token."""
    with raw_server(always(raw(403, b""))) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with pytest.raises(TcoError, match="Tunnel connection failed"):
            posting("https://api.example")
    assert {asked.method for asked in proxy.requests} == {"CONNECT"}
    assert TOKEN not in str([asked.headers for asked in proxy.requests])


def test_a_broken_proxy_setting_shows_no_password(
    posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy's own password stays out of the message too."""
    monkeypatch.setenv("https_proxy", "http:/user:pw@proxy")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(TcoError, match="proxy") as caught:
        posting("https://api.example")
    assert "pw" not in str(caught.value)
