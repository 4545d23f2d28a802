"""Whatever the base's tree holds: nothing outside the scratch folder is written or read."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

import pytest

from tco.errors import TcoError
from tco.links import is_git_folder
from tests.forge.hostile_trees import FILE, FOLDER, LINK, SUBMODULE, Objects, Tree
from tests.repository import Repo

SECRET = "hush_hush"
UP = b"/".join([b".."] * 12)
NAMES = [
    *(b"..", b".", b".git", b".GIT", b".Git", b".git ", b".git.", b"git~1", b"GIT~1"),
    *(".g\u200cit".encode(), b"\\", b"..\\..\\x", b"C:\\x", b"/", b"/etc", b"a/../b", b"a/b"),
]
"""Entries that git refuses to check out, or that lead elsewhere on another system."""


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside the scratch folder, with a secret in it."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.yaml").write_text(f"{SECRET}: 1\n", encoding="utf-8")
    return folder


@pytest.fixture
def objects(repo: Repo, outside: Path) -> Objects:
    """The repository of one stack, whose base can be any tree."""
    repo.pool(1)
    repo.commit()
    return Objects(repo.top)


def disk(folder: Path) -> dict[str, bytes | str]:
    """Give every file and link below a folder, without git's own objects."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if ".git" not in path.parts and (path.is_symlink() or path.is_file())
    }


def compared(repo: Repo, outside: Path, objects: Objects, stacks: Tree) -> str:
    """Compare with a base of these stacks; gives the document, or why there is none."""
    base = objects.commit(objects.tree([(FOLDER, b"stacks", objects.tree(stacks))]))
    before = disk(outside.parent)
    try:
        text = repo.compare(base).model_dump_json()
    except TcoError as error:
        text = str(error)
    assert disk(outside.parent) == before
    assert SECRET not in text
    return text


@pytest.mark.parametrize("kind", [FILE, FOLDER, LINK, SUBMODULE], ids=lambda kind: kind.decode())
def test_a_name_that_leads_out_is_refused(
    repo: Repo, outside: Path, objects: Objects, kind: bytes
) -> None:
    """An entry that git would not check out is named, and nothing of it is written."""
    leaf = objects.blob(str(outside / "secret.yaml").encode())
    inner = objects.tree([(FILE, b"owned.yaml", leaf)])
    sha = {FOLDER: inner, SUBMODULE: "1" * 40}.get(kind, leaf)
    for name in NAMES:
        prices = (FOLDER, b"prices", objects.tree([(kind, name, sha)]))
        stacks = [*objects.listed("HEAD:stacks"), prices]
        assert "git refuses to check out" in compared(repo, outside, objects, stacks), name


def test_a_path_of_parents_writes_nothing(repo: Repo, outside: Path, objects: Objects) -> None:
    """`workloads/../../…/owned.txt` in a tree reaches no folder above the scratch folder."""
    path = b"workloads/" + UP + os.fsencode(outside / "owned.txt")
    entry = objects.nested(path, (FILE, objects.blob(b"owned")))
    text = compared(repo, outside, objects, [*objects.listed("HEAD:stacks")[:1], entry])
    assert "git refuses to check out" in text


LINKS: dict[str, list[tuple[bytes, bytes]]] = {
    "to an absolute path": [(b"Pulumi.x.yaml", b"{outside}/secret.yaml")],
    "upwards": [(b"Pulumi.x.yaml", UP + b"{outside}/secret.yaml")],
    "a folder": [(b"workloads", b"{outside}")],
    "turned outward by a later link": [
        (b"Pulumi.x.yaml", b"workloads/l/" + UP + b"{outside}/secret.yaml"),
        (b"workloads/l", b"../.."),
    ],
    "through a link that is made later": [
        (b"prices/a", b"../workloads/z"),
        (b"workloads/z", b"{outside}"),
    ],
    "a file below a link": [(b"prices", b"{outside}"), (b"prices/owned.yaml", b"x")],
    "to itself": [(b"Pulumi.x.yaml", b"Pulumi.x.yaml")],
    "in a circle": [(b"prices/a", b"b"), (b"prices/b", b"a")],
    "to git's own folder": [(b"Pulumi.x.yaml", b"../.git/config")],
    "to the folder that holds it": [(b"prices/a", b"."), (b"prices/b", b"..")],
    "nowhere": [(b"Pulumi.x.yaml", b"nowhere.yaml")],
    "to nothing": [(b"Pulumi.x.yaml", b"")],
    "with a NUL": [(b"Pulumi.x.yaml", b"a\0b")],
    "very long": [(b"Pulumi.x.yaml", b"a/" * 10_000)],
}


@pytest.mark.parametrize("case", LINKS)
@pytest.mark.parametrize("backwards", [False, True])
def test_links_are_never_made(
    repo: Repo, outside: Path, objects: Objects, case: str, backwards: bool
) -> None:
    """A link of the base's tree is read out of the tree or not at all, in any order."""
    entries: Tree = objects.listed("HEAD:stacks")
    for path, target in LINKS[case]:
        leaf = objects.blob(target.replace(b"{outside}", os.fsencode(outside)))
        entries.append(objects.nested(path, (LINK, leaf)))
    compared(repo, outside, objects, entries[::-1] if backwards else entries)


