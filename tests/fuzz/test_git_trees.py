"""Commits of every kind as the base of a comparison: what a pull request can bring as objects."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forge.hostile_trees import FILE, FOLDER, LINK, SUBMODULE, Objects, Tree
from tests.fuzz.mutations import as_yaml, damaged, mutated
from tests.fuzz.odd_values import HOSTILE
from tests.fuzz.oracle import Runner, encoded
from tests.fuzz.samples import copy_stacks, plan_vocabulary, samples
from tests.fuzz.shares import share

STACK = next(sample for sample in samples() if sample.name == "aws-mixed")
TEXT = as_yaml(STACK.trees[STACK.stack])
WORKLOAD = as_yaml(STACK.trees["workloads/chat.yaml"])
NAMES = (
    *(b"Pulumi.aws-mixed.yaml", b"Pulumi.new.yaml", b"workloads", b"prices", b"stacks", b"a", b"l"),
    *(b"chat.yaml", b"..", b".", b".git", b".GIT"),
    *(b"", b"Pulumi..yaml", b"Pulumi...yaml", b"git~1"),
    *(b"Pulumi.\xff\xfe.yaml", b"Pulumi.a/../../b.yaml", b"../x"),
    *(b"/etc/x", b"a\\..\\b", b"x" * 300),
    *(b"Pulumi.\n.yaml", b"Pulumi.a\tb.yaml", b'Pulumi."q".yaml', b"Pulumi.:(top)x.yaml", b"-x"),
    *(b"workloads\xe2\x80\x8d", b".gitmodules", b".gitattributes", b"Pulumi.*.yaml", b"CON"),
    *(b"Pulumi." + encoded(name).replace(b"\0", b"") + b".yaml" for name in HOSTILE[:8]),
)
TARGETS = (
    *(b"..", b"../..", b"/", b"/etc/hostname"),
    *(b"../../secret.yaml", b"../../../../../../etc", b"."),
    *(b"", b"Pulumi.aws-mixed.yaml", b"workloads", b"l", b"l/..", b"a/l/../../../../etc/hostname"),
    *(b"workloads/chat.yaml", b"../../../secret.yaml", b"\xff", b"x" * 5000, b"a\0b", b"a\nb"),
)
MODES = (
    *(FILE, FILE, FILE, b"100755", LINK, LINK),
    *(SUBMODULE, FOLDER, b"100664", b"0", b"777777", b"040000"),
)
NOWHERE = "d" * 40
DEPTHS = 3


@pytest.fixture
def repository(runner: Runner) -> Runner:
    """A repository whose head holds one good stack."""
    copy_stacks(runner.folder / "stacks", [STACK.name])
    git(runner.folder, "init", "--quiet", "--initial-branch=main")
    git(runner.folder, "add", "--all")
    git(runner.folder, "commit", "--quiet", "--message", "head")
    return runner


def git(folder: Path, *arguments: str) -> None:
    """Run git there."""
    me = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    subprocess.run(("git", *me, *arguments), cwd=folder, check=True, capture_output=True)


@st.composite
def entries(draw: st.DrawFn, objects: Objects, depth: int = DEPTHS) -> Tree:
    """The entries of a folder: names, kinds and contents as git itself never writes them."""
    found: Tree = []
    for _ in range(draw(st.integers(0, 4))):
        name, mode = draw(st.sampled_from(NAMES)), draw(st.sampled_from(MODES))
        if mode == FOLDER and depth:
            sha = objects.tree(draw(entries(objects, depth - 1)))
        elif mode == LINK:
            sha = objects.blob(draw(st.sampled_from(TARGETS)))
        elif mode == SUBMODULE:
            sha = NOWHERE
        else:
            content = draw(damaged(draw(st.sampled_from([TEXT, WORKLOAD]))))
            sha = draw(st.sampled_from([objects.blob(content)] * 5 + [NOWHERE]))
        found.append((mode, name, sha))
    return found


@st.composite
def folder(draw: st.DrawFn, objects: Objects) -> str:
    """A folder of stacks: a good one, with odd entries in it and in its folder of workloads."""
    plan = st.just(TEXT) | mutated(STACK.trees[STACK.stack], plan_vocabulary()).map(as_yaml)
    workloads = [(FILE, b"chat.yaml", objects.blob(WORKLOAD.encode()))]
    workloads += draw(entries(objects))
    own = [
        (FILE, STACK.stack.encode(), objects.blob(encoded(draw(plan)))),
        (FOLDER, b"workloads", objects.tree(workloads)),
    ]
    rows = [*own, *draw(entries(objects))]
    return objects.tree(draw(st.permutations(rows)))


FORMS = st.sampled_from(["table", "json", "markdown"])


@share(0.2)
@given(st.data(), FORMS)
def test_base_commits(repository: Runner, data: st.DataObject, form: str) -> None:
    """A base commit of any tree is compared with or refused; nothing of it lands elsewhere."""
    objects = Objects(repository.folder)
    top: Tree = [(FOLDER, b"stacks", data.draw(folder(objects)))]
    top += data.draw(entries(objects, 1))
    commit = objects.commit(objects.tree(data.draw(st.permutations(top))))
    before = listing(repository.top)
    repository(*diff(commit), "--format", form)
    assert listing(repository.top) == before


def diff(commit: str) -> tuple[str, ...]:
    """The command that compares the folder of stacks with a commit."""
    return ("diff", "--base", commit, "--stacks", "stacks", "--scenarios", "0", *TODAY)


TODAY = ("--today", "2026-11-28", "--valid-at", "2026-11-28T12:00:00Z")


def listing(top: Path) -> list[tuple[Any, ...]]:
    """Every file below a folder, git's own left out, with its size."""
    paths = (path for path in top.rglob("*") if ".git" not in path.parts)
    return sorted((str(path), path.lstat().st_size) for path in paths if not path.is_dir())


def test_a_good_commit_is_good(repository: Runner) -> None:
    """What the odd trees start from is compared as it is."""
    objects = Objects(repository.folder)
    blob = objects.blob(TEXT.encode())
    workload = objects.tree([(FILE, b"chat.yaml", objects.blob(WORKLOAD.encode()))])
    stacks = objects.tree([(FILE, STACK.stack.encode(), blob), (FOLDER, b"workloads", workload)])
    commit = objects.commit(objects.tree([(FOLDER, b"stacks", stacks)]))
    found = repository(*diff(commit), "--format", "json").json
    assert [stack["status"] for stack in found["stacks"]] == ["unchanged"]
