"""From a stack file to a stack with every figure looked up. Every problem is found at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from tco.catalog.catalog import Catalog
from tco.costing import stack as built
from tco.errors import BadInput
from tco.plan.stack_file import StackFile
from tco.resolve.apis import check_jumps, resolve_alternatives
from tco.resolve.lookup import Lookup, NotFound
from tco.resolve.overheads import resolve_labor, resolve_platform
from tco.resolve.services import resolve_service

__all__ = ["resolve"]

DEFAULT_MONTHS = 12
"""The horizon of a stack that commits to nothing."""

HORIZON_LIMIT = 240


def resolve(
    source: StackFile,
    catalog: Catalog,
    day: dt.date,
    other_stack: Callable[[str], built.StackModel] | None = None,
) -> built.StackModel:
    """A stack ready to be priced. ``day`` is the pricing day.

    ``other_stack`` resolves a stack that the plan names as an alternative. Raises BadInput with
    every problem: unknown names, missing prices, missing benchmarks.
    """
    todo = Lookup(source, catalog.with_books(source.books), day)
    services: list[built.ServiceModel] = []
    for name, spec in source.plan.services.items():
        try:
            services.append(resolve_service(todo, name, spec))
        except NotFound:
            continue
    labor, platform = resolve_labor(todo), resolve_platform(todo)
    discount_rate = todo.stated(
        "finance.discount_rate", source.plan.finance.discount_rate, "per year"
    )
    alternatives = resolve_alternatives(todo, other_stack)
    check_jumps(todo)
    horizon = _horizon(todo, services)
    if todo.problems:
        raise BadInput(todo.problems)
    return built.StackModel(
        source=source,
        day=day,
        catalog=todo.catalog,
        services=tuple(services),
        alternatives=tuple(alternatives),
        labor=labor,
        platform=platform,
        discount_rate=discount_rate,
        horizon_months=horizon,
        warnings=tuple(todo.warnings),
        unpriced=tuple(todo.unpriced),
        mtok_per_month=sum(service.mtok_per_month for service in services),
    )


def _horizon(todo: Lookup, services: Sequence[built.ServiceModel]) -> int:
    """Months the decision looks ahead: the longest commitment, or what the plan states."""
    committed = [
        pool.supply.period_months or 0.0
        for service in services
        for group in service.groups
        for pool in group.pools
        if pool.supply.committed
    ]
    longest = max(committed, default=0.0)
    wanted = todo.plan.finance.horizon
    if wanted is None:
        return min(HORIZON_LIMIT, max(int(-(-longest // 1)), DEFAULT_MONTHS))
    if wanted < longest:
        todo.fail(
            "finance.horizon",
            f"{wanted} months end before the longest commitment of {longest:g} months.",
            "Write `commitment`, or at least that many months.",
        )
    return wanted
