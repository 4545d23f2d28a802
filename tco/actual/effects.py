"""Why an actual cost differs from the plan: the change of each factor in turn, in a fixed order.

Node-hours follow from the tokens served, from the tokens that a node serves in a second at load,
and from the utilization: H = V / (3600 tau u). So the cost r H of a pool is a product of four
factors. They change from plan to actual one after another: volume, throughput, utilization, price.
Quantities are valued at the planned rate, the rate at the actual quantity, as in standard costing.
The effects add up to the variance, whatever the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["EFFECTS", "Cost", "EffectKind", "Effects", "node_effects", "other_effects"]

EffectKind = Literal[
    "volume", "throughput", "utilization", "throughput-and-utilization", "quantity", "price"
]
EFFECTS: tuple[EffectKind, ...] = (
    "volume",
    "throughput",
    "utilization",
    "throughput-and-utilization",
    "quantity",
    "price",
)
"""In the order in which the factors change. The two that are named together cannot be separated;
quantity is whatever moved a quantity besides the volume."""

Effects = Mapping[EffectKind, float]


@dataclass(frozen=True)
class Cost:
    """A quantity and what it costs; without a quantity, only what it costs."""

    quantity: float | None
    usd: float

    @property
    def usd_per_unit(self) -> float | None:
        """USD per unit; None without a unit."""
        return self.usd / self.quantity if self.quantity else None


def node_effects(
    planned: Cost,
    actual: Cost,
    *,
    planned_rate: float,
    volume: float | None,
    throughput: float | None,
) -> Effects:
    """Return why the node-hours of a pool cost more or less than planned, in USD.

    Args:
        planned: Planned node-hours and their cost.
        actual: Billed node-hours and their cost.
        planned_rate: USD per planned node-hour, also where none is planned.
        volume: Tokens served over those planned; None where they were not counted.
        throughput: Tokens per node-second at load over the planned; None where not measured.

    >>> planned, billed = Cost(1000.0, 10_000.0), Cost(1200.0, 10_800.0)
    >>> effects = node_effects(planned, billed, planned_rate=10.0, volume=1.1, throughput=1.25)
    >>> {kind: round(usd) for kind, usd in effects.items()}
    {'volume': 1000, 'throughput': -2200, 'utilization': 3200, 'price': -1200}
    """
    before, after = planned.quantity or 0.0, actual.quantity or 0.0
    price = actual.usd - planned_rate * after
    if volume is None:
        return {"quantity": planned_rate * after - planned.usd, "price": price}
    served = before * volume
    grown = planned_rate * served - planned.usd
    if throughput is None:
        both = planned_rate * (after - served)
        return {"volume": grown, "throughput-and-utilization": both, "price": price}
    needed = served / throughput
    return {
        "volume": grown,
        "throughput": planned_rate * (needed - served),
        "utilization": planned_rate * (after - needed),
        "price": price,
    }


def other_effects(planned: Cost, actual: Cost, volume: float | None) -> Effects:
    """Return why a cost other than nodes differs; ``volume`` where it follows the tokens served.

    >>> effects = other_effects(Cost(100.0, 9.0), Cost(130.0, 13.0), volume=1.2)
    >>> round(effects["quantity"], 9)
    0.9
    """
    grown = planned.usd * (volume - 1) if volume is not None else 0.0
    effects: dict[EffectKind, float] = {"volume": grown} if volume is not None else {}
    rate = planned.usd_per_unit
    if rate is None or actual.quantity is None:
        return {**effects, "quantity": actual.usd - planned.usd - grown}
    at_rate = rate * actual.quantity
    return {
        **effects,
        "quantity": at_rate - planned.usd - grown,
        "price": actual.usd - at_rate,
    }
