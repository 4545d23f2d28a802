"""A link is followed by the plan and by the comparison alike, or refused by both."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tco.errors import BadInput, TcoError
from tco.plan.stack_file import read_stack
from tco.plan.stack_names import stack_names
from tests.repository import Repo, no_ci, priced, repo

__all__ = ["no_ci", "priced", "repo"]

STACK, WORKLOAD, CSV, BOOK = (
    *("Pulumi.one.yaml", "workloads/demand.yaml"),
    *("workloads/week.csv", "prices/own.yaml"),
)
LINKS = [STACK, WORKLOAD, CSV, BOOK, "workloads", "prices"]
"""The files and folders that a stack reads, each of which can be a link."""


@pytest.fixture
def linked(repo: Repo) -> Callable[[str, str], None]:
    """Move a file or folder of the stacks away and leave a link to it."""

    def move(path: str, target: str) -> None:
        link = repo.folder / path
        there = (link.parent / target).absolute()
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(link, there)
        link.symlink_to(target)

    rows = [{"instance": "box.8x", "region": "r1", "usd_per_hour": 10}]
    repo.book("own", prices=rows)
    repo.pool(1, prices=["own.yaml"])
    hours = [f"2026-11-{16 + hour // 24:02}T{hour % 24:02}:00:00Z,100" for hour in range(168)]
    repo.write("workloads/week.csv", "\n".join(["hour,requests", *hours]))
    repo.workload("demand", csv="week.csv")
    return move


def up(path: str) -> str:
    """The way from a link to the top of the repository."""
    return "../" * (path.count("/") + 1)


@pytest.mark.parametrize("path", LINKS)
def test_a_link_inside_the_repository_is_followed(
    repo: Repo, linked: Callable[[str, str], None], path: str
) -> None:
    """A branch that touches no stack changes nothing, whichever part of one is a link."""
    linked(path, f"{up(path)}shared/there")
    repo.branch()
    assert repo.compare().stacks[0].status == "unchanged"


@pytest.mark.parametrize("path", LINKS)
@pytest.mark.parametrize("absolute", [False, True])
def test_a_file_replaced_by_a_link_to_it(
    repo: Repo, linked: Callable[[str, str], None], path: str, absolute: bool
) -> None:
    """A file that becomes a link to the same content is no change, and neither is the way back."""
    repo.branch()
    linked(path, str(repo.top / "shared") if absolute else f"{up(path)}shared")
    repo.commit("link")
    assert repo.compare().stacks[0].status == "unchanged"
    repo.git("checkout", "--quiet", "main")
    assert repo.compare("work").stacks[0].status == "unchanged"


def test_a_change_behind_a_link_points_at_the_file(
    repo: Repo, linked: Callable[[str, str], None]
) -> None:
    """A stack file behind a link is compared, and the change is in the file it leads to."""
    linked(STACK, "../shared/plan.yaml")
    repo.branch()
    plan = repo.top / "shared" / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace('"nodes": 1', '"nodes": 2'), encoding="utf-8")
    [change] = repo.changed().changes
    assert (change.before, change.after, change.file) == (1, 2, "shared/plan.yaml")


def test_the_folder_of_stacks_is_a_link(repo: Repo) -> None:
    """A folder that is a link inside the repository is read on both sides through it."""
    repo.pool(1)
    shutil.move(repo.folder, repo.top / "real")
    repo.folder.symlink_to("real")
    repo.branch()
    assert repo.changed().status == "unchanged"
    repo.folder.unlink()
    shutil.move(repo.top / "real", repo.folder)
    assert repo.changed().status == "unchanged"


@pytest.mark.parametrize("path", LINKS)
@pytest.mark.parametrize("repository", [True, False])
def test_a_plan_refuses_a_link_that_leads_out(
    repo: Repo, linked: Callable[[str, str], None], tmp_path: Path, path: str, repository: bool
) -> None:
    """The problem names the link and its target, and nothing of what the target holds."""
    if not repository:
        shutil.rmtree(repo.top / ".git")
    outside = tmp_path / "outside"
    linked(path, str(outside))
    with pytest.raises(BadInput) as refused:
        read_stack(repo.folder, "one")
    [problem] = refused.value.problems
    kind = f"repository {repo.top}" if repository else f"folder {repo.folder}"
    link = f"{repo.folder / path} is a link to {outside}, which is outside the {kind}."
    assert problem.message.startswith(link)


@pytest.mark.parametrize("path", LINKS)
def test_a_comparison_refuses_a_link_that_leads_out(
    repo: Repo, linked: Callable[[str, str], None], tmp_path: Path, path: str
) -> None:
    """On either side it is an error or a problem of the base, never "unchanged" or "new"."""
    outside = tmp_path / "outside"
    link = f"{repo.folder / path} is a link to {outside}, which is outside the repository"
    repo.branch()
    linked(path, str(outside))
    repo.commit("link")
    for base in ("main", "HEAD"):
        with pytest.raises(BadInput) as refused:
            repo.compare(base)
        assert link in refused.value.problems[0].message
    repo.git("checkout", "--quiet", "main")
    [stack] = repo.compare("work").stacks
    assert (stack.status, stack.before) == ("changed", None)
    assert link in stack.problems[0].message
    assert stack.problems[0].file.endswith(f":stacks/{path if '.' in path else ''}") or (
        f":stacks/{path}/" in stack.problems[0].file
    )


def test_the_folder_of_stacks_leads_out(repo: Repo, tmp_path: Path) -> None:
    """A folder of stacks that the repository turns elsewhere is refused before it is read."""
    repo.pool(1)
    repo.branch()
    shutil.move(repo.folder, tmp_path / "outside")
    repo.folder.symlink_to(tmp_path / "outside")
    for read in (repo.compare, lambda: stack_names(repo.folder)):
        with pytest.raises(TcoError, match=r"is a link to .*outside"):
            read()


def test_a_link_into_another_repository_leads_out(repo: Repo, tmp_path: Path) -> None:
    """A repository that is only reached by a link has no say in what the link may read."""
    other = Repo(tmp_path / "other", repo.catalog, ".")
    other.start()
    other.pool(1)
    repo.pool(1)
    repo.branch()
    shutil.rmtree(repo.folder)
    repo.folder.symlink_to(other.top)
    with pytest.raises(TcoError, match=r"is a link to .*outside"):
        repo.compare()


def test_a_repository_behind_a_link(repo: Repo, tmp_path: Path) -> None:
    """A checkout that the user reaches by a link of their own is read as any other."""
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    (tmp_path / "way").symlink_to(repo.top)
    assert Repo(tmp_path / "way", repo.catalog).changed().status == "changed"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("nowhere.yaml", "is a link to nowhere.yaml, which does not exist."),
        ("Pulumi.old.yaml", "is a link to Pulumi.old.yaml, which leads back to itself."),
        ("../.git/config", "is a link to ../.git/config, which is inside git's own folder."),
        ("\x1b[31mred", r"is a link to \x1b[31mred, which does not exist."),
        ("Pulumi.one.yaml/x", "is a link to Pulumi.one.yaml/x, which is not a folder."),
        ("nowhere/../Pulumi.one.yaml", "is a link to nowhere/../Pulumi.one.yaml, which does not"),
        (
            "Pulumi.one.yaml/../Pulumi.one.yaml",
            "is a link to Pulumi.one.yaml/../Pulumi.one.yaml, which is not a folder.",
        ),
        ("a/" * 2_000 + "x", "is a link to a/a/a/a/"),
    ],
)
def test_a_link_that_leads_to_no_file(repo: Repo, target: str, why: str) -> None:
    """A plan says where the link leads; the base says the same of the same link."""
    repo.pool(1)
    repo.branch()
    link = repo.folder / "Pulumi.old.yaml"
    link.symlink_to(target)
    with pytest.raises(BadInput) as refused:
        read_stack(repo.folder, "old")
    [problem] = refused.value.problems
    assert problem.message.startswith(f"{link} {why}")
    repo.commit("link")
    link.unlink()
    [removed] = [stack for stack in repo.compare("HEAD").stacks if stack.status == "removed"]
    assert removed.problems[0].message == problem.message


def test_a_workload_that_a_linked_folder_lacks(
    repo: Repo, linked: Callable[[str, str], None]
) -> None:
    """A name that is not in a folder behind a link is missing; the link is not at fault."""
    linked("workloads", "../shared")
    (repo.top / "shared" / "demand.yaml").unlink()
    with pytest.raises(BadInput) as refused:
        read_stack(repo.folder, "one")
    assert refused.value.problems[0].message == 'no workload "demand".'


def test_a_linked_folder_that_is_a_file(repo: Repo) -> None:
    """A folder of workloads that is a link to a file is named as that."""
    repo.pool(1)
    shutil.rmtree(repo.folder / "workloads")
    (repo.folder / "workloads").symlink_to("Pulumi.one.yaml")
    with pytest.raises(BadInput) as refused:
        read_stack(repo.folder, "one")
    link = f"{repo.folder / 'workloads'} is a link to Pulumi.one.yaml, which is not a folder."
    assert refused.value.problems[0].message == link


def test_a_stack_that_is_a_link_to_nowhere_on_both_sides(repo: Repo) -> None:
    """What is broken alike on both sides hides no other change."""
    repo.pool(1)
    (repo.folder / "Pulumi.old.yaml").symlink_to("nowhere.yaml")
    repo.branch()
    repo.pool(2)
    assert [stack.stack for stack in repo.compare().stacks] == ["one"]


def test_a_huge_file_of_the_base(repo: Repo) -> None:
    """A file of the base above the limit of every file is a problem, and is not copied."""
    repo.pool(1)
    repo.write("Pulumi.old.yaml", "#" * 3_000_000)
    repo.branch()
    (repo.folder / "Pulumi.old.yaml").unlink()
    [removed] = [stack for stack in repo.compare().stacks if stack.status == "removed"]
    assert removed.problems[0].message.startswith("3,000,000 bytes exceed the limit of")


def test_a_pointer_of_git_lfs(repo: Repo) -> None:
    """A file whose content git does not hold is named as that, not as broken YAML."""
    repo.write("Pulumi.one.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n")
    repo.branch()
    repo.pool(1)
    assert "Git LFS" in repo.changed().problems[0].message
