"""A terminal on the tests' own catalog and a folder of two stacks."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tco.catalog.catalog import load_catalog
from tco.cli.main import main
from tests.conftest import ON_DEMAND, Lab

OK, BAD_INPUT, USAGE, CLOSED, INTERRUPTED, READER_GONE = 0, 1, 2, 3, 130, 141
TODAY = "2026-11-23"
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


class Shell:
    """Runs commands on the tests' own catalog and one folder of stacks."""

    def __init__(
        self, lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.lab, self.monkeypatch, self.capsys = lab, monkeypatch, capsys
        monkeypatch.setattr("tco.catalog.catalog.load_catalog", lambda: lab.catalog)
        monkeypatch.setenv("COLUMNS", "80")
        for name in ("CI", "NO_COLOR"):
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: str) -> Answer:
        options = () if arguments[0] == "prices" else ("--stacks", str(self.lab.folder))
        self.monkeypatch.setattr(sys, "argv", ["tco", *arguments, *options, "--today", TODAY])
        return self._run()

    def bare(self, *arguments: str) -> Answer:
        """A command as typed, nothing added."""
        self.monkeypatch.setattr(sys, "argv", ["tco", *arguments])
        return self._run()

    def _run(self) -> Answer:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main()
        text = self.capsys.readouterr()
        return Answer(int(done.value.code or 0), text.out, text.err)


@pytest.fixture
def shell(lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A terminal in a folder with the stacks `one` and `two`, on one workload."""
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}})}, "one")
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 2}})}, "two")
    return Shell(lab, monkeypatch, capsys)
