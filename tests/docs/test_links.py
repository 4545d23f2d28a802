"""The links of the pages lead somewhere."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, name_of

LINKING = (*PAGES, *sorted(ROOT.glob("[A-Z]*.md")))
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the anchors that a forge gives to the headings of a page."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    seen: Counter[str] = Counter()
    found: set[str] = set()
    for heading in HEADING.findall(text):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def leads_somewhere(link: str, page: Path) -> bool:
    """Return whether a link stays in the repository and meets a file, and its heading."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or anchor in anchors(target)


@pytest.mark.parametrize("page", dict.fromkeys(LINKING), ids=name_of)
def test_relative_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    """A reader who follows a link of a page arrives."""
    links = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    broken = [link for link in links if "://" not in link and not leads_somewhere(link, page)]
    assert broken == []


def test_every_page_is_listed() -> None:
    """The README and the index of the folder lead to every page."""
    for index, prefix in ((ROOT / "README.md", "docs/"), (DOCS / "README.md", "")):
        text = index.read_text(encoding="utf-8")
        listed = set(LINK.findall(text))
        assert {
            f"{prefix}{page.name}" for page in DOCS.glob("*.md") if page.name != "README.md"
        } <= listed
