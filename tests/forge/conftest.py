"""A git repository and a forge, for what reads the one and writes to the other."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.forge.forge_server import State, serving
from tests.repository import no_ci, priced, repo

__all__ = ["no_ci", "priced", "repo"]


@pytest.fixture
def server() -> Generator[State]:
    """A forge, here."""
    with serving() as state:
        yield state
