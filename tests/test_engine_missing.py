"""A machine without any Pulumi engine: what happens to the tests that need one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def collected(tmp_path: Path, ci: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The engine tests, run where no engine can be found."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "tests/engine"],
        cwd=ROOT,
        env={**os.environ, "PATH": "/nowhere", "XDG_CACHE_HOME": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


def test_they_are_skipped_with_one_clear_line(tmp_path: Path) -> None:
    """A contributor without the engine still gets the rest of the suite."""
    run = collected(tmp_path, ci="")
    assert run.returncode == 0
    assert run.stdout.count("No Pulumi engine") == 1
    assert "passed" not in run.stdout


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "workers"])
def test_where_ci_runs_a_missing_engine_is_a_failure(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """A green run that skipped the gate would say that the gate holds; workers report it too."""
    run = collected(tmp_path, "true", *options)
    assert run.returncode in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.TESTS_FAILED)
    assert run.stdout.count("ERROR collecting tests/engine") == 1
    assert "\nNo Pulumi engine, which the tests in tests/engine need." in run.stdout
