"""A closed form for large counts against exact sums; the work does not grow with a fleet."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tco.analysis.evaluate import evaluate
from tco.arrays import FloatArray
from tco.costing import large_counts
from tco.costing.arrivals import Arrivals
from tco.costing.fleet_operation import operate
from tests.conftest import DAY, ON_DEMAND, Lab

SCORES = np.array([-6.0, -3.0, -1.0, -0.01, 0.0, 0.01, 1.0, 2.33, 4.0])


@pytest.mark.parametrize(
    ("nodes", "down", "error"),
    [
        (501, 0.0002, 0.10),
        (501, 0.004, 0.02),
        (501, 0.06, 0.001),
        (501, 0.3, 0.0001),
        (3_000, 0.0002, 0.10),
        (3_000, 0.004, 0.002),
        (100_000, 0.004, 0.0001),
    ],
)
def test_chance_that_many_nodes_are_down(nodes: int, down: float, error: float) -> None:
    """The error is relative to the chance itself, and never makes a fleet look safer than it is.

    The largest errors are where less than one node is down on average.
    """
    mean = nodes * down
    least = np.unique(np.floor(mean + np.arange(0.0, 6.0) * np.sqrt(mean)) + 1.0)
    exact = stats.binom.sf(least - 1, nodes, down)
    found = large_counts.trials_tail([np.full_like(least, nodes)], [down], least)
    assert np.all(found >= exact * (1 - 1e-9))
    assert np.all(found <= exact * (1 + error))


def test_chance_that_nodes_of_several_kinds_are_down() -> None:
    """Kinds of different reliability are summed as the convolution sums them."""
    least = np.arange(5.0, 60.0)
    first, other = (stats.binom.pmf(np.arange(400), n, q) for n, q in ((600, 0.01), (300, 0.05)))
    exact = np.cumsum(np.convolve(first, other)[::-1])[::-1][least.astype(int)]
    counts = [np.full_like(least, 600), np.full_like(least, 300), np.full_like(least, 50)]
    found = large_counts.trials_tail(counts, [0.01, 0.05, 0.0], least)
    assert found == pytest.approx(exact, rel=0.002)
    assert np.all(np.diff(found) < 0)


def test_chance_of_nothing_and_of_the_impossible() -> None:
    """No node down is certain, more than there are is impossible; nodes that never fail are up."""
    least = np.array([0.0, 1.0, 600.0, 601.0])
    sure = large_counts.trials_tail([np.full(4, 600.0)], [0.0], least)
    assert sure.tolist() == [1.0, 0.0, 0.0, 0.0]
    found = large_counts.trials_tail([np.full(4, 600.0)], [0.5], least)
    assert found[0] == 1.0
    assert found[3] == 0.0


@pytest.mark.parametrize("nodes", [499, 500, 501, 502, 800, 2_000])
@pytest.mark.parametrize("target", [0.9, 0.99, 0.999])
def test_spares_around_the_size_from_which_they_are_approximated(
    lab: Lab, nodes: int, target: float
) -> None:
    """The least number of spares by the exact binomial, on either side of the switch."""
    lab.workload(requests_per_month=nodes * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": nodes}}, {"standby": {"availability": target}})
    k = np.arange(200)
    exact = int(np.argmax(stats.binom.sf(nodes - 1, nodes + k, 0.99) >= target))
    assert operate(lab.load()).groups[0][0].spares.tolist() == [exact]


@pytest.mark.parametrize(
    ("standby_terms", "scenarios"), [({"availability": 0.999}, 1_000), ({"api": "api/dear"}, 50)]
)
def test_a_huge_fleet_takes_no_more_work_than_a_large_one(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, standby_terms: dict[str, object], scenarios: int
) -> None:
    """Eighty-four thousand nodes are planned with at most four million chances computed.

    Spares take the tail of how many nodes are down; an API takes what overflows the nodes that
    are up.
    """
    computed: list[int] = []
    tail, overflow = large_counts.normal_tail, Arrivals.overflow

    def counted_tail(z: FloatArray) -> FloatArray:
        computed.append(z.size)
        return tail(z)

    def counted_overflow(arrivals: Arrivals, capacity: FloatArray, load: FloatArray) -> FloatArray:
        computed.append(load.size)
        return overflow(arrivals, capacity, load)

    monkeypatch.setattr(large_counts, "normal_tail", counted_tail)
    monkeypatch.setattr(Arrivals, "overflow", counted_overflow)
    spread = {"figure": "benchmark_spread", "value": [0.5, 1.0, 1.5], "unit": "x"}
    lab.workload(
        requests_per_month=60_000 * 730 * 3600,
        burst={"quantile": 0.99},
        shape={"kind": "diurnal", "peak_to_mean": 1.4},
    )
    pool = {**ON_DEMAND, "nodes": {"min": 0, "max": 100_000, "follow": "load"}}
    lab.stack(
        {"main": pool},
        {"overflow": "api/plain", "standby": standby_terms},
        prices=[lab.book("speed", figures=[spread])],
    )
    evaluate(lab.load(), DAY, scenarios)
    assert 1e5 < sum(computed) < 4e6
