"""What must hold after every command, whatever it was given.

A command ends with a document or with listed problems that name their file. The exit code is 0, 1
or 3. It raises nothing, prints no NaN and no negative cost, no character that a terminal obeys and
no line that a CI runner obeys. It takes bounded time and memory, writes nothing outside its folder,
starts nothing but git, and connects to nothing but this machine.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Generator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, cast

from tco.cli.main import main
from tco.cli.streams import make_usable

__all__ = ["SECRET", "Answer", "Fault", "Runner", "check"]

OK, BAD_INPUT, CLOSED = 0, 1, 3
SCRIPT = Path(sys.executable).with_name("tco")
MOST_CPU_S = 30.0
MOST_MEMORY_BYTES = 1 << 30
LONGEST_OUTPUT = 4 << 20
SECRET = "c4n4ry-0f-a-f1le-n0b0dy-n4med"
"""What the file beside the folder holds, and what the token is: it must never be printed."""

BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
OBEYED_BY_A_TERMINAL = frozenset({"Cc", "Cs", "Zl", "Zp"})
WORKFLOW_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
ANNOTATION = re.compile(r"::(?:notice|warning|error) file=[^:\n]*::[^\n]*\n", re.ASCII)
NOT_A_NUMBER = re.compile(r"(?<![\w.-])[-$~]*(?:nan|inf|NaN|Infinity|NaT)(?![\w.-])")
COST = re.compile(r".*usd_per_month|usd_per_(?:unit|hour|request|mtok.*)|floor|declared|ceiling")
ASCENDING = (
    ("low", "usd_per_month", "high"),
    ("floor", "declared", "ceiling"),
    ("p10", "p50", "p90"),
)
ROUNDING_USD = 1e-6
ROUNDING = 1e-9


class Fault(AssertionError):
    """Something that must not happen, whatever the input is."""


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """What was printed as JSON. NaN and infinity are faults."""
        return json.loads(self.out, parse_constant=_refuse_constant)

    @property
    def wants_json(self) -> bool:
        """Whether JSON was asked for."""
        return "json" in self.arguments


def _refuse_constant(name: str) -> None:
    raise Fault(f"{name} in JSON")


def check(answer: Answer) -> Answer:
    """Return an answer in which everything holds. Raises Fault for any other."""
    if answer.code not in (OK, BAD_INPUT, CLOSED):
        raise Fault(f"exit code {answer.code}: {answer.err[-500:]}")
    if "Traceback" in answer.err:
        raise Fault(answer.err[-1000:])
    if SECRET in answer.out + answer.err:
        raise Fault("the secret was printed")
    if len(answer.out) + len(answer.err) > LONGEST_OUTPUT:
        raise Fault(f"{len(answer.out) + len(answer.err):,} characters of output")
    _check_characters(answer)
    _check_commands(answer)
    if answer.code == BAD_INPUT:
        _check_problems(answer)
    elif answer.wants_json:
        _check_costs(answer.json, "")
    elif found := NOT_A_NUMBER.search(answer.out):
        raise Fault(f"{found[0]} is printed: {_around(answer.out, found.start())}")
    return answer


def _check_characters(answer: Answer) -> None:
    for text in (answer.out, answer.err):
        for at, character in enumerate(text):
            obeyed = unicodedata.category(character) in OBEYED_BY_A_TERMINAL or character in BIDI
            if obeyed and character not in "\n\t":
                raise Fault(f"{character!r} is printed: {_around(text, at)}")


def _check_commands(answer: Answer) -> None:
    for text in (answer.out, answer.err):
        rest = ANNOTATION.sub("", text) if "annotations" in answer.arguments else text
        if found := WORKFLOW_COMMAND.search(rest):
            raise Fault(f"a CI runner obeys: {_around(rest, found.start())}")


def _check_problems(answer: Answer) -> None:
    """Refusals name a file and say something; those in text and those in JSON."""
    if not answer.wants_json:
        if not answer.err.strip() and "check" not in answer.arguments:
            raise Fault("exit code 1 without a word")
        return
    content = answer.json
    problems = content.get("problems", content.get("faults"))
    if not problems:
        raise Fault(f"exit code 1 without a problem: {answer.out[:500]}")
    for problem in cast("list[dict[str, Any]]", problems):
        named = problem["file"] or any(
            word in problem["message"] for word in (*answer.arguments, "base", "clone")
        )
        if not named or not problem["message"].strip():
            raise Fault(f"a problem without a file or a message: {problem}")


def _check_costs(value: object, path: str) -> None:
    """Costs are 0 or more, and lie between their low and their high."""
    if isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            _check_costs(item, f"{path}[{index}]")
    if not isinstance(value, dict):
        return
    mapping = cast("dict[str, object]", value)
    for key, inner in mapping.items():
        if COST.fullmatch(key) and isinstance(inner, int | float) and inner < -ROUNDING_USD:
            raise Fault(f"a negative cost at {path}.{key}: {inner}")
        _check_costs(inner, f"{path}.{key}")
    for keys in ASCENDING:
        found = [cost for key in keys if isinstance(cost := mapping.get(key), int | float)]
        if any(above < below - ROUNDING * abs(below) for below, above in pairwise(found)):
            raise Fault(f"{' and '.join(keys)} of {path} are not in order: {found}")


def _around(text: str, at: int) -> str:
    return ascii(text[max(0, at - 40) : at + 40])


class _Watch:
    """Notes what a command does to files, programs and the network, while it runs."""

    def __init__(self) -> None:
        self.thread = 0
        self.writable: tuple[str, ...] = ()
        self.faults: list[str] = []
        sys.addaudithook(self._see)

    @contextlib.contextmanager
    def only(self, folder: Path) -> Generator[None]:
        """Allow writes in a folder and in the scratch folders of comparisons, nothing else."""
        scratch = os.path.join(os.path.realpath(tempfile.gettempdir()), "tco-base-")  # noqa: PTH118  os.path: no audited calls of pathlib's
        self.writable = (os.path.realpath(folder) + os.sep, scratch)
        self.faults = []
        self.thread = threading.get_ident()
        try:
            yield
        finally:
            self.thread = 0
        if self.faults:
            raise Fault("; ".join(self.faults))

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.thread != threading.get_ident():
            return
        if event == "open":
            path, _, flags = arguments
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
                self._written(event, path)
        elif event in WRITES:
            for path in arguments[: WRITES[event]]:
                self._written(event, path)
        elif event == "subprocess.Popen":
            program = os.fsdecode(arguments[1][0])
            if program != "git":
                self.faults.append(f"starts {program}")
        elif event in ("os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn"):
            self.faults.append(event)
        elif event == "socket.getaddrinfo" and arguments[0] not in LOCAL:
            self.faults.append(f"looks up {arguments[0]}")

    def _written(self, event: str, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # an open file
        name = os.fsdecode(cast("str", path))
        parent, last = os.path.split(name)
        real = os.path.join(os.path.realpath(parent or "."), last)  # noqa: PTH118  as above
        if "__pycache__" in real or name == os.devnull:
            return  # modules that a command loads
        if not real.startswith(self.writable):
            self.faults.append(f"{event} of {real}")


LOCAL = ("127.0.0.1", "localhost", "::1")
WRITES = {
    "os.chmod": 1,
    "os.chown": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
}
"""Audit events that change files, and how many paths their arguments begin with."""
_WATCH = _Watch()


@dataclass(frozen=True)
class Runner:
    """Runs commands in a folder and checks each answer."""

    top: Path

    def __post_init__(self) -> None:
        self.folder.mkdir()
        (self.top / "secret.yaml").write_text(f"{SECRET}: {SECRET}\n", encoding="utf-8")
        (self.top / "secret.csv").write_text(f"hour,{SECRET}\n", encoding="utf-8")

    @property
    def folder(self) -> Path:
        """The folder that commands are given, and may write to."""
        return self.top / "given"

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else encoded(content))
        return path

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Answer:
        """Run a command here, and check what it leaves behind."""
        out, err = _stream(), _stream()
        code: object = OK
        with _WATCH.only(self.folder), _bounded(), _replaced(arguments, stdin, out, err):
            make_usable()
            try:
                main()
            except SystemExit as done:
                code = done.code
        return check(Answer(arguments, int(cast("int", code or OK)), _text(out), _text(err)))

    def script(self, *arguments: str, stdin: bytes = b"", encoding: str = "utf-8") -> Answer:
        """Run the console script as a process of its own, whose streams have an encoding."""
        done = subprocess.run(
            (str(SCRIPT), *arguments),
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
            timeout=MOST_CPU_S * 4,
            check=False,
        )
        out, err = (stream.decode(encoding) for stream in (done.stdout, done.stderr))
        return check(Answer(arguments, done.returncode, out, err))


def encoded(text: str) -> bytes:
    """Return text as UTF-8, and half a surrogate pair as the bytes that editors write for it."""
    return text.encode("utf-8", "surrogatepass")


def _stream() -> io.TextIOWrapper:
    """A stream as a pipe has it."""
    return io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return cast("io.BytesIO", stream.buffer).getvalue().decode()


@contextlib.contextmanager
def _replaced(
    arguments: tuple[str, ...], stdin: bytes, out: io.TextIOWrapper, err: io.TextIOWrapper
) -> Generator[None]:
    """The process's arguments and streams, replaced for as long as the block runs."""
    before = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["tco", *arguments], io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield
    finally:
        sys.argv, sys.stdin = before


@contextlib.contextmanager
def _bounded() -> Generator[None]:
    """Raise Fault after too much CPU time, and MemoryError for too much memory."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Fault(f"takes more than {MOST_CPU_S:g} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU_S)
    try:
        if (used := _address_space()) is not None:
            resource.setrlimit(resource.RLIMIT_AS, (used + MOST_MEMORY_BYTES, limits[1]))
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _address_space() -> int | None:
    """Bytes of address space that this process has, where the system reports it."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return None
    return int(statistics.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
