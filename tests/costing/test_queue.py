"""The queue that sizes fleets, against closed forms and its own properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from tco.arrays import FloatArray
from tco.costing.queue import Queues, mean_in_flight, overflow_share
from tco.costing.queue_table import Table
from tco.throughput.relative_rate import STRAIGHT_LINE, RelativeRate, relative_rate
from tests.conftest import ARTICLE_CURVE

HALF, FULL = 20.0, 40.0
FULL_TOK_S = 1000.0 * FULL / (FULL + HALF)
ONE = np.zeros(1, np.intp)


def saturating() -> RelativeRate:
    """T(c) = 1,000 c/(c + 20) by enough points that interpolation does not show; c* = 40."""
    c: FloatArray = 10.0 ** np.linspace(-2.0, 4.6, 6_000)
    return relative_rate(c, 1000.0 * c / (c + HALF), FULL)


SATURATING = saturating()


def article(full: float) -> RelativeRate:
    """The article's measured curve up to its peak, relative to a concurrency."""
    points = [(float(c), float(tok_s)) for c, tok_s, _ in ARTICLE_CURVE if c <= 120]
    concurrency, tok_s = map(np.array, zip(*points, strict=True))
    return relative_rate(concurrency, tok_s, full)


def tail(rate: RelativeRate, full: float, nodes: float, load: float) -> float:
    """P(k > m) with nothing refused."""
    queues = Queues(rate, full, np.array([nodes]))
    odds, _ = queues.log_odds(ONE, np.array([np.log(load / nodes)]))
    return 1.0 / (1.0 + np.exp(-float(odds[0])))


@pytest.mark.parametrize(
    ("nodes", "tok_s", "more", "refused"),
    [
        (1, 400, 0.000016, 0.000011),
        (1, 500, 0.004927, 0.001827),
        (2, 1100, 0.004989, 0.001180),
        (4, 2300, 0.001935, 0.000338),
        (10, 6200, 0.009139, 0.000787),
        (40, 26000, 0.043697, 0.001444),
    ],
)
def test_saturating_curve_is_negative_binomial(
    nodes: float, tok_s: float, more: float, refused: float
) -> None:
    """T(c) = T0 c/(c + h): k ~ NegBin(N h + 1, rho = load/(N T0)), P(k > m) = I_rho(m + 1, r).

    One node at 500 tok/s: r = 21, rho = 0.5, m = 40: I_0.5(41, 21) = 0.004927.
    """
    load, r, rho, m = tok_s / FULL_TOK_S, nodes * HALF + 1, tok_s / (nodes * 1000), nodes * FULL
    assert special.betainc(m + 1, r, rho) == pytest.approx(more, abs=5e-7)
    assert tail(SATURATING, FULL, nodes, load) == pytest.approx(more, abs=6e-7)
    [share] = overflow_share(SATURATING, FULL, np.array([nodes]), np.array([load]))
    assert stats.nbinom.pmf(m, r, 1 - rho) / stats.nbinom.cdf(m, r, 1 - rho) == pytest.approx(share)
    assert share == pytest.approx(refused, abs=5e-7)


@pytest.mark.parametrize(
    ("nodes", "tok_s", "mean"),
    [
        (1, 400, 14.000),
        (1, 500, 21.000),
        (2, 1100, 50.111),
        (4, 2300, 109.588),
        (10, 6200, 327.947),
        (40, 26000, 1487.571),
    ],
)
def test_mean_in_flight_of_a_saturating_curve(nodes: float, tok_s: float, mean: float) -> None:
    """The mean of NegBin(r, rho) is r rho/(1 - rho): 21 x 0.5/0.5 = 21 at one node and 500 tok/s.

    Of more than 1,024 requests it is where the nodes serve the load: within 0.2%.
    """
    r, rho = nodes * HALF + 1, tok_s / (nodes * 1000)
    assert r * rho / (1 - rho) == pytest.approx(mean, abs=5e-4)
    found = mean_in_flight(SATURATING, FULL, nodes, tok_s / FULL_TOK_S)
    assert found == pytest.approx(mean, rel=1e-5 if mean < 1024 else 2e-3)


@pytest.mark.parametrize("nodes", [40, 1_000, 100_000])
def test_large_pools_keep_their_digits(nodes: int) -> None:
    """Strides over many states, and the closed form of an overload, agree with the full sum."""
    r, m = nodes * HALF + 1, nodes * FULL
    counts = np.arange(max(0.0, m - 200_000), m + 1)
    fixed = special.gammaln(counts + r) - special.gammaln(counts + 1)
    for used in (0.97, 0.99, 1.0, 1.01, 1.03, 1.1, 1.3, 1.49):
        log_pi = fixed + counts * np.log(used * FULL_TOK_S / 1000)
        expected = np.exp(log_pi[-1] - special.logsumexp(log_pi))
        if expected < 1e-26 or (nodes > 1_000 and used < 1):
            continue
        [share] = overflow_share(
            SATURATING, FULL, np.array([float(nodes)]), np.array([used * nodes])
        )
        assert share == pytest.approx(expected, rel=3e-5)


@pytest.mark.parametrize(
    ("full", "loads", "nodes"),
    [
        (15, [0.5, 1.2, 2.03, 3, 8], [1, 2, 3, 4, 10]),
        (40, [0.5, 1.6, 3, 4.06, 8], [1, 2, 4, 5, 9]),
        (80, [0.8, 2.03, 4.06, 8, 16], [1, 3, 5, 9, 17]),
    ],
)
def test_nodes_on_the_measured_curve(full: float, loads: list[float], nodes: list[int]) -> None:
    """99% of the time within c* = 15, 40 and 80 of the article's measured curve."""
    steps = Queues(article(full), full, np.arange(1.0, 33.0)).most_load(0.99)
    assert (np.searchsorted(steps, loads) + 1).tolist() == nodes


