"""METHOD.md names code that exists."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT

NAME = re.compile(r"`((?:[A-Za-z_]+\.)*[A-Za-z_]+)`")
MODULE = re.compile(r"`((?:[a-z_]+/)*[a-z_]+\.py)`")


def text() -> str:
    return (ROOT / "METHOD.md").read_text(encoding="utf-8")


def test_every_module_exists() -> None:
    """A formula's module is where the page says; a bare file name is beside the one before it."""
    for line in text().splitlines():
        folder = ROOT
        for name in MODULE.findall(line):
            path = ROOT / name if "/" in name else folder / name
            assert path.is_file(), name
            folder = path.parent


def test_every_function_exists() -> None:
    """A formula's function has the name that the page gives it."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tco").rglob("*.py"))
    words = set(re.findall(r"\w+", code))
    named = {part for name in NAME.findall(text()) for part in name.split(".")}
    assert named - words - {"py"} == set()


def test_every_section_that_the_code_refers_to_exists() -> None:
    """A docstring's `METHOD, Estimate` leads to a heading or to a paragraph that begins so."""
    sections = set(re.findall(r"^#+ (.+)$|^\*\*(.+?)\.?\*\*", text(), re.MULTILINE))
    known = {name for pair in sections for name in pair if name}
    missing = [
        f"{path.relative_to(ROOT)}: {named}"
        for path in sorted((ROOT / "tco").rglob("*.py"))
        for named in re.findall(r"\bMETHOD, ([\w\s-]+)", path.read_text(encoding="utf-8"))
        if " ".join(named.split()) not in known
    ]
    assert missing == []
