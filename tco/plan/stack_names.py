"""The stacks of a folder, by the names of their files."""

from __future__ import annotations

import re
from pathlib import Path

from tco.errors import BadInput, Problem, TcoError, one_of, printable
from tco.natural_order import natural
from tco.plan.folder_files import FolderFiles

__all__ = [
    "is_stack_name",
    "listed_stacks",
    "meant_stack",
    "misnamed",
    "stack_name",
    "stack_names",
]

STACK_FILE = re.compile(r"Pulumi\.(.+)\.yaml", re.DOTALL)
STACK_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""The names that Pulumi gives to stacks."""


def stack_names(folder: Path) -> list[str]:
    """Return the stacks of a folder, by name.

    Raises TcoError where there is none, BadInput for names that no stack can have.
    """
    if not folder.is_dir():
        raise TcoError(
            f"{printable(folder)}: there is no such folder. Name the folder of stacks (--stacks)."
        )
    refused = FolderFiles(folder).problem(folder)
    if refused is not None:
        raise BadInput([refused])
    names = listed_stacks(folder)
    if not names:
        raise TcoError(f"{printable(folder)}: holds no stack file Pulumi.<stack>.yaml.")
    if wrong := [misnamed(folder, name) for name in names if not is_stack_name(name)]:
        raise BadInput(wrong)
    return names


def listed_stacks(folder: Path) -> list[str]:
    """Return the names that the stack files of a folder have, in natural order, right or wrong."""
    names = (stack_name(path.name) for path in folder.iterdir())
    return sorted((name for name in names if name), key=natural)


def stack_name(file: str) -> str | None:
    """Return the stack that a file of a folder is about; None for any other file."""
    found = STACK_FILE.fullmatch(file)
    return found[1] if found else None


def is_stack_name(name: str) -> bool:
    """Return whether Pulumi can give a stack this name."""
    return STACK_NAME.fullmatch(name) is not None


def misnamed(folder: Path, name: str) -> Problem:
    """Return the problem of a stack file whose name is not one of a stack."""
    return Problem(
        str(folder / f"Pulumi.{name}.yaml"),
        "",
        f'"{name}" is not the name of a stack.',
        "Use up to 100 letters (a-z, A-Z), digits, dots, hyphens and underscores.",
    )


def meant_stack(folder: Path, name: str) -> str:
    """Suggest a stack for a name that does not exist."""
    plain = stack_name(Path(name).name)
    return f"Write its name: {plain}." if plain else one_of(name, stack_names(folder))
