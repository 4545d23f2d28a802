"""The one rule for symbolic links: followed inside the repository, refused anywhere else.

A plan follows links on the disk, `tco diff` follows them in the tree of a commit. Both ask here,
so that a link is accepted on both sides or on neither.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

from tco.errors import printable

__all__ = [
    "Bounds",
    "Disk",
    "LinkFault",
    "Parts",
    "Unreadable",
    "View",
    "bounds_of",
    "follow",
    "is_git_folder",
]

Parts = tuple[str, ...]
"""A path, name by name."""
MOST_LINKS, MOST_STEPS = 40, 1_024


@dataclass(frozen=True)
class Unreadable:
    """Why a file is not read."""

    why: str
    comparable: bool = True
    """False where the same fault on two sides leaves open whether they differ."""


class LinkFault(Exception):
    """A link that is not followed, with its name, its target and what is wrong."""

    def __init__(self, why: str, *, outside: bool = False) -> None:
        super().__init__(why)
        self.unreadable = Unreadable(why, comparable=not outside)


class View(Protocol):
    """Where links are looked up: a disk, or the tree of a commit."""

    def link(self, path: Parts) -> str | None:
        """Return where a link leads, as it is written; None for anything that is not a link."""
        ...

    def exists(self, path: Parts) -> bool:
        """Return True where a path exists, without following a link at its end."""
        ...

    def is_folder(self, path: Parts) -> bool:
        """Return True for a folder."""
        ...


@dataclass(frozen=True)
class Bounds:
    """A folder of stacks, and the folder that its links must stay in."""

    folder: Path
    """The folder of stacks as the user named it."""
    top: Path
    """The root that paths start from."""
    inside: Parts
    """The folder's path from the root."""
    limit: Parts = ()
    """The path from the root that no link may leave: the submodule that holds the folder."""
    repository: bool = True
    """True where a git repository holds the folder; else links stay in the folder itself."""

    def named(self, path: Parts) -> str:
        """Return a path from the root as the user would name it, fit to print."""
        depth = len(self.inside)
        if path[:depth] == self.inside:
            return printable(self.folder.joinpath(*path[depth:]))
        return printable("/".join(path))

    @property
    def outside(self) -> str:
        """What a link leads out of."""
        kind = "repository" if self.repository else "folder"
        return f"outside the {kind} {printable(self.top.joinpath(*self.limit))}"


@dataclass(frozen=True)
class Disk:
    """The files below a folder of the disk."""

    top: Path

    def link(self, path: Parts) -> str | None:
        """Return where a link leads, as it is written; None for anything that is not a link."""
        full = self.top.joinpath(*path)
        return str(full.readlink()) if full.is_symlink() else None

    def exists(self, path: Parts) -> bool:
        """Return True where a path exists, without following a link at its end."""
        return os.path.lexists(self.top.joinpath(*path))

    def is_folder(self, path: Parts) -> bool:
        """Return True for a folder."""
        return self.top.joinpath(*path).is_dir()


def bounds_of(folder: Path) -> Bounds:
    """Return the bounds of a folder on the disk: its repository, or itself where there is none.

    A repository that is only reached by a link out of another one does not count: the link is
    refused by the one that holds it.
    """
    full = folder.resolve() if ".." in folder.parts else folder.absolute()
    tops = [parent for parent in (full, *full.parents) if (parent / ".git").exists()]
    for index, top in enumerate(tops):
        real = top.resolve()
        if all(real.is_relative_to(other.resolve()) for other in tops[index + 1 :]):
            return Bounds(folder, real, full.relative_to(top).parts)
    return Bounds(folder, folder.resolve(), (), repository=False)


def follow(view: View, bounds: Bounds, path: Parts) -> Parts:
    """Return where a path of the folder leads, from the root, with every link on it followed.

    A path without links comes back as it is, whether it exists or not. Raises LinkFault for a
    link that leads outside, nowhere or back to itself.
    """
    done = list(bounds.limit)
    start = (*bounds.inside, *path)[len(bounds.limit) :]
    todo = [_Step(part) for part in reversed(start)]
    link, links, steps = "", 0, 0
    while todo:
        step = todo.pop()
        steps += 1
        if links > MOST_LINKS or steps > MOST_STEPS:
            raise LinkFault(f"{link or bounds.named(path)}, which leads back to itself.")
        if link and not view.is_folder(tuple(done)):
            raise _no_folder(view, tuple(done), link)
        if step.name == ".." and len(done) > len(bounds.limit):
            done.pop()
            continue
        if step.name == ".." or is_git_folder(step.name):
            where = bounds.outside if step.name == ".." else "inside git's own folder"
            raise _leaves(step.link or bounds.named(path), where)
        done.append(step.name)
        target = view.link(tuple(done))
        if target is None:
            if step.link and not todo and not view.exists(tuple(done)):
                raise LinkFault(f"{step.link}, which does not exist.")
            continue
        link = f"{bounds.named(tuple(done))} is a link to {printable(target)}"
        links += 1
        done.pop()
        if PurePath(target).is_absolute():
            target, done = _from_top(target, bounds, link), []
        todo += [_Step(part, link) for part in reversed(target.split("/")) if part not in ("", ".")]
    return tuple(done)


@dataclass(frozen=True)
class _Step:
    """A name to go to, and the link that it comes from."""

    name: str
    link: str = ""


def _from_top(target: str, bounds: Bounds, link: str) -> str:
    """Return an absolute path as one from the root. Raises LinkFault where it is outside."""
    path = PurePath(target)
    if not path.is_relative_to(bounds.top.joinpath(*bounds.limit)):
        raise _leaves(link, bounds.outside)
    return path.relative_to(bounds.top).as_posix()


def is_git_folder(name: str) -> bool:
    """Return True for git's own folder, in any case and in the other spellings of it."""
    plain = (
        "".join(character for character in name if character.isprintable()).rstrip(". ").casefold()
    )
    return plain in (".git", "git~1")


def _no_folder(view: View, path: Parts, link: str) -> LinkFault:
    problem = "is not a folder" if view.exists(path) else "does not exist"
    return LinkFault(f"{link}, which {problem}.")


def _leaves(link: str, where: str) -> LinkFault:
    why = f"{link}, which is {where}. Copy the file, or use a link that stays inside."
    return LinkFault(why, outside=True)
