"""A forge, as one file of `tco/forge/` would hold it: all comments there are this token's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tco.forge.forge_command import ForgeCommand, ForgeOption
from tco.forge.http import Api
from tco.forge.thread import Place, Thread
from tco.forge.token import Token


class DummyForge(Thread):
    """The comments of a change."""

    NAME = "Dummy"
    USER_KEY = "login"
    UPDATE = "PATCH"
    NEEDS = "It needs to write."

    def _own(self, comment: Mapping[str, Any]) -> bool:
        del comment
        return True


def _connect(
    repository: str | None, number: int | None, url: str | None
) -> tuple[DummyForge, Place]:
    place = Place(url or "", repository or "", number or 1)
    api = Api(place.url, Token("secret", "Authorization", "Bearer"))
    issues = f"/repos/{place.repository}/issues"
    thread = f"{issues}/{place.number}/comments?per_page=100"
    return DummyForge(api, thread, f"{issues}/comments"), place


COMMAND: Final = ForgeCommand(
    help="Create or update the comment on a dummy.",
    repository=ForgeOption(flag="--dummy", metavar="NAME", help="The repository."),
    number=ForgeOption(flag="--change", metavar="N", help="The change."),
    url=ForgeOption(flag="--api-url", metavar="URL", help="The address."),
    connect=_connect,
)
