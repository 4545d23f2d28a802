"""The FOCUS rows that a plan writes, read back as its bill, are a month that went as planned."""

from __future__ import annotations

import csv
import datetime as dt
from functools import partial
from pathlib import Path

import pytest

from tco.actual.actual import ActualQuestion, compare_with_bill
from tco.actual.measured import Measured
from tco.actual.period import period_of
from tco.analysis.evaluate import evaluate
from tco.billing import read
from tco.catalog.embedded import load_catalog
from tco.documents.charges import charges_document
from tco.plan.stack_file import read_stack
from tco.providers.owned import INTERNAL
from tco.report.focus import focus_csv
from tco.resolve.resolver import resolve_stack

STACKS = Path(__file__).parents[2] / "stacks"
TODAY = dt.date(2026, 12, 5)
NOVEMBER = period_of(dt.date(2026, 11, 1), TODAY)


def without_people(text: str) -> str:
    """The rows of a plan that a vendor bills."""
    header, *rows = csv.reader(text.splitlines())
    provider = header.index("ProviderName")
    lines = [header, *(row for row in rows if row[provider] != INTERNAL)]
    return "".join(
        ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) + "\n" for row in lines
    )


@pytest.mark.parametrize(
    "name", ["aws-mixed", "aws-reserved", "two-models", "hybrid", "aws-premium"]
)
def test_a_bill_as_planned_differs_by_the_length_of_the_month_alone(
    name: str, tmp_path: Path
) -> None:
    """Reserved, spot and rented nodes, egress, platform, APIs: no cost is lost, none twice.

    The rows are of a month of 730 hours, so November's 720 hours of them cost a little more.
    """
    source = read_stack(STACKS, name)
    resolve = partial(resolve_stack, catalog=load_catalog(), today=TODAY)
    result = evaluate(resolve(source), TODAY, 0)
    export = tmp_path / "plan.csv"
    export.write_text(without_people(focus_csv([charges_document(result)])), encoding="utf-8")
    question = ActualQuestion(period=NOVEMBER, today=TODAY, scenarios=0, seed=1)
    found = compare_with_bill(source, resolve, read(export), measured=Measured(), question=question)
    billed = [line for line in found.variance.lines if line.basis == "billed"]
    assert {line.part for line in billed} >= {"compute", "egress"}
    for line in billed:
        assert line.effects.get("price", 0.0) == pytest.approx(0.0, abs=1e-6)
    planned = sum(line.usd_per_month for line in result.lines if line.line.provider != INTERNAL)
    internal = sum(
        line.usd_per_month * NOVEMBER.factor(line.line.unit)
        for line in result.lines
        if line.line.provider == INTERNAL
    )
    assert found.variance.actual_usd - internal == pytest.approx(planned)
