"""From a stack file to a stack with every figure looked up. Every problem is found at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tco.catalog.catalog import Catalog
from tco.catalog.discount_names import idle_discounts
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.errors import BadInput
from tco.plan.partial_plan import FaultyStack
from tco.plan.plan import PLAN_KEY
from tco.plan.stack_file import StackFile, read_stack
from tco.resolve.apis import check_jumps, resolve_alternatives
from tco.resolve.discount_notes import note_discounts
from tco.resolve.lookup import Lookup, NotFound
from tco.resolve.market import bound_market
from tco.resolve.node_outlook import resolve_node_outlook
from tco.resolve.other_fleets import other_fleets
from tco.resolve.overheads import resolve_labor, resolve_platform
from tco.resolve.plausibility.stack import implausible, refuse_absurd
from tco.resolve.services import resolve_service

__all__ = ["load_stack", "resolve", "resolve_read", "resolve_stack"]


DEFAULT_MONTHS = 12
"""The horizon of a stack that commits to nothing."""

HORIZON_LIMIT = 240


def resolve(
    source: StackFile,
    catalog: Catalog,
    day: dt.date,
    other_stack: Callable[[str], StackModel] | None = None,
) -> StackModel:
    """Return a stack ready to be priced. ``day`` is the pricing day.

    ``other_stack`` resolves a stack that the plan names as an alternative. Raises BadInput with
    every problem: unknown names, missing prices, missing benchmarks.
    """
    todo = Lookup(source=source, catalog=catalog.with_books(source.books), day=day)
    for book in source.books:
        todo.problems += idle_discounts(book, todo.catalog)
    services: list[ServiceModel] = []
    for name, spec in source.plan.services.items():
        try:
            services.append(resolve_service(todo, name, spec))
        except NotFound:
            continue
    labor, platform = resolve_labor(todo), resolve_platform(todo)
    discount_rate = todo.stated(
        "finance.discount_rate", source.plan.finance.discount_rate, "per year"
    )
    alternatives, left_out = resolve_alternatives(todo, services, other_stack)
    check_jumps(todo, [*alternatives, *left_out])
    node_outlook = resolve_node_outlook(todo)
    horizon = _horizon(todo, services)
    note_discounts(todo, services, alternatives, horizon)
    found = implausible(todo, services)
    refuse_absurd(todo, found)
    if todo.problems:
        raise BadInput(todo.problems)
    return StackModel(
        source=source,
        day=day,
        catalog_version=todo.catalog.version,
        market=bound_market(todo.catalog, day),
        services=tuple(services),
        alternatives=tuple(alternatives),
        left_out=tuple(left_out),
        labor=labor,
        platform=platform,
        discount_rate=discount_rate,
        node_prices=node_outlook,
        horizon_months=horizon,
        warnings=tuple(todo.warnings),
        unpriced=tuple(todo.unpriced),
        implausible=found,
        owed=todo.catalog.owed(day),
        mtok_per_month=sum(service.mtok_per_month for service in services),
    )


def _horizon(todo: Lookup, services: Sequence[ServiceModel]) -> int:
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


def load_stack(folder: Path, name: str, catalog: Catalog, today: dt.date) -> StackModel:
    """Read and resolve a stack of a folder, with the stacks it names as alternatives.

    ``today`` is the pricing day of a plan that states none. Raises BadInput with the faults of
    the plan and with the names and prices that its other parts lack.
    """
    return resolve_read(partial(read_stack, folder, name), catalog, today)


def resolve_read(read: Callable[[], StackFile], catalog: Catalog, today: dt.date) -> StackModel:
    """Resolve what ``read`` returns; what is left of a faulty plan too, for all of its faults."""
    try:
        return resolve_stack(read(), catalog, today)
    except FaultyStack as faulty:
        try:
            resolve_stack(faulty.rest, catalog, today)
        except BadInput as more:
            found = faulty.left.certain(more.problems, PLAN_KEY)
            raise BadInput((*faulty.problems, *found)) from None
        raise


def resolve_stack(source: StackFile, catalog: Catalog, today: dt.date) -> StackModel:
    """Resolve a stack that was read, with the stacks it names, all on the workloads it holds.

    ``today`` is the pricing day of a plan that states none. The source reads the other stacks: its
    alternatives, and those on the same workloads. Raises BadInput.
    """
    alone = partial(_resolve_alone, catalog=catalog, today=today, read_other=source.other)
    return replace(alone(source), other_fleets=partial(other_fleets, source, alone))


def _resolve_alone(
    source: StackFile, catalog: Catalog, today: dt.date, read_other: Callable[[str], StackFile]
) -> StackModel:
    """Resolve a stack with its alternatives, and without the other fleets of its workloads."""
    day = source.plan.pricing_day or today

    def other(stack: str) -> StackModel:
        theirs = read_other(stack)
        shared = {
            name: source.workloads.get(name, workload)
            for name, workload in theirs.workloads.items()
        }
        return resolve(replace(theirs, workloads=shared), catalog, day)

    return resolve(source, catalog, day, other)
