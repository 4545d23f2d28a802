"""Figures that are known only within a range: ``[low, high]`` or ``[low, likely, high]``.

``low`` and ``high`` are read as P10 and P90. Without a stated ``likely`` the median is at
the geometric mean (a share: at the mean of the logits), since prices, rates and shares err by
factors rather than by amounts.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

__all__ = [
    "MOST_GROWTH",
    "Amount",
    "PositiveAmount",
    "Range",
    "Share",
    "YearlyGrowth",
    "not_a_number",
    "point",
]

MOST_GROWTH = 100.0

NUMBER = re.compile(r"[-+]?[0-9][0-9_,]*(\.[0-9]*)?([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Range:
    """A figure at its low (P10), likely (median) and high (P90) value; a share stays in 0 to 1."""

    low: float
    likely: float
    high: float
    share: bool = False

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> core_schema.CoreSchema:
        """One check, as the validators below make the ranges, and no schema of four fields."""
        return core_schema.is_instance_schema(cls)

    @property
    def is_point(self) -> bool:
        """Whether the figure is known exactly."""
        return self.low == self.high

    def __mul__(self, factor: float) -> Range:
        """Return the range in another unit; the factor is positive."""
        return Range(self.low * factor, self.likely * factor, self.high * factor, self.share)


def point(value: float) -> Range:
    """Return a figure that is known exactly."""
    return Range(value, value, value)


def _refuse(message: str) -> PydanticCustomError:
    return PydanticCustomError("range", "{said}", {"said": message})


def not_a_number(value: object) -> str:
    """Describe a value that is not a number in the terms of YAML."""
    if isinstance(value, bool):
        return f"{str(value).lower()} is not a number."
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return f"{value!r} is a string. Write it without quotes."
    return f"{value!r} is not a number."


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refuse(f"{not_a_number(value)} Write a number or a range [low, base case, high].")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _refuse(f"{value} is not a finite number.")
    return number


def _bounded(value: float, lowest: float, highest: float) -> float:
    if value < lowest:
        raise _refuse(f"{value:g} is below {lowest:g}.")
    if value > highest:
        raise _refuse(f"{value:g} is above {highest:g}: a share lies between 0 and 1.")
    return value


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))


def _middle(low: float, high: float, highest: float) -> float:
    if math.isinf(highest):
        return math.sqrt(low * high)
    return 1.0 / (1.0 + math.exp(-(_logit(low) + _logit(high)) / 2.0))


def _range(value: Any, highest: float, lowest: float = 0.0) -> Range:
    """Return a figure from ``lowest`` to ``highest``; what errs by factors is its part above it."""
    if isinstance(value, Range):
        return value
    if not isinstance(value, list):
        return point(_bounded(_number(value), lowest, highest))
    bounds = [_bounded(_number(bound), lowest, highest) for bound in cast("list[Any]", value)]
    if len(bounds) not in (2, 3):
        raise _refuse(
            f"a range has two or three numbers, this one {len(bounds)}: "
            "write [low, high] or [low, base case, high]."
        )
    if bounds != sorted(bounds):
        raise _refuse(f"{bounds} is not in ascending order. Write the low end first.")
    low, high = bounds[0], bounds[-1]
    if low == high:
        return point(low)
    if low == lowest or high == highest:
        end = f"a low end of {lowest:g}" if low == lowest else "a high end of 1"
        raise _refuse(f"{end} has no P10-P90 distribution: write a value inside, or one number.")
    given = len(bounds) == 3
    likely = bounds[1] if given else lowest + _middle(low - lowest, high - lowest, highest)
    if likely in (low, high):
        raise _refuse(f"the likely value {likely:g} equals an end of its range {bounds}.")
    return Range(low, likely, high, share=highest == 1.0)


def _amount(value: Any) -> Range:
    return _range(value, math.inf)


def _positive(value: Any) -> Range:
    parsed = _range(value, math.inf)
    if parsed.low == 0.0:
        raise _refuse("0 is not allowed: the value must be above 0.")
    return parsed


def _share(value: Any) -> Range:
    return _range(value, 1.0)


def _growth(value: Any) -> Range:
    parsed = _range(value, math.inf, lowest=-1.0)
    if parsed.low == -1.0:
        raise _refuse("-1 is not allowed: the value must be above -1.")
    if parsed.high > MOST_GROWTH:
        raise _refuse(f"{parsed.high:g} is above {MOST_GROWTH:g}: 0.3 is a growth of 30% per year.")
    return parsed


def _plain(value: Range) -> float | list[float]:
    return value.likely if value.is_point else [value.low, value.likely, value.high]


def _schema(description: str, **limits: float) -> WithJsonSchema:
    """Return how a JSON Schema states a figure: one number, or two or three in ascending order."""
    number = {"type": "number", **limits}
    several = {"type": "array", "items": number, "minItems": 2, "maxItems": 3}
    return WithJsonSchema(
        {
            "anyOf": [number, several],
            "description": f"{description}: a number, or a range [low, high] or [low, likely, high]"
            " of P10, P50 and P90.",
        }
    )


Amount = Annotated[
    Range,
    BeforeValidator(_amount),
    PlainSerializer(_plain),
    _schema("An amount of 0 or more", minimum=0),
]
"""A price, rate or count of 0 or more, or a range of it."""
PositiveAmount = Annotated[
    Range,
    BeforeValidator(_positive),
    PlainSerializer(_plain),
    _schema("An amount above 0", exclusiveMinimum=0),
]
"""A figure above 0, or a range of it."""
Share = Annotated[
    Range,
    BeforeValidator(_share),
    PlainSerializer(_plain),
    _schema("A share from 0 to 1", minimum=0, maximum=1),
]
"""A share between 0 and 1, or a range of it."""
YearlyGrowth = Annotated[
    Range,
    BeforeValidator(_growth),
    PlainSerializer(_plain),
    _schema("A growth per year above -1", exclusiveMinimum=-1, maximum=MOST_GROWTH),
]
"""A growth g per year, or a range of it that is drawn as 1 + g."""
