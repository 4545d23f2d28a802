"""Throughput on its path: fleets shrink as nodes get faster, and scenarios draw by how much."""

from __future__ import annotations

import datetime as dt

import pytest

from tco.analysis.cashflow.projection import project
from tco.analysis.evaluate import evaluate
from tco.arrays import FloatArray
from tco.documents.outlook import options, outlook
from tco.resolve.resolver import load_stack
from tests.conftest import DAY, FOLLOWING, ON_DEMAND, Keys, Lab

POOLS: Keys = {"main": {**ON_DEMAND, "nodes": FOLLOWING, "boot_hours": 0}}
YEAR: Keys = {"finance": {"horizon": 13}}


def nodes(lab: Lab, factor: float | list[float]) -> FloatArray:
    """The nodes of each month with three nodes' work on the pricing day."""
    lab.workload(requests_per_month=3 * 730 * 3600)
    lab.stack(POOLS, outlook={"throughput_factor_per_year": factor}, **YEAR)
    [[group]] = project(lab.load()).work.groups
    return group.month.peak_nodes[0]


def test_faster_nodes_are_fewer(lab: Lab) -> None:
    """At twice the tok/s per year the work of three nodes takes two after 8 months."""
    assert list(nodes(lab, 1)) == [3] * 13
    assert list(nodes(lab, 2)) == [3] + [3] * 7 + [2] * 5
    assert nodes(lab, 0.5)[-1] == 6


def test_the_bill_of_the_pricing_day_has_no_progress(lab: Lab) -> None:
    """Progress is of the months ahead: today's month does not change."""
    nodes(lab, 1)
    before = lab.evaluate()
    nodes(lab, 3)
    after = lab.evaluate()
    assert after.usd_per_month == before.usd_per_month
    assert after.alternatives[0].usd_per_month == before.alternatives[0].usd_per_month
    assert (after.rival and after.rival.npv_usd) == (before.rival and before.rival.npv_usd)
    assert after.months is not None
    assert before.months is not None
    assert after.months.months[-1].own_usd < before.months.months[-1].own_usd


def test_progress_is_drawn(lab: Lab) -> None:
    """A range is drawn, moves the saving, and is not offered as something to measure."""
    nodes(lab, [0.8, 1.05, 1.5])
    result = lab.evaluate()
    assert result.rival is not None
    assert result.rival.uncertainty is not None
    named = {figure.name: figure for figure in result.rival.uncertainty.inputs}
    assert named["outlook.throughput_factor_per_year"].swing_usd > 0
    assert result.worth_measuring is None


def test_scenarios_hit_the_same_path(lab: Lab) -> None:
    """A range as narrow as a point gives the point's bills in every scenario."""
    nodes(lab, 2)
    exact = lab.evaluate()
    nodes(lab, [1.9999999, 2, 2.0000001])
    drawn = lab.evaluate()
    assert exact.uncertainty is not None
    assert drawn.uncertainty is not None
    assert drawn.uncertainty.npv_usd.p50 == pytest.approx(exact.uncertainty.npv_usd.p50, rel=1e-3)


@pytest.mark.parametrize(
    ("day", "young_months"),
    [(dt.date(2026, 6, 10), 6), (dt.date(2026, 9, 10), 3), (dt.date(2027, 6, 10), 0)],
)
def test_a_new_model_gains_most_in_its_first_half_year(
    lab: Lab, day: dt.date, young_months: float
) -> None:
    """DeepSeek V4 Flash was first measured on 10 June 2026; a stated factor stands alone."""
    pools = {"main": {"offer": "acme/8xh200", "nodes": 1}}
    offer = {"offer": "acme/8xh200", "gpu": "H200-SXM", "gpus": 8, "usd_per_gpu_hour": 2.0}
    gpu = {"gpu": "H200-SXM", "memory_gb": 141}
    book = lab.book("h200", prices=[offer], hardware=[gpu])
    service = {"serving": {"model": "deepseek-v4-flash"}}

    def path(**plan: object) -> float:
        lab.stack(pools, service, prices=[book], pricing_day=day.isoformat(), **plan)
        stack = load_stack(lab.folder, "one", lab.catalog, day)
        return stack.services[0].groups[0].progress.young_months

    assert path() == pytest.approx(young_months, abs=0.05)
    assert path(outlook={"throughput_factor_per_year": 1}) == 0


def test_the_memo_names_both_paths(lab: Lab) -> None:
    """API prices and throughput stand side by side, with their ranges."""
    falling: Keys = {"throughput_factor_per_year": [0.8, 1.05, 1.5]}
    lab.workload(growth_per_year=0.3)
    lab.stack(POOLS, outlook={**falling, "api_price_decay_per_year": [0.1, 0.3, 0.6]}, **YEAR)
    result = evaluate(lab.load(), DAY)
    assert outlook(result) == (
        "In the base case the demand of chat grows 30% per year, API prices fall 30% per year "
        "(P10 to P90: 10% to 60%), throughput of unit grows 5% per year (P10 to P90: x 0.8 to x "
        "1.5); the fleet follows the load."
    )
    [text] = options(result)
    assert (
        "speculative decoding (MTP). Where it was measured, tok/s were x 1.32 at concurrency 15"
    ) in text
