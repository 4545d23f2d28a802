"""The formats of billing exports; a format is a file and its entry here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tco.billing.cur_2 import CUR_2
from tco.billing.cur_legacy import CUR_LEGACY
from tco.billing.export_format import ExportFormat
from tco.billing.focus import FOCUS
from tco.files import unreadable

__all__ = ["FORMATS", "format_of"]

FORMATS: Final[tuple[ExportFormat, ...]] = (FOCUS, CUR_LEGACY, CUR_2)
"""In the order in which they are tried."""
OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "an Azure cost export in its own format": ("MeterId", "ConsumedService"),
    "an Azure cost export in its own format ": ("meterId", "consumedService"),
    "a Google Cloud billing export in its own format": ("service.description", "sku.description"),
    "a Google Cloud cost table": ("Service description", "SKU description"),
    "an OCI cost report in its own format": ("lineItem/referenceNo", "product/service"),
    "AWS's older detailed billing report": ("RecordType", "RateId"),
    "a file of `tco plan --format csv`": ("stack", "category", "usd_per_month"),
    "a log of requests (`tco workload import` reads it)": ("prompt_tokens",),
    "a usage export of an API (`tco workload import` reads it)": ("input_tokens",),
}
"""Other files that people hold for a billing export, by the columns that give them away."""
MOST_SHOWN: Final = 8
EXPECTED: Final = (
    "Expected: a FOCUS export (1.0 to 1.2), or a Cost and Usage Report of AWS "
    "(legacy or CUR 2.0), as CSV or CSV.gz."
)


def format_of(columns: Mapping[str, Any], shown: str, name: str | None = None) -> ExportFormat:
    """Return the format of a file by its columns.

    Args:
        columns: The first row by column.
        shown: The file as people know it.
        name: ``focus`` or ``cur`` where the user named one; None takes any.

    Returns:
        The format, whose columns are all there.

    Raises:
        BadInput: The file is of another format, or columns are missing: all are named.
    """
    found = next((known for known in FORMATS if known.recognizes(columns)), None)
    if found is None:
        raise unreadable(shown, f"this looks like {_guess(columns)}.", EXPECTED)
    if name is not None and found.name != name:
        message = f"this looks like {found.title}; expected {_titles(name)}."
        raise unreadable(shown, message, f"Name its format: {found.name}.")
    missing = [column for column in found.needed if column not in columns]
    if missing:
        message = f"this looks like {found.title}, without the columns {', '.join(missing)}."
        raise unreadable(shown, message, "Export it again with all columns.")
    return found


def _titles(name: str) -> str:
    return " or ".join(known.title for known in FORMATS if known.name == name)


def _guess(columns: Mapping[str, Any]) -> str:
    for title, marks in OTHERS.items():
        if all(mark in columns for mark in marks):
            return title.strip()
    names = list(columns)
    held = ", ".join(names[:MOST_SHOWN]) + (", …" if len(names) > MOST_SHOWN else "")
    return f"no billing export: its columns are {held}"
