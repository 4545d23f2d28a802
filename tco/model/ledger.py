"""The one ledger: every line of a stack's month, for one month or an array of them.

Every quantity may be an array (one value per load factor, month or scenario); a line is then an
array of the same length. Nothing here rounds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tco.catalog.catalog import Sourced
from tco.model.api_bill import ApiRate
from tco.model.egress import response_gb, tiered_usd
from tco.model.labor import planned_fte
from tco.model.scenario import LIKELY, Scenario
from tco.model.stack import Alternative, PoolModel, PowerTerms, ServiceModel, StackModel
from tco.model.work import GroupWork, Work, outage_share
from tco.ranges import point
from tco.units import (
    HOURS_PER_MONTH,
    MONTHS_PER_YEAR,
    FloatArray,
    Quantity,
    monthly_rate,
    ratio,
)

__all__ = ["CATEGORIES", "NODE_CATEGORIES", "Line", "api_bill", "api_bills", "ledger", "total"]

Category = Literal["compute", "power", "egress", "standby", "labor", "platform", "api"]
CATEGORIES: tuple[Category, ...] = (
    "compute",
    "power",
    "egress",
    "standby",
    "labor",
    "platform",
    "api",
)
NODE_CATEGORIES: tuple[Category, ...] = ("compute", "standby")
"""What the nodes of a pool cost."""


_ApiPart = tuple[Category, ApiRate | None, FloatArray, str, Iterable[Sourced]]
"""What goes to an API: the share of the requests, what it is called, and the figures behind it."""


@dataclass(frozen=True)
class Line:
    """One line: a quantity at a price. ``amortised_usd`` is the part paid upfront, earlier."""

    category: Category
    name: str
    quantity: Quantity
    unit: str
    usd_per_unit: Quantity
    service: str = ""
    pool: str = ""
    region: str | None = None
    commitment_status: Literal["used", "unused"] | None = None
    figures: tuple[Sourced, ...] = ()
    amortised_usd: Quantity = 0.0

    @property
    def usd(self) -> Quantity:
        """USD per month."""
        return self.quantity * self.usd_per_unit

    @property
    def confidential(self) -> bool:
        """Whether a figure behind the line is a confidential book's: its total is told alone."""
        return any(one.confidential for one in self.figures)


def ledger(
    stack: StackModel, done: Work, month: Quantity = 0.0, scenario: Scenario = LIKELY
) -> list[Line]:
    """Every line of a month. ``month`` moves API prices along their path (0: the pricing day)."""
    rate = monthly_rate(scenario.value(stack.discount_rate))
    lines: list[Line] = []
    for service, groups in zip(stack.services, done.groups, strict=True):
        for one in groups:
            for place, pool in enumerate(one.group.pools):
                lines += _compute(service, one, place, pool, rate, scenario)
            lines += _standby_nodes(service, one, rate, scenario)
            lines += _power(service, one, scenario)
    lines += _egress(stack, done, scenario)
    lines += _platform(stack, done, scenario)
    lines += _labor(stack, done, scenario)
    for place, service in enumerate(stack.services):
        lines += _api(stack, service, done, place, month, scenario)
    order = {category: place for place, category in enumerate(CATEGORIES)}
    return sorted(lines, key=lambda line: order[line.category])


def total(lines: Iterable[Line]) -> Quantity:
    """USD of all lines."""
    return sum((line.usd for line in lines), start=0.0)


