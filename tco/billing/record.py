"""One line of a billing export, in the one form that every format is read into."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tco.catalog.node_price import CommitmentKind, Payment, Term
from tco.catalog.node_table import NodeColumn

__all__ = ["HOURS", "BilledLine", "CostCategory", "LineKind"]

HOURS = "h"
"""The unit of hours, however a format writes it."""


class LineKind(StrEnum):
    """What a line is charged for."""

    USAGE = "usage"
    """What was used, and the discounts on it."""
    COMMITMENT_FEE = "commitment-fee"
    """An upfront or recurring fee of a commitment; its cost is effective in what it covers."""
    UNUSED_COMMITMENT = "unused-commitment"
    """The part of a commitment that covered nothing."""
    CREDIT = "credit"
    REFUND = "refund"
    """A refund, or a correction of an earlier invoice."""
    TAX = "tax"
    SUPPORT = "support"
    OTHER = "other"


class CostCategory(StrEnum):
    """What kind of thing costs."""

    COMPUTE = "compute"
    STORAGE = "storage"
    EGRESS = "egress"
    """Data transfer."""
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class BilledLine:
    """One line of a bill. A file's effective costs add up to its own; so do its billed costs."""

    day: dt.date
    """When the charge period starts, UTC."""
    last_day: dt.date
    """The last day that the charge period touches."""
    kind: LineKind
    provider: str
    service: str
    category: CostCategory
    instance: str | None = None
    """The instance type, of node hours alone: not of a disk or a network at the instance."""
    region: str | None = None
    operating_system: str | None = None
    purchase: NodeColumn | None = None
    commitment: CommitmentKind | None = None
    term: Term | None = None
    payment: Payment | None = None
    quantity: float | None = None
    """What was priced; None on lines that only carry cost, such as a discount."""
    unit: str | None = None
    effective_usd: float
    """After discounts, with upfronts and fees of a commitment spread over what they cover."""
    billed_usd: float
    """On the invoice."""
    list_usd: float | None = None
    """At public on-demand prices."""
    resource_id: str | None = None
    planned: bool = False
    """Whether tco itself wrote it, as the charge of a plan."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def node_hours(self) -> float:
        """Return the hours of an instance that the line prices; 0 where it prices none."""
        counted = self.instance is not None and self.unit == HOURS
        return self.quantity or 0.0 if counted else 0.0
