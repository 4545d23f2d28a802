"""Lines of a user's file that cannot be read: counted, the first few shown, limited in share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tco.errors import BadInput, Problem
from tco.percent import exact_percent

__all__ = ["BadLines"]

MOST_SHOWN: Final = 3
"""Broken lines that are shown."""


@dataclass
class BadLines:
    """Lines that could not be read: their number, and the first few."""

    count: int = 0
    first: list[Problem] = field(default_factory=list[Problem])

    def add(self, problem: Problem, lines: int) -> None:
        """Count lines with a problem."""
        self.count += lines
        if len(self.first) < MOST_SHOWN:
            self.first.append(problem)

    def extend(self, other: BadLines) -> None:
        """Count the lines of another file too."""
        self.count += other.count
        self.first += other.first[: MOST_SHOWN - len(self.first)]

    def check(self, shown: str, good: int, most: float) -> None:
        """Raise BadInput where more than the share ``most`` of all lines is broken."""
        lines = self.count + good
        if self.count <= most * lines:
            return
        share = float(f"{self.count / lines:.3g}")
        message = (
            f"{self.count:,} of {lines:,} lines are broken ({exact_percent(share)}), "
            f"more than {exact_percent(most)}."
        )
        hint = "Repair the file, or raise --max-bad-share."
        raise BadInput([*self.first, Problem(shown, "", message, hint)])
