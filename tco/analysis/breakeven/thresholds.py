"""What would change the answer: for each input the value at which the horizon breaks even.

Every threshold is the root of the present value of the saving in one input. The saving is a
straight line in each of them, so two evaluations of the same formulas give the root exactly. Under
a contract with tiers or a commitment it is not, in prices and in the load: those are unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tco.analysis.cashflow.comparison import OwnSide, RivalSide
from tco.analysis.cashflow.projection import CashFlow, payback_months
from tco.arrays import FloatArray, as_scalar
from tco.costing.ledger import api_bills
from tco.costing.stack import Alternative

__all__ = ["UNASKED", "Threshold", "Thresholds", "flip", "thresholds"]

Status = Literal["at", "always", "never", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """The value of an input that changes the verdict.

    ``at`` it; ``always`` or ``never`` won; ``none``; ``unknown``.
    """

    status: Status
    value: float | None = None


UNKNOWN = Threshold("unknown")
NONE = Threshold("none")


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The values that change the verdict against one alternative, as the JSON names them."""

    utilization: Threshold
    usd_per_gpu_hour: Threshold
    api_price_factor: Threshold
    fte: Threshold
    capex_usd: Threshold
    payback_months: Threshold


UNASKED = Thresholds(
    utilization=UNKNOWN,
    usd_per_gpu_hour=UNKNOWN,
    api_price_factor=UNKNOWN,
    fte=UNKNOWN,
    capex_usd=UNKNOWN,
    payback_months=UNKNOWN,
)
"""Of an alternative without a price, or of a stack with something unpriced."""


def flip(at_zero: float, at_one: float) -> Threshold:
    """Root of a saving that is a straight line through its values at an input of 0 and of 1.

    An input is never below 0: without a root there, what holds at 0 holds at every value.
    """
    slope = at_one - at_zero
    root = -at_zero / slope if slope else -1.0
    if root < 0:
        return Threshold("always" if at_zero > 0 else "never")
    return Threshold("at", root)


def thresholds(own: OwnSide, rival: RivalSide) -> Thresholds:
    """Return the values at which an alternative breaks even over the horizon."""
    bill = rival.npv_usd - rival.refused_npv_usd
    saving = bill - own.npv_usd
    without_people, with_one_fte = own.npv_usd_by_fte
    rented, capex = own.usd_per_gpu_hour, own.capex_usd
    bends = own.has_terms
    bends_with_api = bends or any(rival.alternative.terms)
    return Thresholds(
        utilization=UNKNOWN if bends_with_api else _utilization(own, rival.alternative, saving),
        usd_per_gpu_hour=_gpu_hour(flip(bill - own.rent_free_npv_usd, saving), rented, bends=bends),
        api_price_factor=UNKNOWN
        if bends_with_api
        else _api_price_factor(own, rival.alternative, saving),
        fte=flip(bill - without_people, bill - with_one_fte),
        capex_usd=_scaled(flip(bill - own.capex_free_npv_usd, saving), capex) if capex else NONE,
        payback_months=_payback(own.flow, rival.flow.billed_usd - rival.refused_usd),
    )


def _gpu_hour(threshold: Threshold, rented_usd: float, *, bends: bool) -> Threshold:
    if not rented_usd:
        return NONE
    return UNKNOWN if bends else _scaled(threshold, rented_usd)


def _scaled(threshold: Threshold, unit: float) -> Threshold:
    if threshold.value is None:
        return threshold
    return Threshold(threshold.status, threshold.value * unit)


def _api_price_factor(own: OwnSide, alternative: Alternative, saving_usd: float) -> Threshold:
    """Return the factor on the prices of the alternative's APIs, wherever the stack pays them too.

    At a factor of 0 the alternative costs nothing.
    """
    apis = {rate.api for rate in alternative.rates if rate is not None}
    if not apis:
        return NONE
    return flip(-own.npv_usd_without(apis), saving_usd)


def _utilization(own: OwnSide, alternative: Alternative, saving_usd: float) -> Threshold:
    """U* = U + (C_self - C_api) / (API price of the fleet's full hours), both discounted.

    The API price of the full hours is the API's bill for what the fleet serves, over U.
    """
    ahead, utilization = own.ahead, own.utilization
    bills = api_bills(ahead.stack, alternative, ahead.factors, month=ahead.months)
    if bills is None or utilization <= 0:
        return NONE
    served = np.zeros(len(ahead.months))
    for groups, bill in zip(ahead.work.groups, bills, strict=True):
        own_share = sum(group.group.share * (1 - group.month.overflow_share) for group in groups)
        served += bill * own_share
    value = as_scalar(own.discounting.present_usd(served)) / utilization
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
