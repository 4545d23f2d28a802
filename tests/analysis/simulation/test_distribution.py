"""From a range to a distribution, and from correlations to draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tco.analysis.simulation.distribution import (
    Z90,
    ImpossibleCorrelations,
    UnknownFigure,
    correlated,
    drawn,
)
from tco.plan.finance import Correlation
from tco.ranges import Amount, Range, Share

ENDS = np.array([-Z90, 0.0, Z90])
SCORES = np.random.default_rng(3).standard_normal(200_000)

AMOUNT: TypeAdapter[Range] = TypeAdapter(Amount)
SHARE: TypeAdapter[Range] = TypeAdapter(Share)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (AMOUNT.validate_python([1.0, 4.0]), [1.0, 2.0, 4.0]),  # the median: sqrt(1 x 4)
        (AMOUNT.validate_python([1.0, 2.0, 8.0]), [1.0, 2.0, 8.0]),
        (AMOUNT.validate_python([0.001, 3.0, 3.1]), [0.001, 3.0, 3.1]),
        # the median of a share: logit 0.1 = -2.197, logit 0.5 = 0, middle -1.099 = logit 0.25
        (SHARE.validate_python([0.1, 0.5]), [0.1, 0.25, 0.5]),
        (SHARE.validate_python([0.45, 0.75, 0.95]), [0.45, 0.75, 0.95]),
    ],
)
def test_ends_are_p10_and_p90(value: Range, expected: list[float]) -> None:
    """The low, likely and high end of every kind of range are its P10, P50 and P90."""
    assert drawn(value, ENDS) == pytest.approx(expected)
    shares = [float((drawn(value, SCORES) <= bound).mean()) for bound in expected]
    # the standard error of a share of 200,000 draws is at most 0.0011
    assert shares == pytest.approx([0.1, 0.5, 0.9], abs=0.004)


@given(
    low=st.floats(1e-6, 0.9),
    parts=st.tuples(st.floats(0.01, 0.9), st.floats(0.01, 0.9)),
    z=st.floats(-5, 5),
)
def test_shares_stay_between_0_and_1(low: float, parts: tuple[float, float], z: float) -> None:
    """Five standard deviations out, a share is still inside 0 and 1, and rises with its score."""
    likely = low + parts[0] * (1 - low)
    high = likely + parts[1] * (1 - likely)
    found = drawn(Range(low, likely, high, share=True), np.array([z, z + 0.1]))
    assert 0 < found[0] < found[1] < 1


def test_two_sides_have_their_own_width() -> None:
    """Below the median a split lognormal spreads by low, above it by high: at z = 2.5632, twice."""
    found = drawn(Range(1.0, 2.0, 8.0), np.array([-2 * Z90, 2 * Z90]))
    assert found == pytest.approx([2 * (1 / 2) ** 2, 2 * (8 / 2) ** 2])


def _correlation(a: str, b: str, rho: float) -> Correlation:
    return Correlation(figures=(a, b), rho=rho)


def test_no_correlation_leaves_the_scores_alone() -> None:
    """Without correlations there is no matrix to multiply by."""
    assert correlated(["a", "b"], []) is None


def test_correlated_scores_have_the_stated_correlation() -> None:
    """L L' is the stated matrix: 1 on the diagonal, rho where it is stated, 0 elsewhere."""
    root = correlated(["a", "b", "c"], [_correlation("c", "a", 0.6), _correlation("a", "b", -0.3)])
    assert root is not None
    assert root @ root.T == pytest.approx(np.array([[1, -0.3, 0.6], [-0.3, 1, 0], [0.6, 0, 1]]))


def test_full_correlation_is_possible() -> None:
    """A correlation of 1 is a limit, not a contradiction: both scores are the same."""
    root = correlated(["a", "b"], [_correlation("a", "b", 1.0)])
    assert root is not None
    z = np.random.default_rng(1).standard_normal((1000, 2)) @ root.T
    assert z[:, 0] == pytest.approx(z[:, 1])
    assert float(z[:, 0].std()) == pytest.approx(1.0, abs=0.1)


def test_contradictory_correlations_are_refused() -> None:
    """No three figures can all pull apart: -0.9 thrice has the eigenvalue 1 - 1.8 = -0.8."""
    pairs = [("a", "b"), ("b", "c"), ("a", "c")]
    with pytest.raises(ImpossibleCorrelations, match=r"-0\.800"):
        correlated(["a", "b", "c"], [_correlation(a, b, -0.9) for a, b in pairs])


def test_correlation_of_an_unknown_figure_is_refused() -> None:
    """A figure that no formula reads as uncertain cannot move with another."""
    with pytest.raises(UnknownFigure) as caught:
        correlated(["a", "b"], [_correlation("a", "b", 0.1), _correlation("a", "x", 0.5)])
    assert (caught.value.place, caught.value.name) == (1, "x")


def test_z90_is_the_normals_p90() -> None:
    """P(Z <= 1.2816) = 0.9."""
    assert (1 + math.erf(Z90 / math.sqrt(2))) / 2 == pytest.approx(0.9)
