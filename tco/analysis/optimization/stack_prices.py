"""What stacks cost that differ in one service at a time: each service is priced once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from tco.analysis.optimization.mix import Mix, service_with
from tco.arrays import as_scalar
from tco.costing.fleet_operation import FleetOperation, operate
from tco.costing.group_work import GroupWork
from tco.costing.ledger import service_lines, shared_lines
from tco.costing.lines import CostLine, total
from tco.costing.service_model import ServiceModel
from tco.costing.spend import lines_under_terms
from tco.costing.stack import StackModel

__all__ = ["StackPrices"]


@dataclass(frozen=True)
class _Part:
    """A service's fleets at work, and USD of the lines that are its alone."""

    service: ServiceModel
    operation: FleetOperation
    lines: Sequence[CostLine]
    usd: float
    has_terms: bool
    """Whether a contract's terms affect the total of its lines."""

    @property
    def groups(self) -> tuple[GroupWork, ...]:
        return self.operation.groups[0]


@dataclass(frozen=True)
class StackPrices:
    """USD of the pricing day's month, of stacks that share all but their services.

    Services are known by identity, so the same mix of a service is made once (``stack_with``).
    """

    parts: dict[int, _Part] = field(default_factory=dict[int, _Part])
    totals: dict[tuple[int, ...], float | None] = field(
        default_factory=dict[tuple[int, ...], "float | None"]
    )
    mixed: dict[tuple[object, ...], tuple[ServiceModel, Mix, ServiceModel]] = field(
        default_factory=dict[tuple[object, ...], tuple[ServiceModel, Mix, ServiceModel]]
    )

    @property
    def has_tiers(self) -> bool:
        """Whether some service's lines cost less the more its stack spends."""
        lines = (line for part in self.parts.values() for line in part.lines)
        return any(line.terms is not None and line.terms.tiers for line in lines)

    def stack_with(self, stack: StackModel, index: int, mix: Mix) -> StackModel:
        """Return the stack with a mix in the common group of one service."""
        service = stack.services[index]
        floors = tuple(sorted(mix.floors.items()))
        held = tuple(sorted(mix.held.items()))
        key = (id(service), held, floors, id(mix.overflow), id(mix.standby))
        if key not in self.mixed:  # the service and the mix are kept, so that no other has their id
            self.mixed[key] = (service, mix, service_with(service, mix))
        return stack.with_service(index, self.mixed[key][-1])

    def cost_usd(self, stack: StackModel) -> float:
        """Return USD of the month, to compare: infinite where the stack refuses demand."""
        usd = self.month_usd(stack)
        return math.inf if usd is None else usd

    def own_usd(self, stack: StackModel, service: ServiceModel) -> float:
        """Return USD of the month of a service's own lines, without what services share."""
        return self._part(stack, service).usd

    def month_usd(self, stack: StackModel) -> float | None:
        """Return USD of the month; None where more is refused than the limit allows."""
        key = tuple(id(service) for service in stack.services)
        if key not in self.totals:
            self.totals[key] = self._month_usd(stack)
        return self.totals[key]

    def _month_usd(self, stack: StackModel) -> float | None:
        parts = [self._part(stack, service) for service in stack.services]
        done = FleetOperation(
            tuple(part.operation.factors[0] for part in parts),
            tuple(part.groups for part in parts),
        )
        if not bool(done.served(stack)[0]):
            return None
        shared = shared_lines(stack, done)
        if stack.owed or any(part.has_terms for part in parts):
            lines = [*shared, *(line for part in parts for line in part.lines)]
            return as_scalar(total(lines_under_terms(lines, stack.owed, 0.0)))
        return sum(part.usd for part in parts) + as_scalar(total(shared))

    def _part(self, stack: StackModel, service: ServiceModel) -> _Part:
        if id(service) not in self.parts:
            alone = stack.serving([service])
            operation = operate(alone)
            lines = service_lines(alone, operation, 0)
            self.parts[id(service)] = _Part(
                service,
                operation,
                lines,
                as_scalar(total(lines)),
                has_terms=any(line.terms is not None for line in lines),
            )
        return self.parts[id(service)]
