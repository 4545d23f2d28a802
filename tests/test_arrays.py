"""Helpers of formulas that take one figure or an array of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tco.arrays import distinct_rows, ratio

COUNTS = arrays(
    np.int16,
    st.tuples(st.integers(0, 40), st.integers(1, 4)),
    elements=st.integers(0, 3),
)


@given(COUNTS)
def test_distinct_rows_are_found_once_and_put_back(rows: np.ndarray[tuple[int, int]]) -> None:
    """Every row is known by one of the distinct rows, as numpy's own search has them."""
    found, which = distinct_rows(rows)
    assert found[which].tolist() == rows.tolist()
    assert sorted(found.tolist()) == np.unique(rows, axis=0).tolist()


def test_a_ratio_over_nothing_is_zero() -> None:
    """A share of no requests is 0, not a division by zero, for any shapes that fit together."""
    part, whole = np.array([[1.0], [3.0]]), np.array([0.0, 2.0])
    with np.errstate(all="raise"):
        assert ratio(part, whole).tolist() == [[0.0, 0.5], [0.0, 1.5]]
