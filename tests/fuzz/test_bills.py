"""Billing exports of every kind, changed and damaged: a book of rates, or what is wrong."""

from __future__ import annotations

import gzip
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tco.files import as_list, as_mapping
from tests.billing.conftest import csv_of
from tests.billing.test_cur import MONTH, legacy
from tests.billing.test_focus import COVERED, PURCHASE, ROW
from tests.fuzz.mutations import Vocabulary, damaged, mutated
from tests.fuzz.oracle import OK, Runner
from tests.fuzz.shares import share

NODE = {"RegionId": "us-east-1", "SkuPriceDetails": '{"InstanceType": "p5.48xlarge"}'}
BILLS: list[Any] = [
    [{**row, **NODE} for row in (ROW, PURCHASE, COVERED)],
    [*MONTH],
    [legacy(row) for row in MONTH],
]
BOOK = "prices/own.yaml"
VOCABULARY = Vocabulary.of(BILLS)


def as_bill(tree: Any) -> str:
    """The rows as CSV."""
    return csv_of([as_mapping(row) or {"x": row} for row in as_list(tree) or [tree]])


@st.composite
def bills(draw: st.DrawFn) -> bytes:
    """A bill of some format, changed in a few places, plain or compressed."""
    tree: Any = draw(mutated(draw(st.sampled_from(BILLS)), VOCABULARY))
    content = draw(damaged(as_bill(tree)))
    return gzip.compress(content) if draw(st.booleans()) else content


@share(0.3)
@given(bills(), st.sampled_from(["cur", "focus"]))
def test_bills(runner: Runner, content: bytes, export: str) -> None:
    """What is imported is a price book that reads again, whatever the bill holds."""
    runner.write("bill.csv", content)
    options = ("--max-bad-share", "0.9", "--term", "1yr", "--payment", "no-upfront")
    imported = runner("prices", "import", export, "bill.csv", "--book", BOOK, *options)
    if imported.code == OK and "Written to" in " ".join(imported.out.split()):
        assert runner("prices", "show", "p5.48xlarge", "--book", BOOK).code == OK
