"""What would flip the answer: for each lever the value at which the horizon breaks even.

Every threshold is the root of the present value of the saving in one lever. The saving is a
straight line in each of them, so two evaluations of the same formulas give the root exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tco.analysis.horizon import (
    CashFlow,
    Path,
    alternative_flow,
    cash_flow,
    npv_usd,
    payback_months,
    refused_usd,
)
from tco.model.ledger import api_bill
from tco.model.scenario import LIKELY, Scenario
from tco.model.stack import Alternative, PoolModel, StackModel
from tco.units import FloatArray, monthly_rate

__all__ = ["Threshold", "Thresholds", "flip", "rented_usd_per_gpu_hour", "thresholds"]

Status = Literal["at", "always", "never", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A lever's flipping value: ``at`` it; ``always`` or ``never`` won; ``none``; ``unknown``."""

    status: Status
    value: float | None = None


UNKNOWN = Threshold("unknown")
NONE = Threshold("none")


@dataclass(frozen=True)
class Thresholds:
    """The flipping values of one alternative, as the JSON names them."""

    utilization: Threshold
    usd_per_gpu_hour: Threshold
    api_price_factor: Threshold
    fte: Threshold
    capex_usd: Threshold
    payback_months: Threshold


def flip(at_zero: float, at_one: float) -> Threshold:
    """Root of a saving that is a straight line through its values at a lever of 0 and of 1.

    A lever is never below 0: without a root there, what holds at 0 holds at every value.
    """
    slope = at_one - at_zero
    root = -at_zero / slope if slope else -1.0
    if root < 0:
        return Threshold("always" if at_zero > 0 else "never")
    return Threshold("at", root)


def thresholds(
    stack: StackModel, ahead: Path, alternative: Alternative, utilization: float, *, known: bool
) -> Thresholds:
    """All flipping values of an alternative over the horizon."""
    rival = alternative_flow(ahead, alternative)
    if rival is None or not known:
        return Thresholds(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    own = cash_flow(ahead)
    rate = float(stack.discount_rate.value.likely)
    rented = rented_usd_per_gpu_hour(stack)
    capex = _capex_usd(ahead)

    def saving(scenario: Scenario) -> float:
        theirs = _rival_side(scenario)
        other = alternative_flow(ahead, alternative, theirs)
        if other is None:
            raise AssertionError("an alternative with a price has one in every scenario")
        refused = npv_usd(CashFlow.running(refused_usd(ahead, alternative, theirs)), rate)
        return float(npv_usd(other, rate) - npv_usd(cash_flow(ahead, scenario), rate) - refused)

    def lever(build: Callable[[float], Scenario]) -> Threshold:
        return flip(saving(build(0.0)), saving(build(1.0)))

    return Thresholds(
        _utilization(stack, ahead, alternative, saving(LIKELY), utilization),
        _scaled(lever(lambda f: Scenario(node_price_factor=f)), rented) if rented else NONE,
        _api_price_factor(alternative, lever),
        lever(lambda fte: Scenario(fte=fte)),
        _scaled(lever(lambda f: Scenario(capex_factor=f)), capex) if capex else NONE,
        _payback(own, rival.billed_usd - refused_usd(ahead, alternative)),
    )


def _rival_side(scenario: Scenario) -> Scenario:
    """The alternative in a scenario: its API prices move, our nodes and people are not its."""
    return replace(LIKELY, end=scenario.end, api_price_factors=scenario.api_price_factors)


def _scaled(threshold: Threshold, unit: float) -> Threshold:
    if threshold.value is None:
        return threshold
    return Threshold(threshold.status, threshold.value * unit)


def _api_price_factor(
    alternative: Alternative, lever: Callable[[Callable[[float], Scenario]], Threshold]
) -> Threshold:
    """The factor on the prices of the alternative's APIs, wherever the stack pays them too."""
    apis = [rate.api for rate in alternative.rates if rate is not None]
    if not apis:
        return NONE
    return lever(lambda f: Scenario(api_price_factors=dict.fromkeys(apis, f)))


def rented_usd_per_gpu_hour(stack: StackModel) -> float:
    """Mean effective price of the rented GPU-hours of the pricing day's month; 0 without any."""
    usd = gpu_hours = 0.0
    rate = monthly_rate(stack.discount_rate.value.likely)
    for _, group, place, pool in stack.pools():
        if pool.supply.option != "owned":
            hours = float(group.fleet.at(1.0).month.node_hours[place][0]) * pool.nodes_per_replica
            price = float(np.asarray(pool.supply.effective_usd_per_hour(LIKELY, rate)))
            usd += hours * price
            gpu_hours += hours * pool.gpus
    return usd / gpu_hours if gpu_hours else 0.0


def _capex_usd(ahead: Path) -> float:
    """Purchase price of all owned nodes held on the pricing day, spares included."""
    usd = 0.0
    for groups in ahead.work.groups:
        for one in groups:
            for pool, peak in zip(one.group.pools, one.month.peak_nodes, strict=True):
                spares = float(one.spares[0]) if pool is one.spare_pool else 0.0
                usd += _owned_usd(pool) * (float(peak[0]) + spares) * pool.nodes_per_replica
    return usd


def _owned_usd(pool: PoolModel) -> float:
    return pool.supply.owned.price.value.likely if pool.supply.owned is not None else 0.0


def _utilization(
    stack: StackModel,
    ahead: Path,
    alternative: Alternative,
    saving_usd: float,
    utilization: float,
) -> Threshold:
    """U* = U + (C_self - C_api) / (API price of the fleet's full hours), both discounted.

    The API price of the full hours is the API's bill for what the fleet serves, over U.
    """
    if alternative.stack is not None or utilization <= 0:
        return NONE
    served = np.zeros(len(ahead.months))
    for place, (service, price) in enumerate(
        zip(ahead.stack.services, alternative.rates, strict=True)
    ):
        if price is None:
            return UNKNOWN
        own_share = sum(
            one.group.share * (1 - one.month.overflow_share) for one in ahead.work.groups[place]
        )
        served += api_bill(stack, service, price, ahead.months) * ahead.factors[place] * own_share
    rate = float(stack.discount_rate.value.likely)
    value = float(npv_usd(CashFlow.running(served), rate)) / utilization
    if value <= 0:
        return Threshold("never")
    needed = utilization - saving_usd / value
    if needed > 1 + 1e-9:
        return Threshold("never")
    return Threshold("always") if needed <= 0 else Threshold("at", min(needed, 1.0))


def _payback(own: CashFlow, spared_usd: FloatArray) -> Threshold:
    """Months until (API - running cost) covers the upfronts, within the commitments' life.

    ``spared_usd`` is the API's bill by month, less what is still bought there.
    """
    if not own.upfront_usd.any():
        return NONE
    months = payback_months(own.upfront_usd, spared_usd - own.running_usd)
    return Threshold("never") if months is None else Threshold("at", months)
