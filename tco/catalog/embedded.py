"""The catalog that is shipped with tco, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.catalog.compiled import compiled_books
from tco.catalog.hosts import Hosts
from tco.catalog.node_files import FOLDER, NodeFiles

__all__ = ["data_files", "embedded_books", "load_catalog", "parsed_books"]


def embedded_books(folder: Traversable | None = None) -> tuple[Book, ...]:
    """Return the books shipped with tco, or those of another version's folder, by file name."""
    if folder is not None:
        return parsed_books(data_files(folder))
    shipped = resources.files("tco.catalog") / "data"
    files = data_files(shipped)
    return compiled_books(shipped, files) or parsed_books(files)


def data_files(folder: Traversable) -> list[Traversable]:
    """Return the YAML files of a data folder by name."""
    files = (file for file in folder.iterdir() if file.name.endswith(".yaml"))
    return sorted(files, key=lambda file: file.name)


def parsed_books(files: Sequence[Traversable]) -> tuple[Book, ...]:
    """Return the books that YAML files hold."""
    return tuple(_shipped(file.read_text(encoding="utf-8"), file.name) for file in files)


def _shipped(text: str, name: str) -> Book:
    from tco.yaml_files import yaml_mapping  # noqa: PLC0415  the compiled catalog needs no YAML

    return Book.model_validate({**yaml_mapping(text, name, aliases=True), "name": name})


def load_catalog(folder: Traversable | None = None) -> Catalog:
    """Return the embedded catalog, offline; or that of another version's folder."""
    data = folder if folder is not None else resources.files("tco.catalog") / "data"
    nodes = data / FOLDER
    return Catalog(
        books=embedded_books(folder),
        node_files=NodeFiles(nodes) if nodes.is_dir() else None,
        hosts=Hosts(data),
    )
