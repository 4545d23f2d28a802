"""CONTRIBUTING's map of the code has every package and every module beside them."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT

SPLIT = ("tco", "tco/analysis", "tco/iac")
"""Folders whose own folders are listed one by one."""
CODE = re.compile(r"`([\w./]+)`")


def rows() -> dict[str, str]:
    """The rows of the map by their first cell."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("| place | what is there |")[2].partition("\n\n")[0]
    cells = (line.strip("| ").partition(" | ") for line in table.splitlines()[2:])
    return {first: rest for first, _, rest in cells}


@pytest.mark.parametrize("folder", SPLIT)
def test_the_map_has_every_package(folder: str) -> None:
    """Each folder of code is a row, or is named in the row of the folder it is in."""
    listed = "\n".join(f"{first} {rest}" for first, rest in rows().items() if folder in first)
    packages = [path.parent.name for path in (ROOT / folder).glob("*/__init__.py")]
    assert [name for name in packages if f"{name}/`" not in listed] == []


def test_the_map_has_every_module_of_the_package() -> None:
    """Each module beside the packages is in a row."""
    listed = {name.rpartition("/")[2] for first in rows() for name in CODE.findall(first)}
    assert {path.name for path in (ROOT / "tco").glob("*.py")} - listed == set()


def test_every_place_of_the_map_exists() -> None:
    """Each path of the first column is there; a bare name is beside the one before it."""
    for first in rows():
        folder = ROOT
        for name in CODE.findall(first):
            path = ROOT / name if "/" in name or not (folder / name).exists() else folder / name
            assert path.exists(), name
            folder = path.parent


def test_every_path_of_the_page_exists() -> None:
    """A path that starts at the root of the repository leads to something."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = [name for name in CODE.findall(text) if name.startswith(("tco/", "tests/", "docs/"))]
    assert [name for name in paths if not (ROOT / name).exists()] == []
