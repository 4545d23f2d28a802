"""Ctrl-C ends every command in one line and with exit code 130."""

from __future__ import annotations

import csv
import io
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tco.catalog.catalog import Catalog
from tests.cli.conftest import INTERRUPTED, SCRIPT, Shell


def test_ctrl_c_is_one_line_and_130(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt ends in one line and the shell's exit code, not in a traceback."""

    def interrupted() -> Catalog:
        signal.raise_signal(signal.SIGINT)
        return shell.lab.catalog

    monkeypatch.setattr("tco.catalog.embedded.load_catalog", interrupted)
    answer = shell("plan")
    assert answer.code == INTERRUPTED
    assert answer.err.strip().splitlines() == ["Interrupted."]


def test_interrupted_process_ends_at_once() -> None:
    """A real Ctrl-C ends a real sweep within a second; its output is whole lines."""
    arguments = ["sweep", "article-50", "fte=0..9:200", "volume=100..9000:200", "--format", "csv"]
    with subprocess.Popen(
        [str(SCRIPT), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, reported = process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED
    assert re.fullmatch(r"Interrupted; \d+ of 40000 points were written\.", reported.strip())
    rows = list(csv.DictReader(io.StringIO(first + rest)))
    assert all(row["probability"] == "" for row in rows)
    assert (first + rest).endswith("\n")


def test_interrupt_while_the_command_line_is_loaded(tmp_path: Path) -> None:
    """Ctrl-C during the imports is one line and 130 as well."""
    (tmp_path / "click.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n", encoding="utf-8"
    )
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    program += "from tco.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,  # before the installed packages, so this click is the one imported
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "Interrupted.\n")


def test_interrupt_of_a_running_script(tmp_path: Path) -> None:
    """Ctrl-C in a process of its own exits with 130 and one line on stderr."""
    program = (
        "import os, signal, sys, tco.catalog.embedded, tco.cli.main\n"
        "tco.catalog.embedded.load_catalog = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['tco', 'plan', 'x', '--stacks', '.']\n"
        "tco.cli.main.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (INTERRUPTED, "")
    assert done.stderr.strip() == "Interrupted."
