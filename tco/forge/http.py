"""JSON over HTTP with a forge: patient with limits and outages, silent about the token.

The standard library does it: a handful of requests, no sessions, no files.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

import tco
from tco.errors import TcoError
from tco.files import as_list, as_mapping

__all__ = ["Answer", "Api", "Refused"]

TIMEOUT_S = 30.0
MOST_TRIES = 5
LONGEST_WAIT_S = 180.0
LIMIT_WAIT_S = 60.0
LARGEST_ANSWER_BYTES = 32 << 20
LOCAL = ("127.0.0.1", "::1", "localhost")
NEXT_PAGE = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')


class Refused(TcoError):
    """The forge answered, and the answer was no."""

    def __init__(self, status: int, said: str, url: str) -> None:
        self.status = status
        self.said = said
        super().__init__(f"{url} answered {status}: {said}")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    content: Any


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another address: it is an answer, not followed."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        del args, kwargs


class Api:
    """One forge's API. The token travels in a header and stands in no message."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = _checked(url)
        self._headers = {
            "Accept": "application/json",
            "User-Agent": f"tco/{tco.__version__}",
            **headers,
        }
        self._sleep = sleep
        self._clock = clock
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._seen: dict[str, tuple[str, Answer]] = {}

    def call(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Answer:
        """One request, tried again while that can help. Raises Refused, or TcoError."""
        url = self._address(path)
        for tries in range(1, MOST_TRIES + 1):
            answer, trouble = self._once(method, url, content)
            if answer is not None and answer.status < 300:
                return answer
            wait = self._wait(answer, tries)
            if wait is None or tries == MOST_TRIES:
                raise self._failure(answer, trouble, url, tries)
            if wait > LONGEST_WAIT_S:
                raise TcoError(
                    f"{url}: the rate limit is used up for another {wait:,.0f} seconds. "
                    "Run the job again after that."
                )
            self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def pages(self, path: str) -> Iterator[Any]:
        """The items of a list, page after page."""
        following: str | None = path
        while following is not None:
            answer = self.call("GET", following)
            yield from as_list(answer.content) or ()
            link = NEXT_PAGE.search(answer.headers.get("Link", ""))
            following = link[1] if link else None

    def _address(self, path: str) -> str:
        """An absolute address on this API and no other."""
        url = path if "://" in path else self._url + path
        mine, theirs = (urllib.parse.urlsplit(one)[:2] for one in (self._url, url))
        if mine != theirs:
            raise TcoError(f"{self._url} leads to {url}: the token is not sent there.")
        return url

    def _once(
        self, method: str, url: str, content: Mapping[str, Any] | None
    ) -> tuple[Answer | None, str]:
        """One try: an answer of any status, or what went wrong on the way."""
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(url, data, self._headers, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        known = self._seen.get(url) if method == "GET" else None
        if known is not None:
            request.add_header("If-None-Match", known[0])
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                return self._remembered(method, url, _read(response)), ""
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 304 and known is not None:
                    return known[1], ""
                return _read(error), ""
        except (OSError, http.client.HTTPException) as error:
            return None, str(getattr(error, "reason", error)) or type(error).__name__

    def _remembered(self, method: str, url: str, answer: Answer) -> Answer:
        etag = answer.headers.get("ETag")
        if method == "GET" and etag:
            self._seen[url] = (etag, answer)
        return answer

    def _wait(self, answer: Answer | None, tries: int) -> float | None:
        """Seconds until another try can help, or None where none can."""
        backoff = 2.0 ** (tries - 1) * random.uniform(0.5, 1.0)
        if answer is None:
            return backoff
        if answer.status not in (403, 429) and answer.status < 500:
            return None
        after = _number(answer.headers.get("Retry-After"))
        if after is not None or answer.status >= 500:
            return backoff if after is None else after
        names = ("x-ratelimit-remaining", "ratelimit-remaining")
        if any(answer.headers.get(name) == "0" for name in names):
            resets = (answer.headers.get(f"{one.removesuffix('remaining')}reset") for one in names)
            moment = next((at for one in resets if (at := _number(one)) is not None), None)
            return backoff if moment is None else max(moment - self._clock(), 0.0) + 1.0
        if answer.status == 429 or "rate limit" in _said(answer).lower():
            return LIMIT_WAIT_S
        return None

    def _failure(self, answer: Answer | None, trouble: str, url: str, tries: int) -> TcoError:
        shown = url.partition("?")[0]
        if answer is not None:
            return Refused(answer.status, _said(answer), shown)
        return TcoError(f"{shown} was not reached in {tries} tries: {trouble}.")


def _checked(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
    if not secure or not parts.netloc or parts.username or parts.query:
        raise TcoError(f"{url} is no address for a token: write https://HOST/PATH.")
    return url.rstrip("/")


def _read(response: Any) -> Answer:
    body: bytes = response.read(LARGEST_ANSWER_BYTES)
    try:
        content = json.loads(body) if body.strip() else None
    except ValueError:
        if response.status < 300:
            raise http.client.HTTPException("the answer is no JSON") from None
        content = None
    return Answer(int(response.status), response.headers, content)


def _said(answer: Answer) -> str:
    """The forge's own words, on one line and printable."""
    content = as_mapping(answer.content) or {}
    told = content.get("message") or content.get("error") or "no reason given"
    line = " ".join(str(told).split())[:300]
    return "".join(one for one in line if one.isprintable())


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
