"""A real git repository with stacks in it, priced by the tests' own catalog."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import tco.forge.branch
from tco.analysis.diff.side import EvaluationSettings
from tco.catalog.catalog import Catalog
from tco.documents.diff import DiffDocument, StackDelta
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
CI_VARIABLES = (
    *("CI", "GITHUB_ACTIONS", "GITHUB_BASE_REF", "GITHUB_EVENT_PATH", "GITHUB_REF"),
    *("GITHUB_REPOSITORY", "GITHUB_STEP_SUMMARY", "GITHUB_TOKEN", "GH_TOKEN", "GITHUB_API_URL"),
    *("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_API_V4_URL", "CI_PROJECT_ID", "GITLAB_TOKEN"),
    *("CI_MERGE_REQUEST_IID", "TCO_VALID_AT", "CI_SERVER_URL", "GITHUB_EVENT_NAME", "GITLAB_CI"),
    *("CI_PIPELINE_SOURCE", "CI_JOB_ID", "CI_MERGE_REQUEST_PROJECT_ID"),
    *("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "https_proxy", "HTTPS_PROXY"),
)


class Repo(Lab):
    """A repository on the branch `work`, which left `main` after its first commit."""

    def __init__(self, top: Path, catalog: Catalog, folder: str = "stacks") -> None:
        super().__init__(top / folder, catalog)
        self.top = top

    def git(self, *arguments: str) -> str:
        """Run git here."""
        done = subprocess.run(
            ("git", "-c", "user.name=T", "-c", "user.email=t@example.com", *arguments),
            cwd=self.top,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def start(self) -> None:
        """An empty repository whose branch is main."""
        self.top.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def commit(self, text: str = "change") -> str:
        """Commit all there is; gives the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", text)
        return self.git("rev-parse", "HEAD")

    def branch(self) -> None:
        """Commit what is there to main, and leave it."""
        self.commit("base")
        self.git("checkout", "--quiet", "-b", "work")

    def pool(
        self, nodes: object, name: str = "one", purchase: Keys | None = None, **plan: Any
    ) -> None:
        """The stack of a name with one pool `main` of a given number of nodes."""
        pools = {"main": {**ON_DEMAND, "nodes": nodes, **(purchase or {})}}
        self.plan({"chat": self.service(pools, **plan.pop("service", {}))}, name, **plan)

    def compare(self, base: str | None = None) -> DiffDocument:
        """What the working tree changes."""
        return tco.forge.branch.compare(
            self.folder, base, EvaluationSettings(DAY, scenarios=0), NOW
        )

    def changed(self, name: str = "one", base: str | None = None) -> StackDelta:
        """One stack of the comparison."""
        return next(stack for stack in self.compare(base).stacks if stack.stack == name)


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own CI and the machine's git settings have no say here."""
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch, catalog: Catalog) -> Catalog:
    """The tests' catalog in place of the embedded one, for both sides."""

    def load_catalog(folder: object = None) -> Catalog:
        return catalog

    monkeypatch.setattr(tco.forge.branch, "load_catalog", load_catalog)
    return catalog


@pytest.fixture
def repo(tmp_path: Path, priced: Catalog) -> Repo:
    """A repository without a commit."""
    made = Repo(tmp_path / "repo", priced)
    made.start()
    return made