@pytest.mark.parametrize(
    ("mean", "expected"),
    [(2, [5, 6, 8]), (10, [15, 18, 21]), (50, [62, 67, 73]), (200, [224, 234, 245])],
)
def test_one_measured_point_is_poisson(mean: float, expected: list[float]) -> None:
    """On a straight line k is Poisson: p95, p99 and p99.9 are far above the mean."""
    for probability, places in zip((0.95, 0.99, 0.999), expected, strict=True):
        queues = Queues(STRAIGHT_LINE, 1.0, np.array([places - 1.0, places]))
        fewer, enough = queues.most_load(probability)
        assert fewer < mean <= enough
        assert stats.poisson.cdf(places, enough) == pytest.approx(probability, abs=1e-9)


def test_overflow_of_one_point_is_erlang_b() -> None:
    """Erlang's recursion B(n) = a B(n-1)/(n + a B(n-1)) gives what a straight line refuses."""
    for load in (0.3, 1.0, 2.0, 4.5):
        blocked, places = 1.0, 15 * 3
        for n in range(1, places + 1):
            blocked = load * 15 * blocked / (n + load * 15 * blocked)
        [share] = overflow_share(STRAIGHT_LINE, 15.0, np.array([3.0]), np.array([load]))
        assert share == pytest.approx(blocked, rel=1e-9)


@st.composite
def rates(draw: st.DrawFn) -> tuple[RelativeRate, float]:
    """Curves whose tok/s rise ever more slowly with the concurrency, and an operating point."""
    count = draw(st.integers(2, 6))
    growth = draw(st.lists(st.floats(0.05, 1.0), min_size=count - 1, max_size=count - 1))
    concurrency: FloatArray = 2.0 ** np.arange(float(count))
    slopes = np.sort(np.array(growth))[::-1]
    tok_s = np.exp(np.concatenate([[0.0], np.cumsum(slopes * np.log(2.0))]))
    full = float(concurrency[draw(st.integers(1, count - 1))])
    return relative_rate(concurrency, tok_s, full), full


@given(rates(), st.floats(0.5, 0.999))
def test_more_nodes_carry_more(drawn: tuple[RelativeRate, float], quantile: float) -> None:
    """The largest load rises with the nodes, is below what they serve, and meets its quantile."""
    rate, full = drawn
    nodes = np.array([1.0, 2.0, 3.0, 7.0, 30.0, 200.0, 3_000.0])
    queues = Queues(rate, full, nodes)
    most = queues.most_load(quantile)
    assert np.all(np.diff(most) > 0)
    odds, _ = queues.log_odds(np.arange(len(nodes)), np.log(most / nodes))
    assert special.expit(odds) == pytest.approx(np.full(len(nodes), 1 - quantile), rel=1e-4)


@given(rates(), st.floats(0.01, 3.0), st.sampled_from([1.0, 2.0, 5.0, 40.0, 1_000.0]))
def test_overflow_falls_with_nodes_and_rises_with_load(
    drawn: tuple[RelativeRate, float], used: float, nodes: float
) -> None:
    """A node more refuses no more, a greater load no less; more than the excess is refused."""
    rate, full = drawn

    def share(capacity: float, load: float) -> float:
        return float(overflow_share(rate, full, np.array([capacity]), np.array([load]))[0])

    here = share(nodes, used * nodes)
    assert max(0.0, 1 - 1 / used) - 1e-4 <= here <= 1.0
    assert share(nodes + 1, used * nodes) <= here + 1e-12
    assert share(nodes, 1.01 * used * nodes) >= here - 1e-12


@given(rates(), st.floats(1.01, 1.5))
def test_a_faster_curve_never_needs_more_nodes(
    drawn: tuple[RelativeRate, float], faster: float
) -> None:
    """The same demand is a smaller load on a curve that is faster everywhere."""
    rate, full = drawn
    steps = Queues(rate, full, np.arange(1.0, 65.0)).most_load(0.99)
    loads = np.geomspace(0.01, 40.0, 30)
    assert np.all(np.searchsorted(steps, loads / faster) <= np.searchsorted(steps, loads))


def test_tiny_loads_and_no_capacity() -> None:
    """A load of almost nothing is carried by one node; without a place everything is refused."""
    loads = np.array([1e-300, 1e-9, 0.0, 0.0, 1.0])
    capacity = np.array([1.0, 1.0, 1.0, 0.0, 0.0])
    shares = overflow_share(article(40), 40.0, capacity, loads)
    assert shares.tolist() == [0.0, 0.0, 0.0, 0.0, 1.0]
    quarter: FloatArray = overflow_share(STRAIGHT_LINE, 2.0, np.array([0.25]), np.array([0.1]))
    assert quarter.tolist() == [1.0]


def test_a_knot_has_its_slope_before_its_value() -> None:
    """Threads share the tables: one that finds a knot's value finds its slope as well."""

    class Slopes(np.ndarray[Any, np.dtype[np.float64]]):
        def __setitem__(self, key: Any, slope: Any, /) -> None:
            assert np.isnan(table.value[key]).all()
            super().__setitem__(key, slope)

    queues = Queues.of(SATURATING, FULL, (2.0,))
    empty = np.full((1, 3), np.nan)
    table = Table(
        function=queues.below.sums,
        low=np.array([-1.0]),
        steps=np.array([0.5]),
        knots=np.array([[-1.0, -0.5, 0.0]]),
        value=empty.copy(),
        slope=empty.view(Slopes),
    )
    assert np.isfinite(table.at(ONE, np.array([-0.6]))).all()
