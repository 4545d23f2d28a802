"""Streams as callers leave them: closed, or in an encoding that lacks a sign. Nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tco.cli.exit_codes import BAD_INPUT, CLOSED, OK

ROOT = Path(__file__).parents[2]
SCRIPT = Path(sys.executable).parent / "tco"
CALM = ["--stacks", str(ROOT / "stacks"), "--scenarios", "0", "--today", "2026-11-23"]


def run(
    arguments: list[str], redirected: str = "", encoding: str = "utf-8"
) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own, started by a shell that closes streams."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" "$@" {redirected}', str(SCRIPT), *arguments],
        input=b"",
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "redirected"),
    [
        (["gate", "hybrid", *CALM], CLOSED, ">&-"),
        (["gate", "hybrid", *CALM], CLOSED, "<&- >&- 2>&-"),
        (["plan", "hybrid", "--format", "json", *CALM], OK, ">&-"),
        (["plan", "nothing", *CALM], BAD_INPUT, "2>&-"),
        (["sweep", "hybrid", "volume=1..2", *CALM[:2]], OK, ">&- 2>&-"),
        (["price", "-"], BAD_INPUT, "<&-"),
        (["comment", "annotations", "-"], BAD_INPUT, "<&-"),
    ],
)
def test_a_closed_stream_changes_no_exit_code(
    arguments: list[str], code: int, redirected: str
) -> None:
    """The exit code is what the command found, and no traceback is printed anywhere."""
    done = run(arguments, redirected)
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("encoding", ["ascii:strict", "latin-1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["memo", "hybrid", *CALM],
        ["plan", "hybrid", "--format", "json", *CALM],
        ["sweep", "hybrid", "volume=1..2", "--format", "csv", *CALM[:2]],
    ],
)
def test_an_encoding_that_lacks_a_sign_is_no_error(arguments: list[str], encoding: str) -> None:
    """What an encoding does not have is escaped, and JSON stays JSON with the same content."""
    done = run(arguments, encoding=encoding)
    assert (done.returncode, done.stderr) == (OK, b"")
    if "json" in arguments:
        assert done.stdout.isascii()
        assert json.loads(done.stdout) == json.loads(run(arguments).stdout)
