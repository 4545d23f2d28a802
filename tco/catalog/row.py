"""A row of the catalog or of a user's price book: one form for both.

A row names a figure, says what it is, where it was seen (``source``), when (``as_of``), from
which day it holds (``valid_from``), and whether it is an ``estimate``. Money is USD.
"""

from typing import Annotated

from pydantic import Field

from tco.catalog.fields import Day, Flag, Source
from tco.files import Strict

__all__ = ["Row"]


class Row(Strict):
    """What every figure carries. A book's own source and day fill what a row leaves out."""

    source: Source | None = None
    as_of: Day | None = None
    valid_from: Day | None = None
    estimate: Flag = False
    note: str = ""
    confirm: Annotated[Source | None, Field(exclude_if=lambda value: value is None)] = None
    """Why an unusual figure is right; if absent, no digest of a book changes."""
