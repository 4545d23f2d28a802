"""What it is worth that commitments keep their price: the rents they would pay otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tco.analysis.cashflow.projection import Discounting, Projection
from tco.arrays import Quantity, as_scalar
from tco.costing.ledger import ledger
from tco.costing.lines import NODES, SPARE_NODES
from tco.ranges import Range
from tco.scenario import BASE_CASE, Scenario

__all__ = ["PriceImmunity", "price_immunity"]


@dataclass(frozen=True)
class PriceImmunity:
    """Present value of keeping a price, at the ends of the factor per year and in between.

    Positive where prices rise, negative where they fall.
    """

    factor_per_year: Range
    if_low_usd: float
    base_case_usd: float
    if_high_usd: float


def price_immunity(ahead: Projection) -> PriceImmunity | None:
    """Return what the immunity of a stack's commitments is worth; None without a commitment.

    A committed node costs what it did when it was bought; without the commitment its price would
    move every month, from the same start. An owned node has no rent to compare with.
    """
    options = {
        pool.supply.option
        for _, _, _, pool in ahead.stack.pools()
        if pool.supply.committed and pool.supply.owned is None
    }
    if not options:
        return None
    prices = ahead.stack.node_prices
    figure = prices.factor_per_year("reserved" if "reserved" in options else "capacity-block")
    ends = [Scenario(end=end) for end in ("low", "high")]
    low, high = (_worth(ahead, BASE_CASE, moved) for moved in ends)
    return PriceImmunity(figure.value, low, _worth(ahead, BASE_CASE, BASE_CASE), high)


def _worth(ahead: Projection, scenario: Scenario, moved: Scenario) -> float:
    """Return the present value with the outlook of one scenario, all else of another."""
    draws: dict[tuple[str, Range], Quantity] = {
        (figure.driver, figure.value): moved.value(figure)
        for figure in ahead.stack.node_prices.figures
    }
    under = Scenario(end=scenario.end, draws=draws)
    supplies = {
        (service.name, pool.name): pool.supply for service, _, _, pool in ahead.stack.pools()
    }
    more = np.zeros_like(ahead.months)
    for line in ledger(ahead.stack, ahead.work, ahead.months, under):
        supply = supplies.get((line.service, line.pool))
        if line.kind not in (NODES, SPARE_NODES) or supply is None or supply.owned is not None:
            continue
        if line.purchase == supply.option and supply.committed:
            factor = ahead.stack.node_prices.since_set(supply, ahead.months, under)
            more = more + np.asarray(line.usd) * (factor - 1.0)
    rate = float(ahead.stack.discount_rate.value.likely)
    return as_scalar(Discounting.at(rate, len(more)).present_usd(more))
