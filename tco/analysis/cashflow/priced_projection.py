"""A projection at the prices of a scenario: self-hosting, and each alternative on its demand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tco.analysis.cashflow.projection import CashFlow, Discounting, Projection, cash_flow
from tco.arrays import FloatArray, Quantity
from tco.costing.api_bill import PricePath
from tco.costing.ledger import bills_at_first_prices
from tco.costing.spend import bills_under_terms
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
    def _factors_of_paths(self) -> dict[PricePath, Quantity]:
        return {}

    def price_factor(self, path: PricePath) -> Quantity:
        """Return the prices of an API by month over its first prices."""
        known = self._factors_of_paths
        if path not in known:
            known[path] = path.factor(self.ahead.months, self.scenario)
        return known[path]

    def alternative(self, alternative: Alternative) -> PricedAlternative | None:
        """Return an alternative on the same demand, or None without a price."""
        if alternative.unpriced:
            return None
        if alternative.stack is not None:
            return PricedAlternative(self, alternative, ())
        bills = bills_at_first_prices(
            self.ahead.stack, alternative, self.ahead.factors, scenario=self.scenario
        )
        if bills is None:
            return None
        stack = self.ahead.stack
        billed = [bill * self.price_factor(path) for bill, path in bills]
        due = bills_under_terms(billed, alternative.terms, stack.owed, self.ahead.months)
        return PricedAlternative(self, alternative, tuple(due))


@dataclass(frozen=True)
class PricedAlternative:
    """What an alternative costs by month; ``bills_usd`` are an API's, by service."""

    own: PricedProjection
    alternative: Alternative
    bills_usd: tuple[Quantity, ...]

    @property
    def flow(self) -> CashFlow:
        """What the alternative pays. A stack buys what it refuses at our stack's cost."""
        if self.alternative.stack is None:
            return CashFlow.running(self._bill_usd)
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
    def _bill_usd(self) -> FloatArray:
        return np.asarray(sum(self.bills_usd), float)

    @property
    def npv_usd(self) -> Quantity:
        """Present cost."""
        if self.alternative.stack is None:
            return self.own.discounting.present_usd(self._bill_usd)
        return self.own.discounting.npv_usd(self.flow)

    @property
    def refused_usd(self) -> FloatArray:
        """What the demand that our fleets refuse costs at this alternative."""
        ahead = self.own.ahead
        usd = np.zeros(len(ahead.months))
        if not ahead.refuses.any():
            return usd
        if self.alternative.stack is not None:
            return ahead.refused_tokens * self.own.others[self.alternative.name].flow.billed_usd
        for share, bill in zip(self.own.refused_shares, self.bills_usd, strict=True):
            usd = usd + share * bill
        return usd

    @property
    def refused_npv_usd(self) -> Quantity:
        """Present cost of the refused demand."""
        return self.own.discounting.present_usd(self.refused_usd)
