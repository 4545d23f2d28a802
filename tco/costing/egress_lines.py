"""Egress of a fleet's nodes to the internet."""

from __future__ import annotations

import numpy as np

from tco.arrays import FloatArray, Quantity, ratio
from tco.costing.egress import response_gb, tiered_usd
from tco.costing.fleet_operation import FleetOperation
from tco.costing.group_work import GroupWork, outage_share
from tco.costing.lines import CostLine, LineKind
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.scenario import Scenario

__all__ = ["egress_lines"]

EGRESS = LineKind("egress", "egress", "GB")


def egress_lines(stack: StackModel, done: FleetOperation, scenario: Scenario) -> list[CostLine]:
    """Responses to the internet, by pool; bands of one account are filled service by service."""
    lines: list[CostLine] = []
    sent: dict[tuple[str, str], Quantity] = {}
    for service, groups in zip(stack.services, done.groups, strict=True):
        for group in groups:
            shares = _shares(service, group, scenario)
            for pool, share in zip(group.group.pools, shares, strict=True):
                terms = pool.egress
                gb = _gb(service, group, pool, share, scenario=scenario)
                account = (pool.vendor, terms.destination)
                before = sent.get(account, 0.0)
                usd = tiered_usd(
                    gb,
                    terms.bands,
                    terms.free_gb,
                    before=before,
                    claimed=terms.claims_free_tier,
                    scenario=scenario,
                )
                sent[account] = before + gb
                lines.append(
                    CostLine(
                        kind=EGRESS,
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


def _shares(service: ServiceModel, done: GroupWork, scenario: Scenario) -> list[FloatArray]:
    """Return the part of a group's requests that each pool answers.

    What overflows or waits out an outage is answered elsewhere.
    """
    month = done.month
    busy = [
        hours * fleet.work_per_node
        for hours, fleet in zip(month.busy_hours, done.group.fleet.pools, strict=True)
    ]
    together = np.asarray(sum(busy), float)
    answered = 1 - month.overflow_share - outage_share(service, done, scenario)
    return [ratio(here, together) * answered for here in busy]


def _gb(
    service: ServiceModel, done: GroupWork, pool: PoolModel, share: FloatArray, scenario: Scenario
) -> FloatArray:
    """Return the GB that one pool's own nodes send, answering a share of the requests."""
    terms = pool.egress
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
