"""Effective rates of a bill: what an hour of each instance cost over the bill's period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tco.billing.record import BilledLine, CostCategory, LineKind
from tco.catalog.hours_held import HIGH, LOW, MEDIAN, price_at
from tco.catalog.node_price import CommitmentKind, Payment, Term
from tco.catalog.node_table import NodeColumn
from tco.natural_order import natural
from tco.ranges import Range, point

__all__ = ["BilledCost", "Bought", "EffectiveRate", "RateTally"]

DIGITS: Final = 4
"""Significant digits by which hourly rates are distinguished: few enough that memory stays flat."""
LEAST_HOURS: Final = 1e-3
"""Less is no price: AWS bills seconds."""
BESIDE_USAGE: Final = {
    CostCategory.COMPUTE: "other compute",
    CostCategory.STORAGE: "storage",
    CostCategory.EGRESS: "data transfer",
    CostCategory.OTHER: "other usage",
}
BESIDE: Final = {
    LineKind.COMMITMENT_FEE: "commitment fees",
    LineKind.UNUSED_COMMITMENT: "unused commitments",
    LineKind.CREDIT: "credits",
    LineKind.REFUND: "refunds and corrections",
    LineKind.TAX: "tax",
    LineKind.SUPPORT: "support",
    LineKind.OTHER: "other charges",
}
LICENSED: Final = "nodes with a paid operating system"
FREE_SYSTEMS: Final = frozenset({None, "Linux", "linux", "NA"})


class Bought(NamedTuple):
    """What was bought: the node, where, and how."""

    instance: str
    region: str | None
    purchase: NodeColumn | None
    commitment: CommitmentKind | None
    term: Term | None
    payment: Payment | None


@dataclass
class BilledCost:
    """What lines cost together."""

    effective_usd: float = 0.0
    billed_usd: float = 0.0
    lines: int = 0

    def add(self, effective: float, billed: float, lines: int) -> None:
        """Add the costs of lines."""
        self.effective_usd += effective
        self.billed_usd += billed
        self.lines += lines


@dataclass(frozen=True)
class EffectiveRate:
    """What an hour of a node cost."""

    bought: Bought
    hours: float
    cost: BilledCost
    """Of the hours, with discounts that have lines of their own."""
    held: Mapping[float, float]
    """Hours by hourly rate, rounded; without discounts that have lines of their own."""

    @property
    def mean(self) -> float:
        """The cost over the hours: hours times this are the bill."""
        return self.cost.effective_usd / self.hours

    @property
    def median(self) -> float:
        """The rate that was not exceeded in half of the hours."""
        return self._at(MEDIAN)

    @property
    def price(self) -> Range:
        """The mean; of a spot price with P10 and P90 of the hours around it."""
        mean, low, high = (_rounded(usd, 6) for usd in (self.mean, self._at(LOW), self._at(HIGH)))
        spread = self.bought.purchase == "spot" and low < mean < high
        return Range(low, mean, high) if spread else point(mean)

    def _at(self, share: float) -> float:
        """Return the rate of a share of the hours; other lines' discounts are spread evenly."""
        lines = sum(usd * hours for usd, hours in self.held.items())
        factor = self.cost.effective_usd / lines if lines else 1.0
        return price_at(self.held.items(), share) * factor


@dataclass
class _Node:
    hours: float = 0.0
    cost: BilledCost = field(default_factory=BilledCost)
    held: dict[float, float] = field(default_factory=lambda: defaultdict[float, float](float))


class RateTally:
    """Adds up lines; what it holds grows with what was bought, not with the bill."""

    def __init__(self, term: Term | None = None, payment: Payment | None = None) -> None:
        """``term`` and ``payment`` are those of commitments whose export states none."""
        self._term: Term | None = term
        self._payment: Payment | None = payment
        self.first_day: dt.date | None = None
        self.last_day: dt.date | None = None
        self.lines = 0
        self.effective_usd = 0.0
        self._nodes: dict[Bought, _Node] = defaultdict(_Node)
        self._beside: dict[str, BilledCost] = defaultdict(BilledCost)

    def add(self, line: BilledLine) -> None:
        """Add a line to the rate of its node, or to the costs beside the rates."""
        self.lines += 1
        self.effective_usd += line.effective_usd
        beside = _beside(line)
        if line.instance is None or beside is not None:
            name = beside or BESIDE_USAGE[line.category]
            self._beside[name].add(line.effective_usd, line.billed_usd, 1)
            return
        node = self._nodes[self._bought(line, line.instance)]
        node.cost.add(line.effective_usd, line.billed_usd, 1)
        hours = line.node_hours
        node.hours += hours  # fewer for usage that is taken back
        if hours >= LEAST_HOURS:
            node.held[_rounded(line.effective_usd / hours, DIGITS)] += hours
            self.first_day = min(self.first_day or line.day, line.day)
            self.last_day = max(self.last_day or line.last_day, line.last_day)

    def _bought(self, line: BilledLine, instance: str) -> Bought:
        term: Term | None = line.term
        payment: Payment | None = line.payment
        if line.purchase == "reserved":
            term, payment = term or self._term, payment or self._payment
        return Bought(
            instance,
            line.region,
            line.purchase,
            line.commitment,
            term=term,
            payment=payment,
        )

    @property
    def rates(self) -> list[EffectiveRate]:
        """The rate of every node with hours, by name."""
        found = (
            EffectiveRate(bought, node.hours, node.cost, node.held)
            for bought, node in self._nodes.items()
            if node.hours >= LEAST_HOURS
        )
        return sorted(found, key=lambda rate: [natural(str(part)) for part in rate.bought])

    @property
    def beside(self) -> dict[str, BilledCost]:
        """What is in no rate, by what it is, in a fixed order."""
        order = (*BESIDE_USAGE.values(), LICENSED, *BESIDE.values())
        costs = {name: BilledCost(**vars(cost)) for name, cost in self._beside.items()}
        for cost in self._without_hours():
            costs.setdefault(BESIDE_USAGE[CostCategory.COMPUTE], BilledCost()).add(
                cost.effective_usd, cost.billed_usd, cost.lines
            )
        return {name: costs[name] for name in order if name in costs}

    def _without_hours(self) -> Iterator[BilledCost]:
        """Yield the discounts and refunds of nodes that have no hours in the bill."""
        for node in self._nodes.values():
            if node.hours < LEAST_HOURS:
                yield node.cost


def _beside(line: BilledLine) -> str | None:
    """Return why a line is in no rate; None for the usage of a plain node."""
    if line.kind is not LineKind.USAGE:
        return BESIDE[line.kind]
    if line.instance is not None and line.operating_system not in FREE_SYSTEMS:
        return LICENSED
    return None


def _rounded(usd: float, digits: int) -> float:
    return float(f"{usd:.{digits}g}")
