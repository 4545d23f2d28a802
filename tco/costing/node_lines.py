"""What the nodes of a fleet cost: their hours, the spares' hours, and their power."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tco.arrays import FloatArray, Quantity, monthly_rate
from tco.catalog.sourced import SourcedValue
from tco.costing.fleet_operation import FleetOperation
from tco.costing.group_work import GroupWork, hours_short
from tco.costing.lines import NODES, SPARE_NODES, CommitmentStatus, CostLine, LineKind
from tco.costing.pool_model import PoolModel, PowerTerms
from tco.costing.purchase import PriceFactors
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.ranges import point
from tco.scenario import Scenario
from tco.units import HOURS_PER_MONTH

__all__ = ["node_lines"]

NO_SPARES = LineKind("no-spares", "standby", "hour")
INCLUDED_POWER = LineKind("included-power", "power", "kWh")
COLOCATION = LineKind("colocation", "power", "node-month")
ELECTRICITY = LineKind("electricity", "power", "kWh")


def node_lines(
    stack: StackModel, done: FleetOperation, index: int, month: Quantity, scenario: Scenario
) -> Iterator[CostLine]:
    """Return compute, standby and power of one service, rents on their path to the month."""
    rate = monthly_rate(scenario.value(stack.discount_rate))  # of capital
    service = stack.services[index]
    for group in done.groups[index]:
        for rank, pool in enumerate(group.group.pools):
            factors = stack.node_prices.factors(pool.supply, month, scenario)
            yield from _compute(
                service, group, rank, pool, rate=rate, factors=factors, scenario=scenario
            )
        if np.any(group.spares > 0):
            yield _spare_nodes(stack, service, group, rate, month=month, scenario=scenario)
        else:
            yield from _no_spares(service, group)
        yield from _power(service, group, scenario)


def _compute(
    service: ServiceModel,
    done: GroupWork,
    index: int,
    pool: PoolModel,
    rate: Quantity,
    factors: PriceFactors,
    scenario: Scenario,
) -> list[CostLine]:
    """Node-hours at the pool's price; a commitment is paid for every hour, used or not."""
    supply, size, fleet = pool.supply, pool.nodes_per_replica, done.group.fleet
    hours = done.month.node_hours[index] * size
    figures = _compute_figures(supply.rate, pool)
    booting: Quantity = 0.0
    if fleet.is_elastic(fleet.pools[index]):
        booting = done.month.start_hours(index, scenario.value(pool.boot_hours)) * size
        figures = (*figures, pool.boot_hours)
    line = CostLine(
        kind=NODES,
        name=supply.label,
        provider=pool.vendor,
        sku=supply.node,
        quantity=hours + booting,
        usd_per_unit=supply.recurring_usd_per_hour(scenario, factors),
        service=service.name,
        pool=pool.name,
        region=pool.region,
        purchase=supply.option,
        figures=figures,
    )
    if not supply.committed:
        return [line]
    amortized = _amortized_per_hour(pool, rate, factors, scenario)
    price = supply.effective_usd_per_hour(scenario, rate, factors)
    used = np.minimum(done.month.needed_hours[index] * size, hours)
    by_status: tuple[tuple[CommitmentStatus, FloatArray], ...] = (
        ("used", used),
        ("unused", hours - used),
    )
    lines = [
        replace(
            line,
            quantity=quantity,
            usd_per_unit=price,
            commitment_status=status,
            amortized_usd=quantity * amortized,
        )
        for status, quantity in by_status
    ]
    return lines if np.any(lines[1].quantity > 1e-9) else lines[:1]


def _amortized_per_hour(
    pool: PoolModel, rate: Quantity, factors: PriceFactors, scenario: Scenario
) -> Quantity:
    if not pool.supply.paid_ahead:
        return 0.0
    return pool.supply.amortized_usd_per_month(scenario, rate, factors) / HOURS_PER_MONTH


def _compute_figures(rate: SourcedValue, pool: PoolModel) -> tuple[SourcedValue, ...]:
    supply = pool.supply
    figures = [rate] if supply.owned is None else []
    if supply.upfront is not None:
        figures.append(supply.upfront)
    if supply.spot is not None:
        spot = supply.spot
        figures += [spot.availability, spot.interruptions_per_hour, spot.boot_hours]
        figures += [spot.on_demand] if spot.on_demand is not None else []
    if supply.owned is not None:
        figures += [supply.owned.price, supply.owned.residual, supply.owned.maintenance]
    return tuple(figures)


