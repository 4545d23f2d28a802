"""JSON over HTTP with a forge: patient with limits and outages, silent about the token.

The standard library does it: a handful of requests, no sessions, no files.
"""

from __future__ import annotations

import email.utils
import http.client
import json
import math
import queue
import random
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

import tco
from tco.errors import TcoError
from tco.files import as_list, as_mapping
from tco.forge.address import checked_address, same_server
from tco.forge.token import Token
from tco.json_reader import load_json

__all__ = ["Api", "Forbidden", "Refused", "Response"]

TIMEOUT_S = 10.0
"""For one whole answer: connecting, headers and body."""
CALL_S = 30.0
"""For all tries of one call, without the pauses between them."""
MOST_TRIES = 5
MOST_PAGES = 100
LONGEST_WAIT_S = 180.0
LIMIT_WAIT_S = 60.0
LARGEST_ANSWER_BYTES = 32 << 20
LONGEST_REASON = 300
DAY_S = 86_400.0
NEXT_PAGE = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')
SECONDS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*", re.ASCII)
LIMIT_WORDS = ("rate limit", "abuse detection")


class Refused(TcoError):
    """The forge answered, and the answer was no."""

    def __init__(self, status: int, reason: str, url: str) -> None:
        self.status = status
        self.said = reason
        super().__init__(f"{url} returned {status}: {reason}")


class Forbidden(Refused):
    """This token is not allowed to do it, now or later."""


class _Unusable(TcoError):
    """An answer that another try would not mend."""


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    headers: Message
    content: Any


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Every status is an answer. A redirect is not followed: it would take the token along."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        del request
        return response

    https_response = http_response