def _compute(
    service: ServiceModel,
    done: GroupWork,
    place: int,
    pool: PoolModel,
    rate: Quantity,
    scenario: Scenario,
) -> list[Line]:
    """Node-hours at the pool's price; a commitment is paid for every hour, used or not."""
    supply, size, fleet = pool.supply, pool.nodes_per_replica, done.group.fleet
    hours = done.month.node_hours[place] * size
    figures = _compute_figures(supply.rate, pool)
    booting: Quantity = 0.0
    if fleet.comes_and_goes(fleet.pools[place]):
        booting = done.month.start_hours(place, scenario.value(pool.boot_hours)) * size
        figures = (*figures, pool.boot_hours)
    line = Line(
        "compute",
        supply.label,
        hours + booting,
        "node-hour",
        supply.recurring_usd_per_hour(scenario),
        service.name,
        pool.name,
        pool.region,
        figures=figures,
    )
    if not supply.committed:
        return [line]
    amortised = _amortised_per_hour(pool, rate, scenario)
    price = supply.effective_usd_per_hour(scenario, rate)
    used = np.minimum(done.month.needed_hours[place] * size, hours)
    lines = [
        replace(
            line,
            quantity=quantity,
            usd_per_unit=price,
            commitment_status=status,
            amortised_usd=quantity * amortised,
        )
        for status, quantity in (("used", used), ("unused", hours - used))
    ]
    return lines if np.any(lines[1].quantity > 1e-9) else lines[:1]


def _amortised_per_hour(pool: PoolModel, rate: Quantity, scenario: Scenario) -> Quantity:
    if not pool.supply.paid_ahead:
        return 0.0
    return pool.supply.amortised_usd_per_month(scenario, rate) / HOURS_PER_MONTH


def _compute_figures(rate: Sourced, pool: PoolModel) -> tuple[Sourced, ...]:
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


def _standby_nodes(
    service: ServiceModel, done: GroupWork, rate: Quantity, scenario: Scenario
) -> list[Line]:
    """The spares, all month, at the price of their pool."""
    if not np.any(done.spares > 0):
        return []
    pool = done.spare_pool
    supply = pool.supply.as_spare()
    hours = done.spares * pool.nodes_per_replica * HOURS_PER_MONTH
    amortised = _amortised_per_hour(pool, rate, scenario)
    return [
        Line(
            "standby",
            f"spare, {supply.label}",
            hours,
            "node-hour",
            supply.effective_usd_per_hour(scenario, rate),
            service.name,
            pool.name,
            pool.region,
            figures=(*_compute_figures(supply.rate, pool), pool.mtbf_hours, pool.mttr_hours),
            amortised_usd=hours * amortised,
        )
    ]


def _power(service: ServiceModel, done: GroupWork, scenario: Scenario) -> list[Line]:
    """Owned nodes: their colocation and electricity; a rent includes it, which a line says."""
    lines = [
        line
        for place, pool in enumerate(done.group.pools)
        if pool.power is not None
        for line in _owned_power(service, done, place, pool.power, scenario)
    ]
    if lines:
        return lines
    none, rate = np.zeros_like(done.factor), done.group.pools[0].supply.rate
    free = replace(rate, value=point(0.0), estimate=False, confidential=False)
    name = "included in the rent"
    return [Line("power", name, none, "kWh", 0.0, service.name, figures=(free,))]


def _owned_power(
    service: ServiceModel, done: GroupWork, place: int, terms: PowerTerms, scenario: Scenario
) -> list[Line]:
    """W_idle in every hour, W_load - W_idle in busy ones, x PUE; or colocation; or both."""
    pool = done.group.pools[place]
    common = Line("power", "", 0.0, "kWh", 0.0, service.name, pool.name, pool.region)
    spares = done.spares if pool is done.spare_pool else done.spares * 0.0
    held = done.month.node_hours[place] + spares * HOURS_PER_MONTH
    lines: list[Line] = []
    if terms.colocation_usd_per_month is not None:
        lines.append(
            replace(
                common,
                name="colocation",
                quantity=held / HOURS_PER_MONTH * pool.nodes_per_replica,
                unit="node-month",
                usd_per_unit=scenario.value(terms.colocation_usd_per_month),
                figures=(terms.colocation_usd_per_month,),
            )
        )
    if terms.idle_w and terms.load_w and terms.pue and terms.usd_per_kwh:
        idle, load = scenario.value(terms.idle_w), scenario.value(terms.load_w)
        watt_hours = idle * held + (load - idle) * done.month.busy_hours[place]
        lines.append(
            replace(
                common,
                name="electricity",
                quantity=watt_hours * pool.nodes_per_replica / 1000 * scenario.value(terms.pue),
                usd_per_unit=scenario.value(terms.usd_per_kwh),
                figures=(terms.idle_w, terms.load_w, terms.pue, terms.usd_per_kwh),
            )
        )
    return lines


