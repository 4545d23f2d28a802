"""What is uncertain about a stack, and scenarios of it."""

from __future__ import annotations

import numpy as np
import pytest

from tco.analysis.cashflow.projection import project
from tco.analysis.simulation.distribution import Z90
from tco.analysis.simulation.drivers import Drivers, Recorder
from tco.analysis.simulation.uncertainty import drivers_of
from tco.catalog.sourced import SourcedValue
from tco.plan.finance import Correlation
from tco.ranges import Range, point
from tests.conftest import ON_DEMAND, Lab

PRICE = Range(1.0, 2.0, 4.0)
PEOPLE = Range(0.2, 0.5, 1.0)
DRIVERS = Drivers({"price": (PRICE,), "people": (PEOPLE, PEOPLE * 2.0)})


def _drivers(lab: Lab) -> Drivers:
    ahead = project(lab.load())
    return drivers_of(ahead, ahead.stack.alternatives)


def test_recorder_notes_what_is_uncertain() -> None:
    """The recorder gives likely values and notes ranges once, by driver; points are exact."""
    recorder = Recorder()
    table = [
        SourcedValue(
            name=f"row {n}", value=PEOPLE * n, unit="FTE", source="", shared_driver="people"
        )
        for n in (1.0, 2.0)
    ]
    values = [recorder.value(value) for value in (*table, *table)]
    recorder.read("known", point(3.0))
    assert values == [0.5, 1.0, 0.5, 1.0]
    assert recorder.drivers == Drivers({"people": (PEOPLE, PEOPLE * 2.0)})


def test_figures_of_one_driver_move_together() -> None:
    """One score moves all figures of a driver: at the P90 each stands at its high end."""
    scenario = DRIVERS.scenario(np.array([[0.0], [Z90]]))
    read = [scenario.read("price", PRICE), scenario.read("people", PEOPLE)]
    assert [float(np.asarray(value).item()) for value in read] == pytest.approx([2.0, 1.0])
    assert np.asarray(scenario.read("people", PEOPLE * 2.0)).item() == pytest.approx(2.0)


@pytest.mark.parametrize("rows", [1, 7, 100, 1000])
def test_scores_do_not_depend_on_the_chunk(rows: int) -> None:
    """The same seed draws the same scenarios at any size of chunk, correlated or not."""
    for given in ((), (Correlation(figures=("price", "people"), rho=0.5),)):
        [whole] = DRIVERS.scores(100, 7, 100, given)
        parts = list(DRIVERS.scores(100, 7, rows, given))
        assert np.hstack(parts) == pytest.approx(whole, rel=1e-12, abs=1e-14)


def test_another_driver_leaves_the_draws_of_the_rest_alone() -> None:
    """Each driver has its own stream: a range more changes nothing about the ranges there are."""
    more = Drivers({**DRIVERS.ranges, "power": (PRICE,)})
    [before], [after] = DRIVERS.scores(50, 7, 50, ()), more.scores(50, 7, 50, ())
    assert (after[:2] == before).all()


def test_ends_move_one_driver_at_a_time() -> None:
    """The tornado's scores: each driver alone at its P10 and at its P90, all others likely."""
    ends = [[-Z90, Z90, 0, 0], [0, 0, -Z90, Z90]]
    assert DRIVERS.ends() == pytest.approx(np.array(ends))


def test_stack_without_ranges_has_no_driver(lab: Lab) -> None:
    """Nothing is drawn where every figure is one number."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    assert _drivers(lab).names == []


def test_every_range_of_a_stack_is_a_driver(lab: Lab) -> None:
    """Ranges of plan, workload and book decide together, the alternative's prices too.

    A cache hit without a price of its own is no driver: it costs what input costs, drawn once.
    """
    lab.workload(
        classes=[{"name": "all", "share": 1, "input": 900, "output": 100, "cached": [0.2, 0.5]}]
    )
    row = {"instance": "box.8x", "region": "r1", "usd_per_hour": [18, 20, 24]}
    spread = {"figure": "benchmark_spread", "value": [0.7, 1.0, 1.3], "unit": "x"}
    api = {"api": "api/plain", "input_usd_per_mtok": [0.8, 1.2], "output_usd_per_mtok": 1}
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        prices=[lab.book("mine", prices=[row, api], figures=[spread])],
        ops={"fte": [0.2, 0.5, 1.0]},
        finance={"discount_rate": [0.05, 0.15]},
        outlook={"api_price_decay_per_year": [0.1, 0.3, 0.6]},
    )
    assert sorted(_drivers(lab).names) == [
        "api/plain: input",
        "box.8x: on-demand",
        "demand: cached share of all",
        "finance.discount_rate",
        "ops.fte",
        "outlook.api_price_decay_per_year",
        "throughput of unit on H100-SXM",
    ]


def test_driver_of_a_stack_beside_it(lab: Lab) -> None:
    """What is uncertain about an alternative stack decides as well."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    lab.plan(
        {"chat": lab.service({"own": {**ON_DEMAND, "nodes": 1}})},
        "two",
        platform={"usd_per_month": [100, 200]},
    )
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}})}, alternatives=["stack:two"])
    assert _drivers(lab).names == ["two: platform.usd_per_month"]
