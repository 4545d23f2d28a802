"""The catalog: what things cost and how fast they go, on a given day.

The embedded data (``data/*.yaml``, and the prices of nodes in ``data/nodes``) lies at the bottom,
the user's price books above it, later books higher. A look-up asks the top layer first, so a book's
figure wins over the catalog's. Prices of a node are read when the node is asked for.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeVar

from tco.catalog.api_price import ApiPrice
from tco.catalog.benchmark import Benchmark
from tco.catalog.book import AnyRow, Book
from tco.catalog.compiled import compiled_books
from tco.catalog.curves import curve_models, curves_version
from tco.catalog.figure import Figure
from tco.catalog.hardware import Hardware, Instance, SpotBand
from tco.catalog.hosts import Hosts
from tco.catalog.match import CatalogMatch
from tco.catalog.model_row import ModelRow
from tco.catalog.node_files import FOLDER, NodeFiles
from tco.catalog.node_price import CommitmentKind, NodePrice, Payment, Purchase, Term, node_key
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.catalog.score import Score
from tco.catalog.sourced import Origin, SourcedValue
from tco.catalog.specs import model_specs
from tco.errors import TcoError, one_of

__all__ = [
    "Catalog",
    "data_files",
    "embedded_books",
    "load_catalog",
    "parsed_books",
]

R = TypeVar("R", bound=AnyRow)


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Books in layers, the embedded ones first."""

    books: tuple[Book, ...]
    name: str = "embedded"
    published: Catalog | None = None
    """The catalog below a user's books; None for one without any."""
    node_files: NodeFiles | None = None
    """The prices of nodes that are read when a node is asked for: the lowest layer."""

    hosts: Hosts = field(default_factory=Hosts)
    """The hosts of open weights, below every book."""
    _index: dict[tuple[object, ...], list[tuple[AnyRow, Book]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _figures: dict[tuple[str, dt.date], SourcedValue] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What ``figure`` returned: every API asks for the same few."""
    _hosts_of: dict[tuple[str, dt.date], tuple[CatalogMatch[ApiPrice], ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What ``hosts_of`` returned: many stacks run the same model."""

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

    def with_books(self, books: Sequence[Book]) -> Catalog:
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
        above = self.books[len(self.published.books) :] if self.published is not None else ()
        return "book" if any(book is other for other in above) else "catalog"

    def find_as(
        self, kind: type[R], key: tuple[object, ...], day: dt.date
    ) -> CatalogMatch[R] | None:
        """Return the figure of a key on a day, of the kind of row that its key names, or None."""
        found = self.find(key, day)
        if found is None or not isinstance(found.row, kind):
            return None
        return CatalogMatch(found.row, found.book, found.origin, found.first_known)

    def node_price(
        self,
        node: str | None,
        region: str | None,
        purchase: Purchase,
        day: dt.date,
        *,
        kind: CommitmentKind | None = None,
        term: Term | None = None,
        payment: Payment | None = None,
    ) -> CatalogMatch[NodePrice] | None:
        """Return the price of a node (an instance type or an offer) on a day, or None.

        ``kind``, ``term`` and ``payment`` name the commitment of a reserved node.
        """
        return self.find_as(
            NodePrice, node_key(node, region, purchase, kind, term=term, payment=payment), day
        )

    def node_prices(
        self, instance: str | None, offer: str | None, region: str | None, day: dt.date
    ) -> list[CatalogMatch[NodePrice]]:
        """Return every price of a node on a day, one per purchase option.

        An offer has no region of its own: its prices count wherever it is.
        """
        keys = {
            row.key: None
            for row in self.prices_of(instance or offer or "")
            if (row.instance, row.offer) == (instance, offer)
            and (offer is not None or row.region == region)
        }
        matches = (self.find_as(NodePrice, key, day) for key in keys)
        return [match for match in matches if match is not None]

    def prices_of(self, node: str) -> list[NodePrice]:
        """Return the rows of a node's prices, of any region, purchase option and day."""
        filed = self.node_files.rows(node).values() if self.node_files is not None else ()
        rows = [row for pairs in filed for row, _ in pairs if isinstance(row, NodePrice)]
        return rows + [row for row, _ in self._held(NodePrice) if node in (row.instance, row.offer)]

    @property
    def every_book(self) -> tuple[Book, ...]:
        """All books, with every file of node prices, lower layers first."""
        return (*(self.node_files.books if self.node_files is not None else ()), *self.books)

    def api_price(self, api: str, day: dt.date) -> CatalogMatch[ApiPrice] | None:
        """Return the price of a hosted API on a day: of the books, of a host, of genai-prices."""
        found = self._api_price(api, day)
        if found is not None:
            return found
        # Slow to import, and needed only for an API that the catalog does not have.
        from tco.catalog.genai import genai_api_price, genai_book  # noqa: PLC0415

        row = genai_api_price(api, day)
        return None if row is None else CatalogMatch(row, genai_book())

    def provisioned_prices(self, api: str, day: dt.date) -> list[CatalogMatch[ProvisionedPrice]]:
        """Return the prices of an API's provisioned units on a day, one per term."""
        keys = {row.key: None for row, _ in self._held(ProvisionedPrice) if row.api == api}
        matches = (self.find_as(ProvisionedPrice, key, day) for key in keys)
        return [match for match in matches if match is not None]

    def meant_api(self, api: str) -> str:
        """Suggest what to write for an API that has no price: the nearest name, or some names."""
        from tco.catalog.genai import genai_apis, genai_meant  # noqa: PLC0415  only for an error

        meant = genai_meant(api)
        return f"Did you mean {meant}?" if meant else one_of(api, (*self.apis, *genai_apis()))

    def _api_price(self, api: str, day: dt.date) -> CatalogMatch[ApiPrice] | None:
        found = self.find_as(ApiPrice, ("api", api), day)
        if found is not None:
            return found
        row = self.hosts.named(api, day)
        return None if row is None else self._hosted(row, day)

    def _hosted(self, row: ApiPrice, day: dt.date) -> CatalogMatch[ApiPrice]:
        later = row.valid_from is not None and row.valid_from > day
        return CatalogMatch(row, self.hosts.book, first_known=later)

    def hosts_book(self, day: dt.date) -> Book:
        """Return the hosts of open weights on a day as a book, without what another book prices."""
        rows = (row for row in self.hosts.every(day) if row.api not in self.book_apis)
        return self.hosts.book.model_copy(update={"prices": tuple(rows)})

    def is_host_of(self, api: str, model: str) -> bool:
        """Return whether an API serves a model's weights: by its name, or by the list of hosts."""
        return self._is_named_for(api, model) or self.hosts.sells(model, api)

    def _is_named_for(self, api: str, model: str) -> bool:
        """Return whether an API has a model's name after the slash."""
        return self.model(api.partition("/")[2]) == model

    def hosts_of(self, model: str, day: dt.date) -> tuple[CatalogMatch[ApiPrice], ...]:
        """Return the hosted prices of a model's weights on a day, a book's before the catalog's.

        An API is a host of the weights that its name has after the slash.
        """
        key = (model, day)
        if key not in self._hosts_of:
            self._hosts_of[key] = tuple(self._found_hosts(model, day))
        return self._hosts_of[key]

    def _found_hosts(self, model: str, day: dt.date) -> Iterator[CatalogMatch[ApiPrice]]:
        named = {
            row.api: None for row, _ in self._held(ApiPrice) if self._is_named_for(row.api, model)
        }
        found = [self.find_as(ApiPrice, ("api", api), day) for api in named]
        hosted = [row for row in self.hosts.of_model(model, day) if row.api not in named]
        yield from (match for match in found if match is not None and not match.first_known)
        yield from (self._hosted(row, day) for row in hosted)

    def rows(self, kind: type[R]) -> Iterator[tuple[R, Book]]:
        """Every row of a kind, lower layers first; all node prices are read for theirs."""
        filed = kind is NodePrice or kind is Instance
        yield from _rows_of(kind, self.every_book if filed else self.books)

    def _held(self, kind: type[R]) -> Iterator[tuple[R, Book]]:
        """Every row of a kind that the books hold, lower layers first."""
        return _rows_of(kind, self.books)

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

    @cached_property
    def benchmarks_scored(self) -> dict[str, tuple[str, ...]]:
        """The benchmarks on which each model has a score."""
        found: dict[str, dict[str, None]] = {}
        for row, _ in self._held(Score):
            found.setdefault(self.scored_model(row.model), {})[row.benchmark] = None
        return {model: tuple(benchmarks) for model, benchmarks in found.items()}

    def scores(self, model: str, day: dt.date) -> tuple[Score, ...]:
        """Return the scores of a model on a day, one per benchmark."""
        name = self.scored_model(model)
        found = (
            self.find_as(Score, ("score", name, benchmark), day)
            for benchmark in self.benchmarks_scored.get(name, ())
        )
        return tuple(match.row for match in found if match is not None)

    def instance(self, name: str) -> Instance | None:
        """Return an instance type, or None for an unknown one."""
        rows = self._rows(("instance", name))
        row = rows[-1][0] if rows else None
        return row if isinstance(row, Instance) else None

    def offer(self, name: str) -> NodePrice | None:
        """Return a price of a rented cloud's offer, which states its GPUs; None without one."""
        return next((row for row in reversed(self.prices_of(name)) if row.offer), None)

    @cached_property
    def instance_names(self) -> list[str]:
        """The names of all instance types."""
        filed = self.node_files.instance_names() if self.node_files is not None else ()
        return sorted({*filed, *(row.instance for row, _ in self._held(Instance))})

    @cached_property
    def offer_names(self) -> list[str]:
        """The names of all rented clouds' offers."""
        filed = self.node_files.offer_names() if self.node_files is not None else ()
        return sorted({*filed, *(row.offer for row, _ in self._held(NodePrice) if row.offer)})

    @cached_property
    def apis(self) -> list[str]:
        """The names of all hosted APIs with a price here."""
        return sorted({*self.book_apis, *self.hosts.apis})

    @cached_property
    def book_apis(self) -> frozenset[str]:
        """The names of the hosted APIs that a book prices."""
        return frozenset(row.api for row, _ in self._held(ApiPrice))

    def benchmarks(
        self, model: str, gpu: str, precision: str | None, engine: str | None, day: dt.date
    ) -> list[CatalogMatch[Benchmark]]:
        """Return the benchmarks of a model on a GPU, one per key, each as of the day."""
        found = (
            self.find_as(Benchmark, key, day)
            for key in self._index
            if key[:3] == ("benchmark", model, gpu)
            and precision in (None, key[4])
            and engine in (None, key[5])
        )
        return [benchmark for benchmark in found if benchmark is not None]

    def interruptions(
        self, instance: str, region: str, day: dt.date
    ) -> CatalogMatch[SpotBand] | None:
        """Return the spot interruption band of an instance type in a region."""
        return self.find_as(SpotBand, ("spot-band", instance, region), day)

    def model_row(self, model: str, day: dt.date) -> CatalogMatch[ModelRow] | None:
        """Return the row of a model: the size of its weights, and its layout where stated."""
        return self.find_as(ModelRow, ("model", model), day)

    def figure(self, name: str, day: dt.date) -> SourcedValue:
        """Return a named overhead. Raises TcoError if no book holds it: a fault of the catalog."""
        key = (name, day)
        if key not in self._figures:
            self._figures[key] = self._found_figure(name, day)
        return self._figures[key]

    def _found_figure(self, name: str, day: dt.date) -> SourcedValue:
        found = self.find_as(Figure, ("figure", name), day)
        if found is None:
            raise TcoError(f"the catalog lacks the figure {name}: see `tco prices check`.")
        value = replace(found.row.value, share=found.row.is_share)
        return found.sourced(name, value, found.row.unit)


def _rows_of(kind: type[R], books: Sequence[Book]) -> Iterator[tuple[R, Book]]:
    for book in books:
        for row in book.rows:
            if isinstance(row, kind):
                yield row, book


def _start(row: AnyRow) -> dt.date:
    return row.valid_from or dt.date.min


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
