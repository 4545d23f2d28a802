"""What a reader of one tool's results is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from tco.calibration.record import Record
from tco.calibration.run import Run

__all__ = ["ResultFormat"]


class ResultFormat(Protocol):
    """A tool's result format: which records are its own, and the runs in them."""

    @property
    def title(self) -> str:
        """Return the name of the tool as its users write it."""
        ...

    def recognizes(self, record: Record) -> bool:
        """Return whether a record was written by the tool."""
        ...

    def runs(self, record: Record) -> Iterator[Run]:
        """Yield the runs of a record. Raises BadInput for what is missing."""
        ...
