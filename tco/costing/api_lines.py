"""What hosted APIs bill beside a fleet: routed classes, overflow and outages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tco.arrays import FloatArray, Quantity, ratio
from tco.catalog.sourced import SourcedValue
from tco.costing.fleet_operation import FleetOperation
from tco.costing.group_work import GroupWork, outage_share
from tco.costing.lines import CostLine, LineKind
from tco.costing.stack import StackModel
from tco.costing.waiting import at_once_and_waiting
from tco.plan.workload import RequestClass
from tco.scenario import Scenario

__all__ = ["api_lines"]

ROUTED = LineKind("routed-requests", "api", "request")
OVERFLOW = LineKind("overflow-requests", "api", "request")
OUTAGES = LineKind("outage-requests", "standby", "request")


@dataclass(frozen=True)
class _ApiPart:
    """What goes to an API: which requests, the share of them, and the figures behind it."""

    kind: LineKind
    what: str
    classes: Sequence[RequestClass]
    share: FloatArray
    figures: Iterable[SourcedValue] = ()


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
                usd_per_unit=price,
                service=service.name,
                figures=rate.figures,
            )
        )
    for group in done.groups[index]:
        failures = [(pool.mtbf_hours, pool.mttr_hours) for pool in group.group.pools]
        causes = dict.fromkeys(figure for pair in failures for figure in pair)
        outages = _ApiPart(
            OUTAGES,
            "outages",
            group.group.classes,
            outage_share(service, group, scenario),
            figures=causes,
        )
        for rate, parts in (
            (service.overflow, _overflow(group)),
            (service.standby.api, [outages]),
        ):
            if rate is None:
                continue
            for part in parts:
                share = sum(request.share for request in part.classes)
                usd = rate.usd_of(part.classes, service.demand, stack.day, scenario)
                price = usd / share * rate.path.factor(month, scenario)
                lines.append(
                    CostLine(
                        kind=part.kind,
                        name=f"{part.what} at {rate.api}",
                        provider=rate.provider,
                        sku=rate.api,
                        quantity=requests * share * part.share * factor,
                        usd_per_unit=price,
                        service=service.name,
                        figures=(*rate.figures, *part.figures),
                    )
                )
    return lines


def _overflow(group: GroupWork) -> list[_ApiPart]:
    """Return what overflows: the work that waited and found no idle hour, then what cannot wait.

    Work that can wait makes room for the rest, so it overflows first.
    """
    at_once, waiting = at_once_and_waiting(group.group.classes)
    waits = group.group.fleet.waiting_share
    over, waiting_over = group.month.overflow_share, group.month.waiting_overflow_share
    parts: list[_ApiPart] = []
    if at_once:
        share = ratio(over - waiting_over, np.asarray(1 - waits)) if waiting else over
        parts.append(_ApiPart(OVERFLOW, "overflow", at_once, share))
    if waiting:
        parts.append(
            _ApiPart(
                OVERFLOW, "overflow that can wait", waiting, ratio(waiting_over, np.asarray(waits))
            )
        )
    return parts
