"""What a format of billing exports is: how it is recognized, and the lines of one of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from tco.billing.record import BilledLine

__all__ = ["ExportFormat"]


class ExportFormat(Protocol):
    """One kind of billing export."""

    @property
    def name(self) -> str:
        """The name that ``tco prices import`` takes: focus or cur."""
        ...

    @property
    def title(self) -> str:
        """Its name as people know it."""
        ...

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which its rows cannot be read."""
        ...

    def recognizes(self, columns: Mapping[str, Any]) -> bool:
        """Return whether the columns are of this format, even where some are missing."""
        ...

    def lines(self, row: Mapping[str, Any]) -> Iterable[BilledLine]:
        """Return the lines of a row: none, one, or a fee and what it left unused.

        Raises ValueError for a broken row, TcoError where the whole file is of no use.
        """
        ...
