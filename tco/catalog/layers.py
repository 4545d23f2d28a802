"""Books of rows in layers: which row of a key answers a look-up on a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self, TypeVar, cast

from tco.catalog.benchmark import Benchmark
from tco.catalog.book import AnyRow, Book
from tco.catalog.curves import curve_models, curves_version
from tco.catalog.discount import Discount
from tco.catalog.discount_path import at_discount, spend_terms
from tco.catalog.hardware import Hardware, Instance
from tco.catalog.hosts import Hosts
from tco.catalog.match import CatalogMatch
from tco.catalog.model_row import ModelRow
from tco.catalog.node_files import NodeFiles
from tco.catalog.node_price import NodePrice
from tco.catalog.score import Score
from tco.catalog.sourced import Origin
from tco.catalog.specs import model_specs
from tco.catalog.spend_terms import SpendTerms

__all__ = ["BookLayers"]

R = TypeVar("R", bound=AnyRow)


@dataclass(frozen=True, kw_only=True)
class BookLayers:
    """Books in layers, the embedded ones first, and the one name of each GPU and model."""

    books: tuple[Book, ...]
    name: str = "embedded"
    published: Self | None = None
    """The layers below a user's books; None for those without any."""
    node_files: NodeFiles | None = None
    """The prices of nodes that are read when a node is asked for: the lowest layer."""
    hosts: Hosts = field(default_factory=Hosts)
    """The hosts of open weights, below every book."""
    _index: dict[tuple[object, ...], list[tuple[AnyRow, Book]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        below, new = self.published, self.books
        if below is not None and not any(
            book.hardware or book.models for book in self.books[len(below.books) :]
        ):  # no new name for a row of a lower layer
            self._index.update({key: [*rows] for key, rows in below._index.items()})
            new = self.books[len(below.books) :]
        for book in new:
            for row in book.rows:
                self._index.setdefault(self._key(row), []).append((row, book))

    def _key(self, row: AnyRow) -> tuple[object, ...]:
        """Return a row's key; with the one name of its model, and of a benchmark's GPU."""
        if isinstance(row, Score):
            return ("score", self.scored_model(row.model), row.benchmark)
        if not isinstance(row, Benchmark):
            return row.key
        kind, model, gpu, *rest = row.key
        return (kind, self.model(row.model) or model, self.gpu(row.gpu) or gpu, *rest)

    def with_books(self, books: Sequence[Book]) -> Self:
        """Return this catalog with a user's books on top, later books winning."""
        if not books:
            return self
        top, below = (*self.books, *books), self.published or self
        return replace(self, books=top, published=below)

    @cached_property
    def version(self) -> str:
        """The newest day and a digest of the published figures: what the record names."""
        if self.published is not None:
            return self.published.version
        states = [*(book.digest for book in self.books), curves_version(), self.hosts.digest]
        days = [row.as_of.isoformat() for book in self.books for row in book.rows if row.as_of]
        if self.node_files is not None:
            states += self.node_files.digests
            days.append(self.node_files.newest)
        digest = hashlib.sha256("".join(states).encode()).hexdigest()
        return f"{max(days, default='undated')}-{digest[:12]}"

    def find(self, key: tuple[object, ...], day: dt.date) -> CatalogMatch[AnyRow] | None:
        """Return the figure of a key on a day, or None.

        Of the rows of a layer, the newest that holds on the day; before the first, the first
        one counts, as an estimate (``first_known``).
        """
        rows = self._rows(key)
        for _, layer in itertools.groupby(reversed(rows), key=lambda pair: id(pair[1])):
            held = list(layer)
            book = held[0][1]
            valid = [row for row, _ in held if row.valid_from is None or row.valid_from <= day]
            if valid:
                return CatalogMatch(max(valid, key=_start), book, self.origin(book))
        if not rows:
            return None
        row, book = min(rows, key=lambda pair: _start(pair[0]))
        return CatalogMatch(row, book, self.origin(book), first_known=True)

    def _rows(self, key: tuple[object, ...]) -> Sequence[tuple[AnyRow, Book]]:
        """Return the rows of a key with their books, lower layers first."""
        rows = self._index.get(key, [])
        if self.node_files is None or key[0] not in ("node", "instance") or key[1] is None:
            return rows
        return [*self.node_files.rows(str(key[1])).get(key, ()), *rows]

    def origin(self, book: Book) -> Origin:
        """Return whether a book lies in the published catalog or above it."""
        return "book" if any(book is other for other in self.own_books) else "catalog"

    @property
    def own_books(self) -> tuple[Book, ...]:
        """The user's books, lower layers first."""
        return self.books[len(self.published.books) :] if self.published is not None else ()

    def find_as(
        self, kind: type[R], key: tuple[object, ...], day: dt.date
    ) -> CatalogMatch[R] | None:
        """Return the figure of a key on a day, of the kind of row that its key names, or None."""
        found = self.find(key, day)
        if found is None or not isinstance(found.row, kind):
            return None
        match = CatalogMatch(found.row, found.book, found.origin, found.first_known)
        return self.at_discount(match, day)

    def at_discount(self, match: CatalogMatch[R], day: dt.date) -> CatalogMatch[R]:
        """Return a price with what the highest book above its own takes off it on a day.

        A row of a book is a negotiated price: nothing in that book or a lower one lowers it.
        """
        held: list[tuple[Discount, Book]] = []
        for book in self._discounting:
            held += [(discount, book) for discount in book.discounts if discount.covers(match.row)]
            if book is match.book:
                break
        return at_discount(match, held, day) if held else match

    def owed(self, day: dt.date) -> tuple[SpendTerms, ...]:
        """Return the commitments of the user's books that are signed and hold on a day."""
        return tuple(
            spend_terms(discount, book, day)
            for book in self.own_books
            for discount in book.discounts
            if discount.signed and discount.holds_on(day)
        )

    @cached_property
    def _discounting(self) -> tuple[Book, ...]:
        """The user's books from the top down to the lowest that has discounts."""
        held = [index for index, book in enumerate(self.own_books) if book.discounts]
        return tuple(reversed(self.own_books[min(held) :])) if held else ()

    @property
    def every_book(self) -> tuple[Book, ...]:
        """All books, with every file of node prices, lower layers first."""
        return (*(self.node_files.books if self.node_files is not None else ()), *self.books)

    def rows(self, kind: type[R]) -> Iterator[tuple[R, Book]]:
        """Yield every row of a kind, lower layers first; all node prices are read for theirs."""
        filed = kind is NodePrice or kind is Instance
        yield from _rows_of(kind, self.every_book) if filed else self._held(kind)

    def _held(self, kind: type[R]) -> Sequence[tuple[R, Book]]:
        """Return every row of a kind that the books hold, lower layers first."""
        return cast("list[tuple[R, Book]]", self._by_kind.get(kind, []))

    @cached_property
    def _by_kind(self) -> dict[type[AnyRow], list[tuple[AnyRow, Book]]]:
        """The rows that the books hold by their kind: what one kind is asked need not pass all."""
        rows: dict[type[AnyRow], list[tuple[AnyRow, Book]]] = {}
        for book in self.books:
            for row in book.rows:
                rows.setdefault(type(row), []).append((row, book))
        return rows

    @cached_property
    def _gpu_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for row, _ in self.rows(Hardware):
            for alias in (row.gpu, *row.aliases):
                names[alias.casefold()] = row.gpu
        return names

    def gpu(self, name: str) -> str | None:
        """Return the catalog's one name of a GPU, found by any of its aliases."""
        return self._gpu_names.get(name.casefold())

    @cached_property
    def gpu_names(self) -> list[str]:
        """The names of all GPUs."""
        return sorted(set(self._gpu_names.values()))

    @cached_property
    def _model_names(self) -> dict[str, str]:
        names = {name.casefold(): name for name in (*model_specs(), *curve_models())}
        names |= {row.model.casefold(): row.model for row, _ in self.rows(Benchmark)}
        for row, _ in self.rows(ModelRow):
            for alias in (row.model, *row.aliases):
                names[alias.casefold()] = row.model
        return names

    def model(self, name: str) -> str | None:
        """Return the catalog's one name of a model, found by any of its aliases."""
        return self._model_names.get(name.casefold())

    @cached_property
    def model_names(self) -> list[str]:
        """The names of all models that have a benchmark, weights, a curve or a spec."""
        return sorted(set(self._model_names.values()))

    def scored_model(self, name: str) -> str:
        """Return the name of a model under which its scores are held, of one known or not."""
        return self.model(name) or name.casefold()


def _rows_of(kind: type[R], books: Sequence[Book]) -> Iterator[tuple[R, Book]]:
    for book in books:
        for row in book.rows:
            if isinstance(row, kind):
                yield row, book


def _start(row: AnyRow) -> dt.date:
    return row.valid_from or dt.date.min
