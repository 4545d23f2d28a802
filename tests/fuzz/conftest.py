"""How much is fuzzed: a little in `make test`, always the same; much in `make fuzz`, always new."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fuzz.oracle import Runner

settings.register_profile(
    "fuzz",
    settings.get_profile("tco"),
    derandomize=False,
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "2000")),
    print_blob=True,
)
OF_A_MACHINE = ("CI", "GITHUB_", "GITLAB_", "GH_", "TCO_", "GIT_", "NO_COLOR")


@pytest.fixture(autouse=True)
def only_this_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's CI variables, proxies, color and git settings out of the runs."""
    for name in tuple(os.environ):
        if name.startswith(OF_A_MACHINE) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Run commands in an empty folder, with a secret beside it that no one named."""
    made = Runner(tmp_path)
    monkeypatch.chdir(made.folder)
    return made
