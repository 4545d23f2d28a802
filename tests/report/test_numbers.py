"""How numbers read, and whole dollars that add up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.report import numbers

READS: list[tuple[Callable[[float], str], float, str]] = [
    (numbers.usd, 0, "$0"),
    (numbers.usd, 14_600.4, "$14,600"),
    (numbers.usd, 99.994, "$99.99"),
    (numbers.usd, 99.996, "$100"),
    (numbers.usd, -1_234, "-$1,234"),
    (numbers.usd_price, 0, "$0.00"),
    (numbers.usd_price, 2.5, "$2.50"),
    (numbers.usd_price, 0.003625, "$0.00363"),
    (numbers.percent, 0, "0 %"),
    (numbers.percent, 0.0001, "< 0.1 %"),
    (numbers.percent, 0.0123, "1.2 %"),
    (numbers.percent, 0.984, "98 %"),
    (numbers.tokens, 407, "407M"),
    (numbers.tokens, 0.5, "500k"),
    (numbers.tokens, 5_200, "5.2B"),
    (numbers.tokens, 1_300_000, "1.3T"),
    (numbers.tokens, 999.9, "1B"),
    (numbers.plain, 1234.5, "1,234"),
    (numbers.plain, 0.000123456, "0.000123"),
    (numbers.plain, 0, "0"),
    (numbers.plain, float("inf"), "∞"),
]


@pytest.mark.parametrize(("shown", "value", "text"), READS)
def test_how_a_number_reads(shown: Callable[[float], str], value: float, text: str) -> None:
    """Two or three digits, thousands apart, and the unit that a reader expects."""
    assert shown(value) == text


@given(st.lists(st.floats(-1e6, 1e6), max_size=30))
def test_whole_dollars_add_up(values: list[float]) -> None:
    """The rounded lines add up to the rounded total, and none is a dollar or more off."""
    whole = numbers.add_up(values)
    assert sum(whole) == round(sum(values))
    for exact, shown in zip(values, whole, strict=True):
        assert abs(exact - shown) < 1 + 1e-6


def test_the_largest_remainders_are_rounded_up() -> None:
    """Three thirds of a hundred are 34, 33 and 33; half a dollar more goes to the nearest."""
    assert sorted(numbers.add_up([100 / 3] * 3)) == [33, 33, 34]
    assert numbers.add_up([0.6, 0.3, 1.1]) == [1, 0, 1]
