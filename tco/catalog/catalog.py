"""The catalog: what things cost and how fast they go, on a given day.

The embedded data (``data/*.yaml``, and the prices of nodes in ``data/nodes``) lies at the bottom,
the user's price books above it, later books higher. A look-up reads the top layer first, so a
book's figure wins over the catalog's. Prices of a node are read when the node is looked up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from tco.catalog.api_price import ApiPrice
from tco.catalog.benchmark import Benchmark
from tco.catalog.book import Book
from tco.catalog.figure import Figure
from tco.catalog.hardware import Hardware, Instance, SpotBand
from tco.catalog.layers import BookLayers
from tco.catalog.match import CatalogMatch
from tco.catalog.model_row import ModelRow
from tco.catalog.node_price import CommitmentKind, NodePrice, Payment, Purchase, Term, node_key
from tco.catalog.provisioned_price import ProvisionedPrice, provisioned_key
from tco.catalog.score import Score
from tco.catalog.sourced import SourcedValue
from tco.errors import TcoError, one_of

__all__ = ["Catalog"]


@dataclass(frozen=True, kw_only=True)
class Catalog(BookLayers):
    """The layers and their look-ups: prices, benchmarks, scores, figures, names."""

    _figures: dict[tuple[str, dt.date], SourcedValue] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What ``figure`` returned: every API asks for the same few."""
    _hosts_of: dict[tuple[str, dt.date], tuple[CatalogMatch[ApiPrice], ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What ``hosts_of`` returned: many stacks run the same model."""
    _scores: dict[tuple[str, dt.date], tuple[Score, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What ``scores`` returned: many hosts serve the same model."""

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

    def api_price(self, api: str, day: dt.date) -> CatalogMatch[ApiPrice] | None:
        """Return the price of a hosted API on a day: of the books, of a host, of genai-prices."""
        found = self._api_price(api, day)
        if found is not None:
            return found
        # Slow to import, and needed only for an API that the catalog does not have.
        from tco.catalog.genai import genai_api_price, genai_book  # noqa: PLC0415

        row = genai_api_price(api, day)
        return None if row is None else self.at_discount(CatalogMatch(row, genai_book()), day)

    def provisioned_prices(self, api: str, day: dt.date) -> list[CatalogMatch[ProvisionedPrice]]:
        """Return the prices of an API's provisioned units on a day, one per term."""
        keys = {row.key: None for row, _ in self._held(ProvisionedPrice) if row.api == api}
        matches = (self.find_as(ProvisionedPrice, key, day) for key in keys)
        return [match for match in matches if match is not None]

    def provisioned_price(self, name: str, day: dt.date) -> CatalogMatch[ProvisionedPrice] | None:
        """Return the price of the provisioned units that a plan names on a day, or None."""
        key = provisioned_key(name)
        return None if key is None else self.find_as(ProvisionedPrice, key, day)

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
        return self.at_discount(CatalogMatch(row, self.hosts.book, first_known=later), day)

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

    @cached_property
    def benchmarks_scored(self) -> dict[str, tuple[str, ...]]:
        """The benchmarks on which each model has a score."""
        found: dict[str, dict[str, None]] = {}
        for row, _ in self._held(Score):
            found.setdefault(self.scored_model(row.model), {})[row.benchmark] = None
        return {model: tuple(benchmarks) for model, benchmarks in found.items()}

    def scores(self, model: str, day: dt.date) -> tuple[Score, ...]:
        """Return the scores of a model on a day, one per benchmark."""
        key = (model, day)
        if key not in self._scores:
            name = self.scored_model(model)
            found = (
                self.find_as(Score, ("score", name, benchmark), day)
                for benchmark in self.benchmarks_scored.get(name, ())
            )
            self._scores[key] = tuple(match.row for match in found if match is not None)
        return self._scores[key]

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

    def find_figure(self, name: str, day: dt.date) -> CatalogMatch[Figure] | None:
        """Return a named overhead as its book states it on a day, or None."""
        return self.find_as(Figure, ("figure", name), day)

    def hardware(self, gpu: str, day: dt.date) -> CatalogMatch[Hardware] | None:
        """Return what is known of a GPU by its one name on a day, or None."""
        return self.find_as(Hardware, ("hardware", gpu), day)

    def _found_figure(self, name: str, day: dt.date) -> SourcedValue:
        found = self.find_figure(name, day)
        if found is None:
            raise TcoError(f"the catalog lacks the figure {name}: see `tco prices check`.")
        value = replace(found.row.value, share=found.row.is_share)
        return found.sourced(name, value, found.row.unit)
