"""The installed script, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tco
from tests.cli.conftest import BAD_INPUT, CATALOG, OK, READER_GONE, SCRIPT


def script(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The installed script in a process of its own."""
    return subprocess.run(
        [str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **variables},
        check=False,
        timeout=60,
    )


def test_script_prints_its_version(tmp_path: Path) -> None:
    """The installed script runs the same command line."""
    done = script("--version", folder=tmp_path)
    assert (done.returncode, done.stdout) == (OK, f"tco {tco.__version__}, catalog {CATALOG}\n")


def test_module_is_the_script(tmp_path: Path) -> None:
    """`python -m tco` is the script by another name."""
    command = [sys.executable, "-m", "tco", "plan"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60
    )
    assert done.returncode == BAD_INPUT
    assert done.stderr == "stacks: there is no such folder. Name the folder of stacks (--stacks).\n"


def test_a_reader_that_stops_early_sees_no_error(tmp_path: Path) -> None:
    """`tco … | head -1` ends quietly, with the exit code of a program that SIGPIPE ends."""
    program = (
        "import os, sys\n"
        "read, write = os.pipe()\n"
        "os.close(read)\n"
        "os.dup2(write, 1)\n"
        "sys.argv = ['tco', *sys.argv[1:]]\n"
        "from tco.cli.main import main\n"
        "main()\n"
    )
    for arguments in (["--help"], ["prices", "list"], ["prices", "check", "--format", "json"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (READER_GONE, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["prices", "list"]])
def test_a_full_disk_is_one_line(tmp_path: Path, arguments: list[str]) -> None:
    """Output that cannot be written is reported in one line and fails."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [str(SCRIPT), *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            check=False,
            timeout=60,
        )
    reported = "the output cannot be written: No space left on device.\n"
    assert (done.returncode, done.stderr) == (BAD_INPUT, reported)
