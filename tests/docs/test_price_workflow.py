"""The scheduled workflow of docs/catalog.md, run as a runner would, on programs in their place."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.pages import DOCS

REFRESH = """#!/bin/sh
case "$*" in *"--source api"*) exit 0 ;; esac
echo "what was found"
if [ -n "$ROWS" ]; then mkdir -p stacks/prices; echo "# row" >> stacks/prices/aws.yaml; fi
exit "$CODE"
"""
GH = """#!/bin/sh
echo "$*" >> "$LOG"
if [ "$2" = create ] && [ -n "$OPEN" ]; then exit 1; fi
if [ -f body.md ]; then cp body.md "$LOG.body"; fi
"""


def workflow() -> dict[str, Any]:
    """The workflow that the page shows."""
    page = (DOCS / "catalog.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```yaml\n(name: prices\n.*?)```", page, re.DOTALL)
    return yaml.safe_load(text)


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("rows", "code", "open_already", "exit_code", "calls"),
    [
        (False, 0, False, 0, []),
        (False, 1, False, 1, []),
        (True, 0, False, 0, ["create"]),
        (True, 1, False, 1, ["create"]),
        (True, 0, True, 0, ["create", "edit"]),
    ],
    ids=["nothing new", "nothing arrived", "rows", "some rows are missing", "still open"],
)
def test_a_run(
    tmp_path: Path, rows: bool, code: int, open_already: bool, exit_code: int, calls: list[str]
) -> None:
    """Rows become one pull request, also when some are missing; a failure is never green."""
    origin, clone, tools = (tmp_path / name for name in ("origin", "clone", "tools"))
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(origin))
    git(tmp_path, "clone", "-q", str(origin), str(clone))
    git(clone, "commit", "-q", "--allow-empty", "-m", "first")
    git(clone, "push", "-q", "origin", "HEAD:main")
    tools.mkdir()
    for name, text in (("tco", REFRESH), ("gh", GH)):
        (tools / name).write_text(text, encoding="utf-8")
        (tools / name).chmod(0o755)
    log = tmp_path / "log"
    script = workflow()["jobs"]["refresh"]["steps"][-1]["run"]
    environment = {
        **os.environ,
        **{"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "LOG": str(log), "CODE": str(code)},
        **{"ROWS": "yes" if rows else "", "OPEN": "yes" if open_already else ""},
    }
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=clone, env=environment, check=False, capture_output=True
    )
    assert done.returncode == exit_code, done.stderr
    made = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    assert [line.split()[1] for line in made] == calls
    branches = git(origin, "branch", "--format", "%(refname:short)").split()
    assert branches == (["main", "prices-refresh"] if rows else ["main"])
    if rows:
        listed = git(origin, "ls-tree", "-r", "--name-only", "prices-refresh").split()
        assert listed == ["stacks/prices/aws.yaml"]
        body = Path(f"{log}.body").read_text(encoding="utf-8")
        assert body.startswith("    what was found\n")
        assert ("Something is missing" in body) == bool(code)


def test_the_job_asks_for_what_it_needs_alone() -> None:
    """No permission at the top; the job pushes, opens a pull request and proves who it is."""
    found = workflow()
    assert found["permissions"] == {}
    assert found["jobs"]["refresh"]["permissions"] == {
        "contents": "write",
        "pull-requests": "write",
        "id-token": "write",
    }
