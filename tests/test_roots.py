"""Roots are found at steps, at bends and among whole numbers, in few calls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tco.arrays import FloatArray
from tco.roots import bisect, crossing, roots

FUNCTIONS: list[tuple[str, Callable[[float], float], float]] = [
    ("straight", lambda x: 3.0 * x - 1.2, 0.4),
    ("bent", lambda x: x**3 - 0.125, 0.5),
    ("falling", lambda x: 0.09 - x * x, 0.3),
    ("almost flat, then steep", lambda x: x**9 - 0.9**9, 0.9),
    ("a step", lambda x: -1.0 if x < 0.7 else 5.0, 0.7),
]
NAMES = [name for name, _, _ in FUNCTIONS]


@pytest.mark.parametrize(("name", "function", "root"), FUNCTIONS, ids=NAMES)
def test_a_crossing_is_found_to_a_millionth_of_its_bracket(
    name: str, function: Callable[[float], float], root: float
) -> None:
    """Straight, bent, falling or a jump: the crossing is where the sign changes."""
    del name
    assert crossing(function, (0.0, function(0.0)), (1.0, function(1.0))) == pytest.approx(
        root, abs=1e-6
    )


@pytest.mark.parametrize(("name", "function", "root"), FUNCTIONS[:4], ids=NAMES[:4])
def test_many_roots_at_once_are_each_ones_own(
    name: str, function: Callable[[float], float], root: float
) -> None:
    """Brackets that are searched together do not disturb one another."""
    del name
    low, high = np.array([0.0, root - 1e-3]), np.array([1.0, root + 2e-3])
    each = np.vectorize(function)
    assert roots(each, low, high, each(low), each(high)) == pytest.approx(root, abs=1e-6)


def test_no_bracket_has_no_root() -> None:
    """Nothing to search for is no error, and the function is not called."""

    def never(points: FloatArray) -> FloatArray:
        pytest.fail(f"called with {points}")

    none = np.zeros(0)
    assert roots(never, none, none, none, none).size == 0


@pytest.mark.parametrize("first", range(1, 21))
def test_the_first_whole_number_on_the_other_side(first: int) -> None:
    """A count has no fractions: no other number than a whole one is ever tried."""

    def value(x: float) -> float:
        assert x.is_integer()
        return -1.0 if x < first else 0.0 if x == first else 4.0

    assert crossing(lambda x: value(x) + 0.5, (0.0, -0.5), (20.0, 4.5), whole=True) == first


def test_an_expensive_function_is_called_seldom() -> None:
    """A sweep evaluates a whole stack for each call; halving takes twenty of them."""
    calls: list[float] = []

    def value(x: float) -> float:
        calls.append(x)
        return x**3 - 0.2

    crossing(value, (0.0, -0.2), (1.0, 0.8))
    assert len(calls) <= 12


def test_a_function_without_a_value_ends_the_search() -> None:
    """What has no price between two points leaves the bracket as it was."""
    assert crossing(lambda _: None, (1.0, -1.0), (3.0, 9.0)) == 2.0


def test_bisection_keeps_both_sides_of_each_step() -> None:
    """The low end is still below, the high end is not, and nothing is left between them."""
    steps = np.array([0.25, 1 / 3, 0.9999])
    low, high = bisect(lambda x: x < steps, np.zeros(3), np.ones(3))
    assert np.all(low < steps)
    assert np.all(high >= steps)
    assert high - low == pytest.approx(0.0, abs=1e-15)
