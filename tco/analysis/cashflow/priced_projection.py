"""A projection at the prices of a scenario: self-hosting, and each alternative on its demand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tco.analysis.cashflow.projection import CashFlow, Discounting, Projection, cash_flow
from tco.arrays import FloatArray, Quantity, without_months
from tco.costing.api_rate import PricePath
from tco.costing.ledger import api_bills, bills_at_first_prices
from tco.costing.stack import Alternative
from tco.scenario import BASE_CASE, Scenario

__all__ = ["PricedAlternative", "PricedProjection"]


@dataclass(frozen=True)
class PricedProjection:
    """A projection under a scenario. What its alternatives share is computed once for all."""

    ahead: Projection
    scenario: Scenario = BASE_CASE

    @cached_property
    def flow(self) -> CashFlow:
        """What self-hosting pays."""
        return cash_flow(self.ahead, self.scenario)

    @cached_property
    def discounting(self) -> Discounting:
        """The weights of the months at the stack's discount rate."""
        rate = self.scenario.value(self.ahead.stack.discount_rate)
        return Discounting.at(rate, len(self.ahead.months))

    @cached_property
    def npv_usd(self) -> Quantity:
        """Present cost of self-hosting."""
        return self.discounting.npv_usd(self.flow)

    @cached_property
    def others(self) -> dict[str, PricedProjection]:
        """The stacks among the alternatives, by name. A what-if on labor is not about them."""
        scenario = replace(self.scenario, fte=None)
        return {
            name: PricedProjection(other, scenario) for name, other in self.ahead.others.items()
        }

    @cached_property
    def refused_shares(self) -> tuple[FloatArray, ...]:
        """By service, the share of its requests that is refused."""
        return tuple(
            self.ahead.work.refused_share(service, index)
            for index, service in enumerate(self.ahead.stack.services)
        )

    @cached_property
    def _present_demands(self) -> dict[tuple[int, PricePath, bool], Quantity]:
        return {}

    def present_demand(self, index: int, path: PricePath, *, refused: bool) -> Quantity:
        """Return the present value of a service's demand, or of what is refused of it.

        Over the pricing day's demand, at the prices of an API over its first prices.
        """
        key = (index, path, refused)
        if key not in self._present_demands:
            demand = self.ahead.factors[index] * path.factor(self.ahead.months, self.scenario)
            if refused:
                demand = demand * self.refused_shares[index]
            self._present_demands[key] = self.discounting.present_usd(demand)
        return self._present_demands[key]

    def alternative(self, alternative: Alternative) -> PricedAlternative | None:
        """Return an alternative on the same demand, or None without a price."""
        if alternative.unpriced:
            return None
        bills = bills_at_first_prices(self.ahead.stack, alternative, scenario=self.scenario)
        if alternative.stack is None and bills is None:
            return None
        return PricedAlternative(self, alternative, tuple(bills or ()))


@dataclass(frozen=True)
class PricedAlternative:
    """What an alternative costs: an API for each service, or a stack.

    ``first_bills`` has each API's bill for a month at its first prices, and where they go.
    """

    own: PricedProjection
    alternative: Alternative
    first_bills: tuple[tuple[Quantity, PricePath], ...]

    @property
    def flow(self) -> CashFlow:
        """What the alternative pays. A stack buys what it refuses at our stack's cost."""
        if self.alternative.stack is None:
            return CashFlow.running(np.asarray(sum(self._bills_usd), float))
        other = self.own.others[self.alternative.name]
        if not other.ahead.refuses.any():
            return other.flow
        bought = other.ahead.refused_tokens * self.own.flow.billed_usd
        return replace(
            other.flow,
            running_usd=other.flow.running_usd + bought,
            billed_usd=other.flow.billed_usd + bought,
        )

    @property
    def npv_usd(self) -> Quantity:
        """Present cost."""
        if self._is_proportional:
            return self._present_bill_usd(refused=False)
        return self.own.discounting.npv_usd(self.flow)

    @property
    def refused_usd(self) -> FloatArray:
        """What the demand that our fleets refuse costs at this alternative, by month."""
        ahead = self.own.ahead
        usd = np.zeros(len(ahead.months))
        if not ahead.refuses.any():
            return usd
        if self.alternative.stack is not None:
            return ahead.refused_tokens * self.own.others[self.alternative.name].flow.billed_usd
        for share, bill in zip(self.own.refused_shares, self._bills_usd, strict=True):
            usd = usd + share * bill
        return usd

    @property
    def refused_npv_usd(self) -> Quantity:
        """Present cost of the refused demand."""
        if self._is_proportional:
            return self._present_bill_usd(refused=True)
        return self.own.discounting.present_usd(self.refused_usd)

    @property
    def _is_proportional(self) -> bool:
        stack = self.own.ahead.stack
        return self.alternative.stack is None and self.alternative.is_proportional(stack)

    def _present_bill_usd(self, *, refused: bool) -> Quantity:
        """Return the present value of bills that are proportional to the demand."""
        return sum(
            without_months(bill) * self.own.present_demand(index, path, refused=refused)
            for index, (bill, path) in enumerate(self.first_bills)
        )

    @cached_property
    def _bills_usd(self) -> list[Quantity]:
        """What each API bills by month."""
        ahead, scenario = self.own.ahead, self.own.scenario
        bills = api_bills(
            ahead.stack, self.alternative, ahead.factors, month=ahead.months, scenario=scenario
        )
        return bills or []
