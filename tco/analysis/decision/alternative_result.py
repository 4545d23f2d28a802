"""An alternative on the volume of a stack: its bill, its present value, where it loses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tco.analysis.breakeven.break_even import BreakEven
from tco.analysis.breakeven.thresholds import UNASKED, Thresholds, thresholds
from tco.analysis.cashflow.comparison import OwnSide, RivalSide, rival_side
from tco.arrays import as_scalar
from tco.catalog.sourced import SourcedValue
from tco.costing.fleet_operation import operate
from tco.costing.ledger import api_bills, ledger
from tco.costing.lines import total
from tco.costing.stack import Alternative, StackModel

if TYPE_CHECKING:  # loaded where they are asked for: a table without scenarios needs none of them
    from tco.analysis.simulation.accumulator import ScenarioComparison
    from tco.analysis.simulation.uncertainty import Uncertainty

__all__ = ["AlternativeResult", "alternative_result"]


@dataclass(frozen=True, kw_only=True)
class AlternativeResult:
    """An alternative on the same volume: its month, its present value, where we win.

    ``index`` is its place among the stack's alternatives. ``known`` says that nothing of the
    stack is unpriced.
    """

    alternative: Alternative
    index: int
    usd_per_month: float | None
    own: OwnSide
    side: RivalSide | None
    known: bool
    break_even: BreakEven
    uncertainty: ScenarioComparison | None

    @property
    def wins_mtok_per_month(self) -> list[tuple[float, float | None]]:
        """The intervals of volume in which self-hosting is cheaper."""
        return self.break_even.scan.wins[self.index]

    @cached_property
    def thresholds(self) -> Thresholds:
        """What would change the answer, input by input."""
        if self.side is None or not self.known:
            return UNASKED
        return thresholds(self.own, self.side)

    @property
    def npv_usd(self) -> float | None:
        """Present cost over the horizon, None without a price."""
        return self.side.npv_usd if self.side is not None else None

    @property
    def probability(self) -> float | None:
        """Share of the scenarios that self-hosting wins, if any were drawn."""
        return self.uncertainty.probability if self.uncertainty is not None else None

    @property
    def name(self) -> str:
        """The alternative's name."""
        return self.alternative.name

    @property
    def price_figures(self) -> tuple[SourcedValue, ...]:
        """The prices that it is computed from: of its APIs, or of its stack's nodes."""
        rates = (rate.figures for rate in self.alternative.rates if rate is not None)
        other = self.alternative.stack
        pools = (pool for _, _, _, pool in other.pools()) if other is not None else ()
        nodes = (pool.supply.list_prices for pool in pools)
        return tuple(figure for figures in (*rates, *nodes) for figure in figures)


def alternative_result(
    own: OwnSide,
    index: int,
    break_even: BreakEven,
    sure: Uncertainty | None,
    *,
    known: bool,
) -> AlternativeResult:
    """Return the alternative of an index on the volume of a stack.

    ``known``: nothing of the stack is unpriced.
    """
    alternative = own.stack.alternatives[index]
    return AlternativeResult(
        alternative=alternative,
        index=index,
        usd_per_month=_month_usd(own.stack, alternative),
        own=own,
        side=rival_side(own, alternative),
        known=known,
        break_even=break_even,
        uncertainty=sure.of(alternative.name) if sure is not None else None,
    )


def _month_usd(stack: StackModel, alternative: Alternative) -> float | None:
    """Return an alternative's bill for the pricing day's month."""
    if alternative.unpriced:
        return None
    if alternative.stack is not None:
        other = alternative.stack
        return as_scalar(total(ledger(other, operate(other))))
    bills = api_bills(stack, alternative)
    return as_scalar(sum(bills)) if bills is not None else None
