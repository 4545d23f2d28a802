"""The one ledger: every line of a stack's month, for one month or an array of them.

Every quantity may be an array (one value per load factor, month or scenario); a line is then an
array of the same length. Nothing here rounds.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tco.arrays import FloatArray, Quantity, monthly_rate, ratio
from tco.catalog.sourced import SourcedValue
from tco.costing.api_bill import ApiRate
from tco.costing.egress import response_gb, tiered_usd
from tco.costing.fleet_operation import FleetOperation, GroupWork, outage_share
from tco.costing.labor import planned_fte
from tco.costing.lines import CATEGORIES, CostLine, LineKind
from tco.costing.node_lines import node_lines
from tco.costing.stack import Alternative, PoolModel, ServiceModel, StackModel
from tco.providers.owned import INTERNAL
from tco.scenario import BASE_CASE, Scenario
from tco.units import MONTHS_PER_YEAR

__all__ = ["api_bill", "api_bills", "ledger", "service_lines", "shared_lines"]

_ApiPart = tuple[LineKind, ApiRate | None, FloatArray, str, Iterable[SourcedValue]]
"""What goes to an API: the share of the requests, what it is called, and the figures behind it."""


def ledger(
    stack: StackModel, done: FleetOperation, month: Quantity = 0.0, scenario: Scenario = BASE_CASE
) -> list[CostLine]:
    """Every line of a month. ``month`` moves API prices along their path (0: the pricing day)."""
    places = range(len(stack.services))
    lines = [line for place in places for line in _nodes(stack, done, place, scenario)]
    lines += shared_lines(stack, done, scenario)
    lines += [line for place in places for line in _api(stack, done, place, month, scenario)]
    order = {category: place for place, category in enumerate(CATEGORIES)}
    return sorted(lines, key=lambda line: order[line.category])


def service_lines(stack: StackModel, done: FleetOperation, place: int) -> list[CostLine]:
    """Return the lines of the pricing day's month that one service makes alone: nodes and APIs."""
    return [
        *_nodes(stack, done, place, BASE_CASE),
        *_api(stack, done, place, 0.0, BASE_CASE),
    ]


def shared_lines(
    stack: StackModel, done: FleetOperation, scenario: Scenario = BASE_CASE
) -> list[CostLine]:
    """Return the lines that services make together: egress by bands, platform and people."""
    return [
        *_egress(stack, done, scenario),
        *_platform(stack, done, scenario),
        *_labor(stack, done, scenario),
    ]


def _nodes(
    stack: StackModel, done: FleetOperation, place: int, scenario: Scenario
) -> list[CostLine]:
    """Return the lines of a service's own nodes."""
    rate = monthly_rate(scenario.value(stack.discount_rate))
    service = stack.services[place]
    return [line for one in done.groups[place] for line in node_lines(service, one, rate, scenario)]


