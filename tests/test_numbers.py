"""How numbers read, and whole dollars that add up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import numbers
from tco.documents.narrative import saving_text
from tco.numbers import grouped, plain, usd, usd_price, usd_rounded, whole_dollars, whole_usd

READS: list[tuple[Callable[[float], str], float, str]] = [
    (numbers.usd, 0, "$0"),
    (numbers.usd, 14_600.4, "$14,600"),
    (numbers.usd, 99.994, "$99.99"),
    (numbers.usd, 99.996, "$100"),
    (numbers.usd, -1_234, "-$1,234"),
    (numbers.usd_price, 0, "$0"),
    (numbers.usd_price, 3.59e-7, "<$0.0001"),
    (numbers.usd, 0.004, "<$0.01"),
    (numbers.usd, 0, "$0"),
    (numbers.usd_price, 2.5, "$2.50"),
    (numbers.usd_price, 0.003625, "$0.00363"),
    (numbers.percent, 0, "0%"),
    (numbers.percent, 0.0001, "<0.1%"),
    (numbers.percent, 0.0123, "1.2%"),
    (numbers.percent, 0.984, "98%"),
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


def test_a_range_has_as_many_digits_as_tell_its_ends_apart() -> None:
    """Three digits, more where the ends would read the same, one figure where they are the same."""
    assert numbers.usd_range(66_049, 92_400) == "$66,000 to $92,400"
    assert numbers.usd_range(26_843, 26_849) == "$26,840 to $26,850"
    assert numbers.usd_range(14_600, 14_600) == "$14,600"
    assert numbers.usd_range(26_700, 26_849, 26_848) == "$26,700 to $26,850"
    assert numbers.tokens_range(1_460, 2_630) == "1.46B to 2.63B"
    assert numbers.tokens_range(5_541_000, 5_542_000) == "5.541T to 5.542T"
    assert numbers.tokens_range(5_541_000, 5_541_000.1) == "about 5.54T"


def test_tokens_in_a_sentence() -> None:
    """A manager reads billions, not B."""
    assert numbers.tokens_in_words(5_120) == "5.12 billion"
    assert numbers.tokens_in_words(0.5) == "500,000"


@pytest.mark.parametrize(
    ("p10", "p90", "reported"),
    [
        (-1_170_000, -782_000, "loses $782,000 to $1,170,000 (P10 to P90)"),
        (782_000, 1_170_000, "saves $782,000 to $1,170,000 (P10 to P90)"),
        (-50_000, 200_000, "ends between a loss of $50,000 and a saving of $200,000 (P10 to P90)"),
        (133_000, 133_000, "saves $133,000"),
    ],
)
def test_a_negative_saving_is_a_loss(p10: float, p90: float, reported: str) -> None:
    """What is lost reads as an amount lost, the smaller one first."""
    assert saving_text(p10, p90) == reported


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


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "$0"),
        (99.5, "$99.50"),
        (999_999_999.0, "$999,999,999"),
        (1e9, "$1B"),
        (1_234_567_890.0, "$1.235B"),
        (-7.3e14, "-$730T"),
        (7.3e17, "$7.3e+17"),
        (1e300, "$1e+300"),
    ],
)
def test_large_amounts_are_short(value: float, shown: str) -> None:
    """An amount never needs more room than a table has, and below a billion no digit is lost."""
    assert usd(value) == shown


@given(st.floats(min_value=1e-320, max_value=1e305) | st.floats(min_value=1, max_value=1e16))
def test_any_amount_fits_its_column(value: float) -> None:
    """Whatever the size, at most 12 characters, and the figure reads as itself to three digits."""
    for text in (usd(value), usd_price(value), grouped(value), grouped(value, 2)):
        assert len(text) <= 12
    assert len(plain(value)) <= 19
    units = {"B": 1e9, "T": 1e12}
    text = grouped(value, 2).replace(",", "")
    read = float(text.rstrip("BT")) * units.get(text[-1], 1.0)
    assert read == pytest.approx(value, rel=6e-3, abs=5e-3)


@given(st.floats(1e-12, 1e12), st.sampled_from([numbers.usd, numbers.usd_about, usd_price]))
def test_a_cost_above_zero_never_reads_as_zero(value: float, shown: Callable[[float], str]) -> None:
    """However small, it is not $0.00: a figure other than 0, or less than the smallest shown."""
    assert any(digit in shown(value) for digit in "123456789")


@given(st.floats(1e-12, 1e12), st.floats(1e-12, 1e12))
def test_a_range_above_zero_never_reads_as_zero(low: float, high: float) -> None:
    """Both ends of a range of costs are above 0, and read so."""
    for end in numbers.usd_range(min(low, high), max(low, high)).split(" to "):
        assert any(digit in end for digit in "123456789")


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1e-9, "<1"), (0.5, "<1"), (0.6, "1"), (1234.4, "1,234")]
)
def test_a_cost_above_zero_is_not_zero_in_a_column(value: float, text: str) -> None:
    """A column of whole dollars has 0 for what is free alone."""
    assert whole_dollars(value) == text


@given(st.floats(min_value=1e-9, max_value=0.5))
def test_a_cost_below_half_a_dollar_is_never_zero(value: float) -> None:
    """However a line or a total is rounded, a cost above 0 reads as one."""
    for text in (whole_dollars(value, 0), usd_rounded(value), whole_usd(0, value)):
        assert any(digit in text for digit in "123456789")
    assert (whole_dollars(0.0, 0), usd_rounded(0.0), whole_usd(0, 0.0)) == ("0", "$0", "$0")