def _spare_nodes(
    stack: StackModel,
    service: ServiceModel,
    done: GroupWork,
    rate: Quantity,
    *,
    month: Quantity,
    scenario: Scenario,
) -> CostLine:
    """Return the spares, all month, at the price of their pool."""
    pool = done.spare_pool
    supply = pool.supply.as_spare()
    factors = stack.node_prices.factors(supply, month, scenario)
    hours = done.spares * pool.nodes_per_replica * HOURS_PER_MONTH
    amortized = _amortized_per_hour(pool, rate, factors, scenario)
    return CostLine(
        kind=SPARE_NODES,
        name=f"spare, {supply.label}",
        provider=pool.vendor,
        sku=supply.node,
        quantity=hours,
        usd_per_unit=supply.effective_usd_per_hour(scenario, rate, factors),
        service=service.name,
        pool=pool.name,
        region=pool.region,
        purchase=supply.option,
        figures=(*_compute_figures(supply.rate, pool), pool.mtbf_hours, pool.mttr_hours),
        amortized_usd=hours * amortized,
    )


def _no_spares(service: ServiceModel, done: GroupWork) -> list[CostLine]:
    """Return a line at nothing with the hours in which a failed node is missed.

    Without standby these are an outage. An API as standby, or spares in another pool, have lines of
    their own.
    """
    names = {"none": "no standby: expected outage", "availability": "no spare needed"}
    if service.standby.kind not in names:
        return []
    pool = done.spare_pool
    return [
        CostLine(
            kind=NO_SPARES,
            name=names[service.standby.kind],
            provider=pool.vendor,
            sku=pool.node,
            quantity=hours_short(done),
            usd_per_unit=0.0,
            service=service.name,
            pool=pool.name,
            region=pool.region,
            figures=(pool.mtbf_hours, pool.mttr_hours),
        )
    ]


def _power(service: ServiceModel, done: GroupWork, scenario: Scenario) -> list[CostLine]:
    """Owned nodes: their colocation and electricity; a rent includes it, which a line says."""
    lines = [
        line
        for index, pool in enumerate(done.group.pools)
        if pool.power is not None
        for line in _owned_power(service, done, index, pool.power, scenario=scenario)
    ]
    if lines:
        return lines
    pool = done.group.pools[0]
    free = replace(pool.supply.rate, value=point(0.0), estimate=False, confidential=False)
    return [
        CostLine(
            kind=INCLUDED_POWER,
            name="included in the instance price",
            provider=pool.vendor,
            sku=pool.node,
            quantity=np.zeros_like(done.factor),
            usd_per_unit=0.0,
            service=service.name,
            figures=(free,),
        )
    ]


def _owned_power(
    service: ServiceModel, done: GroupWork, index: int, terms: PowerTerms, scenario: Scenario
) -> list[CostLine]:
    """W_idle in every hour, W_load - W_idle in busy ones, x PUE; or colocation; or both."""
    pool = done.group.pools[index]
    common = CostLine(
        kind=ELECTRICITY,
        name="electricity",
        provider=pool.vendor,
        sku="electricity",
        quantity=0.0,
        usd_per_unit=0.0,
        service=service.name,
        pool=pool.name,
        region=pool.region,
    )
    held = done.month.node_hours[index] + done.spares_in(pool) * HOURS_PER_MONTH
    lines: list[CostLine] = []
    if terms.colocation_usd_per_month is not None:
        lines.append(
            replace(
                common,
                kind=COLOCATION,
                name="colocation",
                sku="colocation",
                quantity=held / HOURS_PER_MONTH * pool.nodes_per_replica,
                usd_per_unit=scenario.value(terms.colocation_usd_per_month),
                figures=(terms.colocation_usd_per_month,),
            )
        )
    if terms.idle_w and terms.load_w and terms.pue and terms.usd_per_kwh:
        idle, load = scenario.value(terms.idle_w), scenario.value(terms.load_w)
        watt_hours = idle * held + (load - idle) * done.month.busy_hours[index]
        lines.append(
            replace(
                common,
                quantity=watt_hours * pool.nodes_per_replica / 1000 * scenario.value(terms.pue),
                usd_per_unit=scenario.value(terms.usd_per_kwh),
                figures=(terms.idle_w, terms.load_w, terms.pue, terms.usd_per_kwh),
            )
        )
    return lines
