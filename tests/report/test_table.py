"""The tables on a terminal of 80 columns."""

from __future__ import annotations

import click
import pytest

from tco.analysis.decision.verdict import in_words
from tco.analysis.evaluation import Evaluation
from tco.documents.gate import gate_document
from tco.documents.plan import stack_part
from tco.documents.stack import stack_summary
from tco.numbers import usd
from tco.report.rows import LineRow, line_rows
from tco.report.table import comparison, gate_text, stack_text, summary
from tco.report.view import category_totals, stack_view
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned

LONG = "a-name-that-is-longer-than-anything-that-a-table-has-room-for"


def _busy(lab: Lab) -> Evaluation:
    """A stack with wide figures everywhere: many requests, tiny prices, long names."""
    lab.workload(requests_per_month=300 * 730 * 3600, burst={"quantile": 0.99})
    tiny: Keys = {"input_usd_per_mtok": 0.000012345, "output_usd_per_mtok": 0.000012345}
    tiny["confirm"] = "made up"
    book = lab.book("tiny", prices=[{"api": LONG, **tiny}])
    pools: Keys = {
        LONG[:30]: {**ON_DEMAND, "nodes": 200},
        "spot": {**ON_DEMAND, "nodes": FOLLOWING},
    }
    lab.plan(
        {LONG: lab.service(pools, overflow=LONG, egress={})},
        LONG,
        prices=[book],
        alternatives=[LONG, "api/plain", "api/short"],
        ops={},
        platform=None,
    )
    return lab.evaluate(LONG)


def _compute_line(lab: Lab) -> LineRow:
    """The one line of nodes that a table shows."""
    lines = stack_view(stack_summary(lab.evaluate())).lines
    [line] = [line for line in lines if line.category == "compute"]
    return line


def _too_wide(text: str) -> list[str]:
    return [line for line in click.unstyle(text).splitlines() if len(line) > 80]


def test_no_line_is_wider_than_80_columns(lab: Lab) -> None:
    """Whatever the figures and the names, no table needs more than 80 columns."""
    result = _busy(lab)
    stack = stack_summary(result)
    assert _too_wide(stack_text(stack)) == []
    assert _too_wide(gate_text(gate_document(result))) == []
    assert _too_wide(summary([stack, stack])) == []


def test_comparison_fits_as_well(lab: Lab) -> None:
    """Four stacks side by side fit: long cells are wrapped."""
    result = _busy(lab)
    assert _too_wide(comparison([stack_summary(result)] * 4)) == []


@pytest.mark.parametrize("count", [2, 5, 6, 11])
def test_many_stacks_are_compared_in_blocks(lab: Lab, count: int) -> None:
    """More stacks than five are in blocks of their own, each with the rows' names."""
    result = _busy(lab)
    stack = stack_summary(result)
    text = comparison([stack] * count)
    assert _too_wide(text) == []
    assert text.count("per month") == -(-count // 5)
    assert text.count(in_words(stack.verdict.decision)) == count


def test_a_spot_line_says_what_makes_its_price(lab: Lab) -> None:
    """A spot hour with its on-demand fallback costs more than spot: the line says so."""
    pool: Keys = {**ON_DEMAND, "purchase": "spot", "nodes": 1}
    lab.stack({"main": pool})
    assert _compute_line(lab).what == "1 x box.8x, spot with its fallback"
    lab.stack({"main": {**pool, "spot": {"fallback": "none", "overprovision": 1.4}}})
    assert _compute_line(lab).what.endswith("x box.8x, spot with its interruptions")


def test_money_is_in_one_column(lab: Lab) -> None:
    """The amounts of the ledger and their total end at the same column."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, ops={}, platform=None)
    text = click.unstyle(stack_text(stack_summary(lab.evaluate()))).splitlines()
    compute = next(line for line in text if line.startswith("  compute"))
    total = next(line for line in text if "per month" in line and line.startswith(" " * 20))
    assert len(compute) == len(total) == 80
    assert compute.endswith("29,200")


def test_lines_shown_add_up_to_the_total_shown(lab: Lab) -> None:
    """The whole dollars of the lines add up to the rounded total, never one off."""
    lab.workload(requests_per_month=300_000.7)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"egress": {}}, ops={}, platform=None)
    result = lab.evaluate()
    view = stack_view(stack_summary(result))
    shown = sum(int(line.usd.replace(",", "")) for line in view.lines)
    assert usd(shown) == view.total
    totals = category_totals(stack_summary(result)).values()
    assert sum(int(total.replace(",", "")) for total in totals) == shown


def test_a_workload_without_output_has_no_price_per_output_token(lab: Lab) -> None:
    """A model that only reads has no $/1M output: a dash and a null, not a division by zero."""
    lab.workload(classes=[{"name": "all", "share": 1, "input": 1000, "output": 0}])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    result = lab.evaluate()
    view, shown = stack_view(stack_summary(result)), stack_part(result).model_dump(mode="json")
    assert view.per_mtok_output == "–"
    assert shown["usd_per_mtok_output"] is None
    assert shown["alternatives"][0]["usd_per_mtok_output"] is None
    assert shown["usd_per_request"] == pytest.approx(20 * 730 / (0.5 * 730 * 3600))


def test_a_line_stands_between_its_low_and_its_high(lab: Lab) -> None:
    """What is rounded to add up does not leave the range beside it."""
    lab.workload(requests_per_month=300_000.7)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"egress": {}}, ops={}, platform=None)
    for line in stack_view(stack_summary(lab.evaluate())).lines:
        low, amount, high = (
            int(amount.replace(",", "")) for amount in (line.low, line.usd, line.high)
        )
        assert low <= amount <= high


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e3, 1e6, 1e9, 1e12, 1e15])
def test_prices_of_any_size_keep_the_width(lab: Lab, factor: float) -> None:
    """However expensive nodes and APIs are, tables keep to 80 columns, wide ones to 120."""
    prices = [
        {"instance": "box.8x", "region": "r1", "usd_per_hour": 20 * factor},
        {"api": "api/plain", "input_usd_per_mtok": factor, "output_usd_per_mtok": factor},
    ]
    stated = {
        "services.chat.pools.own.owned.usd": 100_000 * factor,
        "ops.usd_per_fte_year": 200_000 * factor,
    }
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}, "own": owned(100_000 * factor)},
        prices=[lab.book("large", prices=[{**row, "confirm": "made up"} for row in prices])],
        confirm=[{"path": path, "value": usd, "reason": "-"} for path, usd in stated.items()],
        platform={"usd_per_month": factor},
        ops={"fte": [0.5, 1, 2], "usd_per_fte_year": 200_000 * factor},
    )
    stack = stack_summary(lab.evaluate())
    for columns in (80, 120):
        text = click.unstyle(stack_text(stack, columns) + summary([stack, stack]))
        assert max(len(line) for line in text.splitlines()) <= columns


def test_a_line_below_half_a_dollar_is_not_zero(lab: Lab) -> None:
    """A ledger has 0 for what costs nothing alone."""
    lab.workload(requests_per_month=730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    stack = stack_summary(lab.evaluate())
    for usd_per_month, text in ((0.3, "<1"), (0.0, "0")):
        line = stack.lines[0].model_copy(update={"usd_per_month": usd_per_month})
        shown = line_rows(stack.model_copy(update={"lines": (line, *stack.lines[1:])}))
        assert shown[0].usd == text
