"""A git repository, whose branch is compared with its base."""

from tests.repository import no_ci, priced, repo

__all__ = ["no_ci", "priced", "repo"]
