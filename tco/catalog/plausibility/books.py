"""What is implausible in a price book, row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import PurePath

from tco.catalog.api_price import ApiPrice
from tco.catalog.benchmark import Benchmark
from tco.catalog.book import AnyRow, Book
from tco.catalog.catalog import Catalog
from tco.catalog.figure import Figure
from tco.catalog.node_price import NodePrice
from tco.catalog.plausibility.api_prices import doubtful_api_prices
from tco.catalog.plausibility.bounds import Band
from tco.catalog.plausibility.doubt import Doubt, unusual_figures
from tco.catalog.plausibility.finding import FindingId, PlausibilityFinding, finding_of
from tco.catalog.plausibility.mistakes import probable_mistake
from tco.catalog.plausibility.node_prices import doubtful_node_price

__all__ = ["book_findings"]

SECTIONS = (
    *("hardware", "instances", "models", "prices", "benchmarks", "spot_bands", "figures"),
    "scores",
)
FIGURE_LOW, FIGURE_HIGH = 0.05, 20.0
"""An overhead is between these shares of the catalog's."""


def book_findings(book: Book, catalog: Catalog, day: dt.date) -> Iterator[PlausibilityFinding]:
    """Yield the implausible figures of a book, compared with the published catalog on a day."""
    below = catalog.published or catalog
    is_listed = catalog.origin(book) == "catalog"
    name = PurePath(book.name).stem
    for section in SECTIONS:
        rows: tuple[AnyRow, ...] = getattr(book, section)
        for index, row in enumerate(rows):
            for doubt in _doubts(row, below, day, is_listed=is_listed):
                yield finding_of(
                    _kind(row),
                    doubt,
                    file=book.name,
                    within=(section, index),
                    path=f"prices.{name}.{row.key[1]}",
                    confidential=book.confidential,
                    confirmed=row.confirm or "",
                )
    for index, discount in enumerate(book.discounts):
        for doubt in unusual_figures(discount):
            yield finding_of(
                "api-price" if discount.kind == "api" else "node-price",
                doubt,
                file=book.name,
                within=("discounts", index),
                path=f"prices.{name}.{discount.pattern}",
                confidential=book.confidential,
                confirmed=discount.confirm or "",
            )
    if book.currency is not None:
        for doubt in unusual_figures(book.currency):
            yield finding_of(
                "unit", doubt, file=book.name, within=("currency",), path=f"prices.{name}.currency"
            )


def _kind(row: AnyRow) -> FindingId:
    if isinstance(row, NodePrice):
        return "node-price"
    if isinstance(row, ApiPrice):
        return "api-price"
    return "throughput" if isinstance(row, Benchmark) else "unit"


def _doubts(row: AnyRow, catalog: Catalog, day: dt.date, *, is_listed: bool) -> Iterator[Doubt]:
    if isinstance(row, ApiPrice):
        yield from doubtful_api_prices(row, catalog, day, is_listed=is_listed)
        yield from (figure for figure in unusual_figures(row) if "mtok" not in str(figure.keys[-1]))
        return
    yield from unusual_figures(row)
    if isinstance(row, NodePrice):
        doubt = doubtful_node_price(row, catalog, day, is_listed=is_listed)
        if doubt is not None:
            yield doubt
    if isinstance(row, Figure) and not is_listed:
        yield from _doubtful_figure(row, catalog, day)


def _doubtful_figure(row: Figure, catalog: Catalog, day: dt.date) -> Iterator[Doubt]:
    """Yield an overhead that is far from the catalog's."""
    known = catalog.find_as(Figure, row.key, day)
    if known is None or known.row.value.low == 0 or row.value.high == 0:
        return
    usual = known.row.value
    basis = f"{FIGURE_LOW:g} to {FIGURE_HIGH:g} times the catalog's"
    band = Band(usual.low * FIGURE_LOW, usual.high * FIGURE_HIGH, basis)
    if not band.holds(row.value):
        shown = row.value.low if row.value.low < band.low else row.value.high
        yield Doubt(
            keys=("value",),
            value=row.value,
            unit=row.unit,
            band=band,
            mistake=probable_mistake(shown, band),
        )
