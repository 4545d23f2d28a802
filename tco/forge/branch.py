"""A folder of stacks against its base: finds the base, reads both sides, and compares them."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import resources
from pathlib import Path, PurePosixPath

import yaml

from tco.analysis.diff.changes import Change
from tco.analysis.diff.diff import StackDiff, diff_stacks
from tco.analysis.diff.side import EvaluationSettings, Side
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.documents.build_diff import diff_document
from tco.documents.diff import DiffDocument, Revision
from tco.errors import BadInput, Problem, TcoError
from tco.files import read_text
from tco.forge.git import Commit, Repository, repository_of
from tco.links import Bounds, Disk, Unreadable, bounds_of, follow
from tco.plan.folder_files import FolderFiles
from tco.resolve.resolver import resolve_stack
from tco.yaml_lines import line_of

__all__ = ["compare"]

STACK_FILES = re.compile(r"Pulumi\.[^/]+\.yaml|(?:workloads|prices)/.+")
CATALOG_FILES = re.compile(r"[^/]+\.yaml|nodes/[^/]+|(hosts|newer_versions)\.csv")


@dataclass(frozen=True)
class _Base:
    """The older side: its folder, its catalog where it has one of its own, its name."""

    folder: Path
    catalog: Catalog | None
    revision: Revision
    shown: str
    unreadable: Mapping[str, Unreadable] = field(default_factory=dict[str, Unreadable])


@dataclass(frozen=True)
class _Checkout:
    """Where a folder of stacks is checked out."""

    inner: Repository
    """The repository that holds the folder."""
    outer: Repository
    """The repository whose change is asked for; it holds the inner one as a submodule."""
    bounds: Bounds
    """The folder in the outer repository; its links stay in the inner one."""

    @property
    def in_inner(self) -> str:
        """The folder's path from the top of the inner repository."""
        return "/".join(self.bounds.inside[len(self.bounds.limit) :])


def compare(
    folder: Path, base: str | None, asked: EvaluationSettings, valid_at: dt.datetime
) -> DiffDocument:
    """Compare the stacks of the working tree with a commit or another folder.

    Raises TcoError where the base is not available, BadInput for what the head breaks.
    """
    if not folder.is_dir():
        raise TcoError(f"{folder}: there is no such folder. Name the folder of stacks (--stacks).")
    wrong = FolderFiles(folder).problem(folder)
    if wrong is not None:
        raise BadInput([wrong])
    checkout = _checkout(folder)
    with tempfile.TemporaryDirectory(prefix="tco-base-") as scratch:
        older = _base(folder, base, checkout, Path(scratch))
        catalog = load_catalog()
        head = _side(folder, catalog, asked)
        base_side = _side(older.folder, older.catalog or catalog, asked, older.unreadable)
        if not (head.names or base_side.names):
            raise TcoError(f"{folder}: holds no stack file Pulumi.<stack>.yaml, nor does the base.")
        diffs = diff_stacks(base_side, head)
        return diff_document(
            older.revision,
            _head(checkout),
            valid_at,
            catalog.version,
            diffs=[_shown(diff, older) for diff in diffs],
            locate=lambda change: _place(change, folder, checkout),
        )


def _side(
    folder: Path,
    catalog: Catalog,
    asked: EvaluationSettings,
    unreadable: Mapping[str, Unreadable] | None = None,
) -> Side:
    """Return the stacks of a folder, resolved in a catalog."""
    return Side(
        folder=folder,
        resolve=partial(resolve_stack, catalog=catalog, today=asked.today),
        catalog_version=catalog.version,
        asked=asked,
        unreadable=unreadable,
    )


def _checkout(folder: Path) -> _Checkout | None:
    """Find the repositories that hold a folder; None where there is none."""
    bounds = bounds_of(folder)
    inner = repository_of(bounds.top if bounds.repository else folder)
    if inner is None:
        return None
    if bounds.top != inner.top:
        bounds = Bounds(folder, inner.top, PurePosixPath(inner.inside(folder)).parts)
    _refuse_sparse(inner, folder, bounds)
    outer = inner.outermost()
    limit = inner.top.relative_to(outer.top).parts
    inside = (*limit, *bounds.inside)
    return _Checkout(inner, outer, Bounds(folder, outer.top, inside, limit))


