"""A book: a file of catalog rows. The embedded data and a user's price books have one form."""

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic.json_schema import SkipJsonSchema

from tco.catalog.api_price import ApiPrice
from tco.catalog.benchmark import Benchmark
from tco.catalog.currency import Conversion, Currency, as_written
from tco.catalog.discount import Discount
from tco.catalog.fields import Day, Flag, Name
from tco.catalog.figure import Figure
from tco.catalog.hardware import Hardware, Instance, SpotBand
from tco.catalog.model_row import ModelRow
from tco.catalog.node_price import NodePrice
from tco.catalog.price_row import PriceRow
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.catalog.score import Score
from tco.errors import BadInput, Problem
from tco.files import Strict, as_list, as_mapping, problems_of
from tco.ranges import point

__all__ = ["Book", "PackageBook", "read_book"]

AnyRow = (
    Hardware
    | Instance
    | ModelRow
    | NodePrice
    | ApiPrice
    | ProvisionedPrice
    | Benchmark
    | SpotBand
    | Figure
    | Score
)


class Book(Strict):
    """Rows of figures with the source and the day that hold for those without their own."""

    source: Name | None = None
    as_of: Day | None = None
    valid_from: Day | None = None
    estimate: Flag = False
    note: str = Field(default="", exclude=True)
    confidential: Flag = False
    currency: Currency | None = None
    hardware: tuple[Hardware, ...] = ()
    instances: tuple[Instance, ...] = ()
    models: tuple[ModelRow, ...] = ()
    prices: tuple[PriceRow, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    spot_bands: tuple[SpotBand, ...] = ()
    figures: tuple[Figure, ...] = ()
    scores: Annotated[tuple[Score, ...], Field(exclude_if=lambda rows: not rows)] = ()
    """If absent, no digest of a book changes."""
    discounts: Annotated[tuple[Discount, ...], Field(exclude_if=lambda rows: not rows)] = ()
    """The same."""
    name: SkipJsonSchema[str] = Field(default="", exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, given: Any) -> Any:
        """Give every row the book's source, day and currency where it states none."""
        book = as_mapping(given)
        if book is None:
            return given
        common = {
            key: book[key]
            for key in ("source", "as_of", "valid_from", "estimate")
            if book.get(key) is not None
        }
        money = Conversion.of(book)
        filled = dict(book)
        for section, value in book.items():
            rows = as_list(value)
            shared = common if section != "discounts" else _only(common, "source", "as_of")
            if rows is not None:
                filled[section] = [
                    row
                    if as_mapping(row) is None
                    else money.in_usd({**shared, **row}, f"{section}[{index}]")
                    for index, row in enumerate(rows)
                ]
        money.refuse_dollars()
        return filled

    @model_validator(mode="after")
    def _once(self) -> Self:
        seen: set[tuple[object, ...]] = set()
        for row in self.rows:
            key = (*row.key, row.valid_from)
            if key in seen:
                raise ValueError(
                    f"a figure is listed twice: {describe(key)}. Keep one of the rows."
                )
            seen.add(key)
        return self

    @model_validator(mode="after")
    def _one_discount(self) -> Self:
        """Reject two discounts of one price: a price has one, and no order decides which."""
        for (i, a), (j, b) in itertools.combinations(enumerate(self.discounts), 2):
            if a.overlaps(b):
                raise ValueError(
                    f"discounts[{i}] ({describe(a.key[1:])}) and discounts[{j}] "
                    f"({describe(b.key[1:])}) apply to the same prices at the same time. "
                    "Narrow one of them, or put the exception into a book that the plan "
                    "lists later."
                )
        return self

    @property
    def rows(self) -> tuple[AnyRow, ...]:
        """All rows, section by section."""
        return (
            *self.hardware,
            *self.instances,
            *self.models,
            *self.prices,
            *self.benchmarks,
            *self.spot_bands,
            *self.figures,
            *self.scores,
        )

    @property
    def stated(self) -> tuple[AnyRow | Discount, ...]:
        """All rows and discounts: what a reviewer reads and may confirm."""
        return (*self.rows, *self.discounts)

    @property
    def names(self) -> set[str]:
        """What the rows are about, in lower case: nodes, APIs, models and their other names."""
        found: set[str] = set()
        for row in self.rows:
            found.add(str(row.key[1]).casefold())
            if isinstance(row, Hardware | ModelRow):
                found |= {alias.casefold() for alias in row.aliases}
        return found

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the book's rows, however they are written."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _only(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: values[key] for key in keys if key in values}


class PackageBook(Book):
    """A book whose rows are the data of an installed package."""


def describe(key: tuple[object, ...]) -> str:
    """Return a row's key as a reader would say it."""
    shown = (str(part) for part in key if part is not None and part != point(0.0))
    return " ".join(shown)


def read_book(path: Path, shown: str) -> Book:
    """Return a user's price book. Raises BadInput with every problem of the file."""
    from tco.yaml_files import read_yaml  # noqa: PLC0415  the compiled catalog needs no YAML

    given = read_yaml(path, shown)
    try:
        book = Book.model_validate(given)
    except ValidationError as error:
        problems = _without_repeats(problems_of(error, Book, shown))
        raise BadInput(as_written(problem, given) for problem in problems) from None
    undated = list(_without_source(book, shown))
    if undated:
        raise BadInput(undated)
    return book.model_copy(update={"name": shown})


def _without_repeats(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the problems without those that the rows only have from the top of the book."""
    at_top: set[tuple[str, str]] = set()
    for problem in problems:
        if "." not in problem.path:
            at_top.add((problem.path, problem.message))
            yield problem
        elif (problem.path.rsplit(".")[-1], problem.message) not in at_top:
            yield problem


def _without_source(book: Book, shown: str) -> Iterator[Problem]:
    for row in book.rows:
        if row.source is None:
            yield Problem(
                shown,
                describe(row.key),
                "has no source.",
                "Write source: in the row, or once at the top of the book.",
            )
    for index, discount in enumerate(book.discounts):
        if discount.source is None:
            yield Problem(
                shown,
                f"discounts[{index}]",
                "has no source.",
                "Write source: in the discount, or once at the top of the book.",
            )
