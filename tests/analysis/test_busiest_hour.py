"""How full nodes are, and how slow tokens get, in the busiest hour."""

from __future__ import annotations

import pytest

from tco.analysis.busiest_hour import BusiestHour, busiest_hour
from tests.conftest import ON_DEMAND, Lab


def busiest(lab: Lab) -> BusiestHour:
    found = busiest_hour(lab.load().services[0])
    assert found is not None
    return found


def test_one_point_has_its_poisson_mean(lab: Lab) -> None:
    """Hours of 1 and 3 nodes of load on 6 nodes of n* = 15: 3 x 15/6 = 7.5 and on average 5."""
    nodes = [1.0] * 12 + [3.0] * 12
    lab.nodes_by_hour(nodes, burst={"quantile": 0.99})
    lab.stack({"main": {**ON_DEMAND, "nodes": 6}}, {"overflow": "api/plain"})
    hour = busiest(lab)
    assert (hour.nodes, hour.utilization) == (6, pytest.approx(0.5))
    assert hour.concurrency == pytest.approx(7.5, rel=1e-4)
    assert hour.mean_concurrency == pytest.approx(5.0, rel=1e-4)
    assert (hour.itl_ms, hour.slower_share) == (None, None)


def test_token_time_is_that_of_the_mean_concurrency(lab: Lab) -> None:
    """On the article's curve tokens are slower in the busiest hour than over the week.

    The fleet is sized for 99% of the time within the objective: they are above it in 1% at most.
    """
    lab.workload(
        requests_per_month=3_000_000,
        shape={"kind": "diurnal", "peak_to_mean": 1.6},
        classes=[{"name": "all", "share": 1, "input": 1024, "output": 256}],
        objectives={"itl_ms": {"p50": 100}},
        burst={"quantile": 0.99},
    )
    service = {"serving": {"model": "curve"}, "overflow": "api/plain"}
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}}, service)
    hour = busiest(lab)
    assert hour.itl_limit_ms == 100
    assert hour.itl_ms is not None
    assert hour.mean_itl_ms is not None
    assert 30 < hour.mean_itl_ms < hour.itl_ms < 100
    assert hour.slower_share is not None
    assert 0 < hour.slower_share <= 0.01


def test_a_certain_peak_has_no_queue(lab: Lab) -> None:
    """With a stated burst factor nothing is said of the distribution of requests in flight."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    assert busiest_hour(lab.load().services[0]) is None
