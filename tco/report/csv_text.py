"""CSV: the ledger's lines for a spreadsheet, and how any row is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

from tco.documents.stack import StackSummary

__all__ = ["Cell", "csv_text", "lines_csv"]

Cell = str | float | int | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    *("stack", "category", "service", "pool", "name", "quantity", "unit", "usd_per_unit"),
    *("usd_per_month", "low", "high", "region", "commitment_status", "source", "as_of"),
    *("estimate", "pricing_day"),
)


def lines_csv(stacks: Sequence[StackSummary]) -> str:
    """Return the ledger's lines of stacks, nothing rounded.

    What has no price is a row without one.
    """
    rows: list[dict[str, Cell]] = []
    for found in stacks:
        common = {"stack": found.stack, "pricing_day": found.pricing_day.isoformat()}
        rows += [_row({**line.model_dump(mode="json"), **common}) for line in found.lines]
        rows += [
            _row({**common, "category": "unpriced", "name": f"{figure.name}: {figure.reason}"})
            for figure in found.unpriced
        ]
    return csv_text(rows)


def _row(values: Mapping[str, Cell]) -> dict[str, Cell]:
    return {name: values.get(name) for name in COLUMNS}


def csv_text(rows: Sequence[Mapping[str, Cell]]) -> str:
    """Rows with the same columns. Null is an empty field, a number has no exponent."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return text.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        plain = format(Decimal(repr(value)).normalize(), "f")
        return "0" if plain == "-0" else plain
    # A spreadsheet would run a text that starts so as a formula.
    return f"'{value}" if value.startswith(FORMULA) else value
