"""What is bought before anyone knows the throughput stays bought, however slow it turns out."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import pytest

from tco.analysis.cashflow.projection import project
from tco.analysis.simulation.distribution import Z90
from tco.analysis.simulation.uncertainty import Uncertainty, simulate
from tests.conftest import FOLLOWING, ON_DEMAND, Lab, owned

# A dollar at the end of each of 48 months, at 10% a year.
WORTH = (1 - 1.1**-4) / (1.1 ** (1 / 12) - 1)


def simulated(lab: Lab, scenarios: int) -> Uncertainty:
    """The scenarios of the lab's stack."""
    return simulate(project(lab.load()), scenarios, 1)


def uncertain_speed(lab: Lab) -> dict[str, Any]:
    """A book in which the likely speed has a P10 of half and a P90 of one and a half."""
    spread = {"figure": "benchmark_spread", "value": [0.5, 1.0, 1.5], "unit": "x"}
    return {"prices": [lab.book("speed", figures=[spread])], "alternatives": ["api/dear"]}


@pytest.mark.parametrize("nodes", [1, "auto"])
def test_low_throughput_of_bought_nodes_counts_as_lost(lab: Lab, nodes: int | str) -> None:
    """Nodes are committed before their speed is known: below 0.9 of it, demand is refused.

    The node costs $8,760 a month, the API $23,652: only a refusal loses. P(speed < 0.9) with
    P10 = 0.5 is Phi(ln .9 / (ln 2 / 1.2816)) = Phi(-.1948) = .4228.
    """
    lab.workload(requests_per_month=0.9 * 730 * 3600)
    terms = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
    pool = {**ON_DEMAND, "purchase": "reserved", "nodes": nodes, "commitment": terms}
    lab.stack({"base": pool}, **uncertain_speed(lab))
    [against] = simulated(lab, 50_000).against
    lost = NormalDist().cdf(math.log(0.9) / (math.log(2) / Z90))
    assert lost == pytest.approx(0.4228, abs=1e-4)
    assert 1 - against.probability == pytest.approx(lost, abs=0.012)  # a table's blur is 1%


def test_low_throughput_of_bought_nodes_overflows_to_an_api(lab: Lab) -> None:
    """With an overflow API nothing is refused: a slow node sends more of the demand away.

    At half the speed the node serves 0.5 of 0.9 nodes: 4/9 of the API's $23,652 are paid.
    """
    lab.workload(requests_per_month=0.9 * 730 * 3600)
    lab.stack({"own": owned(100_000)}, {"overflow": "api/dear"}, **uncertain_speed(lab))
    [against] = simulated(lab, 5_000).against
    [speed] = against.inputs
    extra = 0.4 / 0.9 * 23_652 * WORTH
    assert speed.saving_at_high_usd - speed.saving_at_low_usd == pytest.approx(extra, rel=0.01)
    assert against.probability > 0.99


def test_nodes_that_follow_the_load_are_never_refused(lab: Lab) -> None:
    """Nodes on demand are sized when the speed is known: a low one costs nodes, not demand.

    At half the speed 1.8 nodes of load need two at $20 an hour: $29,200 a month, not $14,600.
    """
    lab.workload(requests_per_month=0.9 * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}}, **uncertain_speed(lab))
    drawn = simulated(lab, 5_000)
    assert drawn.usd_per_month.p90 == pytest.approx(29_200)
    assert drawn.usd_per_month.p10 == pytest.approx(14_600)
