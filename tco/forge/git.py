"""What git knows: where the repository starts, where a branch left its base, what stood there.

Only plumbing commands, so that nobody's settings change an answer; names are split at NUL, so
that any name is read as it is.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tco.errors import TcoError
from tco.forge.base_files import copy_files
from tco.forge.git_command import run
from tco.forge.git_objects import GitTree
from tco.links import Bounds

__all__ = ["Commit", "Repository", "repository_of"]

NAMED_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


@dataclass(frozen=True)
class Commit:
    """A commit, and how the user would name it."""

    ref: str
    sha: str


def repository_of(folder: Path) -> Repository | None:
    """The repository, or worktree, that holds a folder; None where there is none."""
    start = folder if folder.is_dir() else Path()
    found = run(("rev-parse", "--show-toplevel"), start)
    if found.returncode == 0:
        return Repository(Path(os.fsdecode(found.stdout).rstrip("\n")))
    said = os.fsdecode(found.stderr).strip()
    if "not a git repository" in said:
        return None
    raise TcoError(f"git cannot read the repository of {start}: {said}")


class Repository:
    """A work tree."""

    def __init__(self, top: Path) -> None:
        self.top = top.resolve()

    def inside(self, folder: Path) -> str:
        """A folder's path from the top, with slashes; empty for the top itself."""
        path = folder.resolve()
        if not path.is_relative_to(self.top):
            raise TcoError(f"{folder} lies outside the repository {self.top}.")
        inside = path.relative_to(self.top).as_posix()
        return "" if inside == "." else inside

    def head(self) -> Commit:
        """The commit that is checked out. Raises TcoError in a repository without one."""
        sha = self._commit("HEAD")
        if sha is None:
            raise TcoError("the repository has no commit yet: there is nothing to compare with.")
        branch = self._text("symbolic-ref", "--quiet", "--short", "HEAD")
        return Commit(branch or sha[:12], sha)

    def dirty(self, path: str) -> bool:
        """Whether anything below a path differs from HEAD, files that git does not know too."""
        return bool(self._text("status", "--porcelain", "-z", "--", path or "."))

    def base(self, named: str | None) -> Commit:
        """The commit to compare with: the one named, or where HEAD left the default branch.

        ``NAME...`` is the merge base with NAME. Raises TcoError where it is not to be had.
        """
        if named is not None and not named.endswith("..."):
            sha = self._commit(named)
            if sha is None:
                raise self._missing(named)
            return Commit(named, sha)
        return self._merge_base(named.removesuffix("...") if named else self._default_branch())

    def _default_branch(self) -> str:
        target = os.environ.get("GITHUB_BASE_REF") or os.environ.get(
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
        )
        if target:
            return f"origin/{target}"
        for name in NAMED_BRANCHES:
            if self._commit(name) is not None:
                return name
        raise TcoError(
            "no branch to compare with: neither origin/HEAD nor main nor master is known here. "
            "Name a commit or a folder: --base REF."
        )

    def _merge_base(self, branch: str) -> Commit:
        self.head()
        if self._commit(branch) is None:
            raise self._missing(branch)
        sha = self._text("merge-base", branch, "HEAD")
        if not sha:
            raise self._unrelated(branch)
        return Commit(f"the merge base with {branch}", sha.splitlines()[0])

    def _commit(self, name: str) -> str | None:
        found = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )
        return found.stdout.decode().strip() if found.returncode == 0 else None

    @property
    def shallow(self) -> bool:
        """Whether the clone holds only a part of the history."""
        return self._text("rev-parse", "--is-shallow-repository") == "true"

    def _missing(self, name: str) -> TcoError:
        branch = name.removeprefix("origin/")
        if self.shallow or name.startswith("origin/"):
            fetch = (
                f"git fetch --unshallow origin {branch}"
                if self.shallow
                else f"git fetch origin {branch}"
            )
            return TcoError(
                f"the commit {name} is not in this clone. Fetch it: {fetch} "
                "(in actions/checkout: fetch-depth: 0), or name a folder: --base DIR."
            )
        return TcoError(f'no commit "{name}" in {self.top}. Name a commit, a branch or a folder.')

    def _unrelated(self, branch: str) -> TcoError:
        if self.shallow:
            return TcoError(
                f"the clone is shallow: it ends before HEAD and {branch} meet. Fetch the rest: "
                f"git fetch --unshallow origin {branch.removeprefix('origin/')} "
                "(in actions/checkout: fetch-depth: 0), or name a commit that is here: --base REF."
            )
        return TcoError(f"HEAD and {branch} have no common commit. Name one: --base REF.")

    def export(
        self, commit: str, folder: str, wanted: re.Pattern[str], target: Path, shown: str = ""
    ) -> dict[str, str]:
        """Copy the files of a commit's folder whose path in it matches, byte for byte.

        Return why others cannot be read, by their paths in the folder.
        """
        parts = PurePosixPath(folder).parts
        bounds = Bounds(Path(shown or folder or "."), self.top, parts)
        with GitTree(self.top, commit) as tree:
            return copy_files(tree, bounds, wanted, target)

    def _text(self, *arguments: str) -> str:
        found = self._git(*arguments)
        return os.fsdecode(found.stdout).strip() if found.returncode == 0 else ""

    def _git(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return run(arguments, self.top, stdin)
