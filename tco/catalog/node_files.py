"""Prices of nodes: one CSV file per provider in ``data/nodes``, read when a node is looked up.

A row is one price of one node, from a day on. ``instances.csv`` lists the GPUs of instance types,
``sources.csv`` names each source once, and ``index.csv`` lists the files with their rows, newest
day and digest. `python -m tco.catalog.node_files` checks the files and rewrites the index.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from tco.catalog.book import AnyRow, Book, describe
from tco.catalog.fields import day_of
from tco.catalog.hardware import Instance
from tco.catalog.node_price import NodePrice
from tco.errors import TcoError
from tco.files import write_text
from tco.providers.provider import vendor_of
from tco.providers.registry import provider_of
from tco.ranges import Range, point

__all__ = ["NodeFile", "NodeFiles", "check_rows", "index_text"]

FOLDER = "nodes"
INDEX_FILE = "index.csv"
SOURCES_FILE = "sources.csv"
INSTANCES_FILE = "instances.csv"
PRICE_COLUMNS = (
    *("node", "gpu", "gpus", "region", "purchase", "kind", "term", "payment"),
    *("usd_per_hour", "usd_per_gpu_hour", "upfront_usd", "egress_usd_per_gb"),
    *("valid_from", "as_of", "estimate", "source", "note"),
)
INSTANCE_COLUMNS = ("instance", "gpu", "gpus", "vcpus", "memory_gib", "as_of", "source", "note")
WHOLE = frozenset({"gpus", "vcpus"})
AMOUNTS = frozenset(
    {"usd_per_hour", "usd_per_gpu_hour", "upfront_usd", "egress_usd_per_gb", "memory_gib"}
)
"""The columns that hold a number or ``low/likely/high``."""
DAYS = frozenset({"valid_from", "as_of"})

Keyed = Mapping[tuple[object, ...], Sequence[tuple[AnyRow, Book]]]


class NodeFile(NamedTuple):
    """A file of prices: its rows, the newest day one of them was seen, and its SHA-256."""

    file: str
    rows: int
    newest: str
    sha256: str


class NodeFiles:
    """The node prices in a folder: nothing is read before a node is asked for."""

    def __init__(self, folder: Traversable) -> None:
        """Take the folder that holds the files."""
        self._folder = folder
        self._texts: dict[str, str] = {}
        self._read: dict[str, Keyed] = {}

    @cached_property
    def files(self) -> tuple[NodeFile, ...]:
        """The index, in the order of the files' names."""
        rows = csv.reader(io.StringIO(self._text(INDEX_FILE)))
        next(rows)
        return tuple(NodeFile(file, int(count), day, sha) for file, count, day, sha in rows)

    @cached_property
    def _file_names(self) -> frozenset[str]:
        return frozenset(file.file for file in self.files)

    @property
    def digests(self) -> list[str]:
        """The SHA-256 of every file, in the order of their names."""
        return [file.sha256 for file in self.files]

    @property
    def newest(self) -> str:
        """The newest day on which a price was seen."""
        return max(file.newest for file in self.files)

    @cached_property
    def _sources(self) -> dict[str, str]:
        rows = csv.reader(io.StringIO(self._text(SOURCES_FILE)))
        next(rows)
        return dict(rows)

    def rows(self, node: str) -> Keyed:
        """Return what the files state of an instance type or an offer, by the rows' keys."""
        if node not in self._read:
            found: dict[tuple[object, ...], list[tuple[AnyRow, Book]]] = {}
            for file in (INSTANCES_FILE, file_of(node)):
                if file in self._file_names:
                    start = f"{node},"
                    lines = [line for line in self._lines(file) if line.startswith(start)]
                    book = self._book(file, lines)
                    for row in book.rows:
                        found.setdefault(row.key, []).append((row, book))
            self._read[node] = found
        return self._read[node]

    @cached_property
    def books(self) -> tuple[Book, ...]:
        """Every file, whole: what a list or a check of all figures reads."""
        return tuple(self._book(file.file, self._lines(file.file)[1:]) for file in self.files)

    def instance_names(self) -> Iterator[str]:
        """Yield the names of all instance types, without reading their prices."""
        if INSTANCES_FILE in self._file_names:
            yield from self._first_cells(INSTANCES_FILE)

    def offer_names(self) -> Iterator[str]:
        """Yield the names of all offers, without reading their prices."""
        for file in self._file_names - {INSTANCES_FILE}:
            yield from (name for name in self._first_cells(file) if "/" in name)

    def _first_cells(self, file: str) -> Iterable[str]:
        return dict.fromkeys(line.partition(",")[0] for line in self._lines(file)[1:])

    def _text(self, file: str) -> str:
        if file not in self._texts:
            self._texts[file] = (self._folder / file).read_text(encoding="utf-8")
        return self._texts[file]

    def _lines(self, file: str) -> list[str]:
        """Return the lines of a file, its header first. Raises TcoError for other columns."""
        lines = self._text(file).splitlines()
        if tuple(lines[0].split(",")) != _columns(file):
            raise TcoError(f"{FOLDER}/{file}: the columns are not {', '.join(_columns(file))}.")
        return lines

    def _book(self, file: str, lines: Iterable[str]) -> Book:
        """Return rows as a book; `check_rows` and the tests validate what ships."""
        columns = _columns(file)
        name = f"{FOLDER}/{file}"
        rows = [dict(zip(columns, cells, strict=True)) for cells in csv.reader(lines)]
        if file == INSTANCES_FILE:
            instances = tuple(Instance.model_construct(**self._fields(row)) for row in rows)
            return Book.model_construct(instances=instances, name=name)
        prices = tuple(
            NodePrice.model_construct(**_of_node(row, self._fields(row))) for row in rows
        )
        return Book.model_construct(prices=prices, name=name)

    def _fields(self, cells: dict[str, str]) -> dict[str, Any]:
        fields = {name: _figure(name, cell) for name, cell in cells.items() if cell}
        return {**fields, "source": self._sources.get(cells["source"])}


