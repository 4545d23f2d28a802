"""Output that takes more than a command in the checkout: a branch, a program, a policy."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import pulumi
import pytest
from click.testing import CliRunner

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.catalog.embedded import load_catalog
from tco.cli.exit_codes import BAD_INPUT
from tco.cli.main import cli
from tco.documents.stack import stack_summary
from tco.iac.enforce.judgement import Judgement, unplanned_limit
from tco.iac.enforce.policy_rules import Pack, StackArguments, cost_line, gate, summary
from tco.iac.provision.annotations import annotate
from tco.iac.provision.pool import GpuNodePool
from tco.report.preview import refusal
from tco.resolve.resolver import load_stack
from tests.docs.pages import DOCS, ROOT, TODAY

__all__ = ["SCENES", "Stage"]

RECORDED: Final = ROOT / "tests" / "iac" / "recorded" / "preview.json"
COMMIT: Final = re.compile(r"\b[0-9a-f]{10}\b")
COMMITS: Final = ("565247d564", "48e7f1d9f5")
"""What stands for the ids of the two commits, which change with the example stacks."""
CUT_AFTER: Final = 300


@contextmanager
def inside(folder: Path) -> Generator[None]:
    """Work in a folder, so that paths are printed as a reader of the page sees them."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


class Stage:
    """The example stacks in a repository, on a branch that keeps one spot node running."""

    def __init__(self, top: Path) -> None:
        self.top = top
        shutil.copytree(ROOT / "stacks", top / "stacks")
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message=main")
        self._git("checkout", "--quiet", "-b", "burst")
        plan = top / "stacks" / "Pulumi.aws-mixed.yaml"
        text = plan.read_text(encoding="utf-8")
        warm = text.replace("nodes: {min: 0, max: 2,", "nodes: {min: 1, max: 2,")
        assert warm != text
        plan.write_text(warm, encoding="utf-8")
        self._git("commit", "--quiet", "--all", "--message=burst")

    def _git(self, *arguments: str) -> None:
        author = ("-c", "user.name=T", "-c", "user.email=t@example.com")
        subprocess.run(("git", *author, *arguments), cwd=self.top, check=True)

    def run(self, *arguments: str, given: str | None = None) -> str:
        """Return what a command prints in the repository."""
        with inside(self.top):
            return CliRunner().invoke(cli, arguments, input=given).output

    @cached_property
    def compared(self) -> str:
        """The comparison of the branch as JSON."""
        return self.run("diff", "--base", "main...", "--today", TODAY, "--format", "json")

    def evaluation(self, stack: str) -> Evaluation:
        """Return the evaluation of an example stack."""
        today = dt.date.fromisoformat(TODAY)
        with inside(ROOT):
            return evaluate(load_stack(Path("stacks"), stack, load_catalog(), today), today)


def _diff(stage: Stage) -> str:
    number = count()
    text = stage.run("diff", "--base", "main", "--today", TODAY)
    return COMMIT.sub(lambda _: COMMITS[next(number)], text)


def _annotations(stage: Stage) -> str:
    return stage.run("comment", "annotations", given=stage.compared)


def _broken(stage: Stage) -> str:
    (stage.top / "preview.json").write_bytes(RECORDED.read_bytes()[:CUT_AFTER])
    command = (sys.executable, "-m", "tco", "price", "preview.json")
    ended = subprocess.run(command, cwd=stage.top, capture_output=True, text=True, check=False)
    assert ended.returncode == BAD_INPUT
    return ended.stderr


