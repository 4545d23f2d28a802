"""A note on how far a plan can be trusted: kind, severity and message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["Caution", "CautionKind", "Severity"]

CautionKind = Literal[
    "first-price",  # a figure's first known price is of a day after the pricing day
    "future-pricing-day",
    "future-figure",  # as_of is a day after today
    "no-standby",
    "standby-rounded",
    "memory",  # whether requests fit GPU memory is not known
    "benchmark",  # what was assumed about a benchmark
    "predicted",
    "estimated",
    "extrapolated",
    "offline-maximum",
    "cache-storage",  # an API charges for it, and the workload does not say how much it takes
    "tool-fees",  # an API's tools, such as web searches, have fees that are in no bill
    "cache-hits",  # unknown share of prefill
    "score",  # whether a model reaches a required score is not known
    "sunk",  # nodes that are paid for
    "confirmed",  # an unusual figure that the reviewed file confirms
    "discount",  # one begins or ends within the horizon
    "commitment",  # a contract bills a least amount per month
]
Severity = Literal["info", "warning"]
INFO: Final[frozenset[CautionKind]] = frozenset(
    {
        "no-standby",
        "standby-rounded",
        "benchmark",
        "tool-fees",
        "cache-hits",
        "sunk",
        "confirmed",
        "discount",
        "commitment",
    }
)
"""Choices and conservative assumptions; every other kind puts a figure in doubt."""


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to note about a plan. ``subject`` is what it is about, where that has a name."""

    kind: CautionKind
    message: str
    subject: str = ""

    @property
    def severity(self) -> Severity:
        """Return ``warning`` where a figure is in doubt, else ``info``."""
        return "info" if self.kind in INFO else "warning"