def _refuse_sparse(repository: Repository, folder: Path, bounds: Bounds) -> None:
    """Raise TcoError where a sparse checkout leaves out files of the folder."""
    inside = "/".join(bounds.inside)
    prefix = f"{inside}/" if inside else ""
    files = [path.removeprefix(prefix) for path in repository.left_out(inside)]
    missing = [file for file in files if STACK_FILES.fullmatch(file)]
    if missing:
        raise TcoError(
            f"{folder}: the sparse checkout leaves out {len(missing)} of its files, such as "
            f"{missing[0]}, so their changes are not known. Check them out: git "
            f"sparse-checkout add {inside or '.'}"
        )


def _base(folder: Path, named: str | None, checkout: _Checkout | None, scratch: Path) -> _Base:
    if named is not None and Path(named).is_dir():
        return _folder(folder, Path(named))
    if checkout is None:
        raise TcoError(f"{folder} is not in a git repository. Name the base's folder: --base DIR.")
    repository, bounds = checkout.outer, checkout.bounds
    if named is not None and not repository.knows(named) and checkout.inner.knows(named):
        repository, inside = checkout.inner, bounds.inside[len(bounds.limit) :]
        bounds = Bounds(folder, repository.top, inside)
    commit = repository.base(named)
    stacks, catalog = scratch / "stacks", scratch / "catalog"
    path = "/".join(bounds.inside)
    unreadable = repository.export(commit.sha, path, STACK_FILES, stacks, bounds=bounds)
    return _Base(
        folder=stacks,
        catalog=_own_catalog(repository, commit, catalog),
        revision=Revision(ref=commit.ref, commit=commit.sha),
        shown=f"{commit.sha[:10]}:{path or '.'}",
        unreadable=unreadable,
    )


def _folder(folder: Path, named: Path) -> _Base:
    """Return a folder of stacks, or a checkout that holds one under the same name."""
    for found in (named, named / folder):
        if any(found.glob("Pulumi.?*.yaml")):
            return _Base(found, None, Revision(ref=str(named)), str(found))
    raise TcoError(f"{named} holds no stack file Pulumi.<stack>.yaml, nor does {named / folder}.")


def _data_folder() -> Path:
    """Return where this tco's own figures lie."""
    return Path(str(resources.files("tco.catalog") / "data"))


def _own_catalog(repository: Repository, commit: Commit, scratch: Path) -> Catalog | None:
    """Return the catalog of the base where tco itself lives in the repository, else None.

    Where the base's figures have another form than this tco reads, the head's price both sides.
    """
    data = _data_folder().resolve()
    if not data.is_relative_to(repository.top):
        return None
    inside = repository.inside(data)
    unreadable = repository.export(commit.sha, inside, CATALOG_FILES, scratch)
    if unreadable or not scratch.is_dir():
        return None
    try:
        return load_catalog(scratch)
    except (ValueError, yaml.YAMLError):
        return None


def _head(checkout: _Checkout | None) -> Revision:
    if checkout is None:
        return Revision(ref="working tree")
    inner, outer = checkout.inner, checkout.outer
    commit = outer.head()
    dirty = inner.dirty(checkout.in_inner)
    if inner is not outer:
        dirty = dirty or outer.dirty("/".join(checkout.bounds.limit))
    return Revision(ref=commit.ref, commit=commit.sha, dirty=dirty)


def _shown(diff: StackDiff, older: _Base) -> StackDiff:
    """Return the problems of the base, with the commit in place of the scratch folder."""
    return replace(diff, problems=tuple(_retold(problem, older) for problem in diff.problems))


def _retold(problem: Problem, older: _Base) -> Problem:
    return replace(
        problem,
        file=problem.file.replace(str(older.folder), older.shown),
        message=problem.message.replace(str(older.folder), older.shown),
    )


def _place(change: Change, folder: Path, checkout: _Checkout | None) -> tuple[str, int]:
    """Return the file from the top of the repository, and the line of the change.

    Of a link, the file that it leads to: that is the one which the branch changes.
    """
    file = change.file
    if checkout is not None:
        bounds = checkout.bounds
        file = "/".join(follow(Disk(bounds.top), bounds, PurePosixPath(change.file).parts))
    try:
        return file, line_of(read_text(folder / change.file, file), change.location)
    except BadInput:
        return file, 1
