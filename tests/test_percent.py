"""How a probability is written next to the one that is required."""

from __future__ import annotations

import pytest

from tco.percent import exact_percent, probability_text


@pytest.mark.parametrize(
    ("probability", "needed", "shown"),
    [
        (0.7996, 0.8, "79.96%"),
        (0.799, 0.8, "79.9%"),
        (0.796, 0.8, "79.6%"),
        (0.7949, 0.8, "79%"),
        (0.8, 0.8, "80%"),
        (0.8004, 0.8, "80.04%"),
        (0.85, 0.8, "85%"),
        (0.803, 0.805, "80%"),
        (0.993, 0.995, "99.3%"),
        (0.0001, 0.8, "<1%"),
        (0.9999, 0.8, ">99%"),
        (1.0, 0.8, "100%"),
        (0.7996, None, "80%"),
    ],
)
def test_rounding_never_hides_that_a_probability_falls_short(
    probability: float, needed: float | None, shown: str
) -> None:
    """A probability just below the required one is not displayed as that one."""
    assert probability_text(probability, needed) == shown


def test_a_required_probability_keeps_its_decimals() -> None:
    """80.5% is not rounded to 80%."""
    assert [exact_percent(share) for share in (0.8, 0.805, 0.9999)] == ["80%", "80.5%", "99.99%"]
