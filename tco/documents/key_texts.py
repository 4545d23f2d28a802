"""What each key of a file means, as its page in ``docs/`` says it: one text for page and schema."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel

from tco.catalog.row import Row

__all__ = ["key_texts"]

PAGES = ("stack-file.md", "workloads.md", "price-books.md")
TABLE = re.compile(
    r"^\| key \| type \| default \| meaning \|\n\|[-|]+\|\n((?:\|.*\n)+)", re.MULTILINE
)
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")


def key_texts(model: type[BaseModel], keys: Collection[str]) -> Mapping[str, str]:
    """Return the meaning of the keys of a model, from the table that has exactly those.

    The keys that all rows of a price book share have a table of their own.
    """
    tables, shared = _tables(), frozenset(Row.model_fields)
    if issubclass(model, Row) and model is not Row:
        return {**tables.get(shared, {}), **tables.get(frozenset(keys) - shared, {})}
    return tables.get(frozenset(keys), {})


@cache
def _tables() -> dict[frozenset[str], dict[str, str]]:
    """Return every table of keys, by its keys."""
    found: dict[frozenset[str], dict[str, str]] = {}
    for page in PAGES:
        for table in TABLE.findall(_page(page)):
            texts = dict(_rows(table))
            found.setdefault(frozenset(texts), texts)
    return found


def _rows(table: str) -> Iterator[tuple[str, str]]:
    for row in table.splitlines():
        cells = row.strip().removeprefix("|").removesuffix("|").split(" | ")
        yield cells[0].strip(" `"), LINK.sub(r"\1", cells[-1]).strip()


def _page(name: str) -> str:
    """Return a page: of the installed package, else of the checkout."""
    packaged = resources.files("tco") / "docs" / name
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).resolve().parents[2] / "docs" / name).read_text(encoding="utf-8")
