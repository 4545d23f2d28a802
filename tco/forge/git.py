"""What git knows: where the repository starts, where a branch left its base, what stood there.

Only plumbing commands, so that no user settings change an answer; names are split at NUL, so
that any name is read as it is.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tco.errors import TcoError
from tco.forge.base_files import copy_files
from tco.forge.git_command import run
from tco.forge.git_objects import GitTree
from tco.links import Bounds, Unreadable

__all__ = ["Commit", "Repository", "repository_of"]

NAMED_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
EXACT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64}|HEAD|@|refs/.*)(?:[~^@].*)?", re.DOTALL)
"""Names of a commit that can only mean one thing."""
SKIPPED = "S "
"""How git marks a file that a sparse checkout leaves out."""


@dataclass(frozen=True)
class Commit:
    """A commit, and how the user would name it."""

    ref: str
    sha: str


def repository_of(folder: Path) -> Repository | None:
    """Return the repository, or worktree, that holds a folder; None where there is none."""
    start = folder if folder.is_dir() else Path()
    found = run(("rev-parse", "--show-toplevel"), start)
    if found.returncode == 0:
        return Repository(Path(os.fsdecode(found.stdout).rstrip("\n")))
    reason = os.fsdecode(found.stderr).strip()
    if "not a git repository" in reason:
        return None
    raise TcoError(f"git cannot read the repository of {start}: {reason}")


class Repository:
    """A work tree."""

    def __init__(self, top: Path) -> None:
        self.top = top.resolve()

    def inside(self, folder: Path) -> str:
        """Return a folder's path from the top, with slashes; empty for the top itself."""
        path = folder.resolve()
        if not path.is_relative_to(self.top):
            raise TcoError(f"{folder} lies outside the repository {self.top}.")
        inside = path.relative_to(self.top).as_posix()
        return "" if inside == "." else inside

    def head(self) -> Commit:
        """Return the commit that is checked out. Raises TcoError in a repository without one."""
        sha = self._commit("HEAD")
        if sha is None:
            raise TcoError("the repository has no commit yet: there is nothing to compare with.")
        branch = self._text("symbolic-ref", "--quiet", "HEAD").removeprefix("refs/heads/")
        return Commit(branch or sha[:12], sha)

    def outermost(self) -> Repository:
        """Return the repository whose change is asked for: a submodule's superproject.

        Someone who works inside the submodule asks for the submodule's own change.
        """
        upper = self._text("rev-parse", "--show-superproject-working-tree")
        if not upper or Path.cwd().is_relative_to(self.top):
            return self
        return Repository(Path(upper)).outermost()

    def dirty(self, path: str) -> bool:
        """Return whether anything below a path differs from HEAD, untracked files included."""
        return bool(self._text("status", "--porcelain", "-z", "--", path or "."))

    def left_out(self, path: str) -> list[str]:
        """Return the files below a path that a sparse checkout leaves out, from the top."""
        listing = self._git("ls-files", "-t", "-z", "--", path or ".").stdout
        return [
            file.removeprefix(SKIPPED)
            for file in os.fsdecode(listing).split("\0")
            if file.startswith(SKIPPED)
            and not os.path.lexists(self.top / file.removeprefix(SKIPPED))
        ]

    def knows(self, name: str) -> bool:
        """Return True where a name is a commit here, ``NAME...`` included."""
        return self._commit(name.removesuffix("...")) is not None

    def base(self, named: str | None) -> Commit:
        """Return the commit to compare with: the one named, or where HEAD left the default branch.

        ``NAME...`` is the merge base with NAME. Raises TcoError where it is not available.
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
        tip = self._commit(branch)
        if tip is None:
            raise self._missing(branch)
        sha = self._text("merge-base", tip, "HEAD")
        if not sha:
            raise self._unrelated(branch)
        return Commit(f"the merge base with {branch}", sha.splitlines()[0])

    def _commit(self, name: str) -> str | None:
        """Return the commit of a name. A branch wins over a tag of the same name."""
        for meaning in _meanings(name):
            found = self._git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{meaning}^{{commit}}"
            )
            if found.returncode == 0:
                return found.stdout.decode().strip()
        return None

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
        self,
        commit: str,
        folder: str,
        wanted: re.Pattern[str],
        target: Path,
        bounds: Bounds | None = None,
    ) -> dict[str, Unreadable]:
        """Copy the files of a commit's folder whose path in it matches, byte for byte.

        Return why others cannot be read, by their paths in the folder. Links stay inside the
        bounds, which are the whole repository where none are given.
        """
        bounds = bounds or Bounds(Path(folder or "."), self.top, PurePosixPath(folder).parts)
        with GitTree(self.top, commit) as tree:
            return copy_files(tree, bounds, wanted, target)

    def _text(self, *arguments: str) -> str:
        found = self._git(*arguments)
        return os.fsdecode(found.stdout).strip() if found.returncode == 0 else ""

    def _git(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return run(arguments, self.top, stdin)


def _meanings(name: str) -> Iterator[str]:
    """Give what a name of a commit can mean, the first that exists counts."""
    if not EXACT.fullmatch(name):
        local, remote = f"refs/heads/{name}", f"refs/remotes/{name}"
        yield from (remote, local) if name.startswith("origin/") else (local, remote)
    yield name
