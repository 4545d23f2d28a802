"""Comparisons of every kind on their way into a comment: a text, or what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.mutations import Vocabulary, as_json, damaged, mutated
from tests.fuzz.oracle import Runner
from tests.fuzz.samples import copy_stacks
from tests.fuzz.shares import share

COMMANDS = (
    ("github", "--dry-run"),
    ("gitlab", "--dry-run", "--tag", "x"),
    ("annotations",),
)
EDITS = (
    ("workloads/chat.yaml", "requests_per_month: 4_000_000", "requests_per_month: 5_000_000"),
    ("prices/article.yaml", "usd_per_gpu_hour: 2.79", "usd_per_gpu_hour: 3.10"),
    ("Pulumi.two-models.yaml", "fte: [0.5, 1.0, 1.5]", "fte: 2"),
    ("Pulumi.rtx4090.yaml", "nodes: 1", "nodes: 2"),
)
COMPARED = ("aws-mixed", "article-50", "two-models", "rtx4090", "hybrid", "maverick", "v4-flash")
ERROR = {
    "schema": "tco.error/1",
    "problems": [{"file": "a", "path": "b", "message": "c", "hint": "d"}] * 2,
}


def comparison(runner: Runner) -> Any:
    """A comparison of two folders in which stacks, workloads and prices differ."""
    for folder in ("base", "stacks"):
        copy_stacks(runner.folder / folder, COMPARED)
    for name, before, after in EDITS:
        path = runner.folder / "stacks" / name
        text = path.read_text(encoding="utf-8")
        assert before in text, name
        path.write_text(text.replace(before, after), encoding="utf-8")
    (runner.folder / "stacks" / "Pulumi.hybrid.yaml").unlink()
    (runner.folder / "base" / "Pulumi.maverick.yaml").unlink()
    (runner.folder / "base" / "Pulumi.v4-flash.yaml").write_text("config: 5", encoding="utf-8")
    return runner(
        *("diff", "--base", "base", "--stacks", "stacks", "--scenarios", "20", "--format", "json"),
        *("--today", "2026-11-28", "--valid-at", "2026-11-28T12:00:00Z"),
    ).json


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `tco diff` prints for stacks added, removed, changed and broken."""
    with pytest.MonkeyPatch.context() as patch:
        runner = Runner(tmp_path_factory.mktemp("comparison"))
        patch.chdir(runner.folder)
        found = comparison(runner)
    statuses = {stack["status"] for stack in found["stacks"]}
    assert {"added", "removed", "changed"} <= statuses
    return found


@share(0.4)
@given(st.data())
def test_comments(runner: Runner, document: Any, data: st.DataObject) -> None:
    """A comparison of any content becomes a comment or annotations, or is refused."""
    stacks = data.draw(st.lists(st.sampled_from(document["stacks"]), min_size=1, max_size=3))
    tree = data.draw(mutated({**document, "stacks": stacks}, Vocabulary.of([document]), 4))
    content = data.draw(damaged(as_json(tree)))
    comment(runner, content, data.draw(st.sampled_from(COMMANDS)), data.draw(st.booleans()))


@share(0.4)
@given(mutated(ERROR, Vocabulary.of([ERROR])), st.sampled_from(COMMANDS), st.booleans())
def test_problems(runner: Runner, tree: Any, command: tuple[str, ...], piped: bool) -> None:
    """So do the problems for which there is no comparison."""
    comment(runner, as_json(tree).encode(), command, piped)


def comment(runner: Runner, content: bytes, command: tuple[str, ...], piped: bool) -> None:
    """Run a command on a document, from a file or from a pipe."""
    if piped:
        runner("comment", *command, stdin=content)
    else:
        runner("comment", *command, runner.write("diff.json", content).name)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_good_document_is_good(
    runner: Runner, document: Any, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the mutations start from is taken as it is."""
    content = json.dumps(document).encode()
    assert runner("comment", *command, stdin=content).code == 0
