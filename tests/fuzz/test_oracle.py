"""The oracle sees every fault that it is there for."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz import oracle
from tests.fuzz.oracle import SECRET, Answer, Fault, Runner, check

JSON = ("plan", "--format", "json")
PROBLEM = '{"problems": [{"file": "a", "message": "wrong."}]}'
GOOD = [
    Answer(("plan",), 0, "compute  $5/month, information on nan-stack\n", ""),
    Answer(("plan",), 1, "", "stacks/a.yaml: 1 problem\n  a: wrong.\n"),
    Answer(("gate",), 3, "closed\n", ""),
    Answer(JSON, 1, PROBLEM, ""),
    Answer(JSON, 0, '{"usd_per_month": 0, "saving_usd": -5}', ""),
    Answer(("comment", "annotations"), 0, "::notice file=a,line=1,title=b::c %0A::error::\n", ""),
]
BAD = [
    Answer(("plan",), 2, "", "Usage: tco"),
    Answer(("plan",), 1, "", ""),
    Answer(("plan",), 1, "", "Traceback (most recent call last):\n"),
    Answer(("plan",), 0, f"the token is {SECRET}", ""),
    Answer(("plan",), 0, "a \x1b[31mred\x1b[0m name", ""),
    Answer(("plan",), 0, "", "a \u202eturned name"),
    Answer(("plan",), 0, "a\rb", ""),
    Answer(("plan",), 0, "  ::stop-commands::x\n", ""),
    Answer(("plan",), 1, "", "name: ##[error]x"),
    Answer(("plan",), 0, "costs $nan/month", ""),
    Answer(("plan",), 0, "costs ~ inf USD", ""),
    Answer(JSON, 0, '{"usd_per_month": NaN}', ""),
    Answer(JSON, 0, '{"lines": [{"usd_per_month": -0.5}]}', ""),
    Answer(JSON, 0, '{"lines": [{"low": 2, "usd_per_month": 1, "high": 3}]}', ""),
    Answer(JSON, 0, '{"usd_per_month": {"floor": 2, "declared": 3, "ceiling": 1}}', ""),
    Answer(JSON, 1, '{"problems": []}', ""),
    Answer(JSON, 1, '{"problems": [{"file": "a", "message": " "}]}', ""),
    Answer(JSON, 1, '{"problems": [{"file": "", "message": "wrong."}]}', ""),
    Answer(("comment", "annotations"), 0, "::notice file=a::b\n::error::c\n", ""),
]


@pytest.mark.parametrize("answer", GOOD, ids=repr)
def test_good_answers_pass(answer: Answer) -> None:
    """Documents, listed problems and negative savings are what commands are for."""
    assert check(answer) is answer


@pytest.mark.parametrize("answer", BAD, ids=repr)
def test_bad_answers_are_faults(answer: Answer) -> None:
    """Each of these has reached a user of some tool."""
    with pytest.raises(Fault):
        check(answer)


def _write_beside() -> None:
    Path("../beside.txt").write_text("x", encoding="utf-8")


def _write_through_a_link() -> None:
    Path("link").symlink_to("..", target_is_directory=True)
    Path("link/beside.txt").write_text("x", encoding="utf-8")


def _rename_outward() -> None:
    Path("a.txt").write_text("x", encoding="utf-8")
    Path("a.txt").rename("../beside.txt")


def _start_a_program() -> None:
    subprocess.run((sys.executable, "-c", ""), check=True)


def _look_up_a_host() -> None:
    import socket  # noqa: PLC0415  what is tested must happen while the command runs

    with contextlib.suppress(OSError):
        socket.getaddrinfo("nowhere.invalid", 80)


def _run_forever() -> None:
    while True:
        time.process_time()


def _crash() -> None:
    raise ZeroDivisionError


def _fill_memory() -> None:
    assert bytearray(oracle.MOST_MEMORY_BYTES * 2)


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (_write_beside, Fault),
        (_write_through_a_link, Fault),
        (_rename_outward, Fault),
        (_start_a_program, Fault),
        (_look_up_a_host, Fault),
        (_run_forever, Fault),
        (_crash, ZeroDivisionError),
        (_fill_memory, MemoryError),
    ],
)
def test_bad_deeds_are_faults(
    runner: Runner,
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[[], None],
    fault: type[BaseException],
) -> None:
    """A command that does any of these fails the test that ran it."""
    monkeypatch.setattr(oracle, "main", command)
    monkeypatch.setattr(oracle, "MOST_CPU_S", 0.2)
    with pytest.raises(fault):
        runner("plan")


def test_writing_in_the_folder_is_allowed(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command is there to write, it may write."""

    def write() -> None:
        Path("memos").mkdir()
        Path("memos/a.md").write_text("x", encoding="utf-8")
        Path(os.devnull).write_text("x", encoding="utf-8")

    monkeypatch.setattr(oracle, "main", write)
    assert runner("plan").code == 0
