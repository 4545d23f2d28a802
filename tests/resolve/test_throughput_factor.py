"""`serving.throughput_factor`: how fast nodes are in service over the benchmark."""

from __future__ import annotations

import pytest

from tco.costing.figures import figures_of
from tests.conftest import FOLLOWING, ON_DEMAND, Lab


def test_a_stated_factor_takes_the_place_of_the_spread(lab: Lab) -> None:
    """At 0.8 of the benchmark a node serves 80 tok/s and the same demand fills 1.25 times it."""
    pools = {"main": {**ON_DEMAND, "nodes": FOLLOWING}}
    lab.workload(requests_per_month=0.6 * 730 * 3600)
    lab.stack(pools)
    [before] = lab.evaluate().fleets
    lab.stack(pools, {"serving": {"model": "unit", "throughput_factor": [0.7, 0.8, 1]}})
    result = lab.evaluate()
    [after] = result.fleets
    assert (before.node_output_tok_s, after.node_output_tok_s) == pytest.approx((100, 80))
    assert (before.utilization, after.utilization) == pytest.approx((0.6, 0.75))
    figures = {figure.name: figure for figure in figures_of(result.stack)}
    stated = figures["services.chat.serving.throughput_factor"]
    assert (stated.value.low, stated.value.high, stated.origin) == (0.7, 1, "plan")


@pytest.mark.parametrize("factor", [0, -1, "fast"])
def test_a_factor_that_is_no_speed_is_refused(lab: Lab, factor: object) -> None:
    """It is above 0."""
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        {"serving": {"model": "unit", "throughput_factor": factor}},
    )
    assert "services.chat.serving.throughput_factor" in lab.refused()


def test_a_percentage_is_not_plausible(lab: Lab) -> None:
    """85 instead of 0.85 is not taken for a node 85 times as fast as measured."""
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        {"serving": {"model": "unit", "throughput_factor": 85}},
    )
    paths = [finding.path for finding in lab.load().findings]
    assert "services.chat.serving.throughput_factor" in paths
