"""A row that answers a look-up, with the book that holds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Generic, Self, TypeVar

from tco.catalog.book import AnyRow, Book
from tco.catalog.discount import Discount, discounted
from tco.catalog.sourced import Origin, SourcedValue
from tco.ranges import Range

__all__ = ["CatalogMatch"]

R_co = TypeVar("R_co", bound=AnyRow, covariant=True)


@dataclass(frozen=True, slots=True)
class CatalogMatch(Generic[R_co]):
    """A row that answers a look-up on a day.

    ``first_known``: the row holds only from a later day on, and no other row is known before it.
    ``contract`` is the book whose discount has lowered the row's prices.
    """

    row: R_co
    book: Book
    origin: Origin = "catalog"
    first_known: bool = False
    contract: Book | None = None

    @property
    def confidential(self) -> bool:
        """Whether a confidential book holds the row, or what was taken off its prices."""
        contract = self.contract is not None and self.contract.confidential
        return self.book.confidential or contract

    def at(self, discount: Discount, book: Book) -> Self:
        """Return the match with a discount of a book taken off, and named in its source."""
        off = "a discount off" if book.confidential else f"{discount.percent_off:g}% off"
        row = discounted(self.row, discount.factor)
        source = f"{row.source or self.book.source}; {off} list by {PurePath(book.name).name}"
        return replace(self, row=row.model_copy(update={"source": source}), contract=book)

    def sourced(self, name: str, value: Range, unit: str) -> SourcedValue:
        """Return a figure of this row."""
        row = self.row
        return SourcedValue(
            name=name,
            value=value,
            unit=unit,
            source=row.source or self.book.source or "",
            as_of=row.as_of,
            estimate=row.estimate or self.first_known,
            confidential=self.confidential,
            origin=self.origin,
        )
