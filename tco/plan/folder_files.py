"""The files of a folder of stacks, as far as they may be read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath

from tco.errors import Problem
from tco.links import Bounds, Disk, LinkFault, Unreadable, bounds_of, follow

__all__ = ["FolderFiles", "below"]


@dataclass(frozen=True)
class FolderFiles:
    """A folder of stacks. A link in it is followed inside its repository and refused elsewhere."""

    folder: Path
    unreadable: Mapping[str, Unreadable] = field(default_factory=dict[str, Unreadable])
    """Files that a commit holds but that could not be copied out of it, by path in the folder."""

    @cached_property
    def _bounds(self) -> Bounds:
        return bounds_of(self.folder)

    def problem(self, path: Path) -> Problem | None:
        """Return why a file of the folder, or the folder itself, is not read; else None."""
        parts = path.relative_to(self.folder).parts
        known = ("/".join(parts[: depth + 1]) for depth in range(len(parts)))
        found = next((self.unreadable[path] for path in known if path in self.unreadable), None)
        if found is None:
            try:
                follow(Disk(self._bounds.top), self._bounds, parts)
            except LinkFault as error:
                found = error.unreadable
        if found is None:
            return None
        return Problem(str(path), "", found.why, comparable=found.comparable)


def below(folder: Path, name: str) -> Path | None:
    """Return the path of a name below a folder, or None where the name leads out of it."""
    path = PurePath(os.path.normpath(name))
    return None if path.anchor or path.parts[:1] in ((), ("..",)) else folder / path
