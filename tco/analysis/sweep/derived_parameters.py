"""Parameters of a sweep that are set after the look-up, or across all workloads at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tco.analysis.cashflow.comparison import rented_usd_per_gpu_hour
from tco.analysis.fleet_figures import utilization_at
from tco.analysis.restated import with_demand, with_fte, with_rent_factor
from tco.arrays import FloatArray
from tco.costing.api_rate import ApiRate
from tco.costing.service_model import ServiceModel
from tco.costing.stack import Alternative, StackModel
from tco.errors import BadInput, Problem
from tco.percent import percent_text
from tco.plan.stack_file import StackFile
from tco.roots import bisect

__all__ = ["DERIVED_PARAMETERS", "ParameterUnit", "SweepParameter", "refused"]

ParameterUnit = Literal["", "Mtok/month", "share", "USD/GPU-hour", "x", "FTE"]

FULL_UTILIZATION_RTOL = 1e-9
"""A fleet that twice the demand fills by no more than this part more is as full as it gets."""


def _same_file(source: StackFile, value: float) -> StackFile:
    del value
    return source


def _same_stack(stack: StackModel, value: float) -> StackModel:
    del value
    return stack


@dataclass(frozen=True)
class SweepParameter:
    """One input of a sweep: its name, unit, whether it is a whole number, and how to set it.

    ``in_file`` changes the user's file, ``in_stack`` the resolved stack. Both raise BadInput for an
    impossible value.
    """

    name: str
    unit: ParameterUnit = ""
    whole: bool = False
    in_file: Callable[[StackFile, float], StackFile] = _same_file
    in_stack: Callable[[StackModel, float], StackModel] = _same_stack


def refused(source: StackFile, path: str, message: str, hint: str = "") -> BadInput:
    """One problem with an input, to be raised."""
    return BadInput([Problem(source.file, path, message, hint)])


def _volume(source: StackFile, declared: StackModel) -> SweepParameter:
    """Return all tokens of the month, all services together, in millions."""

    def with_value(file: StackFile, value: float) -> StackFile:
        if value <= 0:
            raise refused(source, "volume", f"{value:g} Mtok per month is not above 0.")
        return with_demand(file, lambda _: value / declared.mtok_per_month)

    return SweepParameter("volume", "Mtok/month", in_file=with_value)


def _utilization(source: StackFile, declared: StackModel) -> SweepParameter:
    """Return the utilization of a fixed fleet: bisection finds the demand that makes it so."""
    loose = [pool.name for _, _, _, pool in declared.pools() if not pool.plan.nodes.fixed]
    if loose:
        raise refused(
            source,
            "utilization",
            f"follows from the demand: the nodes of {', '.join(loose)} are not fixed.",
            "Sweep volume instead.",
        )

    def with_value(file: StackFile, value: float) -> StackFile:
        if not 0 < value <= 1:
            raise refused(source, "utilization", f"{value:g} is not above 0 and at most 1.")
        factor = _factor_for(declared, value)
        if factor is None:
            raise refused(
                source,
                "utilization",
                f"{percent_text(value, 1)} cannot be reached: the fleet is below it at any volume.",
                "Standby, bursts and a target load keep a fleet from being full.",
            )
        return with_demand(file, lambda _: factor)

    return SweepParameter("utilization", "share", in_file=with_value)


def _factor_for(stack: StackModel, wanted: float) -> float | None:
    """Return the factor of the demand at which the fleet has this utilization; None for none."""
    low, high, before = 0.0, 1.0, 0.0
    while (busy := utilization_at(stack, high)) < wanted * (1 - FULL_UTILIZATION_RTOL):
        if busy <= before * (1 + FULL_UTILIZATION_RTOL):
            return None
        low, high, before = high, high * 2, busy

    def short(factor: FloatArray) -> NDArray[np.bool_]:
        return np.array(utilization_at(stack, float(factor)) < wanted)

    _, found = bisect(short, np.array(low), np.array(high))
    return float(found)


def _gpu_hour(source: StackFile, declared: StackModel) -> SweepParameter:
    """Return the mean price of a rented GPU-hour.

    Every rented pool's price moves by the same factor.
    """
    now = rented_usd_per_gpu_hour(declared)
    if now <= 0:
        raise refused(source, "usd_per_gpu_hour", "the stack rents no nodes.")

    def with_value(stack: StackModel, value: float) -> StackModel:
        return stack.with_pools(lambda pool: with_rent_factor(pool, value / now))

    return _from_zero(source, "usd_per_gpu_hour", "USD/GPU-hour", with_value)


def _api_prices(source: StackFile, declared: StackModel) -> SweepParameter:
    """Return a factor on the prices of all hosted APIs, also where the stack itself pays them."""
    del declared
    return _from_zero(source, "api_price_factor", "x", _with_apis)


def _with_apis(stack: StackModel, factor: float) -> StackModel:
    def rate(api: ApiRate) -> ApiRate:
        return replace(api, factor=factor)

    def maybe(api: ApiRate | None) -> ApiRate | None:
        return rate(api) if api is not None else None

    def service(model: ServiceModel) -> ServiceModel:
        return replace(
            model,
            routed=tuple((request, rate(api)) for request, api in model.routed),
            overflow=maybe(model.overflow),
            standby=replace(model.standby, api=maybe(model.standby.api)),
        )

    def changed(alternative: Alternative) -> Alternative:
        other = _with_apis(alternative.stack, factor) if alternative.stack is not None else None
        rates = tuple(maybe(api) for api in alternative.rates)
        return replace(alternative, rates=rates, stack=other)

    alternatives = tuple(changed(alternative) for alternative in stack.alternatives)
    return replace(stack.with_services(service), alternatives=alternatives)


def _people(source: StackFile, declared: StackModel) -> SweepParameter:
    """Return the number of people, instead of the planned one."""
    del declared
    return _from_zero(source, "fte", "FTE", with_fte)


def _from_zero(
    source: StackFile,
    name: str,
    unit: ParameterUnit,
    with_value: Callable[[StackModel, float], StackModel],
) -> SweepParameter:
    """Return a parameter that takes any value from 0 on."""

    def checked(stack: StackModel, value: float) -> StackModel:
        if value < 0:
            raise refused(source, name, f"{value:g} is below 0.")
        return with_value(stack, value)

    return SweepParameter(name, unit, in_stack=checked)


DERIVED_PARAMETERS: dict[str, Callable[[StackFile, StackModel], SweepParameter]] = {
    "volume": _volume,
    "utilization": _utilization,
    "usd_per_gpu_hour": _gpu_hour,
    "api_price_factor": _api_prices,
    "fte": _people,
}