def test_a_folder_that_doubles_thirty_times(repo: Repo, outside: Path, objects: Objects) -> None:
    """A small tree of 2^30 paths is refused by their number, not read to its end."""
    sha = objects.tree([(FILE, b"a.yaml", objects.blob(b"x"))])
    for _ in range(30):
        sha = objects.tree([(FOLDER, b"a", sha), (FOLDER, b"b", sha)])
    stacks = [*objects.listed("HEAD:stacks")[:1], (FOLDER, b"workloads", sha)]
    assert "more than 10,000" in compared(repo, outside, objects, stacks)


def test_a_hundred_folders_deep(repo: Repo, outside: Path, objects: Objects) -> None:
    """A path of a hundred folders is refused by its depth."""
    sha = objects.tree([(FILE, b"a.yaml", objects.blob(b"x"))])
    for _ in range(100):
        sha = objects.tree([(FOLDER, b"a", sha)])
    stacks = [*objects.listed("HEAD:stacks")[:1], (FOLDER, b"workloads", sha)]
    assert "folders deep" in compared(repo, outside, objects, stacks)


def test_a_submodule_with_a_name_too_long(repo: Repo, outside: Path, objects: Objects) -> None:
    """A name that no file can have is looked up nowhere."""
    workloads = objects.tree([(SUBMODULE, b"x" * 300, "d" * 40)])
    answer = compared(repo, outside, objects, [(FOLDER, b"workloads", workloads)])
    assert "tco.diff/1" in answer


def test_a_damaged_tree_is_one_message(repo: Repo, outside: Path, objects: Objects) -> None:
    """Doubled names, broken modes, cut or missing objects: an error, never a traceback."""
    blob, tree = objects.blob(b"x"), objects.tree([])
    damaged: list[Tree] = [
        [(FILE, b"a.yaml", blob), (FILE, b"a.yaml", blob)],
        [(FILE, b"a.yaml", blob), (FOLDER, b"a.yaml", tree)],
        [(b"9", b"a.yaml", blob)],
        [(b"", b"a.yaml", blob)],
        [(FILE, b"a.yaml", blob[:10])],
        [(FOLDER, b"a", blob)],
        [(FILE, b"a.yaml", tree)],
        [(FILE, b"a.yaml", "1" * 40)],
        [(FILE, b"a" * 5_000, blob)],
    ]
    for entries in damaged:
        prices = (FOLDER, b"prices", objects.tree(entries))
        text = compared(repo, outside, objects, [*objects.listed("HEAD:stacks"), prices])
        assert "base" in text or "not in this clone" in text, entries


def test_any_tree(repo: Repo, outside: Path, objects: Objects) -> None:
    """Random trees of odd names, links and modes change nothing outside the scratch folder."""
    for seed in range(20):
        compared(repo, outside, objects, random_stacks(objects, outside, random.Random(seed)))


def random_stacks(objects: Objects, outside: Path, dice: random.Random) -> Tree:
    """Give the stacks of the head beside folders of anything, in any order."""
    targets = [UP + os.fsencode(outside), b"..", b".", b"../..", b"workloads", b"a", b"../prices/b"]
    names = [b"a", b"b.yaml", b"c\n.yaml", b"Pulumi.z.yaml", b"l", *dice.sample(NAMES, 1)]

    def tree(depth: int) -> str:
        entries: Tree = []
        for name in dice.sample(names, dice.randint(1, 5)):
            mode = dice.choice([FILE, LINK, FOLDER] if depth else [FILE, LINK])
            leaf = objects.blob(dice.choice(targets) if mode == LINK else b"owned: 1\n")
            entries.append((mode, name, tree(depth - 1) if mode == FOLDER else leaf))
        return objects.tree(entries)

    stacks = [entry for entry in objects.listed("HEAD:stacks") if entry[0] == FILE]
    stacks += [(FOLDER, b"workloads", tree(3)), (FOLDER, b"prices", tree(3))]
    return dice.sample(stacks, len(stacks))


@pytest.mark.parametrize("name", [".github", ".gitignore", "git", "a.git", ".gitattributes"])
def test_a_name_that_only_resembles_git(name: str) -> None:
    """Files that a repository holds are not git's own folder."""
    assert not is_git_folder(name)


def test_a_bare_repository_among_the_stacks_runs_nothing(repo: Repo, outside: Path) -> None:
    """A folder that looks like a repository brings no settings: its program is not started."""
    repo.pool(1)
    repo.branch()
    for folder in ("objects", "refs"):
        (repo.folder / folder).mkdir()
    owned = outside / "owned"
    repo.write("HEAD", "ref: refs/heads/main\n")
    repo.write(
        "config",
        f'[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = "{repo.folder}"\n'
        f'\tfsmonitor = "touch {owned}"\n',
    )
    try:
        repo.compare()
    except TcoError as error:
        assert "repository" in str(error)
    assert not owned.exists()


def test_no_program_of_the_settings_is_run(repo: Repo, outside: Path) -> None:
    """Hooks, filters and diff programs of the repository's settings are not started."""
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    (repo.top / ".gitattributes").write_text("* filter=own diff=own\n", encoding="utf-8")
    owned = outside / "owned"
    for key in ("core.fsmonitor", "filter.own.smudge", "diff.own.textconv", "diff.external"):
        repo.git("config", key, f"touch {owned}")
    assert repo.changed(base="main").status == "changed"
    assert not owned.exists()


def test_a_replaced_commit_is_not_the_base(repo: Repo) -> None:
    """A replacement of an object, as git offers it, does not change what the base holds."""
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    other = repo.commit()
    repo.git("replace", "main", other)
    assert repo.changed(base="main").status == "changed"
