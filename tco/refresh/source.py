"""The query to a source of prices, and its answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tco.catalog.node_price import NodePrice

__all__ = ["Ask", "Client", "Fetched", "Source", "Trouble"]

Client = Callable[[str, str], Any]
"""The client of an AWS service in a region; botocore states no types."""


@dataclass(frozen=True)
class Ask:
    """Which prices are wanted."""

    region: str
    instances: frozenset[str]
    day: dt.date
    """Every price is dated on this day."""
    days: int
    """How many days before it a history covers."""
    blocks: frozenset[str] = frozenset()
    """The instances that are known to be sold in capacity blocks in the region."""

    def price(self, instance: str, **keys: Any) -> NodePrice:
        """Return a price as of the day."""
        day = self.day
        return NodePrice(instance=instance, region=self.region, as_of=day, valid_from=day, **keys)


@dataclass(frozen=True)
class Trouble:
    """What is missing, and why; without an instance, everything of the source in the region."""

    source: str
    region: str
    instance: str | None
    message: str


@dataclass
class Fetched:
    """Prices that were fetched from one source in one region."""

    prices: list[NodePrice] = field(default_factory=list[NodePrice])
    troubles: list[Trouble] = field(default_factory=list[Trouble])
    listed: dict[str, float] = field(default_factory=dict[str, float])
    """On-demand prices in USD per hour of every instance type, also of those not asked for."""


@dataclass(frozen=True)
class Source:
    """A source of prices: its name, what it asks for, and which rows of a book it knows."""

    name: str
    action: str
    """The permission that it needs."""
    fetch: Callable[[Ask, Client], Fetched]
    covers: Callable[[NodePrice], bool]
