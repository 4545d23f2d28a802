"""What a fleet serves in the plan, in the quantities that serving engines count.

An engine counts tokens; the plan's utilization is the share of the node-hours held that is used.
At the plan's request lengths both are proportional, which gives each service its capacity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.analysis.evaluation import Evaluation
from tco.analysis.fleet_figures import FleetFigures
from tco.arrays import as_scalar
from tco.costing.fleet_operation import operate
from tco.costing.group_work import GroupWork
from tco.costing.service_model import ServiceModel
from tco.units import HOURS_PER_MONTH, SECONDS_PER_HOUR, TOKENS_PER_MTOK

__all__ = ["ServedLoad", "served_load", "served_share"]


@dataclass(frozen=True, kw_only=True)
class ServedLoad:
    """A service's output on its own nodes, and the output at which it alone fills the fleet.

    Means of the pricing day's month. The utilization of the whole fleet is the sum, over the
    services, of the output over ``fleet_tok_s``; without spares and idle nodes elsewhere that is
    the speed of the service's nodes. None where nothing is served. ``engine`` names each engine
    that its pools run.
    """

    service: str
    engine: str
    output_tok_s: float
    fleet_tok_s: float | None


def served_load(result: Evaluation) -> tuple[ServedLoad, ...]:
    """Return the load of every service of an evaluated plan."""
    held = sum(fleet.node_hours for fleet in result.fleets)
    groups = operate(result.stack).groups
    return tuple(
        _load(service, fleet, work, held_hours=held)
        for service, fleet, work in zip(result.stack.services, result.fleets, groups, strict=True)
    )


def _load(
    service: ServiceModel, fleet: FleetFigures, groups: Sequence[GroupWork], *, held_hours: float
) -> ServedLoad:
    tokens = service.demand.requests_per_month * sum(
        _served(group) * request.share * request.generated
        for group in groups
        for request in group.group.classes
    )
    engines = [node.configuration.engine for group in groups for node in group.group.nodes]
    output = tokens / (HOURS_PER_MONTH * SECONDS_PER_HOUR)
    used = fleet.utilization * fleet.node_hours
    return ServedLoad(
        service=service.name,
        engine=" and ".join(dict.fromkeys(engines)),
        output_tok_s=output,
        fleet_tok_s=output * held_hours / used if used and output else None,
    )


def served_share(result: Evaluation) -> float:
    """Return the share of the plan's tokens that its own nodes serve; APIs serve the rest."""
    groups = operate(result.stack).groups
    own = sum(
        service.demand.requests_per_month
        * _served(group)
        * sum(
            request.share * (request.input + request.generated) for request in group.group.classes
        )
        for service, work in zip(result.stack.services, groups, strict=True)
        for group in work
    )
    return own / (result.stack.mtok_per_month * TOKENS_PER_MTOK)


def _served(group: GroupWork) -> float:
    """Return the share of a group's requests that its nodes serve."""
    return 1.0 - as_scalar(group.month.overflow_share)
