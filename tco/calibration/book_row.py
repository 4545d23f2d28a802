"""A curve as a row of a price book's benchmarks, dated where the book has older ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tco.calibration.curve import CalibratedCurve
from tco.catalog.benchmark import Benchmark
from tco.catalog.book import Book, read_book
from tco.catalog.book_text import book_with_rows
from tco.catalog.fields import day_of
from tco.files import unreadable

__all__ = ["book_with"]

HEAD = "# Throughput measured with benchmark tools, written by `tco calibrate`.\n"


def book_with(curve: CalibratedCurve, path: Path) -> str:
    """Return a book's text with the curve's row at the end of its benchmarks.

    A measurement that the book has already is history: the new row holds from its own day.
    Raises BadInput where the book has a measurement of that day or a later one.
    """
    shown = str(path)
    keys = curve.keys
    if path.exists():
        keys = _dated(curve, read_book(path, shown), shown)
    return book_with_rows(path, "benchmarks", [keys], head=HEAD)


def _dated(curve: CalibratedCurve, book: Book, shown: str) -> dict[str, Any]:
    """Return the row's keys, with what the book's own would fill in differently."""
    day = day_of(curve.keys["as_of"])
    same = [row for row in book.benchmarks if row.key == curve.row.key]
    for row in same:
        if max(filter(None, (row.as_of, row.valid_from)), default=day) >= day:
            since = f" of {row.as_of.isoformat()}" if row.as_of else ""
            raise unreadable(
                shown,
                f"already has a measurement{since} of this configuration and shape: {_name(row)}.",
                "Remove that row to replace it, or calibrate with a newer one.",
            )
    keys = dict(curve.keys)
    points = keys.pop("points")
    if same or book.valid_from is not None:
        keys["valid_from"] = curve.keys["as_of"]
    if book.estimate:
        keys["estimate"] = False
    return {**keys, "points": points}


def _name(row: Benchmark) -> str:
    shape = f"{row.input:,} in, {row.output:,} out"
    return f"{row.model} on {row.gpus} x {row.gpu}, {row.precision}, {row.engine}, {shape}"
