"""Inputs of the gate's conditions besides the stack and its verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tco.catalog.sourced import SourcedValue
from tco.costing.stack import Unpriced

__all__ = ["GateFacts", "OtherFleet"]


@dataclass(frozen=True, slots=True)
class OtherFleet:
    """Another stack whose gate is open, with the workloads that both serve."""

    stack: str
    workloads: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GateFacts:
    """Inputs of the conditions besides the stack and its verdict.

    ``closes_on_demand``: whether the business case would also hold if unbought
    reservations were paid on demand; None where on-demand has no price. ``recorded_ceiling_usd``:
    the ceiling that the running stack had at its last update; None for a new one.
    ``other_fleets``: finds the other stacks that may provision nodes for the same workloads.
    """

    today: dt.date
    usd_per_month: float | None
    unpriced: tuple[Unpriced, ...]
    unserved_share: float
    lost_months: int
    rival_figures: tuple[SourcedValue, ...]
    closes_on_demand: bool | None
    ceiling_usd: float
    planned_peak_usd: float
    recorded_ceiling_usd: float | None = None
    other_fleets: Callable[[], Sequence[OtherFleet]] = tuple
