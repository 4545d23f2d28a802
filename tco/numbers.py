"""Numbers as text; all rounding is here."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tco.percent import percent_text

__all__ = [
    "add_up",
    "differ",
    "factor_text",
    "fte_text",
    "grouped",
    "months_text",
    "percent",
    "plain",
    "quantity",
    "signed_percent",
    "signed_usd",
    "tokens",
    "tokens_in_words",
    "tokens_range",
    "usd",
    "usd_about",
    "usd_price",
    "usd_range",
    "usd_rounded",
    "whole_dollars",
    "whole_usd",
]


SMALLEST, LARGEST = 1e-6, 1e15
"""Numbers outside have an exponent."""
SHORTENED = ((1e12, "T"), (1e9, "B"))
"""Amounts from which on four digits are shown, so that no column is too narrow for them."""
NO_CENTS = 1e6
CENT, HALF = 0.01, 0.5
SMALLEST_PRICE = 0.0001
"""A unit price below has too many zeros to be read."""


def grouped(value: float, decimals: int = 0) -> str:
    """Return a number with its thousands separated; a billion or more as 1.235B or 730T."""
    size = abs(value)
    if size >= LARGEST:
        return f"{value:.3g}"
    for unit, letter in SHORTENED:
        if size >= unit - 0.5:
            return f"{value / unit:.4g}{letter}"
    return f"{value:,.{decimals if size < NO_CENTS else 0}f}"


def plain(value: float, digits: int = 3) -> str:
    """Return a number with ``digits`` significant digits, thousands separated, without zeros."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "∞"
    if not SMALLEST <= abs(value) < LARGEST:
        return f"{value:.{digits}g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def usd(value: float) -> str:
    """Return dollars: whole from $100 on, cents below; a cost below a cent is not rounded to 0."""
    sign = "-" if value < 0 else ""
    size = abs(value)
    if 0 < size < CENT / 2:
        return f"<${CENT:g}" if value > 0 else "$0"
    return f"{sign}${grouped(size, 0 if size >= 99.995 or size == 0 else 2)}"


def usd_rounded(value: float) -> str:
    """Return a cost rounded to whole dollars; one that would be 0 keeps its cents."""
    return usd(round(value) or value)


def whole_dollars(value: float, whole: int | None = None) -> str:
    """Return a cost in whole dollars for a column; one above zero is not rounded to 0.

    ``whole`` are its whole dollars where they are rounded elsewhere, to add up.
    """
    shown = value if whole is None else whole
    return "<1" if value > 0 and abs(shown) <= HALF else grouped(shown)


def whole_usd(value: int, exact: float = 0.0) -> str:
    """Whole dollars, also below $100: for columns that add up. ``exact`` is not rounded to 0."""
    return f"{'-' if value < 0 else ''}${grouped(abs(value))}" if value or exact <= 0 else "<$1"


def signed_usd(value: int) -> str:
    """Return a change in whole dollars, with its sign; a zero has none."""
    return f"{'+' if value > 0 else ''}{whole_usd(value)}"


def signed_percent(share: float) -> str:
    """Return a change in percent, with its sign."""
    return f"{'-' if share < 0 else '+'}{percent(abs(share))}"


def usd_price(value: float) -> str:
    """Return a unit price: cents, or three significant digits below ten cents."""
    if 0 < value < SMALLEST_PRICE:
        return f"<${SMALLEST_PRICE}"
    return f"${grouped(value, 2)}" if abs(value) >= 0.1 else f"${plain(value)}"


def usd_about(value: float, digits: int = 3) -> str:
    """Dollars to three significant digits: what an estimate is known to."""
    return usd(float(f"{value:.{digits}g}"))


def differ(low: float, high: float) -> bool:
    """Return whether two amounts read differently in dollars."""
    return usd(low) != usd(high)


def usd_range(low: float, high: float, likely: float | None = None) -> str:
    """``$66,000 to $92,000``: to three digits, or as many as the ends need to differ.

    With a likely value, as many as keep it between the two; one figure where nothing lies between.
    """
    if not differ(low, high):
        return usd_about(low) if likely is None else usd(likely)
    for digits in range(3, 16):
        ends = float(f"{low:.{digits}g}"), float(f"{high:.{digits}g}")
        held = likely is None or ends[0] <= likely <= ends[1]
        if held and usd(ends[0]) != usd(ends[1]):
            return f"{usd(ends[0])} to {usd(ends[1])}"
    return f"{usd(low)} to {usd(high)}"


def percent(share: float) -> str:
    """Return a share in percent, with one decimal below 10%."""
    value = 100 * share
    if 0 < value < 0.05:
        return "<0.1%"
    return percent_text(share, 1 if 0 < value < 9.95 else 0)


def tokens(mtok: float, digits: int = 3) -> str:
    """Tokens from millions of them: 407M, 5.2B, 1.3T."""
    for size, letter in ((1e6, "T"), (1e3, "B"), (1.0, "M")):
        if mtok >= size * 0.9995:
            return f"{plain(mtok / size, digits)}{letter}"
    return f"{plain(mtok * 1e3, digits)}k"


def tokens_range(low: float, high: float) -> str:
    """``1.46B to 2.63B``, to as many digits as the ends need to differ, else about one of them."""
    for digits in range(3, 7):
        ends = tokens(low, digits), tokens(high, digits)
        if ends[0] != ends[1]:
            return " to ".join(ends)
    return f"about {tokens(low)}"


def tokens_in_words(mtok: float) -> str:
    """Tokens for a sentence: 5.12 billion, 407 million, 500,000."""
    text = tokens(mtok)
    words = {"T": "trillion", "B": "billion", "M": "million"}
    return f"{text[:-1]} {words[text[-1]]}" if text[-1] in words else f"{plain(mtok * 1e6)}"


def quantity(value: float, unit: str) -> str:
    """Return a line's quantity with its unit, short."""
    short = {"node-hour": "h", "request": "req", "service": "", "node": "", "month": ""}
    text = grouped(value) if abs(value) >= 100 or abs(value) < 0.005 else plain(value)
    return f"{text} {short.get(unit, unit)}".rstrip()


def factor_text(value: float) -> str:
    """Return a factor on a price."""
    return f"x {plain(value)}"


def fte_text(value: float) -> str:
    """Return a number of people."""
    return f"{plain(value, 2)} FTE"


def months_text(value: float) -> str:
    """Whole months, the last one begun."""
    return f"{math.ceil(value)} months"


def add_up(values: Sequence[float], total: int | None = None) -> list[int]:
    """Whole dollars that add up to the rounded total: the largest remainders are rounded up.

    ``total`` is that total where it is rounded elsewhere, to less than a dollar from the sum.
    """
    floors = [math.floor(value) for value in values]
    missing = (round(sum(values)) if total is None else total) - sum(floors)
    order = sorted(range(len(values)), key=lambda index: floors[index] - values[index])
    for index in order[:missing]:
        floors[index] += 1
    return floors
