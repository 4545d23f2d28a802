"""The fields that rows share: days, names, providers and whole numbers."""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from tco.errors import one_of
from tco.providers.registry import PROVIDERS

__all__ = [
    "CONTROLS",
    "Day",
    "Flag",
    "GpuCount",
    "Name",
    "PositiveInt",
    "ProviderId",
    "Source",
    "StatedProvider",
    "WholeNumber",
    "day_of",
]


def day_of(value: Any) -> dt.date:
    """Return a day as a file writes it. Raises ValueError."""
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", value):
        raise ValueError(f'{value!r} is not a date. Write it in quotes: "2026-11-23".')
    text = value if len(value) == 10 else f"{value}-01"
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{value!r} is not a date of the calendar.") from None


Day = Annotated[
    dt.date,
    BeforeValidator(day_of),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}(-\d{2})?$"}, mode="validation"),
]
"""A day as ``YYYY-MM-DD``; a month alone counts as its first day."""
CONTROLS = (
    r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
    r"\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f"
    r"\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
"""Line breaks, terminal escapes, text-direction controls, and invisible characters."""
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=f"^[^{CONTROLS}]+$")]
"""A name on one line, without control characters."""
Source = Annotated[str, Field(min_length=1, max_length=500, pattern=f"^[^{CONTROLS}]+$")]
"""Where a figure was seen, and where the rate that converts it was."""


def _provider_id(value: str) -> str:
    if value not in PROVIDERS:
        raise ValueError(f'"{value}" is not a provider. {one_of(value, PROVIDERS)}')
    return value


ProviderId = Annotated[
    Name,
    AfterValidator(_provider_id),
    WithJsonSchema({"type": "string", "enum": sorted(PROVIDERS)}),
]
StatedProvider = Annotated[ProviderId | None, Field(exclude_if=lambda value: value is None)]
"""Where a node comes from; if absent, it follows from the name, and digests do not change."""
GpuCount = Annotated[int, Field(strict=True, ge=1, le=1024)]
WholeNumber = Annotated[int, Field(strict=True)]
PositiveInt = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Flag = Annotated[bool, Field(strict=True)]
