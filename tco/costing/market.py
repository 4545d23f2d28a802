"""Prices that an analysis may ask for once a stack is resolved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, kw_only=True)
class Market:
    """Prices that an analysis may ask for once a stack is resolved.

    They are functions that `resolve` binds, so that no catalog is in a resolved stack.
    """

    on_demand: Callable[[PoolModel], SourcedValue | None]
    """USD per node-hour on demand where the pool is, or None without a price."""
    listed_on_demand: Callable[[PoolModel], SourcedValue | None]
    """The published USD per node-hour on demand, the user's books left out."""
    rented: Callable[[PoolModel, RentedTerm], list[PurchaseOption]]
    """The ways to rent a pool's node for a term; none for an owned node."""
    owned: Callable[[PoolModel], Holding | Missing]
    """A pool's node bought at the catalog's purchase, colocation and power figures."""
