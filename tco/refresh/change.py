"""A fetched price against the one that is in force."""

from __future__ import annotations

from dataclasses import dataclass

from tco.catalog.node_price import NodePrice
from tco.catalog.node_table import effective_usd_per_hour
from tco.refresh.status import PROPOSED, Status, is_jump

__all__ = ["Change"]


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
        """Whether it changes so much that a person should look at it first."""
        return is_jump(self.share)
