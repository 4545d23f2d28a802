"""Prices that an analysis may ask for once a stack is resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from tco.catalog.sourced import SourcedValue
from tco.costing.pool_model import PoolModel, PowerTerms
from tco.costing.purchase import PurchaseOption

__all__ = ["Holding", "Market", "Missing", "RentedTerm"]

RentedTerm = Literal["on-demand", "short", "1yr", "3yr"]
"""How long a node is rented for; ``short`` is six months or a capacity block."""


@dataclass(frozen=True)
class Holding:
    """One way to hold a pool's nodes: how they are bought, and the power that the owner pays."""

    option: PurchaseOption
    power: PowerTerms | None = None


@dataclass(frozen=True)
class Missing:
    """No figure covers what was asked for; ``reason`` says which one is missing."""

    reason: str


class Market(Protocol):
    """Prices that an analysis may ask for once a stack is resolved, looked up when asked."""

    def on_demand(self, pool: PoolModel) -> SourcedValue | None:
        """Return USD per node-hour on demand where the pool is, or None without a price."""
        ...

    def listed_on_demand(self, pool: PoolModel) -> SourcedValue | None:
        """Return the published USD per node-hour on demand, the user's books left out."""
        ...

    def rented(self, pool: PoolModel, term: RentedTerm) -> list[PurchaseOption]:
        """Return the ways to rent a pool's node for a term; none for an owned node."""
        ...

    def owned(self, pool: PoolModel) -> Holding | Missing:
        """Return a pool's node bought at the catalog's purchase, colocation and power figures."""
        ...
