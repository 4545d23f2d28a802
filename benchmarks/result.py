"""What a benchmark reports: a measured number beside the number to reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["Result"]

TOLERANCE: Final = 1.2
"""A number that is missed by more than a fifth fails; less is the noise of a shared machine."""


@dataclass(frozen=True)
class Result:
    """One number, the highest that it may be, and its unit; None for what cannot be measured."""

    what: str
    measured: float | None
    to_reach: float
    unit: str
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether the number is missed by more than the tolerance."""
        return self.measured is not None and self.measured > TOLERANCE * self.to_reach

    def __str__(self) -> str:
        """Return the number, the number to reach, and whether it is met, on one line."""
        reach = f"to reach: {self.to_reach:g} {self.unit}"
        if self.measured is None:
            return f"skipped  {self.what}: {self.detail} ({reach})"
        state = "met" if self.measured <= self.to_reach else "MISSED" if self.failed else "near"
        detail = f"; {self.detail}" if self.detail else ""
        return f"{state:8} {self.what}: {self.measured:.3g} {self.unit} ({reach}{detail})"
