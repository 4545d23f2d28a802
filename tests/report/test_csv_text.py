"""CSV for spreadsheets: the ledger's lines, and how any cell is written."""

from __future__ import annotations

import csv
import io

import pytest

from tco.documents.stack import stack_summary
from tco.report.csv_text import csv_text, lines_csv
from tests.conftest import ON_DEMAND, Lab


def test_csv_lines_are_the_json_lines(lab: Lab) -> None:
    """The lines of a stack, nothing rounded; they add up to its month."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"egress": {"to": "internet"}})
    found = lab.evaluate()
    rows = list(csv.DictReader(io.StringIO(lines_csv([stack_summary(found)]))))
    total = sum(float(row["usd_per_month"]) for row in rows)
    assert total == pytest.approx(found.priced_usd_per_month)
    assert {row["stack"] for row in rows} == {"one"}


def test_unpriced_is_a_row_without_a_price(lab: Lab) -> None:
    """What has no price is no zero: its row has no amount."""
    lab.nodes_by_hour([9] * 24)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    rows = list(csv.DictReader(io.StringIO(lines_csv([stack_summary(lab.evaluate())]))))
    [row] = [row for row in rows if row["category"] == "unpriced"]
    assert row["usd_per_month"] == ""
    assert "unserved" in row["name"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_text_is_a_formula(text: str) -> None:
    """A spreadsheet shows a hostile name as text and runs nothing."""
    assert csv_text([{"name": text}]).splitlines()[1].strip('"').startswith("'")


def test_numbers_have_no_exponent() -> None:
    """Small and large numbers are plain decimals, and nothing is an empty field."""
    text = csv_text([{"a": 1e-7, "b": 2.5e9, "c": None, "d": -0.0, "e": -3}])
    assert text == "a,b,c,d,e\n0.0000001,2500000000,,0,-3\n"
