"""How git is run: no setting, hook or replaced object of the checkout changes what it does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tco.errors import TcoError

__all__ = ["run", "start"]

GIT = (
    "git",
    # A folder of the checkout that looks like a bare repository must not bring its own settings.
    *("-c", "safe.bareRepository=explicit"),
    # `git status` would run the program that this setting names.
    *("-c", "core.fsmonitor=false"),
)
HOOK_VARIABLES = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"),
        *("GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"),
        *("GIT_NOGLOB_PATHSPECS",),
    }
)


def run(
    arguments: Sequence[str], folder: Path, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end in a folder. Raises TcoError where git is not installed."""
    try:
        return subprocess.run(
            (*GIT, *arguments),
            cwd=folder,
            input=stdin,
            capture_output=True,
            check=False,
            env=_environment(),
        )
    except FileNotFoundError:
        raise _missing() from None


def start(arguments: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start git in a folder, to be asked line by line. Raises TcoError where it is missing."""
    try:
        return subprocess.Popen(
            (*GIT, *arguments),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
    except FileNotFoundError:
        raise _missing() from None


def _environment() -> dict[str, str]:
    """Return the environment without what a hook is given: the folder finds the repository."""
    kept = {name: value for name, value in os.environ.items() if name not in HOOK_VARIABLES}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LITERAL_PATHSPECS": "1",
    }


def _missing() -> TcoError:
    return TcoError(
        "git is not installed, and tco diff reads the base from it. Name a folder: --base DIR."
    )
