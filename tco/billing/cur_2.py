"""AWS Cost and Usage Report 2.0, as AWS Data Exports writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tco.billing.cells import mapping
from tco.billing.cur_charges import charges
from tco.billing.cur_row import COLUMNS, NEEDED, CurRow
from tco.billing.record import BilledLine

__all__ = ["CUR_2"]

NAMES: Final = {name: name for name in COLUMNS}
USER_TAG: Final = "user_"


class _Cur2:
    """Tags and rarer attributes are JSON objects in columns of their own."""

    name = "cur"
    title = "a Cost and Usage Report 2.0 of AWS"
    needed = NEEDED

    def recognizes(self, columns: Mapping[str, Any]) -> bool:
        """Return whether a column is named as line items are in CUR 2.0."""
        return any(name.startswith("line_item_") for name in columns)

    def lines(self, row: Mapping[str, Any]) -> Iterable[BilledLine]:
        """Return the lines of a row."""
        tags = mapping(row, "resource_tags")
        plain = {name.removeprefix(USER_TAG): value for name, value in tags.items()}
        return charges(CurRow(row, NAMES), plain)


CUR_2: Final = _Cur2()
