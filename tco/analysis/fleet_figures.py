"""A service's fleet in figures: nodes, node-hours, utilization, speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.arrays import as_scalar
from tco.costing.fleet_operation import FleetOperation, operate
from tco.costing.group import overall_slo
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.throughput.curve import Slo
from tco.throughput.provenance import Provenance, weakest
from tco.units import HOURS_PER_MONTH

__all__ = ["FleetFigures", "fleet_figures", "utilization", "utilization_at"]


@dataclass(frozen=True, kw_only=True)
class FleetFigures:
    """A service's fleet in the month of the pricing day.

    Utilization has standby and boot hours in its denominator; ``utilization_provisioned`` has not.
    """

    nodes: float
    standby_nodes: float
    node_hours: float
    utilization: float
    utilization_provisioned: float
    unserved_share: float
    overflow_share: float
    node_output_tok_s: float
    concurrency: float | None
    extrapolated: bool
    predicted: bool
    slo: Slo
    slo_inferred: bool
    provenance: Provenance


def fleet_figures(stack: StackModel, done: FleetOperation) -> tuple[FleetFigures, ...]:
    """Return the fleet of every service at the first load factor."""
    return tuple(_fleet(service, done, index) for index, service in enumerate(stack.services))


def _fleet(service: ServiceModel, done: FleetOperation, index: int) -> FleetFigures:
    groups = done.groups[index]
    nodes = standby = held = provisioned = busy = 0.0
    overflow = 0.0
    for group in groups:
        for number, pool in enumerate(group.group.pools):
            size = pool.nodes_per_replica
            hours = as_scalar(group.month.node_hours[number]) * size
            provisioned += hours
            held += (
                hours
                + as_scalar(group.month.start_hours(number, pool.boot_hours.value.likely)) * size
            )
            busy += as_scalar(group.month.busy_hours[number]) * size
            nodes += as_scalar(group.month.peak_nodes[number]) * size
        spares = as_scalar(group.spares) * group.spare_pool.nodes_per_replica
        standby += spares
        held += spares * HOURS_PER_MONTH
        overflow += group.group.share * as_scalar(group.month.overflow_share)
    concurrencies = [group.group.concurrency for group in groups]
    known = [concurrency for concurrency in concurrencies if concurrency is not None]
    return FleetFigures(
        nodes=nodes,
        standby_nodes=standby,
        node_hours=held,
        utilization=busy / held if held else 0.0,
        utilization_provisioned=busy / provisioned if provisioned else 0.0,
        unserved_share=as_scalar(done.unserved_share(service, index)),
        overflow_share=overflow,
        node_output_tok_s=groups[0].group.node_output_tok_s,
        concurrency=known[0] if known else None,
        extrapolated=any(group.group.extrapolated for group in groups),
        predicted=any(group.group.predicted for group in groups),
        slo=overall_slo(group.group.slo for group in groups),
        slo_inferred=any(group.group.slo_inferred for group in groups),
        provenance=weakest(group.group.provenance for group in groups),
    )


def utilization_at(stack: StackModel, factor: float) -> float:
    """Return the utilization, 0 to 1, of the whole fleet under a factor of its demand."""
    return utilization(fleet_figures(stack, operate(stack, factor)))


def utilization(fleets: Sequence[FleetFigures]) -> float:
    """Return the utilization of several fleets together, 0 to 1: used over held node-hours.

    Standby and boot hours are held, and not used.
    """
    hours = sum(fleet.node_hours for fleet in fleets)
    return sum(fleet.node_hours * fleet.utilization for fleet in fleets) / hours if hours else 0.0
