"""What a program declares besides the plan's pools, and what it costs.

The plan prices its pools. A reservation beside them is not in it, so the gate compares the cost of
everything else with `gate.max_unplanned_usd_per_month`, before the first resource is created.
Inputs that are not known then are judged in the resource's own hook.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tco.catalog.catalog import Catalog
from tco.iac.enforce.hidden_gpus import hidden_gpus
from tco.iac.enforce.incremental import RunningCost
from tco.iac.estimate.nodes import Resource
from tco.numbers import usd

__all__ = ["Limit", "Unplanned"]

SHOWN: Final = 5
"""How many resources a message names."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What may be declared beside the plan, in USD per month, and where that is stated."""

    usd_per_month: float
    source: str


@dataclass(kw_only=True)
class Unplanned:
    """The cost of what is not planned, at most, as its resources come."""

    catalog: Catalog
    day: dt.date
    allowed_types: frozenset[str]
    _usd: dict[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        self._running = RunningCost(catalog=self.catalog, day=self.day)

    def excess_of(self, resources: Iterable[Resource], limit: Limit) -> str:
        """Return why these resources exceed the limit, or an empty text."""
        for resource in resources:
            self._see(resource)
        return self._excess(limit)

    def refusal(self, resource: Resource, limit: Limit) -> str:
        """Return why a resource, with those before it, is refused; empty where it is not."""
        if resource.type in self.allowed_types:
            return ""
        if not self._see(resource):
            return "; ".join(hidden_gpus(resource, self._running))
        return self._excess(limit) if self._usd.get(resource.urn) else ""

    @property
    def usd_per_month(self) -> float:
        """Return the cost of what was seen, at most, in USD per month."""
        return sum(self._usd.values())

    def _see(self, resource: Resource) -> bool:
        """Count a resource, and return whether it is of a type that has a price."""
        seen = self._running.see(resource)
        if seen is None:
            return False
        if resource.type not in self.allowed_types:
            self._usd[resource.urn] = seen.most_usd_per_month
        return True

    def _excess(self, limit: Limit) -> str:
        if self.usd_per_month <= limit.usd_per_month:
            return ""
        largest = sorted(self._usd.items(), key=lambda item: -item[1])
        named = [f"{urn.rpartition('::')[2]} {usd(cost)}" for urn, cost in largest if cost]
        more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
        return (
            f"resources that the plan does not price cost up to {usd(self.usd_per_month)}/month "
            f"({', '.join(named[:SHOWN])}{more}), above {usd(limit.usd_per_month)} ({limit.source})"
        )
