"""The operating point of a curve under its objectives, and the percentiles they name."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tco.arrays import FloatArray
from tco.catalog.embedded import load_catalog
from tco.throughput.capacity import Capacity
from tco.throughput.configuration import Configuration
from tco.throughput.curve import Curve, OperatingPoint, Unmet, operating_point
from tco.throughput.measured import benchmark_curve
from tco.throughput.objectives import LatencyObjectives
from tco.throughput.percentiles import LatencyName, LatencyStatistic, at_percentile
from tco.throughput.shape import Shape
from tests.throughput.catalog_curves import aggregated_curves

ANY = Configuration(model="m", gpu="g", gpus=1, precision="fp8", engine="e")
STATISTICS: tuple[LatencyStatistic, ...] = ("mean", "p50", "p90", "p95", "p99")


def curve(points: list[tuple[float, float, float]], statistic: LatencyStatistic = "mean") -> Curve:
    """A curve of concurrency, output tok/s and token time."""
    c, tok_s, itl = np.array(points).T
    return Curve(
        configuration=ANY,
        shape=Shape(1000, 1000),
        concurrency=c,
        output_tok_s=tok_s,
        itl_ms={statistic: itl},
    )


def itl(statistic: LatencyStatistic, limit: float) -> LatencyObjectives:
    """An objective on token time."""
    return LatencyObjectives(itl_ms={statistic: limit})


ROUND = curve([(1, 100, 10), (4, 300, 12), (16, 900, 18), (64, 1600, 40)])


def point(curve: Curve, objectives: LatencyObjectives) -> OperatingPoint:
    """The operating point, which there is."""
    found = operating_point(curve, objectives)
    assert isinstance(found, OperatingPoint)
    return found


def test_the_article_runs_at_its_measured_points() -> None:
    """The article's curve: 15 requests at once, 245 tok/s within 50 ms, as its README says."""
    day = dt.date(2026, 11, 23)
    found = load_catalog().benchmarks("deepseek-v3", "H100-SXM", "awq-int4", "vllm", day)
    [row] = [row.row for row in found if row.row.input == 1024 and len(row.row.points) > 1]
    article = benchmark_curve(row, is_own=False)
    assert isinstance(article, Curve)
    made = point(article, itl("p50", 50))
    assert made.concurrency == pytest.approx(15)
    assert made.output_tok_s == pytest.approx(245)
    assert made.slo == "met"
    free = point(article, LatencyObjectives())
    assert (free.concurrency, free.output_tok_s) == (120, pytest.approx(662))


def test_between_measured_points() -> None:
    """Within 25 ms the point is where interpolated token time is 25 ms, between 16 and 64."""
    made = point(ROUND, itl("mean", 25))
    assert made.concurrency is not None
    assert 16 < made.concurrency < 64
    assert 900 < made.output_tok_s < 1600
    judged = ROUND.latency("itl_ms", "mean").at(np.array([made.concurrency]))
    assert float(judged[0]) == pytest.approx(25)
    assert not made.is_lower_bound


def test_a_lower_bound_is_said_to_be_one() -> None:
    """Where the last point still meets every objective the measurement ends, not the capacity."""
    assert point(ROUND, itl("mean", 40)).is_lower_bound
    assert point(ROUND, LatencyObjectives()).is_lower_bound


def test_no_point_within_the_objective() -> None:
    """Below the lowest measured token time nothing is assumed: there is no operating point."""
    found = operating_point(ROUND, itl("mean", 9))
    assert isinstance(found, Unmet)
    assert found.reason == "no measured point of m fp8 on 1 x g, e has ITL mean <= 9 ms"


def test_token_time_is_a_running_maximum() -> None:
    """A dip after a peak is noise: the objective that the peak breaks is not met beyond it."""
    noisy = curve([(1, 100, 10), (4, 300, 30), (16, 900, 20), (64, 1600, 40)])
    made = point(noisy, itl("mean", 25))
    assert made.concurrency is not None
    assert made.concurrency < 4


def test_an_unknown_latency_is_unverified() -> None:
    """A TTFT that no one measured, or measured at another shape, leaves the answer unverified."""
    made = point(ROUND, LatencyObjectives(ttft_ms={"p50": 1000}))
    assert made.slo == "unverified"
    assert made.unverified == ("TTFT p50 <= 1000 ms",)


