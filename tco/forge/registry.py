"""The forges that ``tco comment`` posts to, by the name of their command."""

from __future__ import annotations

from typing import Final

from tco.forge import github, gitlab
from tco.forge.forge_command import ForgeCommand

__all__ = ["FORGES"]

FORGES: Final[dict[str, ForgeCommand]] = {"github": github.COMMAND, "gitlab": gitlab.COMMAND}
