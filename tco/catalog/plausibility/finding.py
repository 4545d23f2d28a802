"""One figure that is outside its plausible range: where it is, what it is, what was expected."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from tco.catalog.plausibility.doubt import Doubt, Keys
from tco.numbers import plain
from tco.ranges import Range

__all__ = ["FindingId", "FindingSeverity", "PlausibilityFinding", "finding_of"]

FindingSeverity = Literal["error", "warning"]
"""An error is refused; a warning closes the gate until the figure is confirmed."""

FindingId = Literal["node-price", "api-price", "throughput", "unit", "demand"]
"""What kind of figure it is: a price, a speed, a value in its unit, a load."""


@dataclass(frozen=True, kw_only=True)
class PlausibilityFinding:
    """A figure outside its plausible range.

    ``location`` are the keys that lead to it in its file, ``path`` is how a confirmation names
    it. ``confirmed`` is the reason that the reviewed file gives, empty without one.
    """

    id: FindingId
    file: str
    location: Keys
    path: str
    value: Range
    unit: str
    low: float
    high: float
    basis: str
    mistake: str
    severity: FindingSeverity = "warning"
    line: int | None = None
    confidential: bool = False
    confirmed: str = ""
    lapsed: str = ""

    @property
    def place(self) -> str:
        """Return the path with its file and line."""
        line = f":{self.line}" if self.line is not None else ""
        return f"{self.path} ({self.file}{line})"

    @property
    def stated(self) -> str:
        """Return the stated value with its unit; a confidential book's is not shown."""
        if self.confidential:
            return "a confidential value"
        value = self.value
        if value.is_point:
            return f"{plain(value.likely, 6)} {self.unit}".rstrip()
        ends = ", ".join(plain(end, 6) for end in (value.low, value.likely, value.high))
        return f"[{ends}] {self.unit}".rstrip()

    @property
    def expected(self) -> str:
        """Return the plausible range; a confidential value's is not narrowed down."""
        if math.isinf(self.high):
            return f"{plain(self.low, 4)} or more ({self.basis})"
        return f"{plain(self.low, 4)} to {plain(self.high, 4)} ({self.basis})"

    @property
    def message(self) -> str:
        """Return the value, what is plausible and the probable mistake, on one line."""
        return f"{self.stated} is outside {self.expected}. {self.mistake}{self.lapsed}".rstrip()


def finding_of(
    kind: FindingId,
    doubt: Doubt,
    *,
    file: str,
    within: Keys,
    path: str,
    confidential: bool = False,
    confirmed: str = "",
) -> PlausibilityFinding:
    """Return a doubt as a finding in a file.

    ``within`` are the keys in the file above those of the doubt, ``path`` the words for them.
    """
    inner = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in doubt.keys)
    return PlausibilityFinding(
        id=kind,
        file=file,
        location=(*within, *doubt.keys),
        path=f"{path}{inner}",
        value=doubt.value,
        unit=doubt.unit,
        low=doubt.band.low,
        high=doubt.band.high,
        basis=doubt.band.basis,
        mistake=doubt.mistake,
        severity="error" if doubt.is_error else "warning",
        confidential=confidential,
        confirmed=confirmed,
    )
