"""The time span to which a measurement is limited."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["ALWAYS", "Span"]


@dataclass(frozen=True)
class Span:
    """From a start up to an end, which is not in it, in seconds since 1970."""

    start: float
    end: float

    def clipped(self, at: float, seconds: float) -> tuple[float, float, float]:
        """Return the part of a row within the span: its start, its seconds, its share of the row.

        >>> Span(100.0, 200.0).clipped(80.0, 40.0)
        (100.0, 20.0, 0.5)
        >>> Span(100.0, 200.0).clipped(200.0, 0.0)[2]
        0.0
        """
        if not seconds:
            return at, 0.0, float(self.start <= at < self.end)
        start, end = max(at, self.start), min(at + seconds, self.end)
        return start, max(end - start, 0.0), max(end - start, 0.0) / seconds


ALWAYS = Span(-math.inf, math.inf)
