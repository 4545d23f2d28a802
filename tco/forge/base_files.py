"""The base's files, copied out of a commit into a scratch folder and never anywhere else.

Links become copies of what they lead to, by the rule that a plan follows too: no link is made on
the disk, and no name of a tree is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tco.errors import TcoError
from tco.files import LARGEST_FILE_BYTES, too_large
from tco.forge.git_objects import Entry, GitTree, MissingSubmodule
from tco.links import Bounds, LinkFault, Parts, Unreadable, follow, is_git_folder

__all__ = ["copy_files"]

MOST_FILES, MOST_LINKS = 10_000, 1_000
MOST_BYTES = 1 << 28
MOST_FOLDERS_DEEP = 32
FoundEntry = tuple[Parts, Entry]
IN_LFS = "is stored in Git LFS, so git does not hold its content on the base."
LFS_POINTER = b"version https://git-lfs.github.com/spec/"


def copy_files(
    tree: GitTree, bounds: Bounds, wanted: re.Pattern[str], target: Path
) -> dict[str, Unreadable]:
    """Copy the files of a folder whose path in it matches; return why others cannot be read.

    Raises TcoError for a tree that no git would check out, and where the folder is a link that
    leads outside.
    """
    copy = _Copy(tree=tree, bounds=bounds, wanted=wanted, target=target)
    start = copy.resolved(())
    if start is not None:
        for path, entry in list(copy.files((), start, frozenset())):
            copy.write(path, entry)
    elif () in copy.unreadable:
        raise TcoError(copy.unreadable[()].why)
    return {"/".join(path): why for path, why in copy.unreadable.items()}


@dataclass(kw_only=True)
class _Copy:
    tree: GitTree
    bounds: Bounds
    wanted: re.Pattern[str]
    target: Path
    unreadable: dict[Parts, Unreadable] = field(default_factory=dict[Parts, Unreadable])
    _seen: int = 0
    _links: int = 0
    _bytes: int = 0

    def resolved(self, path: Parts) -> Entry | None:
        """Return what a path leads to; None where that is nothing, or is not followed."""
        try:
            return self.tree.entry(follow(self.tree, self.bounds, path))
        except LinkFault as error:
            self.unreadable[path] = error.unreadable
        except MissingSubmodule as error:
            self.unreadable[path] = Unreadable(str(error), comparable=False)
        return None

    def files(self, path: Parts, entry: Entry, above: frozenset[str]) -> Iterator[FoundEntry]:
        """Give the files that are wanted of a folder, without entering one that holds it."""
        if entry.sha in above or entry.kind not in ("folder", "submodule"):
            return
        if len(path) > MOST_FOLDERS_DEEP:
            raise TcoError(
                f"the base's {self._named(path)} is more than {MOST_FOLDERS_DEEP} folders deep."
            )
        for inner, child in self._children(path, entry):
            if child.kind in ("folder", "submodule"):
                yield from self.files(inner, child, above | {entry.sha})
            elif child.kind == "file" and self._is_wanted(inner):
                yield inner, child

    def _children(self, path: Parts, entry: Entry) -> Iterator[FoundEntry]:
        """Give what a folder holds and is wanted, with its links followed."""
        try:
            names = self.tree.names(entry)
        except MissingSubmodule as error:
            self.unreadable[path] = Unreadable(str(error), comparable=False)
            return
        for name, child in names.items():
            inner = (*path, name)
            if not (self._is_wanted(inner) or self._is_wanted((*inner, "x.yaml"))):
                continue
            self._check(path, name)
            found = self._behind(inner) if child.kind == "link" else child
            if found is not None:
                yield inner, found

    def _behind(self, path: Parts) -> Entry | None:
        self._links += 1
        if self._links > MOST_LINKS:
            raise TcoError(
                f"the base's {self._named(())} holds more than {MOST_LINKS:,} links. "
                "Name a folder instead: --base DIR."
            )
        return self.resolved(path)

    def _check(self, path: Parts, name: str) -> None:
        """Raise TcoError for a name that could lead out of the scratch folder, or for too many."""
        self._seen += 1
        if self._seen > MOST_FILES:
            raise TcoError(
                f"the base's {self._named(())} holds more than {MOST_FILES:,} workloads and price "
                "books. Name a folder instead: --base DIR."
            )
        odd = name in ("", ".", "..") or any(character in name for character in "/\\\0")
        if odd or is_git_folder(name):
            raise TcoError(
                f"the base's {self._named(path)} holds an entry named {name!r}, which git refuses "
                "to check out. Compare with another commit: --base REF."
            )

    def write(self, path: Parts, entry: Entry) -> None:
        """Write a file below the scratch folder, or keep why it cannot be read."""
        size, content = self.tree.content(entry, LARGEST_FILE_BYTES)
        if content is None:
            self.unreadable[path] = Unreadable(too_large(size))
            return
        if content.startswith(LFS_POINTER):
            self.unreadable[path] = Unreadable(IN_LFS, comparable=False)
            return
        self._bytes += size
        if self._bytes > MOST_BYTES:
            raise TcoError(f"the base's {self._named(())} holds more than {MOST_BYTES:,} bytes.")
        self._write(path, content)

    def _write(self, path: Parts, content: bytes) -> None:
        full = self.target.joinpath(*path)
        if full.parts != (*self.target.parts, *path):
            raise TcoError(
                f"the base's {self._named(path)} is not a valid file name on this system."
            )
        try:
            full.parent.mkdir(parents=True, exist_ok=True)
            with full.open("xb") as file:
                file.write(content)
        except OSError as error:
            raise TcoError(
                f"the base's {self._named(path)} cannot be copied to read it: {error.strerror}."
            ) from None

    def _is_wanted(self, path: Parts) -> bool:
        return self.wanted.fullmatch("/".join(path)) is not None

    def _named(self, path: Parts) -> str:
        return self.bounds.named((*self.bounds.inside, *path))
