"""Stacks in a submodule: the outer repository's change is compared, or refused by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tco.catalog.catalog import Catalog
from tco.errors import TcoError
from tests.repository import Repo


@pytest.fixture
def outer(tmp_path: Path, priced: Catalog) -> Repo:
    """A repository whose submodule `infra` holds the stacks; the branch moves it to 2 nodes."""
    source = Repo(tmp_path / "source", priced)
    source.start()
    source.pool(1)
    source.commit("one node")
    made = Repo(tmp_path / "outer", priced, "infra/stacks")
    made.start()
    made.git(
        *("-c", "protocol.file.allow=always", "submodule", "add", "--quiet"),
        *("--branch", "main", str(source.top), "infra"),
    )
    made.branch()
    inner = Repo(made.top / "infra", priced)
    inner.pool(2)
    inner.commit("two nodes")
    made.commit("bump")
    return made


def test_a_moved_submodule_is_compared(outer: Repo) -> None:
    """The base is the submodule's commit that the outer base names."""
    found = outer.changed()
    assert (found.changes[0].before, found.changes[0].after) == (1, 2)
    assert found.changes[0].file == "infra/stacks/Pulumi.one.yaml"
    assert outer.compare().base.ref == "the merge base with main"
    assert outer.changed(base="HEAD").status == "unchanged"


def test_a_submodule_that_stayed(outer: Repo) -> None:
    """A commit of the outer repository alone changes no stack; an edit below the submodule does."""
    outer.git("checkout", "--quiet", "-b", "still")
    outer.commit("nothing")
    assert outer.changed(base="work").status == "unchanged"
    Repo(outer.top / "infra", outer.catalog).pool(3)
    found = outer.compare("work")
    assert found.head.dirty
    assert found.stacks[0].changes[0].after == 3


def test_inside_the_submodule_its_own_change_counts(
    outer: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who works in the submodule's folder asks for its branch, not for the outer repository's."""
    monkeypatch.chdir(outer.top / "infra")
    assert outer.changed(base="HEAD~1").changes[0].before == 1
    assert outer.compare("HEAD").stacks[0].status == "unchanged"


def test_a_commit_of_the_submodule_can_be_the_base(outer: Repo) -> None:
    """A commit that only the submodule knows is compared with directly."""
    inner = Repo(outer.top / "infra", outer.catalog)
    assert outer.changed(base=inner.git("rev-parse", "HEAD~1")).changes[0].before == 1


def test_a_commit_that_is_not_here(outer: Repo, tmp_path: Path) -> None:
    """Where the clone of the submodule lacks the base's commit, it says so and what to fetch."""
    target = tmp_path / "clone"
    outer.git("clone", "--quiet", "--branch=work", str(outer.top), str(target))
    clone = Repo(target, outer.catalog, "infra/stacks")
    clone.git(
        *("clone", "--quiet", "--depth=1", (outer.top / "infra").as_uri(), str(target / "infra"))
    )
    with pytest.raises(TcoError, match=r"infra is a submodule, and its commit .* not compared"):
        clone.compare("origin/main")


def test_workloads_in_a_submodule(outer: Repo) -> None:
    """A folder of the stacks that is itself a submodule is read at the base's commit."""
    stacks = Repo(outer.top, outer.catalog, "plain")
    stacks.pool(1)
    workloads = stacks.folder / "workloads"
    kept = {path.name: path.read_text(encoding="utf-8") for path in workloads.iterdir()}
    for name in kept:
        (workloads / name).unlink()
    workloads.rmdir()
    source = Repo(outer.top.parent / "demand", outer.catalog, ".")
    source.start()
    for name, text in kept.items():
        source.write(name, text)
    source.commit()
    outer.git(
        *("-c", "protocol.file.allow=always", "submodule", "add", "--quiet"),
        *(str(source.top), os.path.relpath(workloads, outer.top)),
    )
    base = outer.commit("with workloads")
    outer.commit("nothing")
    assert stacks.changed(base=base).status == "unchanged"