class Api:
    """One forge's API. The token travels in one header, and is redacted from every message."""

    def __init__(
        self,
        url: str,
        token: Token,
        headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._token = token
        try:
            self._url = checked_address(url)
        except TcoError as error:
            raise TcoError(token.redact(str(error))) from None
        self._headers = {
            "Accept": "application/json",
            "User-Agent": f"tco/{tco.__version__}",
            **(headers or {}),
            **token.headers,
        }
        self._sleep = sleep
        self._clock = clock
        self._seen: dict[str, tuple[str, Response]] = {}

    def call(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Response:
        """One request, tried again while that can help. Raises Refused, or TcoError."""
        url = self._address(path)
        shown = self._token.redact(url.partition("?")[0])
        spent = 0.0
        for tries in range(1, MOST_TRIES + 1):
            began = time.monotonic()
            answer, trouble = self._once(method, url, content, min(TIMEOUT_S, CALL_S - spent))
            spent += time.monotonic() - began
            if answer is not None and answer.status < 300:
                return answer
            wait = self._wait(answer, tries)
            if wait is None or tries == MOST_TRIES or spent >= CALL_S:
                raise self._failure(answer, trouble, shown, tries)
            if wait > LONGEST_WAIT_S:
                raise TcoError(
                    f"{shown}: the rate limit is used up for {_duration(wait)}. "
                    "Run the job again after that."
                )
            self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def pages(self, path: str) -> Iterator[Any]:
        """Yield the items of a list, page after page.

        Raises TcoError for anything else than a list.
        """
        following = path
        for _ in range(MOST_PAGES):
            answer = self.call("GET", following)
            items = as_list(answer.content)
            if items is None:
                raise TcoError(f"{self._shown(path)} did not return a list.")
            yield from items
            link = NEXT_PAGE.search(answer.headers.get("Link", ""))
            if link is None:
                return
            following = link[1]
        raise TcoError(f"{self._shown(path)} has more than {MOST_PAGES} pages, which is the limit.")

    def _shown(self, path: str) -> str:
        return self._token.redact(self._url + path.partition("?")[0])

    def _address(self, path: str) -> str:
        """Return an absolute address on this API and no other."""
        url = path if "://" in path else self._url + path
        if not same_server(self._url, url):
            target = self._token.redact(url)[:LONGEST_REASON]
            here = self._shown("")
            raise TcoError(f"{here} points to {target}: the token is not sent there.")
        return url

    def _once(
        self, method: str, url: str, content: Mapping[str, Any] | None, timeout_s: float
    ) -> tuple[Response | None, str]:
        """One try: an answer of any status, or what went wrong on the way."""
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(url, data, self._headers, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        known = self._seen.get(url) if method == "GET" else None
        if known is not None:
            request.add_header("If-None-Match", known[0])
        try:
            answer = _within(timeout_s, lambda: _exchange(request, timeout_s))
        except _Unusable as error:
            raise TcoError(self._token.redact(f"{url.partition('?')[0]} {error}")) from None
        except ValueError:  # its text may hold a proxy's password
            return None, "the request cannot be sent; are the proxy settings valid"
        except (OSError, http.client.HTTPException) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
            return None, self._redacted(reason)
        if answer.status == 304 and known is not None:
            return known[1], ""
        etag = answer.headers.get("ETag")
        if method == "GET" and etag and answer.status < 300:
            self._seen[url] = (etag, answer)
        return answer, ""

    def _wait(self, answer: Response | None, tries: int) -> float | None:
        """Seconds until another try can help, or None where none can."""
        backoff = 2.0 ** (tries - 1) * random.uniform(0.5, 1.0)
        if answer is None:
            return backoff
        if answer.status not in (403, 429) and answer.status < 500:
            return None
        after = self._retry_after(answer.headers.get("Retry-After", ""))
        if after is not None or answer.status >= 500:
            return backoff if after is None else after
        for name in ("x-ratelimit", "ratelimit"):
            if answer.headers.get(f"{name}-remaining") == "0":
                moment = _seconds(answer.headers.get(f"{name}-reset"))
                return backoff if moment is None else max(moment - self._clock(), 0.0) + 1.0
        reason = _reason(answer).lower()
        limited = answer.status == 429 or any(words in reason for words in LIMIT_WORDS)
        return LIMIT_WAIT_S if limited else None

    def _retry_after(self, text: str) -> float | None:
        """Seconds, given as a number or as a date; None for anything else."""
        seconds = _seconds(text)
        if seconds is not None:
            return seconds
        try:
            return max(email.utils.parsedate_to_datetime(text).timestamp() - self._clock(), 0.0)
        except (ValueError, OverflowError):
            return None

    def _failure(self, answer: Response | None, trouble: str, shown: str, tries: int) -> TcoError:
        if answer is None:
            return TcoError(f"{shown} could not be reached in {tries} tries: {trouble}.")
        denied = answer.status == 403 and self._wait(answer, tries) is None
        kind = Forbidden if denied else Refused
        return kind(answer.status, self._redacted(_reason(answer)), shown)

    def _redacted(self, text: str) -> str:
        return self._token.redact(text)[:LONGEST_REASON]


def _within(timeout_s: float, exchange: Callable[[], Response]) -> Response:
    """Return the result of an exchange, or TimeoutError once the time is over.

    Whatever it waits for.

    Sockets have a timeout per read, which an answer of a byte now and then never reaches.
    """
    results: queue.SimpleQueue[Response | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put(exchange())
        except Exception as error:  # raised again by the caller
            results.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        result = results.get(timeout=timeout_s)
    except queue.Empty:
        raise TimeoutError(f"no complete response within {timeout_s:.2g} seconds") from None
    if isinstance(result, Exception):
        raise result
    return result


def _exchange(request: urllib.request.Request, timeout_s: float) -> Response:
    """Send a request and read the whole answer. Plain HTTP never takes a proxy."""
    proxy = urllib.request.getproxies().get("https")
    proxies = urllib.request.ProxyHandler({"https": proxy} if proxy else {})
    opener = urllib.request.build_opener(_AnyStatus, proxies)
    with opener.open(request, timeout=timeout_s) as response:
        status, headers = int(response.status), response.headers
        body: bytes = response.read(LARGEST_ANSWER_BYTES + 1)
        if response.length and len(body) <= LARGEST_ANSWER_BYTES:
            raise http.client.IncompleteRead(body, response.length)
    return Response(status, headers, _content(status, headers, body))


def _content(status: int, headers: Message, body: bytes) -> Any:
    """Return the JSON of an answer; None for the body of an error that is none."""
    coding = headers.get("Content-Encoding", "identity").strip().lower()
    if len(body) > LARGEST_ANSWER_BYTES:
        trouble = f"more than {LARGEST_ANSWER_BYTES >> 20} MB"
    elif coding not in ("", "identity"):
        trouble = f"the content encoding {coding[:40]}, which was not asked for"
    elif not body.strip():
        return None
    else:
        try:
            return load_json(body)
        except ValueError:
            trouble = "a body that is not JSON, or is nested too deeply"
    if status < 300:
        raise _Unusable(f"returned {status} with {trouble}.")
    return None


def _reason(answer: Response) -> str:
    """Return the forge's own words."""
    content = as_mapping(answer.content) or {}
    words = (content.get(key) for key in ("message", "error_description", "error"))
    return str(next(filter(None, words), "no reason given"))


def _seconds(text: str | None) -> float | None:
    """Return a finite number of seconds, not negative; None for anything else."""
    found = SECONDS.fullmatch(text or "")
    number = float(found[1]) if found else math.inf
    return number if math.isfinite(number) else None


def _duration(seconds: float) -> str:
    return "more than a day" if seconds > DAY_S else f"another {seconds:,.0f} seconds"
