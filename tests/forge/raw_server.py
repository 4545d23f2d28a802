"""A local server that answers every request with the bytes a test wants, however odd."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any

Answering = Callable[["Asked", BufferedIOBase], None]


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class RawServer:
    """Where it listens, and what it was asked."""

    url: str
    requests: list[Asked] = field(default_factory=list[Asked])


@contextmanager
def raw_server(answer: Answering) -> Generator[RawServer]:
    """A server for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            del format, args

        def __getattr__(self, name: str) -> Callable[[], None]:
            if not name.startswith("do_"):
                raise AttributeError(name)
            return self.serve

        def serve(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, dict(self.headers))
            state.requests.append(asked)
            try:
                answer(asked, self.wfile)
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = RawServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def raw(status: int = 200, body: bytes = b"[]", *headers: str) -> bytes:
    """An answer as it goes over the wire."""
    lines = (f"HTTP/1.1 {status} Odd", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body
