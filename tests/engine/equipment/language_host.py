"""A stand-in for Pulumi's Python language host, for machines without an official release.

Test equipment. The official host ships with the Pulumi CLI and is not available as a Go module,
so an engine that was built from its modules finds this one on PATH as `pulumi-language-python`.
It is a gRPC server over the SDK's own inline-program server; it prints its port and serves until
it is asked to stop.

`forked` starts one that has imported what programs import, which takes longer than to run one; the
engine is led to it by `--client`.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2
from pulumi.automation._server import (  # the server behind the SDK's inline programs
    LanguageServer,
)
from pulumi.runtime import proto
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

MESSAGE_BYTES = 400 * 1024 * 1024
IMPORTED = "tests.engine.equipment.imported"


class LanguageHost(LanguageServer):
    """Runs Python programs and policy packs for the engine.

    An engine that is led to a host names its address with the program; one that starts a host does
    so at its start.
    """

    def __init__(self, engine_address: str | None = None) -> None:
        super().__init__(lambda: None)
        self.engine_address = engine_address

    def Run(self, request: Any, context: Any) -> Any:
        """Run a program's `__main__.py` in its own folder."""
        os.chdir(request.pwd)
        folder = request.info.program_directory
        sys.path.insert(0, folder)
        program = str(Path(folder) / "__main__.py")
        self.program = functools.partial(_run, program)
        if self.engine_address is not None:
            request.args.insert(0, self.engine_address)
        result = super().Run(request, context)
        return language_pb2.RunResponse(bail=True) if result.error else result  # logged already

    def RunPlugin(self, request: Any, context: object) -> Iterator[Any]:
        """Run a policy pack or a plugin, and stream what it prints back to the engine."""
        folder = request.info.program_directory
        if request.kind == "analyzer":
            command = [sys.executable, "-u", "-m", "pulumi.policy", *request.args, folder]
        else:
            command = [sys.executable, "-u", folder, *request.args]
        environment = dict(pair.split("=", 1) for pair in request.env)
        with subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as plugin:
            yield from _streamed(plugin)

    def InstallDependencies(self, request: Any, context: object) -> Iterator[Any]:
        """Nothing to install: the program runs in the environment of the tests."""
        yield from ()

    def GetProgramDependencies(self, request: Any, context: object) -> Any:
        """No list of packages; only `pulumi about` asks."""
        return language_pb2.GetProgramDependenciesResponse()

    def GetPluginInfo(self, request: Any, context: object) -> Any:
        """The host's version."""
        return proto.PluginInfo(version="1.0.0")

    def Cancel(self, request: Any, context: object) -> Any:
        """Nothing to cancel: the engine ends the process."""
        return empty_pb2.Empty()


def _run(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def _streamed(plugin: subprocess.Popen[bytes]) -> Iterator[Any]:
    """Both streams of a plugin, line by line, then its exit code."""
    lines: futures.Future[None] = futures.Future()
    with futures.ThreadPoolExecutor(1) as second:
        errors: list[bytes] = []
        lines = second.submit(_drain, plugin.stderr, errors)
        for line in iter(plugin.stdout.readline if plugin.stdout else lambda: b"", b""):
            yield language_pb2.RunPluginResponse(stdout=line)
        lines.result()
        for line in errors:
            yield language_pb2.RunPluginResponse(stderr=line)
    yield language_pb2.RunPluginResponse(exitcode=plugin.wait())


def _drain(stream: IO[bytes] | None, into: list[bytes]) -> None:
    into.extend(stream or ())


def served(host: LanguageHost) -> tuple[grpc.Server, int]:
    """A server with a host, started, and its port."""
    limits = [
        ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ("grpc.max_send_message_length", MESSAGE_BYTES),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=limits)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


@contextmanager
def forked(folder: Path, environment: Mapping[str, str], printed: Path) -> Generator[str]:
    """Address of a host that is forked and killed; what its program prints is in a file."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__, IMPORTED])
    receiver, sender = processes.Pipe(duplex=False)
    arguments = (str(folder), dict(environment), str(printed), sender)
    process = processes.Process(target=_serve, args=arguments, daemon=True)
    process.start()
    sender.close()
    try:
        with receiver:
            yield f"127.0.0.1:{receiver.recv()}"
    finally:
        process.kill()
        process.join()


def _serve(folder: str, environment: dict[str, str], printed: str, ready: Connection) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with Path(printed).open("wb") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    server, port = served(LanguageHost())
    ready.send(port)
    ready.close()
    server.wait_for_termination()


def main() -> None:
    """Serve until SIGINT or SIGTERM; the engine ends its hosts by SIGINT."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    server, port = served(LanguageHost(sys.argv[-1]))
    print(port, flush=True)
    stopped.wait()
    server.stop(grace=0)
    os._exit(0)  # a program that the engine gave up on would be waited for


if __name__ == "__main__":
    main()
