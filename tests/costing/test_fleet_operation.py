"""Fleets by look-up in a table, for scenarios without end."""

from __future__ import annotations

import numpy as np
import pytest

from tco.analysis.cashflow.projection import project, tabulated
from tco.costing.fleet_operation import operate
from tco.costing.fleet_table import WorkTable
from tco.scenario import Scenario
from tests.conftest import ON_DEMAND, Keys, Lab


@pytest.mark.parametrize("follow", ["static", "schedule", "load"])
@pytest.mark.parametrize("burst", [{"quantile": 0.99}, {"factor": 1.0}])
def test_tabulated_fleets_are_near_the_exact_ones(lab: Lab, follow: str, burst: Keys) -> None:
    """A table of 512 loads blurs each step over 1% of load.

    Node-hours are off by 0.5 % on average and their mean by 0.2%; busy hours and overflow, which
    are steep only at the fleet's cap, by 1% and half a percentage point at most.
    """
    shape = {"kind": "diurnal", "peak_to_mean": 1.5}
    lab.workload(requests_per_month=3 * 730 * 3600, burst=burst, shape=shape)
    spread = {"figure": "benchmark_spread", "value": [0.5, 1.0, 1.5], "unit": "x"}
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": {"min": 0, "max": 6, "follow": follow}}},
        {"overflow": "api/plain", "standby": {"availability": 0.999}},
        prices=[lab.book("speed", figures=[spread])],
    )
    stack = lab.load()
    speeds = np.exp(np.random.default_rng(6).normal(0.0, 0.3, 3000))
    [figure] = [group.throughput for service in stack.services for group in service.groups]
    scenario = Scenario(draws={(figure.name, figure.value): speeds})
    likely = (np.ones(1),)
    table = WorkTable.build(stack, likely, operate(stack, 1.0), 8.0).at(likely, scenario)
    [[found]], [[exact]] = table.groups, operate(stack, 1.0, scenario).groups
    hours, known = found.month.node_hours[0], exact.month.node_hours[0]
    assert float(np.abs(hours - known).mean()) < 0.005 * float(known.mean())
    assert float(hours.mean()) == pytest.approx(float(known.mean()), rel=0.002)
    busy, served = found.month.busy_hours[0], exact.month.busy_hours[0]
    assert float(np.abs(busy - served).max()) < 0.01 * float(served.max())
    over, sent = found.month.overflow_share, exact.month.overflow_share
    assert float(np.abs(over - sent).max()) < 0.005


def test_known_throughput_needs_no_table(lab: Lab) -> None:
    """Where the speed is not uncertain the exact fleet is used as it stands."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}})
    stack = lab.load()
    exact = operate(stack, 1.0)
    likely = (np.ones(1),)
    table = WorkTable.build(stack, likely, exact, 1.0)
    assert table.at(likely, Scenario()).groups == exact.groups


@pytest.mark.parametrize("load", [0.7, 1.9, 3.0, 4.3, 5.7, 7.1])
def test_a_step_of_the_fleet_is_where_the_exact_one_is(lab: Lab, load: float) -> None:
    """A fleet of one level is tabulated as the stairs that it is, on both sides of each step."""
    lab.workload(requests_per_month=load * 730 * 3600, burst={"quantile": 0.99})
    spread = {"figure": "benchmark_spread", "value": [0.5, 1.0, 1.5], "unit": "x"}
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": {"min": 0, "max": 60, "follow": "load"}}},
        {"overflow": "api/plain"},
        prices=[lab.book("speed", figures=[spread])],
    )
    stack = lab.load()
    speeds = np.exp(np.random.default_rng(6).normal(0.0, 0.3, 3000))
    [figure] = [group.throughput for service in stack.services for group in service.groups]
    scenario = Scenario(draws={(figure.name, figure.value): speeds})
    likely = (np.ones(1),)
    table = WorkTable.build(stack, likely, operate(stack, 1.0), 8.0).at(likely, scenario)
    [[found]], [[exact]] = table.groups, operate(stack, 1.0, scenario).groups
    assert found.month.node_hours[0] == pytest.approx(exact.month.node_hours[0], rel=1e-6)


def test_a_slow_scenario_may_need_more_nodes_than_are_counted(lab: Lab) -> None:
    """Beyond the nodes counted one by one a fleet grows in proportion to its load."""
    lab.workload(requests_per_month=90_000 * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 90_000}})
    fleet = lab.load().services[0].groups[0].fleet
    assert fleet.needed(np.array([90_000.0, 180_000.0, 900_000.0])) == pytest.approx(
        [90_000, 180_000, 900_000], rel=1e-3
    )


def test_drawn_burst_rate_changes_nodes_and_not_the_work(lab: Lab) -> None:
    """A workload that queues like twice its number needs more nodes, which do the same work.

    L = 8, n* = 15: r = 1.1 queues 132 on average, p99 159 <= 165: 11 nodes; r = 2 queues 240, p99
    277 <= 285: 19 nodes. Looked up for scenarios they are the same.
    """
    lab.workload(requests_per_month=8 * 730 * 3600, burst={"rate": [1.1, 1.3, 2.0]})
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}}, {"overflow": "api/plain"})
    stack = lab.load()
    months = {
        end: operate(stack, 1.0, scenario=Scenario(end=end)).groups[0][0].month
        for end in ("low", "high")
    }
    assert months["low"].peak_nodes[0] == pytest.approx(11)
    assert months["high"].peak_nodes[0] == pytest.approx(19)
    busy = [month.busy_hours[0][0] for month in months.values()]
    assert busy == pytest.approx([8 * 730] * 2, rel=1e-3)
    group = stack.services[0].groups[0]
    assert group.burst_rate is not None
    ahead = project(stack, 1)
    drawn = Scenario(draws={(group.burst_rate.driver, group.burst_rate.value): np.array([[2.0]])})
    table = tabulated(ahead, 2.0)(drawn).work.groups[0][0].month
    assert table.peak_nodes[0].ravel() == pytest.approx([19])
    assert table.busy_hours[0].ravel() == pytest.approx([8 * 730], rel=1e-3)
