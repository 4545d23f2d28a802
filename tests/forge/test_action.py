"""action.yml, its workflow and the pre-commit hook, run step by step with their own commands."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tco.catalog.catalog import Catalog
from tests.conftest import BOOK
from tests.forge.forge_server import NO_ACCESS, State, Trouble
from tests.repository import Repo

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOW = (ROOT / ".github" / "workflows" / "gpu-plan.yml").read_text(encoding="utf-8")
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{\s*([^}]+?)\s*\}\}")
PINNED = re.compile(r"(\./|[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+)")
HOOK: dict[str, Any] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
UPDATED_AT = "2026-11-25T12:00:00Z"


@dataclass(kw_only=True)
class Job:
    """A job that uses the action in a checkout: what a runner does with a composite action."""

    repo: Repo
    temp: Path
    server: State
    inputs: dict[str, str] = field(default_factory=dict[str, str])
    outputs: dict[str, str] = field(default_factory=dict[str, str])
    log: str = ""

    @property
    def summary(self) -> str:
        """The job summary."""
        file = self.temp / "summary"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def run(self) -> int:
        """The steps in order, up to the first that fails; gives its exit code."""
        for step in STEPS:
            code = self._step(step) if "run" in step else 0
            if code:
                return code
        return 0

    def _step(self, step: dict[str, Any]) -> int:
        output = self.temp / "output"
        output.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.repo.top,
            env={**self._environment(output), **self._filled(step.get("env", {}))},
            capture_output=True,
            text=True,
            check=False,
        )
        self.log += done.stdout + done.stderr
        for line in output.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            self.outputs[f"steps.{step.get('id')}.outputs.{name}"] = value
        return done.returncode

    def _environment(self, output: Path) -> dict[str, str]:
        event = self.temp / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 5}}), encoding="utf-8")
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {
            **kept,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.server.url,
            "GITHUB_BASE_REF": "main",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REPOSITORY": "octo/repo",
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "RUNNER_TEMP": str(self.temp),
        }

    def _filled(self, values: dict[str, str]) -> dict[str, str]:
        """The expressions of a step's environment, each with its value."""
        known = {
            **{f"inputs.{name}": str(entry["default"]) for name, entry in ACTION["inputs"].items()},
            "inputs.github-token": "ghs_secret_token",
            **{f"inputs.{name}": value for name, value in self.inputs.items()},
            "github.action_path": str(ROOT),
            "github.action_repository": "octo/tco",
            "github.server_url": "https://github.com",
            "github.event.pull_request.updated_at": UPDATED_AT,
            **self.outputs,
        }
        return {
            name: EXPRESSION.sub(lambda found: known[found[1]], value)
            for name, value in values.items()
        }


@pytest.fixture
def job(tmp_path: Path, catalog: Catalog, server: State) -> Job:
    """A pull request that adds a node, in a clone with origin/main."""
    origin = Repo(tmp_path / "origin", catalog)
    origin.start()
    origin.write("prices/all.yaml", BOOK)
    origin.pool(1, prices=["all.yaml"])
    origin.branch()
    origin.pool(2, prices=["all.yaml"])
    origin.commit()
    origin.git("checkout", "--quiet", "main")
    origin.git("clone", "--quiet", "--branch=work", str(origin.top), str(tmp_path / "clone"))
    temp = tmp_path / "temp"
    temp.mkdir()
    return Job(repo=Repo(tmp_path / "clone", catalog), temp=temp, server=server)


def test_the_action_comments(job: Job) -> None:
    """Compare, annotate, comment, hold: a pull request gets its comment and its annotations."""
    assert job.run() == 0, job.log
    [body] = job.server.bodies
    assert body.startswith(f"<!-- tco:plan valid-at={UPDATED_AT} -->\n**GPU plan: +$14,600/month")
    assert "::warning file=stacks/Pulumi.one.yaml,line=" in job.log
    assert body.partition("\n")[2].strip() == job.summary.strip()
    found = json.loads(Path(job.outputs["steps.diff.outputs.json"]).read_text(encoding="utf-8"))
    assert found["schema"] == "tco.diff/1"
    assert found["base"]["ref"] == "the merge base with origin/main"
    assert "ghs_secret_token" not in job.log + job.summary


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"fail-on-gate": "true"}, "refused: one: the gate is closed."),
        ({"fail-if-increase-over": "10%"}, "the limit is 10%"),
    ],
)
def test_limits_fail_the_job_after_the_comment(job: Job, inputs: dict[str, str], said: str) -> None:
    """A crossed limit fails the last step: the reviewer has the comment by then."""
    job.inputs = inputs
    assert job.run() == 3
    assert said in job.log
    assert len(job.server.bodies) == 1


def test_a_broken_stack_is_commented_and_fails(job: Job) -> None:
    """A stack that cannot be read: its problems in the log and in the comment, exit 1."""
    job.repo.pool(2, against="nobody")
    assert job.run() == 1
    assert "nobody is not one of the alternatives" in job.log
    assert "cannot be read" in job.server.bodies[0]


def test_without_a_comment(job: Job) -> None:
    """`comment: false` writes the job summary alone and needs no token."""
    job.inputs = {"comment": "false", "github-token": ""}
    assert job.run() == 0, job.log
    assert job.server.requests == []
    assert "+$14,600/month" in job.summary


def test_a_fork_fails_nothing(job: Job) -> None:
    """A fork's read-only token: the job is green, the log says why, the summary has the text."""
    job.server.troubles.append(Trouble(method="POST", status=403, content={"message": NO_ACCESS}))
    assert job.run() == 0, job.log
    assert "Not posted: GitHub lets this token read but not write." in job.log
    assert "+$14,600/month" in job.summary


def test_a_base_of_ones_own(job: Job) -> None:
    """`base` reaches the command as one argument, whatever is in it."""
    job.inputs = {"base": "main; touch pwned"}
    assert job.run() == 1
    assert not (job.repo.top / "pwned").exists()
    assert r"no commit \"main; touch pwned\"" in job.log


def test_scripts_hold_no_expressions() -> None:
    """What an author can choose reaches a script as a variable and never as its text."""
    assert not any("${{" in step.get("run", "") for step in STEPS)


def test_everything_is_pinned_and_permissions_are_least() -> None:
    """Foreign actions by commit; the token may read the code and write the comment."""
    for text in ((ROOT / "action.yml").read_text(encoding="utf-8"), WORKFLOW):
        used = re.findall(r"^\s*-? ?uses: (.+)$", text, re.MULTILINE)
        assert used
        assert all(PINNED.fullmatch(action) for action in used)
    workflow = yaml.safe_load(WORKFLOW)
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "permissions" not in workflow["jobs"]["plan"]


def test_the_hook_runs(job: Job) -> None:
    """The pre-commit hook's command prints the comparison for a person, from the work tree."""
    program, *arguments = shlex.split(HOOK["entry"])
    done = subprocess.run(
        [str(ROOT / ".venv" / "bin" / program), *arguments],
        cwd=job.repo.top,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("GPU plan: +$14,600/month")


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("stacks/Pulumi.prod.yaml", True),
        ("deep/stacks/workloads/chat.yaml", True),
        ("stacks/prices/own.yaml", True),
        ("Pulumi.yaml", False),
        ("README.md", False),
        ("src/networkloads/x.py", False),
    ],
)
def test_the_hook_runs_for_what_matters(file: str, wanted: bool) -> None:
    """The hook runs when a stack, a workload or a price book is committed, and else not."""
    assert bool(re.search(HOOK["files"], file)) == wanted
