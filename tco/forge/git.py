"""What git knows: where the repository starts, where a branch left its base, what stood there.

Only plumbing commands, so that nobody's settings change an answer; names are split at NUL, so
that any name is read as it is.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tco.errors import TcoError

__all__ = ["Commit", "Repository", "repository_of"]

NAMED_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
HOOK_VARIABLES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
LINK_MODE, FILE_MODES = "120000", ("100644", "100755")


@dataclass(frozen=True)
class Commit:
    """A commit, and how the user would name it."""

    ref: str
    sha: str


def repository_of(folder: Path) -> Repository | None:
    """The repository, or worktree, that holds a folder; None where there is none."""
    start = folder if folder.is_dir() else Path()
    found = _run(("rev-parse", "--show-toplevel"), start)
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

    def export(self, commit: str, folder: str, wanted: re.Pattern[str], target: Path) -> None:
        """Write the files of a commit's folder whose path in it matches, byte for byte."""
        entries = [
            (mode, sha, path)
            for mode, sha, path in self._tree(commit, folder)
            if wanted.fullmatch(path)
        ]
        blobs = self._blobs([sha for _, sha, _ in entries])
        for (mode, _, path), content in zip(entries, blobs, strict=True):
            _write(target, path, content, link=mode == LINK_MODE)

    def _tree(self, commit: str, folder: str) -> Iterable[tuple[str, str, str]]:
        prefix = f"{folder}/" if folder else ""
        listing = self._git("ls-tree", "-r", "-z", "--full-tree", commit, "--", prefix or ".")
        if listing.returncode:
            raise self._missing(commit)
        for entry in os.fsdecode(listing.stdout).split("\0"):
            facts, _, path = entry.partition("\t")
            if path and facts.split()[0] in (LINK_MODE, *FILE_MODES):
                mode, _, sha = facts.split()
                yield mode, sha, path.removeprefix(prefix)

    def _blobs(self, shas: Sequence[str]) -> list[bytes]:
        if not shas:
            return []
        answer = self._git(
            "cat-file", "--batch", stdin="".join(f"{one}\n" for one in shas).encode()
        )
        blobs: list[bytes] = []
        rest = answer.stdout
        for sha in shas:
            head, _, rest = rest.partition(b"\n")
            if head.split()[1:2] != [b"blob"]:
                raise TcoError(
                    f"the object {sha} is not in this clone. Fetch it: git fetch origin."
                )
            size = int(head.split()[2])
            blobs.append(rest[:size])
            rest = rest[size + 1 :]
        return blobs

    def _text(self, *arguments: str) -> str:
        found = self._git(*arguments)
        return os.fsdecode(found.stdout).strip() if found.returncode == 0 else ""

    def _git(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return _run(arguments, self.top, stdin)


def _write(root: Path, path: str, content: bytes, *, link: bool) -> None:
    """A file below a folder; a link only where it stays inside."""
    target = root / PurePosixPath(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not link:
        target.write_bytes(content)
        return
    leads_to = os.fsdecode(content)
    if (target.parent / leads_to).resolve().is_relative_to(root.resolve()):
        target.symlink_to(leads_to)


def _environment() -> dict[str, str]:
    """The environment without what a hook is given: the repository is found from its folder."""
    kept = {name: value for name, value in os.environ.items() if name not in HOOK_VARIABLES}
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def _run(
    arguments: Sequence[str], folder: Path, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ("git", *arguments),
            cwd=folder,
            input=stdin,
            capture_output=True,
            check=False,
            env=_environment(),
        )
    except FileNotFoundError:
        raise TcoError(
            "git is not installed, and tco diff reads the base from it. Name a folder: --base DIR."
        ) from None