@pytest.mark.parametrize(
    ("name", "measured", "statistic", "expected", "inferred"),
    [
        ("itl_ms", {"mean": 10.0}, "p50", 10.0, False),
        ("itl_ms", {"mean": 10.0}, "p99", 12.5, True),
        ("itl_ms", {"mean": 10.0}, "p90", 12.5, True),
        ("ttft_ms", {"mean": 100.0}, "p99", 1200.0, True),
        ("itl_ms", {"mean": 10.0, "p99": 11.0}, "p99", 11.0, False),
        ("itl_ms", {"mean": 10.0, "p99": 9.0}, "p99", 10.0, False),
        ("itl_ms", {"mean": 10.0, "p99": 11.0}, "p95", 11.0, True),
        ("itl_ms", {"p50": 10.0}, "mean", 10.0, True),
        ("itl_ms", {"p50": 10.0, "p90": 14.0}, "p99", 14.0, True),
        ("itl_ms", {"p99": 14.0}, "p50", 14.0, True),
        ("itl_ms", {"p99": 14.0}, "p99", 14.0, False),
    ],
)
def test_a_percentile_that_was_not_measured(
    name: LatencyName,
    measured: dict[LatencyStatistic, float],
    statistic: LatencyStatistic,
    expected: float,
    inferred: bool,
) -> None:
    """It is inferred at the P90 of its ratio to the mean, and never below a lower percentile."""
    values: dict[LatencyStatistic, FloatArray] = {
        statistic: np.array([measured.get(statistic, np.nan)]) for statistic in STATISTICS
    }
    found, was_inferred = at_percentile(name, values, statistic)
    assert float(found[0]) == pytest.approx(expected)
    assert was_inferred == inferred


@given(st.sampled_from(aggregated_curves()), st.floats(5, 200), st.floats(1, 3))
def test_a_stricter_objective_is_never_faster(curve: Curve, limit: float, factor: float) -> None:
    """A lower limit or a higher percentile never gives more tok/s, on any shipped curve."""
    for name in ("itl_ms", "ttft_ms"):
        if not curve.knows(name):
            continue
        speeds = [
            [_speed(curve, name, statistic, limit * wider) for wider in (1.0, factor)]
            for statistic in ("p50", "p90", "p95", "p99")
        ]
        assert all(strict <= loose * (1 + 1e-9) for strict, loose in speeds)
        strict = [pair[0] for pair in speeds]
        assert all(b <= a * (1 + 1e-9) for a, b in itertools.pairwise(strict))


def _speed(curve: Curve, name: LatencyName, statistic: LatencyStatistic, limit: float) -> float:
    objectives = (
        LatencyObjectives(itl_ms={statistic: limit})
        if name == "itl_ms"
        else LatencyObjectives(ttft_ms={statistic: limit * 20})
    )
    found = operating_point(curve, objectives)
    return found.output_tok_s if isinstance(found, OperatingPoint) else 0.0


@given(st.sampled_from(aggregated_curves()), st.floats(5, 200))
def test_the_point_meets_its_objective(curve: Curve, limit: float) -> None:
    """At the operating point the judged token time is within the limit, inside the curve."""
    assume(curve.knows("itl_ms"))
    found = operating_point(curve, itl("p99", limit))
    assume(isinstance(found, OperatingPoint))
    assert isinstance(found, OperatingPoint)
    assert found.concurrency is not None
    low, high = curve.measured_range
    assert low <= found.concurrency <= high
    judged = curve.latency("itl_ms", "p99").at(np.array([found.concurrency]))
    assert float(judged[0]) <= limit * (1 + 1e-6)


@pytest.mark.parametrize(
    ("objectives", "slo"),
    [
        (LatencyObjectives(), "none"),
        (LatencyObjectives(itl_ms={"p99": 200}), "met"),
        (LatencyObjectives(itl_ms={"p50": 200}, ttft_ms={"p99": 2000}), "met"),
        (LatencyObjectives(itl_ms={"p99": 199}), "unverified"),
    ],
)
def test_a_server_under_limits(objectives: LatencyObjectives, slo: str) -> None:
    """MLPerf Server meets objectives no stricter than its limits on p99, and only those."""
    server = Capacity(
        configuration=ANY,
        kind="server",
        output_tok_s=1000,
        shape=None,
        output=300,
        ttft_limit_ms=2000,
        itl_limit_ms=200,
    )
    assert server.slo(objectives) == slo
