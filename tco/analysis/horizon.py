"""The months ahead: cash out by month, net present value, payback.

Month t has the demand x (1+g)^(t/12), API prices on their path and a re-sized fleet (fixed
counts stay). Upfronts are paid when a commitment starts, what is left of it counts at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tco.model.finance import discount, remaining_value
from tco.model.ledger import api_bill, ledger, total
from tco.model.scenario import LIKELY, Scenario
from tco.model.stack import Alternative, Group, PoolModel, ServiceModel, StackModel
from tco.model.work import Work, work
from tco.units import MONTHS_PER_YEAR, FloatArray, Quantity, monthly_rate

__all__ = ["CashFlow", "Path", "alternative_flow", "cash_flow", "npv_usd", "path", "payback_months"]


@dataclass(frozen=True)
class CashFlow:
    """What is paid: running cost by month, upfronts at the start of months, the value left."""

    running_usd: FloatArray
    upfront_usd: FloatArray
    remaining_usd: float
    billed_usd: FloatArray

    @property
    def months(self) -> int:
        """Length in months."""
        return len(self.running_usd)


@dataclass(frozen=True)
class Path:
    """The fleets of a stack over its horizon, and the demand factor of each service by month."""

    months: FloatArray
    factors: tuple[FloatArray, ...]
    work: Work
    stack: StackModel

    def unserved_share(self, place: int) -> FloatArray:
        """Share of a service's requests unserved by month, 0 within its limit."""
        service = self.stack.services[place]
        share = self.work.unserved_share(service, place)
        return np.where(share > service.unserved_limit + 1e-12, share, 0.0)


def growth(service: ServiceModel, months: FloatArray) -> FloatArray:
    """Demand factor (1+g)^(t/12)."""
    return (1 + service.demand.growth_per_year) ** (months / MONTHS_PER_YEAR)


def path(stack: StackModel, months: int | None = None) -> Path:
    """A stack's fleets month by month. Committed nodes once bought stay, also if demand shrinks."""
    t = np.arange(float(months or stack.horizon_months))
    held = replace(
        stack,
        services=tuple(
            replace(service, groups=tuple(_committed(group) for group in service.groups))
            for service in stack.services
        ),
    )
    factors = tuple(growth(service, t) for service in stack.services)
    return Path(t, factors, work(held, factors), held)


def _committed(group: Group) -> Group:
    """The group with its committed pools no smaller than on the pricing day."""
    today = group.fleet.at(1.0).month.peak_nodes
    pools = tuple(
        replace(fleet, floor=int(peak[0])) if pool.supply.committed else fleet
        for fleet, pool, peak in zip(group.fleet.pools, group.pools, today, strict=True)
    )
    return replace(group, fleet=replace(group.fleet, pools=pools))


def cash_flow(ahead: Path, scenario: Scenario = LIKELY) -> CashFlow:
    """What self-hosting pays along a path."""
    lines = ledger(ahead.stack, ahead.work, ahead.months, scenario)
    billed = np.asarray(total(lines) + ahead.work.none, float)
    amortised = np.asarray(sum(line.amortised_usd for line in lines) + ahead.work.none, float)
    rate = float(np.asarray(monthly_rate(scenario.value(ahead.stack.discount_rate))))
    upfront = np.zeros(len(ahead.months))
    upfront[0] += scenario.value(ahead.stack.labor.setup_usd)
    left = 0.0
    for groups in ahead.work.groups:
        for one in groups:
            for pool, peak in zip(one.group.pools, one.month.peak_nodes, strict=True):
                spares = one.spares if pool is one.spare_pool else one.spares * 0.0
                nodes = (peak + spares) * pool.nodes_per_replica
                paid, remaining = _purchases(pool, nodes, rate, scenario)
                upfront += paid
                left += remaining
    return CashFlow(billed - amortised, upfront, left, billed)


def _purchases(
    pool: PoolModel, nodes: FloatArray, rate: float, scenario: Scenario
) -> tuple[FloatArray, float]:
    """Upfronts of a pool by month, and what its commitments are worth after the last month.

    Nodes are bought when first needed and again whenever their period ends.
    """
    supply, months = pool.supply, len(nodes)
    paid = np.zeros(months)
    if not supply.paid_ahead or supply.period_months is None:
        return paid, 0.0
    price = float(np.asarray(supply.upfront_usd(scenario)))
    period = supply.period_months
    bought = np.diff(np.maximum.accumulate(nodes), prepend=0.0)
    left = 0.0
    for start in np.flatnonzero(bought > 0):
        count, renewal, age = bought[start], float(start), 0.0
        while renewal < months:
            paid[int(renewal)] += count * price
            age = months - renewal
            renewal += period
        left += count * _worth(pool, price, rate, age, scenario)
    return paid, left


def _worth(pool: PoolModel, price: float, rate: float, age: float, scenario: Scenario) -> float:
    supply = pool.supply
    if supply.owned is not None:
        residual = price * scenario.value(supply.owned.residual)
        life = supply.owned.life_months
        return float(np.asarray(remaining_value(price, residual, rate, life, min(age, life))))
    return price * max(0.0, 1 - age / (supply.period_months or age))


def alternative_flow(
    ahead: Path, alternative: Alternative, scenario: Scenario = LIKELY
) -> CashFlow | None:
    """What an alternative pays for the same demand, or None where it has no price."""
    months = len(ahead.months)
    if alternative.unpriced:
        return None
    if alternative.stack is not None:
        return cash_flow(path(alternative.stack, months), replace(scenario, fte=None))
    bill: FloatArray = np.zeros(months)
    for service, rate, factor in zip(
        ahead.stack.services, alternative.rates, ahead.factors, strict=True
    ):
        if rate is None:
            return None
        bill = bill + factor * api_bill(ahead.stack, service, rate, ahead.months, scenario)
    return CashFlow(bill, np.zeros(months), 0.0, bill)


def refused_usd(ahead: Path, alternative: Alternative, scenario: Scenario = LIKELY) -> FloatArray:
    """What demand that the fleet refuses along the path would cost at the alternative's prices."""
    usd = np.zeros(len(ahead.months))
    for place, (service, rate) in enumerate(
        zip(ahead.stack.services, alternative.rates, strict=False)
    ):
        if rate is not None:
            bill = api_bill(ahead.stack, service, rate, ahead.months, scenario)
            usd = usd + ahead.factors[place] * ahead.unserved_share(place) * bill
    return usd


def npv_usd(flow: CashFlow, yearly_rate: Quantity) -> float:
    """Net present cost in USD: month t counts (1+i)^-(t+1), an upfront of month t (1+i)^-t."""
    rate = monthly_rate(yearly_rate)
    weights = discount(rate, np.arange(float(flow.months)))
    upfront = float(flow.upfront_usd @ (weights * (1 + rate)))
    return upfront + float(flow.running_usd @ weights) - flow.remaining_usd * float(weights[-1])


def payback_months(upfront_usd: float, savings_usd: FloatArray) -> float | None:
    """Months until the undiscounted savings cover the upfront, interpolated inside the month.

    ``savings_usd`` is (API - running cost) by month, running cost without annuity and
    amortisation: counting those would count the purchase twice. None: never in these months.

    >>> payback_months(300_000, np.full(48, 12_000.0))
    25.0
    """
    covered = np.cumsum(savings_usd)
    reached = np.flatnonzero(covered >= upfront_usd - 1e-9 * max(1.0, upfront_usd))
    if reached.size == 0:
        return None
    month = int(reached[0])
    before = float(covered[month - 1]) if month else 0.0
    part = (upfront_usd - before) / float(savings_usd[month])
    return month + min(1.0, part)