def file_of(node: str) -> str:
    """Return the name of the file that holds a node's prices, if any does.

    >>> file_of("nebius/8xh100"), file_of("p5.48xlarge")
    ('nebius.csv', 'aws.csv')
    """
    return f"{vendor_of(node) if '/' in node else provider_of(node).id}.csv"


def _of_node(cells: dict[str, str], fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a price, which names an offer or an instance type."""
    node = fields.pop("node")
    return {
        **fields,
        "estimate": bool(cells["estimate"]),
        "offer" if "/" in node else "instance": node,
    }


def check_rows(book: Book) -> None:
    """Raise TcoError for a row of a file that a price book would not take."""
    for row in book.rows:
        try:
            taken = type(row).model_validate(row.model_dump(mode="json", exclude_none=True))
        except ValidationError as error:
            problem = error.errors()[0]["msg"]
            raise TcoError(f"{book.name}: {describe(row.key)}: {problem}") from None
        if taken != row:
            raise TcoError(f"{book.name}: {describe(row.key)}: is not read as it is written.")


def _columns(file: str) -> tuple[str, ...]:
    return INSTANCE_COLUMNS if file == INSTANCES_FILE else PRICE_COLUMNS


def _figure(name: str, cell: str) -> object:
    if name in WHOLE:
        return int(cell)
    if name in DAYS:
        return day_of(cell)
    if name not in AMOUNTS:
        return cell
    low, _, rest = cell.partition("/")
    likely, _, high = rest.partition("/")
    return Range(float(low), float(likely), float(high)) if rest else point(float(low))


def index_text(folder: Path) -> str:
    """Return the index of the price files in a folder."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(NodeFile._fields)
    for path in sorted(folder.glob("*.csv")):
        if path.name in (INDEX_FILE, SOURCES_FILE):
            continue
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        newest = max(row["as_of"] for row in rows)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        writer.writerow(NodeFile(path.name, len(rows), newest, sha256))
    return out.getvalue()


def main() -> None:
    """Write the index of this installation's files, and read every row of them."""
    with resources.as_file(resources.files("tco.catalog") / "data" / FOLDER) as folder:
        write_text(folder / INDEX_FILE, index_text(folder))
        for book in NodeFiles(folder).books:
            check_rows(book)


if __name__ == "__main__":
    main()
