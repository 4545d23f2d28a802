"""A local server that answers as GitHub's and GitLab's documented APIs do, and counts writes.

Lists come in pages with a Link header and an ETag; a known ETag is answered 304. Troubles are
queued: each answers one request that it matches, in place of the real answer.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

WRITES = ("POST", "PATCH", "PUT", "DELETE")
LONGEST_BODY = 65_536
NO_ACCESS = "Resource not accessible by integration"
LISTS = ("/repos/octo/repo/issues/5/comments", "/projects/octo%2Frepo/merge_requests/5/notes")
ONE = re.compile(rf"(?:/repos/octo/repo/issues/comments|{LISTS[1]})/(\d+)")
Keys = dict[str, Any]


@dataclass(kw_only=True)
class Trouble:
    """One answer in place of the real one."""

    method: str
    status: int
    content: object = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    delay_s: float = 0.0
    after_doing: bool = False
    """The server does what it was asked, and answers with the trouble all the same."""


@dataclass(kw_only=True)
class State:
    """The pull request as the server has it."""

    comments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    troubles: list[Trouble] = field(default_factory=list[Trouble])
    requests: list[tuple[str, str, dict[str, str]]] = field(
        default_factory=list[tuple[str, str, dict[str, str]]]
    )
    page_size: int = 100
    login: str | None = None
    before: Callable[[str, str], None] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    url: str = ""

    @property
    def writes(self) -> list[str]:
        """The methods of all requests that write."""
        return [method for method, _, _ in self.requests if method in WRITES]

    @property
    def bodies(self) -> list[str]:
        """What stands under the pull request."""
        return [comment["body"] for comment in self.comments]

    def add(self, body: str, login: str = "github-actions[bot]", kind: str = "Bot") -> Keys:
        """A comment of someone."""
        with self.lock:
            number = max((comment["id"] for comment in self.comments), default=0) + 1
            author = {"user": {"login": login, "type": kind}, "author": {"username": login}}
            comment = {"id": number, "body": body, **author}
            self.comments.append(comment)
            return comment


Result = tuple[int, object, dict[str, str]]


class _Handler(BaseHTTPRequestHandler):
    state: State
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        del format, args

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        content: Keys = json.loads(self.rfile.read(length) or b"{}")
        state = self.state
        if state.before is not None:
            state.before(method, self.path)
        with state.lock:
            state.requests.append((method, self.path, dict(self.headers)))
            trouble = next(
                (trouble for trouble in state.troubles if trouble.method == method), None
            )
            result: Result = (500, {}, {})
            if trouble is None or trouble.after_doing:
                result = self._answer(method, content)
            if trouble is not None:
                state.troubles.remove(trouble)
                result = (trouble.status, trouble.content, trouble.headers)
        if trouble is not None and trouble.delay_s:
            time.sleep(trouble.delay_s)
        self._send(*result)

    def _send(self, status: int, content: object, headers: dict[str, str]) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def _answer(self, method: str, content: Keys) -> Result:
        state, path = self.state, urlsplit(self.path).path
        if path == "/user":
            who = {"login": state.login, "username": state.login} if state.login else None
            return (200, who, {}) if who else (403, {"message": NO_ACCESS}, {})
        if len(content.get("body", "")) > LONGEST_BODY:
            return 422, {"message": "Validation Failed"}, {}
        if path in LISTS:
            login = state.login if path == LISTS[1] and state.login else "github-actions[bot]"
            posted = method == "POST"
            return (201, state.add(content["body"], login), {}) if posted else self._page(path)
        return self._one(method, path, content)

    def _one(self, method: str, path: str, content: Keys) -> Result:
        found = ONE.fullmatch(path)
        here = [
            comment for comment in self.state.comments if found and comment["id"] == int(found[1])
        ]
        if not here:
            return 404, {"message": "Not Found"}, {}
        if method == "DELETE":
            self.state.comments.remove(here[0])
            return 204, None, {}
        here[0]["body"] = content["body"]
        return 200, here[0], {}

    def _page(self, path: str) -> Result:
        state = self.state
        page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        start = (page - 1) * state.page_size
        items = state.comments[start : start + state.page_size]
        headers = {"ETag": '"' + hashlib.sha256(json.dumps(items).encode()).hexdigest() + '"'}
        if start + state.page_size < len(state.comments):
            address = f"{state.url}{path}?per_page=100&page={page + 1}"
            headers["Link"] = f'<{address}>; rel="next", <{address}>; rel="last"'
        if self.headers.get("If-None-Match") == headers["ETag"]:
            return 304, None, headers
        return 200, items, headers


@contextmanager
def serving() -> Generator[State]:
    """A server for as long as the block runs."""
    state = State()
    handler = type("Handler", (_Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
