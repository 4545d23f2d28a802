"""What each key of a file or a document means: the text of its page in ``docs/``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tco.catalog.row import Row
from tco.documents.document import Part

__all__ = ["document_texts", "key_texts"]

PAGES = ("stack-file.md", "workloads.md", "price-books.md")
TABLE = re.compile(
    r"^\| key \| type \| default \| meaning \|\n\|[-|]+\|\n((?:\|.*\n)+)", re.MULTILINE
)
DOCUMENT_PAGE = "json.md"
DOCUMENT_ROW = re.compile(r"^\| `(\w+)` \| ([^|]*?) ?\| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"\w+")
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")


def key_texts(model: type[BaseModel], keys: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the meaning of the keys of a model.

    What a user writes has a table with exactly its keys, and one for the keys that all rows of a
    price book share. A key of a document has its row, where its field says nothing of its own.
    """
    if issubclass(model, Part):
        texts = document_texts()
        unsaid = [key for key, schema in keys.items() if "description" not in schema]
        found = {key: texts.get((key, model.__name__), texts.get((key, ""))) for key in unsaid}
        return {key: text for key, text in found.items() if text is not None}
    tables, shared = _tables(), frozenset(Row.model_fields)
    if issubclass(model, Row) and model is not Row:
        return {**tables.get(shared, {}), **tables.get(frozenset(keys) - shared, {})}
    return tables.get(frozenset(keys), {})


@cache
def document_texts() -> dict[tuple[str, str], str]:
    """Return the meaning of each key of documents, by key and part; no part is every other one."""
    return {
        (key, part): text
        for key, parts, text in DOCUMENT_ROW.findall(_page(DOCUMENT_PAGE))
        for part in NAME.findall(parts) or [""]
    }


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
