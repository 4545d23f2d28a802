"""A terminal on the tests' own catalog: in a folder of two stacks, or in a git repository."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tco.catalog.embedded import load_catalog
from tco.cli.main import main
from tests.conftest import ON_DEMAND, Lab
from tests.forge.forge_server import State, serving
from tests.repository import Repo, no_ci, priced, repo

__all__ = ["no_ci", "priced", "repo"]

OK, BAD_INPUT, USAGE, CLOSED, INTERRUPTED, READER_GONE = 0, 1, 2, 3, 130, 141
TODAY = "2026-11-23"
SCENARIOS = ("--scenarios", "0", "--today", "2026-11-25")
CATALOG = load_catalog().version
SCRIPT = Path(sys.executable).with_name("tco")


@dataclass(frozen=True)
class Answer:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Tco = Callable[..., Answer]


@pytest.fixture
def tco_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tco:
    """The command line, in this process: arguments and stdin in, exit code and streams out."""

    def run(*arguments: object, stdin: str = "") -> Answer:
        monkeypatch.setattr(sys, "argv", ["tco", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        streams = capsys.readouterr()
        return Answer(int(ended.value.code or 0), streams.out, streams.err)

    return run


class Shell:
    """Runs commands on the tests' own catalog and one folder of stacks."""

    def __init__(self, lab: Lab, monkeypatch: pytest.MonkeyPatch, bare: Tco) -> None:
        self.lab, self.bare = lab, bare
        monkeypatch.setattr("tco.catalog.embedded.load_catalog", lambda: lab.catalog)
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.delenv("NO_COLOR", raising=False)

    def __call__(self, *arguments: str) -> Answer:
        options = () if arguments[0] == "prices" else ("--stacks", str(self.lab.folder))
        return self.bare(*arguments, *options, "--today", TODAY)


@pytest.fixture
def shell(lab: Lab, monkeypatch: pytest.MonkeyPatch, tco_command: Tco) -> Shell:
    """A terminal in a folder with the stacks `one` and `two`, on one workload."""
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}})}, "one")
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 2}})}, "two")
    return Shell(lab, monkeypatch, tco_command)


@pytest.fixture
def server() -> Generator[State]:
    """A forge, here."""
    with serving() as state:
        yield state


@pytest.fixture
def changed(repo: Repo) -> Repo:
    """One node becomes two."""
    repo.pool(1, "prod")
    repo.pool(1, "spare", purchase={"purchase": "spot"})
    repo.branch()
    repo.pool(2, "prod")
    return repo
