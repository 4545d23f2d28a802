"""The README's output is what the commands print."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from tco.catalog.catalog import load_catalog
from tco.cli.main import cli
from tco.resolve.resolver import load_stack

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
SAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"\$ tco (.*?)(; echo \$\?)?")
ELISION = "…"
TODAY = "2026-11-25"


def printed(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a command prints in the README's folder on the README's day."""
    found = COMMAND.fullmatch(command)
    assert found is not None, f"not a command: {command}"
    monkeypatch.chdir(README.parent)
    result = CliRunner().invoke(cli, [*found[1].split(), "--today", TODAY])
    return result.output + (f"{result.exit_code}\n" if found[2] else "")


def renewed(block: str, output: str) -> str:
    """A block with the output in place of what it shows; a first line `…` keeps its tail only."""
    command, _, shown = block.partition("\n")
    lines = output.splitlines()
    if shown.startswith(ELISION):
        start = shown.splitlines()[1].split()[0]
        first = max(place for place, line in enumerate(lines) if line.startswith(start))
        lines = [ELISION, *lines[first:]]
    return "\n".join([command, *lines, ""])


def on_a_branch(top: Path) -> None:
    """The example stacks in a repository, on the branch that the README compares."""

    def git(*arguments: str) -> None:
        author = ("-c", "user.name=T", "-c", "user.email=t@example.com")
        subprocess.run(("git", *author, *arguments), cwd=top, check=True)

    shutil.copytree(README.parent / "stacks", top / "stacks")
    git("init", "--quiet", "--initial-branch=main")
    git("add", "--all")
    git("commit", "--quiet", "--message=main")
    git("checkout", "--quiet", "-b", "burst")
    plan = top / "stacks" / "Pulumi.aws-mixed.yaml"
    text = plan.read_text(encoding="utf-8")
    warm = text.replace("nodes: {min: 0, max: 2,", "nodes: {min: 1, max: 2,")
    assert warm != text
    plan.write_text(warm, encoding="utf-8")
    git("commit", "--quiet", "--all", "--message=burst")


def test_the_sample_files_make_a_stack(tmp_path: Path) -> None:
    """The plan, the workload and the price book of the README can be copied and planned."""
    samples = SAMPLE.findall(README.read_text(encoding="utf-8"))
    names = ("Pulumi.prod.yaml", "workloads/chat.yaml", "prices/contract.yaml")
    for name, text in zip(names, samples[: len(names)], strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    stack = load_stack(tmp_path, "prod", load_catalog(), dt.date.fromisoformat(TODAY))
    [base, _] = [pool for _, _, _, pool in stack.pools()]
    assert base.supply.rate.value.likely == 33.10


def test_the_readme_shows_the_comparison_of_a_branch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The README's branch, as `tco diff` tells it and as a pull request shows it."""
    on_a_branch(tmp_path)
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    table = run(cli, ["diff", "--base", "main", "--today", TODAY]).output
    compared = run(cli, ["diff", "--base", "main...", "--today", TODAY, "--format", "json"]).output
    comment = run(cli, ["comment", "github", "--dry-run"], input=compared).output
    quoted = "".join(f"> {line}\n" for line in comment.splitlines()[1:])
    text = README.read_text(encoding="utf-8")
    shown = re.search(r"```text\n\$ tco diff\n(.*?)```", text, re.DOTALL)
    quote = re.search(r"(^>.*\n)+", text, re.MULTILINE)
    assert shown is not None
    assert quote is not None
    table = table.replace(table.splitlines()[1], shown[1].splitlines()[1])  # the commits differ
    after = text.replace(quote[0], quoted).replace(shown[1], table)
    if request.config.getoption("--renew"):
        README.write_text(after, encoding="utf-8")
    assert text == after


def test_the_readme_shows_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Each console block of the README is the real output of its command."""
    text = README.read_text(encoding="utf-8")

    def fresh(found: re.Match[str]) -> str:
        block = found[1]
        output = printed(block.partition("\n")[0], monkeypatch)
        return f"```console\n{renewed(block, output)}```"

    after = BLOCK.sub(fresh, text)
    if request.config.getoption("--renew"):
        README.write_text(after, encoding="utf-8")
    assert text == after
