"""The catalog's lists, for a person at a terminal of 80 columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.catalog.check import check_catalog
from tco.catalog.embedded import load_catalog
from tco.catalog.listing import figure_rows
from tco.documents.prices import prices_check_document, prices_document
from tco.report.prices import check_text, figures_in_full, figures_text
from tests.conftest import Keys

TODAY = dt.date(2026, 11, 23)
RESERVED: Keys = {
    **{"instance": "box.8x", "region": "r1", "purchase": "reserved", "kind": "reserved-instance"},
    **{"term": "1yr", "payment": "all-upfront", "usd_per_hour": 0, "upfront_usd": 87_600},
}


def listed(**keys: Any) -> str:
    """The figures of a book as a list."""
    book = Book.model_validate({"source": "a mail", "as_of": "2026-11-01", **keys})
    return figures_text(prices_document(figure_rows((book,), TODAY, (), None, None)))


def test_an_upfront_is_reported_with_what_an_hour_costs() -> None:
    """A node that is paid upfront is not shown as free: its term, its sum, its effective hour."""
    text = listed(prices=[RESERVED])
    assert "87,600 USD upfront per 1yr: 10 USD/h effective" in text
    partial = {**RESERVED, "payment": "partial-upfront", "usd_per_hour": 5}
    text = " ".join(listed(prices=[partial]).split())
    assert "87,600 USD upfront per 1yr, 5 USD/h: 15 USD/h effective" in text


def test_a_range_and_an_api_read_as_such() -> None:
    """Low / likely / high stand apart, and an API's prices have their names."""
    spot = {
        "instance": "box.8x",
        "region": "r1",
        "purchase": "spot",
        "usd_per_hour": [14.2, 22, 55],
    }
    api = {"api": "a/b", "input_usd_per_mtok": 0.4, "output_usd_per_mtok": 0.9}
    text = listed(prices=[spot, api])
    assert "14.2 / 22 / 55 USD/h" in text
    assert "in 0.4, out 0.9 USD/Mtok" in text
    assert text.endswith("2 figures; ~ estimate\n")
    assert listed(prices=[api]).endswith("\n1 figure; ~ estimate\n")


@pytest.mark.parametrize("width", [80, 120])
def test_every_list_of_the_catalog_fits_the_terminal(width: int) -> None:
    """Whatever the names, nothing of the shipped catalog is wider, and all of it is used."""
    catalog = load_catalog()
    document = prices_document(figure_rows(catalog.books, TODAY, (), None, None))
    checked = "".join(
        check_text(prices_check_document(check_catalog(catalog, day, 1)), 1, width)
        for day in (dt.date(2026, 1, 1), TODAY)
    )
    for text in (figures_text(document, width), figures_in_full(document, width), checked):
        assert width - 10 < max(len(line) for line in text.splitlines()) <= width


def test_a_figure_seen_after_today_is_a_fault() -> None:
    """A day that has not come is a slip of the keyboard: the check fails on it."""
    api = {"api": "a/b", "input_usd_per_mtok": 1, "output_usd_per_mtok": 2}
    book = Book.model_validate({"source": "a mail", "as_of": "2027-11-01", "prices": [api]})
    checked = check_catalog(Catalog(books=(book,)), TODAY, 180)
    [fault] = checked.faults
    assert fault.message == "was seen on 2027-11-01, after today, 2026-11-23."


def test_a_name_that_nothing_defines_is_a_fault() -> None:
    """A price of a misspelled instance or GPU would never be read: the check says so."""
    node = {"region": "us-east-1", "usd_per_hour": 20}
    offer = {"offer": "a/8x", "gpus": 8, "usd_per_hour": 20}
    content = {
        "source": "a mail",
        "as_of": "2026-11-01",
        "hardware": [{"gpu": "X1", "memory_gb": 8}],
        "instances": [{"instance": "mine.8x", "gpu": "X1", "gpus": 8}],
        "prices": [
            {**node, "instance": "p5.48xlrge"},
            {**node, "instance": "mine.8x"},
            {**offer, "gpu": "H1OO-SXM"},
            {**offer, "offer": "b/8x", "gpu": "h100"},
        ],
    }
    catalog = load_catalog().with_books([Book.model_validate(content)])
    reported = [str(fault) for fault in check_catalog(catalog, TODAY, 180).faults]
    assert reported == [
        'node p5.48xlrge us-east-1 on-demand: no instance type "p5.48xlrge" is known. '
        "Did you mean p5.48xlarge?",
        'node a/8x on-demand: no GPU "H1OO-SXM" is known. Did you mean H100-SXM?',
    ]
