"""The option that puts price books on top of the embedded catalog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tco.catalog.catalog import Catalog

__all__ = ["book_option", "catalog_with"]

book_option = click.option(
    "--book",
    "books",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A price book on top of the embedded catalog; may be repeated.",
)


def catalog_with(books: Sequence[Path]) -> Catalog:
    """Return the embedded catalog with price books on top. Raises BadInput."""
    from tco.catalog.book import read_book
    from tco.catalog.embedded import load_catalog

    return load_catalog().with_books([read_book(path, str(path)) for path in books])
