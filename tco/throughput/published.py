"""Where a throughput comes from, whatever its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tco.ranges import Range

__all__ = ["Origin", "Published"]

Origin = Literal["catalog", "own", "predicted"]
"""Whose a throughput is: the catalog's, a user's own, or a simulator's prediction."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """The source of a throughput.

    ``published`` is the day of its source, for a throughput without a day of its own.
    ``stated_spread`` is the range that its benchmark states, over the likely value. ``notes`` say
    what was assumed about it.
    """

    origin: Origin = "catalog"
    source: str = ""
    as_of: str = ""
    published: str = ""
    license: str = ""
    is_estimate: bool = False
    stated_spread: Range | None = None
    notes: tuple[str, ...] = ()
