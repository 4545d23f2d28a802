"""Both sides of a comparison over the horizon, each figured once however many ask for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from tco.analysis.cashflow.priced_projection import PricedProjection
from tco.analysis.cashflow.projection import CashFlow, Discounting, Projection
from tco.arrays import FloatArray, as_scalar, monthly_rate
from tco.costing.figures import has_terms
from tco.costing.labor_lines import labor_lines
from tco.costing.pool_model import PoolModel
from tco.costing.stack import Alternative, StackModel
from tco.scenario import BASE_CASE, Scenario

__all__ = ["OwnSide", "RivalSide", "rented_usd_per_gpu_hour", "rival_side"]


@dataclass(frozen=True)
class OwnSide:
    """What self-hosting costs, the same against every alternative: likely, and input by input.

    ``utilization`` is the whole fleet's in the month of the pricing day.
    """

    stack: StackModel
    ahead: Projection
    utilization: float

    def npv_under(self, scenario: Scenario) -> float:
        """Present cost under a scenario."""
        return as_scalar(PricedProjection(self.ahead, scenario).npv_usd)

    @cached_property
    def priced(self) -> PricedProjection:
        """The horizon in the base case."""
        return PricedProjection(self.ahead)

    @property
    def flow(self) -> CashFlow:
        """What is paid month by month."""
        return self.priced.flow

    @property
    def discounting(self) -> Discounting:
        """The weights of the months."""
        return self.priced.discounting

    @cached_property
    def npv_usd(self) -> float:
        """Present cost."""
        return as_scalar(self.priced.npv_usd)

    @cached_property
    def rent_free_npv_usd(self) -> float:
        """Present cost if rented nodes cost nothing."""
        return self.npv_under(Scenario(node_price_factor=0.0))

    @cached_property
    def capex_free_npv_usd(self) -> float:
        """Present cost if owned nodes cost nothing to buy."""
        return self.npv_under(Scenario(capex_factor=0.0))

    @cached_property
    def npv_usd_by_fte(self) -> tuple[float, float]:
        """Present cost without labor and with one FTE: no other line depends on it."""
        other = self.npv_usd - self._labor_npv_usd(BASE_CASE)
        none, one = (self._labor_npv_usd(Scenario(fte=fte)) for fte in (0.0, 1.0))
        return other + none, other + one

    def _labor_npv_usd(self, scenario: Scenario) -> float:
        """Present cost of the people who run the fleets."""
        lines = labor_lines(self.ahead.stack, self.ahead.work, scenario)
        running = sum(line.usd - line.amortized_usd for line in lines)
        return as_scalar(self.discounting.present_usd(running + self.ahead.work.none))

    def npv_usd_without(self, apis: Collection[str]) -> float:
        """Present cost if some APIs cost nothing."""
        paid = {name for service in self.stack.services for name in service.apis}.intersection(apis)
        free = Scenario(api_price_factors=dict.fromkeys(paid, 0.0))
        return self.npv_under(free) if paid else self.npv_usd

    @cached_property
    def has_terms(self) -> bool:
        """Whether a contract's terms affect the cost of a month."""
        return has_terms(self.stack)

    @cached_property
    def usd_per_gpu_hour(self) -> float:
        """Mean price of the rented GPU-hours; 0 without any."""
        return rented_usd_per_gpu_hour(self.stack)

    @cached_property
    def capex_usd(self) -> float:
        """Purchase price of all owned nodes held on the pricing day, spares included."""
        held = self.ahead.work.nodes_by_pool()
        return sum(_owned_usd(pool) * as_scalar(nodes) for pool, nodes in held)


@dataclass(frozen=True)
class RivalSide:
    """What an alternative costs, and what the demand that we refuse costs there."""

    alternative: Alternative
    flow: CashFlow
    refused_usd: FloatArray
    npv_usd: float
    refused_npv_usd: float


def rival_side(own: OwnSide, alternative: Alternative) -> RivalSide | None:
    """Return an alternative over the horizon, or None where it has no price."""
    priced = own.priced.alternative(alternative)
    if priced is None:
        return None
    return RivalSide(
        alternative=alternative,
        flow=priced.flow,
        refused_usd=priced.refused_usd,
        npv_usd=as_scalar(priced.npv_usd),
        refused_npv_usd=as_scalar(priced.refused_npv_usd),
    )


def rented_usd_per_gpu_hour(stack: StackModel) -> float:
    """Mean effective price of the rented GPU-hours of the pricing day's month; 0 without any."""
    usd = gpu_hours = 0.0
    rate = monthly_rate(stack.discount_rate.value.likely)
    for _, group, index, pool in stack.pools():
        if pool.supply.option != "owned":
            hours = float(group.fleet.at(1.0).month.node_hours[index][0]) * pool.nodes_per_replica
            price = float(pool.supply.effective_usd_per_hour(BASE_CASE, rate))
            usd += hours * price
            gpu_hours += hours * pool.gpus
    return usd / gpu_hours if gpu_hours else 0.0


def _owned_usd(pool: PoolModel) -> float:
    return pool.supply.owned.price.value.likely if pool.supply.owned is not None else 0.0
