"""The one ledger: every line of a stack's month, for one month or an array of them.

Every quantity may be an array (one value per load factor, month or scenario); a line is then an
array of the same length. Nothing here rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tco.arrays import Quantity
from tco.costing.api_lines import api_lines
from tco.costing.api_rate import ApiRate, PricePath
from tco.costing.egress_lines import egress_lines
from tco.costing.fleet_operation import FleetOperation
from tco.costing.labor_lines import labor_lines
from tco.costing.lines import CATEGORIES, CostLine
from tco.costing.node_lines import node_lines
from tco.costing.platform_lines import platform_lines
from tco.costing.provisioned import provisioned_usd
from tco.costing.service_model import ServiceModel
from tco.costing.spend import bills_under_terms, lines_under_terms
from tco.costing.stack import Alternative, StackModel
from tco.scenario import BASE_CASE, Scenario

__all__ = [
    "api_bill",
    "api_bills",
    "bills_at_first_prices",
    "ledger",
    "service_lines",
    "shared_lines",
]


class ServiceLines(Protocol):
    """Returns the lines of one service, by its index, in a month."""

    def __call__(
        self,
        stack: StackModel,
        done: FleetOperation,
        index: int,
        /,
        *,
        month: Quantity,
        scenario: Scenario,
    ) -> Iterable[CostLine]:
        """Return the lines."""
        ...


@dataclass(frozen=True)
class ByService:
    """Builds the lines that one service, by its index, makes alone in a month."""

    build: ServiceLines


@dataclass(frozen=True)
class Shared:
    """Builds the lines that services make together, the same every month."""

    build: Callable[[StackModel, FleetOperation, Scenario], Iterable[CostLine]]


BUILDERS: list[ByService | Shared] = [
    ByService(node_lines),
    Shared(egress_lines),
    Shared(platform_lines),
    Shared(labor_lines),
    ByService(api_lines),
]
"""What builds the lines of a month. Figures are drawn in the order in which these read them: a new
builder goes to the end, and a seed keeps its scenarios."""


def ledger(
    stack: StackModel, done: FleetOperation, month: Quantity = 0.0, scenario: Scenario = BASE_CASE
) -> list[CostLine]:
    """Return the lines of a month. ``month`` moves prices along their paths (0: pricing day)."""
    lines: list[CostLine] = []
    for builder in BUILDERS:
        if isinstance(builder, Shared):
            lines += builder.build(stack, done, scenario)
        else:
            for index in range(len(stack.services)):
                lines += builder.build(stack, done, index, month=month, scenario=scenario)
    lines = lines_under_terms(lines, stack.owed, month)
    order = {category: index for index, category in enumerate(CATEGORIES)}
    return sorted(lines, key=lambda line: order[line.category])


def service_lines(stack: StackModel, done: FleetOperation, index: int) -> list[CostLine]:
    """Return the lines of the pricing day's month that one service makes alone: nodes and APIs."""
    return [
        line
        for builder in BUILDERS
        if isinstance(builder, ByService)
        for line in builder.build(stack, done, index, month=0.0, scenario=BASE_CASE)
    ]


def shared_lines(
    stack: StackModel, done: FleetOperation, scenario: Scenario = BASE_CASE
) -> list[CostLine]:
    """Return the lines that services make together: egress by bands, platform and people."""
    return [
        line
        for builder in BUILDERS
        if isinstance(builder, Shared)
        for line in builder.build(stack, done, scenario)
    ]


def api_bill(
    stack: StackModel,
    service: ServiceModel,
    rate: ApiRate,
    factor: Quantity = 1.0,
    *,
    month: Quantity = 0.0,
    scenario: Scenario = BASE_CASE,
) -> Quantity:
    """Return the USD per month that one API bills for a factor of a service's demand.

    ``month`` counts from the pricing day. The shape is that of ``factor``, ``month`` and the
    scenario, broadcast.
    """
    first = _bill_at_first_prices(stack, service, rate, factor, scenario=scenario)
    return first * rate.path.factor(month, scenario)


def api_bills(
    stack: StackModel,
    alternative: Alternative,
    factor: Quantity | Sequence[Quantity] = 1.0,
    *,
    month: Quantity = 0.0,
    scenario: Scenario = BASE_CASE,
) -> list[Quantity] | None:
    """Return the USD per month of each service at an alternative's APIs, contract terms included.

    ``factor`` is of the demand; a sequence has one per service. None where the alternative has no
    price for all of them, and for a stack, which has a ledger.
    """
    bills = bills_at_first_prices(stack, alternative, factor, scenario=scenario)
    if bills is None:
        return None
    billed = [bill * path.factor(month, scenario) for bill, path in bills]
    return bills_under_terms(billed, alternative.terms, stack.owed, month)


def bills_at_first_prices(
    stack: StackModel,
    alternative: Alternative,
    factor: Quantity | Sequence[Quantity] = 1.0,
    *,
    scenario: Scenario = BASE_CASE,
) -> list[tuple[Quantity, PricePath]] | None:
    """Return an alternative's bills at the prices of the pricing day, and where each price goes.

    What contracts say of a month's bill comes on top of them: `bills_under_terms`.
    """
    rates = [rate for rate in alternative.rates if rate is not None]
    if alternative.unpriced or len(rates) < len(stack.services):
        return None
    factors = factor if isinstance(factor, Sequence) else [factor] * len(rates)
    return [
        (_bill_at_first_prices(stack, service, rate, factor, scenario=scenario), rate.path)
        for service, rate, factor in zip(stack.services, rates, factors, strict=True)
    ]


def _bill_at_first_prices(
    stack: StackModel, service: ServiceModel, rate: ApiRate, factor: Quantity, *, scenario: Scenario
) -> Quantity:
    demand = service.demand
    if rate.provisioned is not None:
        return provisioned_usd(rate, demand, stack.day, factor, scenario=scenario)
    per_request = rate.usd_of(demand.classes, demand, stack.day, scenario)
    return factor * demand.requests_per_month * per_request