def _egress(stack: StackModel, done: FleetOperation, scenario: Scenario) -> list[CostLine]:
    """Responses to the internet, by pool; bands of one account are filled service by service."""
    lines: list[CostLine] = []
    sent: dict[tuple[str, str], Quantity] = {}
    for service, groups in zip(stack.services, done.groups, strict=True):
        for one in groups:
            for place, pool in enumerate(one.group.pools):
                terms = pool.egress
                gb = _gb(service, one, place, pool, scenario)
                account = (pool.vendor, terms.destination)
                before = sent.get(account, 0.0)
                usd = _tiered_from(pool, before, gb, scenario)
                sent[account] = before + gb
                lines.append(
                    CostLine(
                        kind="egress",
                        name=terms.label,
                        provider=pool.vendor,
                        sku=terms.destination,
                        quantity=gb,
                        usd_per_unit=ratio(usd, gb),
                        service=service.name,
                        pool=pool.name,
                        region=pool.region,
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


def _platform(stack: StackModel, done: FleetOperation, scenario: Scenario) -> list[CostLine]:
    """Disks, load balancer, logs and licences; spare nodes hold disks and licences too."""
    services = float(sum(bool(service.groups) for service in stack.services))
    nodes = done.held_nodes
    sellers = (pool.vendor for _, _, _, pool in stack.pools() if pool.provider.sells_platform)
    provider = next(sellers, INTERNAL)
    lines = [
        CostLine(
            kind="platform-per-service",
            name=name,
            provider=provider,
            sku=name,
            quantity=np.full_like(nodes, services),
            usd_per_unit=scenario.value(figure),
            figures=(figure,),
        )
        for name, figure in stack.platform.usd_per_month
    ]
    lines += [
        CostLine(
            kind="platform-per-node",
            name=name,
            provider=provider,
            sku=name,
            quantity=nodes,
            usd_per_unit=scenario.value(figure),
            figures=(figure,),
        )
        for name, figure in stack.platform.usd_per_node_month
    ]
    licence = stack.platform.licence_usd_per_gpu_year
    if licence is not None:
        price = scenario.value(licence) / MONTHS_PER_YEAR
        gpus = sum(nodes * pool.gpus for pool, nodes in done.nodes_by_pool()) + done.none
        lines.append(
            CostLine(
                kind="licenses",
                name="licences",
                provider=provider,
                sku="licences",
                quantity=gpus,
                usd_per_unit=price,
                figures=(licence,),
            )
        )
    return lines


def _labor(stack: StackModel, done: FleetOperation, scenario: Scenario) -> list[CostLine]:
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
        CostLine(
            kind="operations",
            name="operations",
            provider=INTERNAL,
            sku="operations",
            quantity=fte,
            usd_per_unit=scenario.value(labor.usd_per_fte_year) / MONTHS_PER_YEAR,
            figures=(*used, labor.usd_per_fte_year),
        )
    ]
    setup = scenario.value(labor.setup_usd)
    if labor.setup_usd.value.high > 0:
        monthly = setup / stack.horizon_months + done.none
        lines.append(
            CostLine(
                kind="setup",
                name="set-up, amortised",
                provider=INTERNAL,
                sku="set-up",
                quantity=done.none + 1.0,
                usd_per_unit=monthly,
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
    scenario: Scenario = BASE_CASE,
) -> Quantity:
    """USD per month of a service's full demand at factor 1, billed by one API."""
    demand = service.demand
    per_request = rate.usd_of(demand.classes, demand, stack.day, scenario)
    return demand.requests_per_month * per_request * rate.path.factor(month, scenario)


def api_bills(
    stack: StackModel,
    alternative: Alternative,
    month: Quantity = 0.0,
    scenario: Scenario = BASE_CASE,
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
    done: FleetOperation,
    place: int,
    month: Quantity,
    scenario: Scenario,
) -> list[CostLine]:
    """What the fleet does not serve: routed classes, overflow, and outages covered by an API."""
    lines: list[CostLine] = []
    service = stack.services[place]
    requests = service.demand.requests_per_month
    factor = done.factors[place]
    for request, rate in service.routed:
        usd = rate.usd_per_request(request, service.demand, stack.day, scenario)
        price = usd * rate.path.factor(month, scenario)
        lines.append(
            CostLine(
                kind="routed-requests",
                name=f"{request.name} at {rate.api}",
                provider=rate.provider,
                sku=rate.api,
                request_class=request.name,
                quantity=requests * request.share * factor,
                usd_per_unit=price + np.zeros_like(factor),
                service=service.name,
                figures=rate.figures,
            )
        )
    for one in done.groups[place]:
        failures = [(pool.mtbf_hours, pool.mttr_hours) for pool in one.group.pools]
        causes = dict.fromkeys(figure for pair in failures for figure in pair)
        parts: tuple[_ApiPart, ...] = (
            ("overflow-requests", service.overflow, one.month.overflow_share, "overflow", ()),
            (
                "outage-requests",
                service.standby.api,
                outage_share(service, one, scenario),
                "outages",
                causes,
            ),
        )
        for kind, rate, share, what, figures in parts:
            if rate is None:
                continue
            group_usd = rate.usd_of(one.group.classes, service.demand, stack.day, scenario)
            price = group_usd / one.group.share * rate.path.factor(month, scenario)
            lines.append(
                CostLine(
                    kind=kind,
                    name=f"{what} at {rate.api}",
                    provider=rate.provider,
                    sku=rate.api,
                    quantity=requests * one.group.share * share * factor,
                    usd_per_unit=price + np.zeros_like(factor),
                    service=service.name,
                    figures=(*rate.figures, *figures),
                )
            )
    return lines
