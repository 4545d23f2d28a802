"""Read a billing export line by line: memory does not grow with the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tco.bad_lines import BadLines
from tco.billing.export_format import ExportFormat
from tco.billing.formats import format_of
from tco.billing.record import BilledLine
from tco.errors import BadInput, Problem, TcoError
from tco.files import unreadable
from tco.log_rows import log_rows

__all__ = ["MAX_BAD_SHARE", "read"]

MAX_BAD_SHARE: Final = 0.01
OTHER_FORMS: Final = {
    b"PAR1": (
        "Parquet",
        "Export as CSV (gzip is fine), or convert it: "
        "duckdb -c \"COPY 'FILE' TO 'bill.csv' (HEADER)\".",
    ),
    b"PK\x03\x04": ("ZIP", "Unpack it first."),
}
"""By the first bytes of a file."""


def read(
    path: Path,
    *,
    name: str | None = None,
    max_bad_share: float = MAX_BAD_SHARE,
    bad: BadLines | None = None,
) -> Iterator[BilledLine]:
    """Yield the lines of a billing export: FOCUS, or a Cost and Usage Report of AWS.

    Args:
        path: The file, CSV or CSV.gz; its format is recognized by its columns.
        name: ``focus`` or ``cur`` to accept that alone.
        max_bad_share: The share of the file's lines that may be broken; the file is refused above.
        bad: Counts the broken lines of all files that it is passed for.

    Yields:
        The lines in the file's order.

    Raises:
        BadInput: The file cannot be read, is not such an export, is not in USD, or has too many
            broken lines, which shows at its end.
    """
    shown = f"{path}"
    broken = BadLines()
    _refuse_binary(path, shown)
    found: ExportFormat | None = None
    good = 0
    for row in log_rows(path, shown):
        where = f"line {row.line}"
        if row.cells is None:
            broken.add(Problem(shown, where, row.problem), row.lines)
            continue
        if found is None:
            found = format_of(row.cells, shown, name)
        try:
            lines = [*found.lines(row.cells)]
        except ValueError as error:
            broken.add(Problem(shown, where, f"{error}"), row.lines)
            continue
        except TcoError as error:
            raise unreadable(shown, f"{error}", path=where) from None
        good += 1
        yield from lines
    if found is None:
        if broken.first:
            raise BadInput(broken.first)
        raise unreadable(shown, "holds no rows.", "Is the export finished?")
    broken.check(shown, good, max_bad_share)
    if bad is not None:
        bad.extend(broken)


def _refuse_binary(path: Path, shown: str) -> None:
    """Raise BadInput for the other forms in which AWS and Azure write exports."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError:
        return  # reading the rows reports it
    for mark, (file_type, hint) in OTHER_FORMS.items():
        if start.startswith(mark):
            raise unreadable(shown, f"is a {file_type} file; only CSV and CSV.gz are read.", hint)
