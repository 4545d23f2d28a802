"""What ``tco comment`` asks of a forge: its options, its words, and its pull request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tco.forge.thread import Place, Thread

__all__ = ["Connect", "ForgeCommand", "ForgeOption"]


class Connect(Protocol):
    """Finds a pull request and its thread, with a token of the environment."""

    def __call__(
        self, repository: str | None, number: int | None, url: str | None
    ) -> tuple[Thread, Place]:
        """Return the thread of the pull request that is named, or that the job runs for.

        Raises NotPosted in a job that runs for none or has no token, else TcoError.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class ForgeOption:
    """An option in a forge's own words."""

    flag: str
    metavar: str
    help: str


@dataclass(frozen=True, kw_only=True)
class ForgeCommand:
    """The command of a forge. ``summary`` is the variable that names a file for the job's page."""

    help: str
    repository: ForgeOption
    number: ForgeOption
    url: ForgeOption
    connect: Connect
    summary: str | None = None