def _egress(stack: StackModel, done: Work, scenario: Scenario) -> list[Line]:
    """Responses to the internet, by pool; bands of one account are filled service by service."""
    lines: list[Line] = []
    sent: dict[str, Quantity] = {}
    for service, groups in zip(stack.services, done.groups, strict=True):
        for one in groups:
            for place, pool in enumerate(one.group.pools):
                terms = pool.egress
                gb = _gb(service, one, place, pool, scenario)
                before = sent.get(terms.label, 0.0)
                usd = _tiered_from(pool, before, gb, scenario)
                sent[terms.label] = before + gb
                lines.append(
                    Line(
                        "egress",
                        terms.label,
                        gb,
                        "GB",
                        ratio(usd, gb),
                        service.name,
                        pool.name,
                        pool.region,
                        figures=(
                            terms.bytes_per_output_token,
                            terms.overhead_bytes,
                            *(band.usd_per_gb for band in terms.bands),
                        ),
                    )
                )
    return lines


def _gb(
    service: ServiceModel, done: GroupWork, place: int, pool: PoolModel, scenario: Scenario
) -> FloatArray:
    """GB that one pool's own nodes send: what overflows or waits out an outage is not theirs."""
    month, terms = done.month, pool.egress
    busy = np.sum(
        [
            hours * fleet.work_per_node
            for hours, fleet in zip(month.busy_hours, done.group.fleet.pools, strict=True)
        ],
        axis=0,
    )
    here = month.busy_hours[place] * done.group.fleet.pools[place].work_per_node
    part = ratio(here, np.asarray(busy))
    share = part * (1 - month.overflow_share - outage_share(service, done, scenario))
    if terms.gb_per_month is not None:
        fixed = scenario.value(terms.gb_per_month) * done.group.share
        return np.asarray(fixed * share * done.factor, float)
    per_request = sum(
        response_gb(
            request.share,
            request.output,
            scenario.value(terms.bytes_per_output_token),
            scenario.value(terms.overhead_bytes),
        )
        for request in done.group.classes
    )
    requests = service.demand.requests_per_month * done.factor
    return np.asarray(requests * share * per_request, float)


def _tiered_from(pool: PoolModel, before: Quantity, gb: Quantity, scenario: Scenario) -> FloatArray:
    terms = pool.egress

    def cost(volume: Quantity) -> Quantity:
        return tiered_usd(
            volume,
            terms.bands,
            terms.free_gb,
            claimed=terms.claims_free_tier,
            scenario=scenario,
        )

    return np.asarray(cost(before + gb) - cost(before), float)


def _platform(stack: StackModel, done: Work, scenario: Scenario) -> list[Line]:
    """Disks, load balancer, logs and licences; spare nodes hold disks and licences too."""
    services = float(sum(bool(service.groups) for service in stack.services))
    nodes = done.held_nodes
    lines = [
        Line(
            "platform",
            name,
            np.full_like(nodes, services),
            "service",
            scenario.value(figure),
            figures=(figure,),
        )
        for name, figure in stack.platform.usd_per_month
    ]
    lines += [
        Line("platform", name, nodes, "node", scenario.value(figure), figures=(figure,))
        for name, figure in stack.platform.usd_per_node_month
    ]
    licence = stack.platform.licence_usd_per_gpu_year
    if licence is not None:
        price = scenario.value(licence) / MONTHS_PER_YEAR
        gpus = _held_gpus(done)
        lines.append(Line("platform", "licences", gpus, "GPU", price, figures=(licence,)))
    return lines


def _held_gpus(done: Work) -> FloatArray:
    gpus = done.none
    for groups in done.groups:
        for one in groups:
            for pool, peak in zip(one.group.pools, one.month.peak_nodes, strict=True):
                gpus = gpus + peak * pool.nodes_per_replica * pool.gpus
            spare = one.spare_pool
            gpus = gpus + one.spares * spare.nodes_per_replica * spare.gpus
    return gpus


