"""Provisioned throughput: units for the base load, pay-as-you-go for what is above them."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from tco.arrays import FloatArray, Quantity, ratio
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.costing.api_rate import ApiRate
from tco.costing.prices_in_force import driver_of, token_factor
from tco.plan.demand import Demand
from tco.plan.workload import cached_share
from tco.scenario import BASE_CASE, Scenario
from tco.units import HOURS_PER_MONTH, SECONDS_PER_HOUR

__all__ = ["ProvisionedUse", "provisioned_usd", "provisioned_use", "unit_seconds"]


@dataclass(frozen=True)
class ProvisionedUse:
    """The cheapest number of units, the share of them in use, and of the requests above them."""

    units: FloatArray
    utilization: FloatArray
    overflow_share: FloatArray


def unit_seconds(rate: ApiRate, demand: Demand, scenario: Scenario = BASE_CASE) -> Quantity:
    """Return the seconds of one unit that a mean request takes."""
    row = _row(rate)
    seconds: Quantity = 0.0
    for request in demand.classes:
        cached = scenario.read(*cached_share(demand.name, request))
        prompt = request.input * (1.0 - cached * (1.0 - row.cached_input_weight))
        each = prompt / row.input_tok_s_per_unit + request.generated / row.output_tok_s_per_unit
        seconds = seconds + request.share * each
    return seconds * token_factor(rate.row, scenario)


def provisioned_use(
    rate: ApiRate, demand: Demand, day: dt.date, factor: Quantity = 1.0
) -> ProvisionedUse:
    """Return the units that are cheapest for a factor of the demand, at the likely figures.

    A unit pays where it is full in more than c/p of the hours, p being what its full hour costs by
    the token. The cost is convex in the units, so one of the two numbers on sale around that point
    is the cheapest, or none at all.
    """
    row, seconds = _row(rate), float(unit_seconds(rate, demand))
    unit_usd = row.usd_per_unit_hour.likely * float(rate.price_factor(BASE_CASE))
    per_request = float(rate.usd_of(demand.classes, demand, day))
    load = np.atleast_1d(np.asarray(factor, float)) * seconds
    base = _base_rate(demand, _over(unit_usd * seconds, per_request * SECONDS_PER_HOUR))
    above_least = (load * base - row.min_units) / row.unit_step
    near = np.maximum([np.floor(above_least), np.ceil(above_least)], 0.0)
    choices = np.concatenate([np.zeros((1, *load.shape)), row.min_units + row.unit_step * near])
    over = overflow_share(demand, ratio(choices, load + 0.0 * choices))
    requests = demand.requests_per_month * load / seconds
    usd = choices * unit_usd * HOURS_PER_MONTH + requests * per_request * over
    cheapest = usd.argmin(axis=0)[None]
    units, above = (np.take_along_axis(each, cheapest, axis=0)[0] for each in (choices, over))
    in_use = load * demand.requests_per_month / (HOURS_PER_MONTH * SECONDS_PER_HOUR) * (1.0 - above)
    return ProvisionedUse(units, ratio(in_use, units), above)


def _base_rate(demand: Demand, price: float) -> float:
    """Return the requests per second that the units should take at factor 1.

    ``price`` is an hour of a unit over what its full hour costs by the token: at the rate returned,
    at most that share of the hours has more.
    """
    rates = np.sort(demand.requests_per_hour)[::-1] / SECONDS_PER_HOUR
    hours = price * len(rates)
    return float(rates[int(hours)]) if hours < len(rates) else 0.0


def overflow_share(demand: Demand, requests_per_second: Quantity) -> FloatArray:
    """Return the share of a week's requests above a rate: exact, a straight line between hours."""
    rates = np.sort(np.append(demand.requests_per_hour, 0.0)) / SECONDS_PER_HOUR
    above = np.cumsum(rates[::-1])[::-1] - rates * np.arange(len(rates), 0, -1)
    return np.asarray(np.interp(requests_per_second, rates, above / rates.sum()), float)


def provisioned_usd(
    rate: ApiRate, demand: Demand, day: dt.date, factor: Quantity, scenario: Scenario
) -> Quantity:
    """USD of month 0: the units all month, and the requests above them by the token.

    The units are those that the likely figures make cheapest for the month's demand.
    """
    row = _row(rate)
    units = provisioned_use(rate, demand, day, factor).units
    price = scenario.read(driver_of(rate.row, "provisioned unit"), row.usd_per_unit_hour)
    load = np.atleast_1d(np.asarray(factor, float)) * unit_seconds(rate, demand, scenario)
    over = overflow_share(demand, ratio(units + 0.0 * load, load))
    per_request = rate.usd_of(demand.classes, demand, day, scenario)
    by_token = factor * demand.requests_per_month * per_request * over
    return units * price * rate.price_factor(scenario) * HOURS_PER_MONTH + by_token


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.inf


def _row(rate: ApiRate) -> ProvisionedPrice:
    if rate.provisioned is None:
        raise AssertionError("only a rate with provisioned units is asked for them")
    return rate.provisioned.row