@contextmanager
def _logged() -> Generator[list[tuple[str, str]]]:
    """Collect what a program logs, with the resource that it is logged on."""
    lines: list[tuple[str, str]] = []

    def info(text: str, resource: Any = None) -> None:
        lines.append((resource.title if resource else "", text))

    def warn(text: str) -> None:
        lines.append(("", f"warning: {text}"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pulumi.log, "info", info)
        patch.setattr(pulumi.log, "warn", warn)
        yield lines


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def _preview(stack: str) -> Callable[[Stage], str]:
    """Return the scene of a preview: what the program logs, as Pulumi sorts it by resource."""

    def scene(stage: Stage) -> str:
        result = stage.evaluation(stack)
        pools = {
            pool.name: SimpleNamespace(title=f"tco:iac:GpuNodePool ({pool.name})", idle_because="")
            for _, _, _, pool in result.stack.pools()
        }
        with _logged() as lines:
            judged = Judgement(result=result, recorded=None, limit=unplanned_limit(result))
            annotate(judged, {}, cast("dict[str, GpuNodePool]", pools))
        ours = f"pulumi:pulumi:Stack (tco-{stack})"
        blocks: dict[str, str] = {}
        for title, text in lines:
            blocks[title or ours] = blocks.get(title or ours, "") + _indented(text)
        return "…\nDiagnostics:\n" + "\n".join(f"  {at}:\n{text}" for at, text in blocks.items())

    return scene


def _up(stage: Stage) -> str:
    result = stage.evaluation("aws-mixed")
    failed = 'error: before hook "tco-gate" failed:'
    why = refusal(stack_summary(result))
    first = f"{failed} alarms was not created. {why}"
    others = f"{failed} base-role was not created. The gate is closed."
    return (
        f"…\n  aws:sns:Topic (alarms):\n{_indented(first)}\n"
        f"  aws:iam:Role (base-role):\n{_indented(others)}"
    )


def _dependencies(state: Any) -> dict[str, list[SimpleNamespace]]:
    stated: dict[str, list[str]] = state.get("propertyDependencies") or {}
    return {name: [SimpleNamespace(urn=urn) for urn in urns] for name, urns in stated.items()}


def _policies(stage: Stage) -> str:
    """Render what the pack reports of the recorded program, in the form of Pulumi's summary."""
    del stage
    limits = re.search(
        r"```json\n(.*?)```", (DOCS / "policy-pack.md").read_text("utf-8"), re.DOTALL
    )
    assert limits is not None
    # the stack file and the price book of the sample exist elsewhere
    config = {"maxUsdPerMonth": json.loads(limits[1])["tco-gate"]["maxUsdPerMonth"]}
    pack, reported = Pack(dt.date.fromisoformat(TODAY)), list[str]()

    def report(rule: str, at: str) -> Callable[[str, str | None], None]:
        level, policy = ("mandatory", "tco-gate") if rule == "gate" else ("advisory", f"tco-{rule}")
        head = f"        - [{level}]  {policy}  ({at})\n"
        return lambda text, _: reported.append(f"{head}          {text}\n")

    resources: list[Any] = []
    for step in json.loads(RECORDED.read_text(encoding="utf-8"))["steps"]:
        state: Any = step["newState"]
        given: Any = SimpleNamespace(
            resource_type=state["type"],
            props=state.get("inputs", {}),
            urn=state["urn"],
            name=state["urn"].rpartition("::")[2],
            provider=SimpleNamespace(props={"region": "us-east-1"}),
            property_dependencies=_dependencies(state),
            get_config=lambda: config,
        )
        resources.append(given)
        at = f"{given.resource_type.replace('/', ':')}: {given.name}"
        gate(pack, given, report("gate", at))
        cost_line(pack, given, report("cost", at))
    whole = cast("StackArguments", SimpleNamespace(resources=resources, get_config=lambda: config))
    summary(pack, whole, report("summary", "pulumi:pulumi:Stack: tco-dev"))
    lines = "".join(reported)
    return f"…\nPolicies:\n    ❌ tco@v0.1.0 (local: policy)\n{lines}"


SCENES: Final[dict[str, Callable[[Stage], str]]] = {
    "tco diff": _diff,
    "tco comment annotations diff.json": _annotations,
    "tco price preview.json": _broken,
    "pulumi preview --stack aws-mixed": _preview("aws-mixed"),
    "pulumi preview --stack aws-premium": _preview("aws-premium"),
    "pulumi up --yes --skip-preview --stack aws-mixed": _up,
    "pulumi preview --policy-pack policy --policy-pack-config limits.json": _policies,
}
"""What renders the text blocks of the pages, by their command."""
