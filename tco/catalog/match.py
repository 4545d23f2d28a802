"""A row that answers a look-up, with the book that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from tco.catalog.book import AnyRow, Book
from tco.catalog.sourced import Origin, PriceSteps, SourcedValue
from tco.catalog.spend_terms import SpendTerms
from tco.ranges import Range

__all__ = ["CatalogMatch", "Discounts"]

R_co = TypeVar("R_co", bound=AnyRow, covariant=True)


@dataclass(frozen=True, slots=True)
class Discounts:
    """The books with a discount on a price, and the months from which on another one holds.

    A step is a month with what the price is then over what it is on the pricing day. ``terms`` are
    those of the contract under which the price is billed.
    """

    books: tuple[Book, ...] = ()
    steps: PriceSteps = ()
    terms: SpendTerms | None = None
    factor: float = 1.0
    """What the price is on the pricing day over the price that the discount is taken off."""


NO_DISCOUNTS = Discounts()


@dataclass(frozen=True, slots=True)
class CatalogMatch(Generic[R_co]):
    """A row that answers a look-up on a day.

    ``first_known``: the row holds only from a later day on, and no other row is known before it.
    """

    row: R_co
    book: Book
    origin: Origin = "catalog"
    first_known: bool = False
    discounts: Discounts = NO_DISCOUNTS

    @property
    def confidential(self) -> bool:
        """Whether a confidential book holds the row, or what was taken off its prices."""
        return any(book.confidential for book in (self.book, *self.discounts.books))

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
            steps=self.discounts.steps,
            terms=self.discounts.terms,
        )
