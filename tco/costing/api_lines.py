"""What hosted APIs bill beside a fleet: routed classes, overflow and outages."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tco.arrays import FloatArray, Quantity
from tco.catalog.sourced import SourcedValue
from tco.costing.api_bill import ApiRate
from tco.costing.fleet_operation import FleetOperation, outage_share
from tco.costing.lines import CostLine, LineKind
from tco.costing.stack import StackModel
from tco.scenario import Scenario

__all__ = ["api_lines"]

ROUTED = LineKind("routed-requests", "api", "request")
OVERFLOW = LineKind("overflow-requests", "api", "request")
OUTAGES = LineKind("outage-requests", "standby", "request")

_ApiPart = tuple[LineKind, ApiRate | None, FloatArray, str, Iterable[SourcedValue]]
"""What goes to an API: the share of the requests, what it is called, and the figures behind it."""


def api_lines(
    stack: StackModel,
    done: FleetOperation,
    index: int,
    month: Quantity,
    scenario: Scenario,
) -> list[CostLine]:
    """Return lines for what the fleet does not serve: routed classes, overflow, outages."""
    lines: list[CostLine] = []
    service = stack.services[index]
    requests = service.demand.requests_per_month
    factor = done.factors[index]
    for request, rate in service.routed:
        usd = rate.usd_per_request(request, service.demand, stack.day, scenario)
        price = usd * rate.path.factor(month, scenario)
        lines.append(
            CostLine(
                kind=ROUTED,
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
    for group in done.groups[index]:
        failures = [(pool.mtbf_hours, pool.mttr_hours) for pool in group.group.pools]
        causes = dict.fromkeys(figure for pair in failures for figure in pair)
        parts: tuple[_ApiPart, ...] = (
            (OVERFLOW, service.overflow, group.month.overflow_share, "overflow", ()),
            (
                OUTAGES,
                service.standby.api,
                outage_share(service, group, scenario),
                "outages",
                causes,
            ),
        )
        for kind, rate, share, what, figures in parts:
            if rate is None:
                continue
            group_usd = rate.usd_of(group.group.classes, service.demand, stack.day, scenario)
            price = group_usd / group.group.share * rate.path.factor(month, scenario)
            lines.append(
                CostLine(
                    kind=kind,
                    name=f"{what} at {rate.api}",
                    provider=rate.provider,
                    sku=rate.api,
                    quantity=requests * group.group.share * share * factor,
                    usd_per_unit=price + np.zeros_like(factor),
                    service=service.name,
                    figures=(*rate.figures, *figures),
                )
            )
    return lines
