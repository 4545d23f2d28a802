"""A row that answers a look-up, with the book that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from tco.catalog.book import AnyRow, Book
from tco.catalog.sourced import Origin, SourcedValue
from tco.ranges import Range

__all__ = ["CatalogMatch"]

R_co = TypeVar("R_co", bound=AnyRow, covariant=True)


@dataclass(frozen=True, slots=True)
class CatalogMatch(Generic[R_co]):
    """A row that answers a look-up on a day.

    ``first_known``: the row holds only from a later day on, and no other row is known before it.
    """

    row: R_co
    book: Book
    origin: Origin = "catalog"
    first_known: bool = False

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
            confidential=self.book.confidential,
            origin=self.origin,
        )
