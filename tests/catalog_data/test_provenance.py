"""Every figure says where it comes from, when it was seen and whether it is a guess."""

from __future__ import annotations

import datetime as dt

from tco.catalog.book import AnyRow, describe
from tco.catalog.catalog import Catalog
from tco.catalog.check import check_catalog
from tco.catalog.figure import Figure

SEEN_BY = max(dt.date.today(), dt.date(2026, 11, 25))
EARLIEST = dt.date(2024, 1, 1)


def rows(shipped: Catalog) -> list[AnyRow]:
    return [row for book in shipped.books for row in book.rows]


def test_every_figure_has_a_source_and_a_day(shipped: Catalog) -> None:
    """A stranger can look every figure up, and knows how old it is."""
    bare = [describe(row.key) for row in rows(shipped) if not row.source or row.as_of is None]
    assert bare == []


def test_a_source_can_be_found(shipped: Catalog) -> None:
    """A source names a page, a file, a paper or a table, or says that it is an estimate."""
    vague = [
        describe(row.key)
        for row in rows(shipped)
        if row.source
        and not row.source.startswith(("estimate:", "estimate, based on"))
        and not any(sign in row.source for sign in (".", "/", " "))
    ]
    assert vague == []


def test_days_are_plausible(shipped: Catalog) -> None:
    """Nothing was seen before these models and prices existed, or after the catalog was made."""
    odd = [
        describe(row.key)
        for row in rows(shipped)
        if row.as_of and not EARLIEST <= row.as_of <= SEEN_BY
    ]
    assert odd == []


def test_no_figure_twice(shipped: Catalog) -> None:
    """No two files state the same figure of the same day: one of them would silently win."""
    keys = [(*row.key, row.valid_from) for row in rows(shipped)]
    assert len(keys) == len(set(keys))


def test_estimates_are_ranges(shipped: Catalog) -> None:
    """A figure of our own estimate has a spread, says what it is based on, and is marked."""
    begins = ("estimate:", "estimate, based on")
    estimates = [
        row for row, _ in shipped.rows(Figure) if row.source and row.source.startswith(begins)
    ]
    assert len(estimates) >= 15
    for row in estimates:
        assert row.estimate, row.figure
        assert not row.value.is_point, row.figure
        assert row.source, row.figure
        assert len(row.source) > len("estimate, based on "), row.figure


def test_check_finds_no_fault(shipped: Catalog) -> None:
    """`tco prices check` passes on what ships."""
    assert check_catalog(shipped, SEEN_BY, 180).faults == ()
