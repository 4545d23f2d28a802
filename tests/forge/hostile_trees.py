"""Trees that no git would check out, written object by object into a repository.

A pull request can bring any of them: servers and `git clone` take what `git add` refuses.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import zlib
from pathlib import Path

FILE, LINK, FOLDER, SUBMODULE = b"100644", b"120000", b"40000", b"160000"
Tree = list[tuple[bytes, bytes, str]]
"""Mode, name and object of each entry, in the order in which they are written."""


class Objects:
    """A repository that takes any tree."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def blob(self, content: bytes) -> str:
        """Write a file's content; gives its object."""
        return self._write(b"blob", content)

    def tree(self, entries: Tree) -> str:
        """Write a tree as it stands, however wrong; gives its object."""
        raw = b"".join(
            mode + b" " + name + b"\0" + bytes.fromhex(sha) for mode, name, sha in entries
        )
        return self._write(b"tree", raw)

    def nested(self, path: bytes, leaf: tuple[bytes, str]) -> tuple[bytes, bytes, str]:
        """Write a path of folders down to a leaf of a mode and an object; gives its first entry."""
        *folders, name = path.split(b"/")
        entry = (leaf[0], name, leaf[1])
        for folder in reversed(folders):
            entry = (FOLDER, folder, self.tree([entry]))
        return entry

    def listed(self, revision: str) -> Tree:
        """Give the entries of a tree that is there."""
        found: Tree = []
        for line in self._git("ls-tree", revision).splitlines():
            facts, _, name = line.partition("\t")
            mode, _, sha = facts.split()
            found.append((mode.lstrip("0").encode(), os.fsencode(name), sha))
        return found

    def commit(self, tree: str) -> str:
        """Commit a tree to nothing; gives the commit."""
        return self._git("commit-tree", tree, "-m", "hostile")

    def _write(self, kind: bytes, content: bytes) -> str:
        """Write an object as git stores it, without asking git whether it should."""
        data = b"%s %d\0%s" % (kind, len(content), content)
        sha = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        path = self.top / ".git" / "objects" / sha[:2] / sha[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(data))
        return sha

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ("git", "-c", "user.name=T", "-c", "user.email=t@example.com", *arguments),
            cwd=self.top,
            check=True,
            capture_output=True,
        )
        return os.fsdecode(done.stdout).strip()
