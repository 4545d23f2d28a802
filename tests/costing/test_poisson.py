"""The Poisson functions against scipy's, and the published quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy import stats

from tco.arrays import FloatArray
from tco.costing import poisson

MEANS = np.array([0.01, 0.3, 1.0, 2.0, 9.5, 50.0, 200.0, 3_000.0, 80_000.0])


def test_survival_is_scipys() -> None:
    """P(Y >= k) agrees with scipy from the far left tail to the far right one."""
    mean = MEANS[:, None]
    counts = np.floor(np.maximum(mean + np.arange(-12, 13) * np.sqrt(mean), 0))
    expected = stats.poisson.sf(counts - 1, mean)
    assert poisson.survival(counts, mean) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("mean", "expected"),
    [(2, [5, 6, 8]), (10, [15, 18, 21]), (50, [62, 67, 73]), (200, [224, 234, 245])],
)
def test_burst_quantiles(mean: float, expected: list[float]) -> None:
    """Requests in flight at p95, p99 and p99.9 are far above the mean where the mean is small."""
    for probability, places in zip((0.95, 0.99, 0.999), expected, strict=True):
        fewer, enough = poisson.most_load([places - 1, places], probability)
        assert fewer < mean <= enough


@pytest.mark.parametrize("capacity", [0.0, 1.0, 7.5, 15.0, 40.0, 210.0])
def test_loss_is_the_expected_excess(capacity: float) -> None:
    """E[(Y - c)+] equals the sum over all counts above c, also for a c that is not whole."""
    for mean in (0.2, 3.0, 15.0, 200.0):
        counts = np.arange(0, 600)
        excess = np.maximum(counts - capacity, 0) @ stats.poisson.pmf(counts, mean)
        assert float(poisson.loss(capacity, mean)) == pytest.approx(excess, rel=1e-9, abs=1e-12)


def test_most_load_is_the_inverse_of_the_quantile() -> None:
    """The largest mean that k places meet leaves exactly the promised probability."""
    counts = np.array([0.0, 1.0, 5.0, 12.0, 150.0, 9_000.0])
    most = poisson.most_load(counts, 0.99)
    assert stats.poisson.cdf(counts, most) == pytest.approx(np.full(6, 0.99), abs=1e-9)


def test_most_load_stops_at_the_noise_of_the_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand nodes take a handful of steps: past 1e-13 there is only noise to follow."""
    asked: list[int] = []
    survival = poisson.survival

    def counted(counts: ArrayLike, mean: ArrayLike) -> FloatArray:
        asked.append(1)
        return survival(counts, mean)

    monkeypatch.setattr(poisson, "survival", counted)
    poisson.most_load(np.arange(1, 1001) * 12.0, 0.99)
    assert len(asked) <= 8
