"""How the services ran: tokens, node-hours, speed and utilization, planned and actual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.actual.measured import Measured, planned_mtok, value_of, volume_ratios
from tco.actual.period import Period
from tco.actual.pool_costs import PoolCost
from tco.analysis.evaluation import Evaluation

__all__ = ["ServiceOperation", "service_operations"]


@dataclass(frozen=True, kw_only=True)
class ServiceOperation:
    """One service in the period. An actual figure is None where nothing states it."""

    service: str
    planned_mtok: float
    planned_node_hours: float
    node_hours: float | None
    planned_utilization: float
    """Standby and boot hours in the denominator."""
    planned_output_tok_s: float
    """Output tokens per second of a node at load."""
    volume: float | None
    """Tokens served over those planned."""
    throughput: float | None
    """Tokens per node-second at load over the planned."""

    @property
    def mtok(self) -> float | None:
        """Tokens served, in millions."""
        return None if self.volume is None else self.planned_mtok * self.volume

    @property
    def output_tok_s(self) -> float | None:
        """Output tokens per second of a node at load, as measured."""
        return None if self.throughput is None else self.planned_output_tok_s * self.throughput

    @property
    def utilization(self) -> float | None:
        """Share of the held node-hours in which nodes served, at the measured throughput."""
        hours = self.node_hours
        if self.volume is None or self.throughput is None or hours is None or hours <= 0:
            return None
        busy = self.planned_node_hours * self.planned_utilization
        return self.volume * busy / (self.throughput * hours)


def service_operations(
    plan: Evaluation, costs: Sequence[PoolCost], measured: Measured, period: Period
) -> tuple[ServiceOperation, ...]:
    """Return how every service ran."""
    volumes = volume_ratios(plan.stack, measured, period)
    found: list[ServiceOperation] = []
    for service, fleet in zip(plan.stack.services, plan.fleets, strict=True):
        name = service.name
        own_costs = [cost for cost in costs if cost.service == name]
        planned_hours = sum(cost.planned.quantity or 0.0 for cost in own_costs)
        counted = [cost.actual.quantity for cost in own_costs if cost.actual.quantity is not None]
        hours = sum(counted) if len(counted) == len(own_costs) else None
        volume, utilization = volumes.get(name), value_of(measured.utilization, name)
        speed = value_of(measured.output_tok_s, name)
        throughput = None if speed is None else speed / fleet.node_output_tok_s
        if utilization is not None and volume is not None and hours is not None and hours > 0:
            busy = planned_hours * fleet.utilization
            throughput = volume * busy / (hours * utilization)
        found.append(
            ServiceOperation(
                service=name,
                planned_mtok=planned_mtok(service, period),
                planned_node_hours=planned_hours,
                node_hours=hours,
                planned_utilization=fleet.utilization,
                planned_output_tok_s=fleet.node_output_tok_s,
                volume=volume,
                throughput=throughput,
            )
        )
    return tuple(found)
