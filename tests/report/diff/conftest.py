"""A git repository, whose comparison is reported."""

from tests.repository import no_ci, priced, repo

__all__ = ["no_ci", "priced", "repo"]
