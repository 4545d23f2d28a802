"""What a format of logs is: how it is recognized, and the requests of one of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from tco.files import as_mapping
from tco.workload_import.request import Request

__all__ = ["LogFormat", "cell"]


class LogFormat(Protocol):
    """One kind of log."""

    @property
    def name(self) -> str:
        """The name that ``--format`` takes."""
        ...

    def recognizes(self, row: Mapping[str, Any]) -> bool:
        """Return whether the first row of a file is of this format."""
        ...

    def requests(self, row: Mapping[str, Any]) -> Iterable[Request]:
        """Return the requests of a row; none where it is not one that a model served.

        Raises ValueError for a broken row, TcoError where the whole file is of no use.
        """
        ...


def cell(row: Mapping[str, Any], path: str) -> Any:
    """Return a value by its name, or by the names that lead to it, with dots; else None."""
    if path in row:
        return row[path]
    found: Any = row
    for name in path.split("."):
        mapping = as_mapping(found)
        found = mapping.get(name) if mapping else None
    return found
