"""The base, read out of real repositories."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest

import tco.forge.branch
from tco.analysis.diff.side import EvaluationSettings
from tco.catalog.catalog import Catalog
from tco.errors import TcoError, is_visible
from tco.report.diff.text import diff_text
from tco.report.diff.view import diff_view
from tests.conftest import DAY
from tests.repository import NOW, Repo


def test_the_base_is_where_the_branch_left(repo: Repo) -> None:
    """What main gained after the branch left it is not blamed on the branch."""
    repo.pool(1, "mine")
    repo.branch()
    repo.pool(2, "mine")
    repo.commit()
    repo.git("checkout", "--quiet", "main")
    repo.pool(5, "mine")
    repo.pool(1, "later")
    repo.commit("main moves on")
    repo.git("checkout", "--quiet", "work")
    found = repo.compare()
    assert [stack.stack for stack in found.stacks] == ["mine"]
    assert found.stacks[0].changes[0].before == 1
    assert found.base.ref == "the merge base with main"


def test_any_commit_can_be_the_base(repo: Repo) -> None:
    """`--base REF` is that commit as it stands, `--base REF...` where the branch left it."""
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    repo.commit()
    repo.pool(3)
    assert repo.changed(base="HEAD").changes[0].before == 2
    assert repo.changed(base="main...").changes[0].before == 1


def test_a_folder_can_be_the_base(repo: Repo, tmp_path: Path) -> None:
    """Without git: another folder of stacks, or another checkout."""
    other = Repo(tmp_path / "other", repo.catalog)
    other.pool(1)
    repo.pool(2)
    repo.commit()
    assert repo.changed(base=str(other.folder)).changes[0].before == 1


def test_dirty_tree_is_the_head(repo: Repo) -> None:
    """What is not committed yet counts, files that git does not know included."""
    repo.pool(1)
    repo.branch()
    repo.pool(1, "untracked")
    found = repo.compare()
    assert found.head.dirty
    assert {stack.stack: stack.status for stack in found.stacks}["untracked"] == "added"


def test_subfolder_and_non_ascii_names(tmp_path: Path, priced: Catalog) -> None:
    """Stacks deep in a repository, with names that git would quote."""
    repo = Repo(tmp_path / "repo", priced, "plätze/für gpus")
    repo.start()
    repo.pool(1, "prod")
    repo.branch()
    repo.pool(2, "prod")
    found = repo.changed("prod")
    assert found.status == "changed"
    assert found.changes[0].file == "plätze/für gpus/Pulumi.prod.yaml"


@pytest.mark.parametrize("folder", [".", ".hidden", "a/b"])
def test_any_folder(tmp_path: Path, priced: Catalog, folder: str) -> None:
    """The top itself and a folder with a dot are folders like others."""
    repo = Repo(tmp_path / "repo", priced, folder)
    repo.start()
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    [change] = repo.changed().changes
    assert change.file == f"{folder}/Pulumi.one.yaml".removeprefix("./")


def test_no_stack_on_either_side(repo: Repo) -> None:
    """A folder without stacks is most likely the wrong one: it is reported."""
    repo.write("notes.txt", "nothing")
    repo.branch()
    with pytest.raises(TcoError, match="holds no stack file"):
        repo.compare()


def test_worktree(repo: Repo, tmp_path: Path) -> None:
    """A second work tree of the repository is its own head."""
    repo.pool(1)
    repo.branch()
    repo.git("worktree", "add", "--quiet", "-b", "second", str(tmp_path / "second"))
    second = Repo(tmp_path / "second", repo.catalog)
    second.pool(4)
    assert second.changed().changes[0].after == 4
    assert repo.changed().status == "unchanged"


def test_in_a_hook(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """git gives its hooks GIT_DIR and an index; the repository is found from the folder anyway."""
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    monkeypatch.setenv("GIT_DIR", str(repo.top / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere/index")
    assert repo.changed().status == "changed"


def test_attributes_hide_nothing(repo: Repo) -> None:
    """`export-ignore` is for archives: a stack with it is compared all the same."""
    (repo.top / ".gitattributes").write_text("*.yaml export-ignore\n", encoding="utf-8")
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    assert repo.changed().status == "changed"


def _shallow(repo: Repo, tmp_path: Path) -> Repo:
    """A clone that holds the last commit of work only, as a CI makes it."""
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    repo.commit()
    target = tmp_path / "shallow"
    repo.git("clone", "--quiet", "--depth=1", "--branch=work", repo.top.as_uri(), str(target))
    return Repo(target, repo.catalog)


def test_shallow_clone_says_what_to_fetch(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the base was not cloned, the message holds the command that fetches it."""
    clone = _shallow(repo, tmp_path)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    with pytest.raises(TcoError, match="git fetch --unshallow origin main"):
        clone.compare()
    clone.git(
        "fetch", "--quiet", "--unshallow", "origin", "+refs/heads/main:refs/remotes/origin/main"
    )
    assert clone.changed().changes[0].before == 1


