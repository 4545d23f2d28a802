"""The embedded catalog as `make` compiles it, so that no start parses YAML."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from tco.catalog.compiled import MODELS, NAME, READERS, compiled_books, write_compiled
from tco.catalog.embedded import data_files, parsed_books

FILES = data_files(resources.files("tco.catalog") / "data")
BOOKS = parsed_books(FILES)


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    """A folder with the shipped data, compiled."""
    for file in FILES:
        (tmp_path / file.name).write_bytes(file.read_bytes())
    write_compiled(tmp_path, FILES, BOOKS)
    return tmp_path


def test_compiled_books_are_the_parsed_ones(compiled: Path) -> None:
    """Anyone who compiles gets the same rows, values of the same types, and the same digests."""
    books = compiled_books(compiled, FILES)
    assert books is not None
    assert repr(books) == repr(BOOKS)
    assert books == BOOKS
    assert [book.digest for book in books] == [book.digest for book in BOOKS]
    assert [book.model_dump() for book in books] == [book.model_dump() for book in BOOKS]


def test_compiling_again_gives_the_same_bytes(compiled: Path) -> None:
    """A wheel with the compiled catalog is reproducible."""
    before = (compiled / NAME).read_bytes()
    write_compiled(compiled, FILES, compiled_books(compiled, FILES) or ())
    assert (compiled / NAME).read_bytes() == before


def test_changed_data_are_not_read_from_the_compiled_file(compiled: Path) -> None:
    """A price that someone has just written counts at once."""
    with (compiled / FILES[0].name).open("a", encoding="utf-8") as file:
        file.write("# seen again\n")
    assert compiled_books(compiled, data_files(compiled)) is None


@pytest.mark.parametrize("damage", ["", "cut off", "changed", "not there"])
def test_a_damaged_file_is_not_read(compiled: Path, damage: str) -> None:
    """A file that is not whole is as good as none: the YAML files are read."""
    file = compiled / NAME
    whole = file.read_bytes()
    if damage == "not there":
        file.unlink()
    else:
        changes = {"": b"", "cut off": whole[:-9], "changed": whole.replace(b"H100", b"H200")}
        file.write_bytes(changes[damage])
    assert compiled_books(compiled, FILES) is None


def test_the_modules_that_define_a_row_count_as_its_readers() -> None:
    """A change of a row's fields makes the compiled file out of date."""
    defining = {base.__module__ for model in MODELS.values() for base in model.__mro__}
    read = {"tco." + reader.removesuffix(".py").replace("/", ".") for reader in READERS}
    assert {module for module in defining if module.startswith("tco.")} <= read
