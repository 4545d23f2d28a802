"""A folder of stacks against its base: finds the base, reads both sides, and compares them."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import yaml

from tco.analysis.diff.changes import Change
from tco.analysis.diff.diff import Asked, Side, StackDiff, diff_stacks
from tco.catalog.catalog import Catalog, load_catalog
from tco.documents.diff import DiffDocument, Revision
from tco.errors import BadInput, Problem, TcoError
from tco.files import read_text
from tco.forge.git import Commit, Repository, repository_of
from tco.forge.yaml_lines import line_of
from tco.report.diff.build_document import document

__all__ = ["compare"]

STACK_FILES = re.compile(r"Pulumi\.[^/]+\.yaml|(?:workloads|prices)/.+")
CATALOG_FILES = re.compile(r"[^/]+\.yaml")


@dataclass(frozen=True)
class _Base:
    """The older side: its folder, its catalog where it has one of its own, its name."""

    folder: Path
    catalog: Catalog | None
    revision: Revision
    shown: str


def compare(folder: Path, base: str | None, asked: Asked, valid_at: dt.datetime) -> DiffDocument:
    """What the working tree changes in a folder of stacks, against a commit or another folder.

    Raises TcoError where the base is not to be had, BadInput for what the head breaks.
    """
    if not folder.is_dir():
        raise TcoError(f"{folder}: there is no such folder. Name the stacks folder by --stacks.")
    repository = repository_of(folder)
    inside = repository.inside(folder) if repository is not None else ""
    with tempfile.TemporaryDirectory(prefix="tco-base-") as scratch:
        older = _base(folder, base, repository, inside, Path(scratch))
        head = Side(folder, load_catalog(), asked)
        base_side = Side(older.folder, older.catalog or head.catalog, asked)
        if not (head.names or base_side.names):
            raise TcoError(f"{folder}: holds no stack file Pulumi.<stack>.yaml, nor does the base.")
        diffs = diff_stacks(base_side, head)
        return document(
            older.revision,
            _head(repository, inside),
            valid_at,
            head.catalog.version,
            [_shown(one, older) for one in diffs],
            lambda change: _place(change, folder, inside),
        )


def _base(
    folder: Path, named: str | None, repository: Repository | None, inside: str, scratch: Path
) -> _Base:
    if named is not None and Path(named).is_dir():
        return _folder(folder, Path(named))
    if repository is None:
        raise TcoError(f"{folder} is in no git repository. Name the base's folder: --base DIR.")
    commit = repository.base(named)
    stacks, catalog = scratch / "stacks", scratch / "catalog"
    repository.export(commit.sha, inside, STACK_FILES, stacks)
    return _Base(
        stacks,
        _own_catalog(repository, commit, catalog),
        Revision(ref=commit.ref, commit=commit.sha),
        f"{commit.sha[:10]}:{inside or '.'}",
    )


def _folder(folder: Path, named: Path) -> _Base:
    """A folder of stacks, or a checkout that holds one under the same name."""
    for found in (named, named / folder):
        if any(found.glob("Pulumi.?*.yaml")):
            return _Base(found, None, Revision(ref=str(named)), str(found))
    raise TcoError(f"{named} holds no stack file Pulumi.<stack>.yaml, nor does {named / folder}.")


def _data_folder() -> Path:
    """Where this tco's own figures lie."""
    return Path(str(resources.files("tco.catalog") / "data"))


def _own_catalog(repository: Repository, commit: Commit, scratch: Path) -> Catalog | None:
    """The catalog of the base where tco itself lives in the repository, else None.

    Where the base's figures have another form than this tco reads, the head's price both sides.
    """
    data = _data_folder().resolve()
    if not data.is_relative_to(repository.top):
        return None
    repository.export(commit.sha, repository.inside(data), CATALOG_FILES, scratch)
    if not scratch.is_dir():
        return None
    try:
        return load_catalog(scratch)
    except (ValueError, yaml.YAMLError):
        return None


def _head(repository: Repository | None, inside: str) -> Revision:
    if repository is None:
        return Revision(ref="working tree")
    commit = repository.head()
    return Revision(ref=commit.ref, commit=commit.sha, dirty=repository.dirty(inside))


def _shown(one: StackDiff, older: _Base) -> StackDiff:
    """Problems of the base told by the commit and not by a scratch folder."""
    return replace(one, problems=tuple(_retold(problem, older) for problem in one.problems))


def _retold(problem: Problem, older: _Base) -> Problem:
    return replace(
        problem,
        file=problem.file.replace(str(older.folder), older.shown),
        message=problem.message.replace(str(older.folder), older.shown),
    )


def _place(change: Change, folder: Path, inside: str) -> tuple[str, int]:
    """The file from the top of the repository, and the line that the change stands on."""
    file = "/".join(filter(None, (inside or "", change.file)))
    try:
        return file, line_of(read_text(folder / change.file, file), change.location)
    except BadInput:
        return file, 1