def test_shallow_clone_of_both_tips(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both tips without what joins them: it says that the history ends, not that there is none."""
    clone = _shallow(repo, tmp_path)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    repo.git("checkout", "--quiet", "main")
    repo.commit("main moves on")
    clone.git(
        "fetch", "--quiet", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main"
    )
    with pytest.raises(TcoError, match="the clone is shallow"):
        clone.compare()
    assert clone.changed(base="origin/main").changes[0].before == 1


def test_unknown_base(repo: Repo) -> None:
    """A base that is no commit is named; one that looks like an option is no option."""
    repo.pool(1)
    repo.commit()
    for name in ("nowhere", "--output=/tmp/x"):
        with pytest.raises(TcoError, match="no commit"):
            repo.compare(name)


def test_no_repository(tmp_path: Path, priced: Catalog) -> None:
    """Outside git the message says which option to use."""
    lab = Repo(tmp_path, priced)
    lab.pool(1)
    with pytest.raises(TcoError, match="--base DIR"):
        tco.forge.branch.compare(lab.folder, None, EvaluationSettings(DAY), NOW)


def test_no_commit_yet(repo: Repo) -> None:
    """A repository before its first commit has nothing to compare with."""
    repo.pool(1)
    with pytest.raises(TcoError, match="no branch to compare with"):
        repo.compare()


def test_a_repository_of_someone_else(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """git refuses a checkout of another owner, as in a container: its own words say the way out."""
    repo.pool(1)
    repo.branch()
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(TcoError, match=r"safe\.directory"):
        repo.compare()


def test_a_link_out_of_the_folder_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    """A link in the base's tree reads no file outside it."""
    secret = tmp_path / "secret.yaml"
    secret.write_text("config: {token: hush}", encoding="utf-8")
    repo.pool(1)
    (repo.folder / "Pulumi.link.yaml").symlink_to(secret)
    repo.branch()
    (repo.folder / "Pulumi.link.yaml").unlink()
    assert "hush" not in repo.compare().model_dump_json()


def test_changes_know_their_line(repo: Repo) -> None:
    """Each change points at the line of the head's file that makes it."""
    repo.pool(1)
    repo.branch()
    repo.write(
        "Pulumi.one.yaml",
        "config:\n"
        "  aws:region: r1\n"
        "  tco:plan:\n"
        '    pricing_day: "2026-11-23"\n'
        "    services:\n"
        "      chat:\n"
        "        workload: demand\n"
        "        serving: {model: unit}\n"
        "        pools:\n"
        "          main:\n"
        "            instance: box.8x\n"
        "            nodes: 7\n"
        "        sizing: {target_load: 1.0}\n"
        "        egress: {to: private}\n"
        "    alternatives: [api/plain]\n"
        "    ops: {fte: 0}\n"
        "    platform: {}\n",
    )
    [change] = repo.changed().changes
    assert (change.file, change.line) == ("stacks/Pulumi.one.yaml", 12)


def test_a_tag_does_not_hide_a_branch(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag with the name of the base branch is not the base, by name or from the forge."""
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    repo.commit()
    for name in ("main", "origin/main", "work", "HEAD"):
        repo.git("tag", name)
    repo.git("update-ref", "refs/remotes/origin/main", "main~0^{commit}")
    repo.git("update-ref", "refs/remotes/origin/main", "refs/heads/main")
    for base in (None, "main", "main...", "origin/main", "refs/heads/main", "heads/main"):
        assert repo.changed(base=base).changes[0].before == 1
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert repo.changed().changes[0].before == 1
    assert repo.compare("HEAD").head.ref == "work"
    assert repo.changed(base="refs/tags/main").status == "unchanged"
    assert repo.changed(base="HEAD").status == "unchanged"
    assert repo.changed(base="main~0").changes[0].before == 1


def test_a_tag_alone_can_be_the_base(repo: Repo) -> None:
    """A tag that no branch shares its name with is a commit like others."""
    repo.pool(1)
    repo.branch()
    repo.git("tag", "v1")
    repo.pool(2)
    assert repo.changed(base="v1").changes[0].before == 1


def test_a_sparse_checkout_removes_nothing(repo: Repo) -> None:
    """Stacks that a sparse checkout leaves out are not reported as removed: it says what to do."""
    repo.pool(1)
    repo.pool(1, "two")
    repo.branch()
    repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/stacks/Pulumi.two.yaml")
    assert not (repo.folder / "Pulumi.two.yaml").exists()
    with pytest.raises(TcoError, match=r"leaves out 1 of its files, such as Pulumi\.two\.yaml"):
        repo.compare()
    repo.git("sparse-checkout", "disable")
    assert {stack.status for stack in repo.compare().stacks} == {"unchanged"}


def test_a_base_with_names_that_no_stack_can_have(repo: Repo) -> None:
    """A branch that renames such a stack is compared; the base's file is named by its commit."""
    repo.pool(1)
    for name in ("two words", "two\nlines"):
        shutil.copy(repo.folder / "Pulumi.one.yaml", repo.folder / f"Pulumi.{name}.yaml")
    repo.branch()
    for name in ("two words", "two\nlines"):
        (repo.folder / f"Pulumi.{name}.yaml").unlink()
    repo.pool(2)
    found = {stack.stack: stack for stack in repo.compare().stacks}
    assert found["one"].status == "changed"
    assert found["two words"].status == "removed"
    assert found["two words"].problems[0].file.endswith(":stacks/Pulumi.two words.yaml")


def test_a_name_out_of_the_base_gives_no_orders(repo: Repo) -> None:
    """A base may hold names that no stack can have: tables show their control characters."""
    repo.pool(1)
    repo.pool(1, "new\x1b]0;x\x07\u202e")
    repo.branch()
    (repo.folder / "Pulumi.new\x1b]0;x\x07\u202e.yaml").unlink()
    text = diff_text(diff_view(repo.compare()))
    assert "new\\x1b]0;x\\x07\\u202e (removed)" in text
    assert all(is_visible(character) for character in click.unstyle(text) if character != "\n")


def test_stacks_are_in_natural_order(repo: Repo) -> None:
    """`team-2` stands before `team-10`, wherever it is new, changed or gone."""
    for number in (10, 2, 1):
        repo.pool(1, f"team-{number}")
    repo.branch()
    for number in (10, 2, 9):
        repo.pool(2, f"team-{number}")
    found = [stack.stack for stack in repo.compare().stacks]
    assert found == ["team-1", "team-2", "team-9", "team-10"]