def _labor(stack: StackModel, done: Work, scenario: Scenario) -> list[Line]:
    """(FTE of self-hosting - FTE the API needs too) x loaded cost; set-up over the horizon.

    Without nodes there is nobody to pay beyond what the API needs.
    """
    labor = stack.labor
    nodes = done.held_nodes
    own = planned_fte(stack, nodes, scenario) - scenario.value(labor.api_fte)
    fte = np.where(nodes > 0, own, 0.0)
    used = [labor.fte] if labor.fte is not None else [figure for _, figure in labor.table]
    if labor.hours_per_node_month is not None:
        used.append(labor.hours_per_node_month)
    lines = [
        Line(
            "labor",
            "operations",
            fte,
            "FTE",
            scenario.value(labor.usd_per_fte_year) / MONTHS_PER_YEAR,
            figures=(*used, labor.usd_per_fte_year),
        )
    ]
    setup = scenario.value(labor.setup_usd)
    if labor.setup_usd.value.high > 0:
        monthly = setup / stack.horizon_months + done.none
        lines.append(
            Line(
                "labor",
                "set-up, amortised",
                done.none + 1.0,
                "month",
                monthly,
                figures=(labor.setup_usd,),
                amortised_usd=monthly,
            )
        )
    return lines


def api_bill(
    stack: StackModel,
    service: ServiceModel,
    rate: ApiRate,
    month: Quantity = 0.0,
    scenario: Scenario = LIKELY,
) -> Quantity:
    """USD per month of a service's full demand at factor 1, billed by one API."""
    demand = service.demand
    per_request = rate.usd_of(demand.classes, demand, stack.day, scenario)
    return demand.requests_per_month * per_request * rate.path.factor(month, scenario)


def api_bills(
    stack: StackModel,
    alternative: Alternative,
    month: Quantity = 0.0,
    scenario: Scenario = LIKELY,
) -> list[Quantity] | None:
    """USD per month of every service's full demand at an alternative's APIs.

    None where it has no price for all of them; a stack has none of its own.
    """
    rates = [rate for rate in alternative.rates if rate is not None]
    if alternative.unpriced or len(rates) < len(stack.services):
        return None
    return [
        api_bill(stack, service, rate, month, scenario)
        for service, rate in zip(stack.services, rates, strict=True)
    ]


def _api(
    stack: StackModel,
    service: ServiceModel,
    done: Work,
    place: int,
    month: Quantity,
    scenario: Scenario,
) -> list[Line]:
    """What the fleet does not serve: routed classes, overflow, and outages covered by an API."""
    lines: list[Line] = []
    requests = service.demand.requests_per_month
    factor = done.factors[place]
    for request, rate in service.routed:
        usd = rate.usd_per_request(request, service.demand, stack.day, scenario)
        price = usd * rate.path.factor(month, scenario)
        lines.append(
            Line(
                "api",
                f"{request.name} at {rate.api}",
                requests * request.share * factor,
                "request",
                price + np.zeros_like(factor),
                service.name,
                figures=rate.figures,
            )
        )
    for one in done.groups[place]:
        failures = [(pool.mtbf_hours, pool.mttr_hours) for pool in one.group.pools]
        causes = dict.fromkeys(figure for pair in failures for figure in pair)
        parts: tuple[_ApiPart, ...] = (
            ("api", service.overflow, one.month.overflow_share, "overflow", ()),
            (
                "standby",
                service.standby.api,
                outage_share(service, one, scenario),
                "outages",
                causes,
            ),
        )
        for category, rate, share, what, figures in parts:
            if rate is None:
                continue
            group_usd = rate.usd_of(one.group.classes, service.demand, stack.day, scenario)
            price = group_usd / one.group.share * rate.path.factor(month, scenario)
            lines.append(
                Line(
                    category,
                    f"{what} at {rate.api}",
                    requests * one.group.share * share * factor,
                    "request",
                    price + np.zeros_like(factor),
                    service.name,
                    figures=(*rate.figures, *figures),
                )
            )
    return lines
