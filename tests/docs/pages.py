"""The pages that users read, and how a test compares or renews one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

__all__ = ["DOCS", "PAGES", "README", "ROOT", "TODAY", "name_of", "settle"]

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
DOCS: Final = ROOT / "docs"
PAGES: Final = (README, *sorted(DOCS.glob("*.md")))
"""Pages whose output and samples are checked."""
TODAY: Final = "2026-11-25"
"""The day on which the pages show output."""


def name_of(page: Path) -> str:
    """Return a page's path in the repository, to name a test by."""
    return page.relative_to(ROOT).as_posix()


def settle(page: Path, after: str, request: pytest.FixtureRequest) -> None:
    """Compare a page with what it should hold; with `--renew` write it first."""
    before = page.read_text(encoding="utf-8")
    if request.config.getoption("--renew"):
        page.write_text(after, encoding="utf-8")
    assert before == after
