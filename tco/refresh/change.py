"""A fetched price against the one that is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tco.catalog.node_price import NodePrice
from tco.catalog.node_table import effective_usd_per_hour

__all__ = ["Change", "Status"]

Status = Literal["new", "changed", "confirmed", "unchanged", "dated-today", "vanished"]
PROPOSED: Final[tuple[Status, ...]] = ("new", "changed", "confirmed")
JUMP: Final = 0.30
"""The share by which a price may change without a flag."""


@dataclass(frozen=True)
class Change:
    """A price against the one that is in force; a vanished price is the one in force."""

    status: Status
    price: NodePrice
    before: NodePrice | None = None

    @property
    def proposed(self) -> bool:
        """Whether a row is proposed for it."""
        return self.status in PROPOSED

    @property
    def share(self) -> float | None:
        """By what share the price of an hour changes, with its upfront; None without both."""
        if self.before is None or self.status == "vanished":
            return None
        before = effective_usd_per_hour(self.before)
        return effective_usd_per_hour(self.price) / before - 1 if before else None

    @property
    def jumps(self) -> bool:
        """Whether it changes so much that a person looks at it first."""
        return self.share is not None and abs(self.share) > JUMP
