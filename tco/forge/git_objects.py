"""The files of a commit, read object by object out of git's store; nothing is checked out."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tco.errors import TcoError
from tco.forge.git_command import start
from tco.links import Parts

__all__ = ["Entry", "GitTree", "MissingSubmodule"]

Kind = Literal["file", "link", "folder", "submodule"]
KINDS: dict[int, Kind] = {0o100000: "file", 0o120000: "link", 0o040000: "folder"}
MODE = re.compile(rb"[0-7]{1,6}")
MOST_TREE_BYTES = 1 << 26
MOST_LINK_BYTES = 1 << 12
CHUNK = 1 << 16


class MissingSubmodule(TcoError):
    """A submodule whose commit is not in this clone."""


class _Store:
    """The objects of one repository, asked for by their names."""

    def __init__(self, folder: Path) -> None:
        self._git = start(("cat-file", "--batch"), folder)

    def read(self, sha: str, kind: str, most: int) -> tuple[int, bytes | None] | None:
        """Return an object's size and bytes; no bytes where they are more than ``most``.

        None where the store has no such object. Raises TcoError for one of another kind.
        """
        questions, answers = self._git.stdin, self._git.stdout
        if questions is None or answers is None:
            raise AssertionError("git was started without its streams")
        try:
            questions.write(f"{sha}\n".encode())
            questions.flush()
            facts = answers.readline().split()
        except BrokenPipeError:
            return None
        if len(facts) != 3:
            return None
        size = int(facts[2])
        if facts[1] != kind.encode():
            raise TcoError(f"the object {sha} of the base is a {facts[1].decode()}, not a {kind}.")
        content = answers.read(size + 1)[:size] if size <= most else None
        left = 0 if content is not None else size + 1
        while left > 0 and (skipped := len(answers.read(min(CHUNK, left)))):
            left -= skipped
        return size, content

    def close(self) -> None:
        """End git."""
        for stream in (self._git.stdin, self._git.stdout):
            if stream is not None:
                stream.close()
        self._git.wait()


@dataclass(frozen=True)
class Entry:
    """One name of a tree: what it is, and the object behind it."""

    kind: Kind
    sha: str
    store: _Store = field(repr=False)
    path: Parts = ()


class GitTree:
    """The tree of a commit, with the trees of its submodules where this clone has them."""

    def __init__(self, top: Path, commit: str) -> None:
        self._top = top
        self._stores: dict[Parts, _Store] = {(): _Store(top)}
        self._names: dict[tuple[Parts, str], dict[str, Entry]] = {}
        try:
            self.root = self._tree_of(commit, (), self._stores[()])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every git that was started."""
        for store in self._stores.values():
            store.close()

    def entry(self, path: Parts) -> Entry | None:
        """Return what is at a path, no link followed; None where nothing is."""
        found: Entry | None = self.root
        for part in path:
            if found is None or found.kind not in ("folder", "submodule"):
                return None
            found = self.names(found).get(part)
        return found

    def link(self, path: Parts) -> str | None:
        """Return where a link leads, as it is written; None for anything that is not a link."""
        found = self.entry(path)
        if found is None or found.kind != "link":
            return None
        _, content = self.content(found, MOST_LINK_BYTES)
        if content is None or b"\0" in content:
            raise TcoError(f"the base holds an unusable link at {'/'.join(path)}.")
        return os.fsdecode(content)

    def exists(self, path: Parts) -> bool:
        """Return True where a path exists, without following a link at its end."""
        return self.entry(path) is not None

    def is_folder(self, path: Parts) -> bool:
        """Return True for a folder, which a submodule is too."""
        found = self.entry(path)
        return found is not None and found.kind in ("folder", "submodule")

    def content(self, entry: Entry, most: int) -> tuple[int, bytes | None]:
        """Return the size and the bytes of a file or link; no bytes where they are too many."""
        found = entry.store.read(entry.sha, "blob", most)
        if found is None:
            raise TcoError(
                f"the object {entry.sha} is not in this clone. Fetch it: git fetch origin."
            )
        return found

    def names(self, folder: Entry) -> dict[str, Entry]:
        """Return what a folder holds, by name. Raises TcoError for a damaged tree."""
        if folder.kind == "submodule":
            folder = self._inside_submodule(folder)
        key = (folder.path, folder.sha)
        if key not in self._names:
            self._names[key] = self._read_names(folder)
        return self._names[key]

    def _read_names(self, folder: Entry) -> dict[str, Entry]:
        found = folder.store.read(folder.sha, "tree", MOST_TREE_BYTES)
        if found is None or found[1] is None:
            raise TcoError(
                f"the tree {folder.sha} is not in this clone. Fetch it: git fetch origin."
            )
        names: dict[str, Entry] = {}
        rest, width = found[1], len(folder.sha) // 2
        while rest:
            facts, _, rest = rest.partition(b"\0")
            mode, _, name = facts.partition(b" ")
            sha, rest = rest[:width].hex(), rest[width:]
            text = os.fsdecode(name)
            if not MODE.fullmatch(mode) or len(sha) != 2 * width or text in names:
                shown = "/".join(folder.path) or "its top"
                raise TcoError(
                    f"the base's tree is damaged: {shown} has a malformed entry {text!r}."
                )
            kind = KINDS.get(int(mode, 8) & 0o170000, "submodule")
            names[text] = Entry(kind, sha, folder.store, (*folder.path, text))
        return names

    def _inside_submodule(self, entry: Entry) -> Entry:
        """Return the tree of a submodule's commit. Raises MissingSubmodule."""
        where = self._top.joinpath(*entry.path)
        if os.path.exists(where / ".git") and where.resolve() == where:  # noqa: PTH110  Path.exists raises for names that are too long
            if entry.path not in self._stores:
                self._stores[entry.path] = _Store(where)
            return self._tree_of(entry.sha, entry.path, self._stores[entry.path])
        raise _missing(entry.sha, entry.path)

    def _tree_of(self, commit: str, path: Parts, store: _Store) -> Entry:
        found = store.read(commit, "commit", MOST_TREE_BYTES)
        if found is None or found[1] is None:
            raise _missing(commit, path)
        tree = found[1].partition(b"\n")[0].removeprefix(b"tree ").decode()
        return Entry("folder", tree, store, path)


def _missing(commit: str, path: Parts) -> TcoError:
    if not path:
        return TcoError(f"the commit {commit} is not in this clone. Fetch it: git fetch origin.")
    name = "/".join(path)
    return MissingSubmodule(
        f"{name} is a submodule, and its commit {commit[:12]} of the base is not in this clone: "
        f"its change is not compared. Fetch it: git -C {name} fetch origin {commit}"
    )
