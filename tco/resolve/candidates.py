"""A stack with every purchase option of its nodes as a pool: what an optimizer chooses from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from tco.catalog.catalog import Catalog
from tco.catalog.node_price import NodePrice
from tco.costing.stack import StackModel
from tco.errors import BadInput
from tco.plan.finance import Finance
from tco.plan.plan import PLAN_KEY
from tco.plan.pools import Commitment, Nodes, Pool
from tco.plan.service import Service
from tco.plan.stack_file import StackFile
from tco.resolve.providers import pool_provider, pool_region
from tco.resolve.resolver import resolve
from tco.units import TERM_MONTHS

__all__ = ["with_every_supply"]


def with_every_supply(
    source: StackFile, catalog: Catalog, day: dt.date, longest_months: int
) -> StackModel:
    """Return the stack with every purchase option of its instances and offers as a pool.

    Commitments go up to a term. Options that lack a figure (a spot pool without a known
    interruption rate) are left out. Raises BadInput for what the declared plan itself lacks.
    """
    books = catalog.with_books(source.books)
    services = {
        name: spec.model_copy(
            update={"pools": _pools(source, books, day, spec, longest_months=longest_months)}
        )
        for name, spec in source.plan.services.items()
    }
    try:
        return resolve(_variant(source, services), catalog, day)
    except BadInput as error:
        lacking = {problem.path for problem in error.problems}
        return resolve(_variant(source, _without(services, lacking)), catalog, day)


def _variant(source: StackFile, services: Mapping[str, Service]) -> StackFile:
    """Return the stack with other services; a stack as alternative does not matter for a mix."""
    changed = {"services": dict(services), "finance": _open_ended(source.plan.finance)}
    return replace(source, plan=source.plan.model_copy(update=changed))


def _open_ended(finance: Finance) -> Finance:
    """Return the finance of a plan whose commitments may outlast its horizon."""
    return finance.model_copy(update={"horizon": None})


def _without(services: Mapping[str, Service], lacking: set[str]) -> dict[str, Service]:
    """Return the services without the pools that some problem names."""

    def named(service: str, pool: str) -> bool:
        path = f"{PLAN_KEY}.services.{service}.pools.{pool}"
        return any(gap == path or gap.startswith(f"{path}.") for gap in lacking)

    return {
        name: spec.model_copy(
            update={
                "pools": {
                    pool: declared for pool, declared in spec.pools.items() if not named(name, pool)
                }
            }
        )
        for name, spec in services.items()
    }


def _pools(
    source: StackFile, catalog: Catalog, day: dt.date, spec: Service, longest_months: int
) -> dict[str, Pool]:
    """Return the declared pools and, beside the common ones, every other way to buy their nodes."""
    pools = dict(spec.pools)
    reserved = {route.pool for route in spec.route.values()}
    common = {name: pool for name, pool in spec.pools.items() if name not in reserved}
    seen = {_identity(pool) for pool in common.values()}
    for declared, pool in common.items():
        for row in _rows(source, catalog, day, pool):
            option = _option(pool, row)
            months = TERM_MONTHS[row.term] if row.term else 0
            if _identity(option) not in seen and months <= longest_months:
                seen.add(_identity(option))
                pools[_name(row, declared, pools)] = option
    return pools


def _rows(source: StackFile, catalog: Catalog, day: dt.date, pool: Pool) -> list[NodePrice]:
    """Return the price rows of a pool's node, one per purchase option; blocks are too short."""
    if pool.owned is not None:
        return []
    region = pool_region(source, pool, pool_provider(catalog, pool))
    prices = catalog.node_prices(pool.instance, pool.offer, region, day)
    return [price.row for price in prices if price.row.kind != "capacity-block"]


def _option(declared: Pool, row: NodePrice) -> Pool:
    """Return a pool of the same nodes, bought as a price row says."""
    terms = None
    if row.kind is not None:
        terms = Commitment(kind=row.kind, term=row.term, payment=row.payment)
    return declared.model_copy(
        update={
            "purchase": row.purchase,
            "commitment": terms,
            "spot": declared.spot if row.purchase == "spot" else None,
            "nodes": Nodes(min=0, max=0),
        }
    )


def _identity(pool: Pool) -> tuple[object, ...]:
    terms = pool.commitment
    bought = (terms.kind, terms.term, terms.payment) if terms is not None else ()
    return (pool.instance, pool.offer, pool.owned, pool.region, pool.purchase, *bought)


def _name(row: NodePrice, declared: str, taken: Mapping[str, Pool]) -> str:
    """Return a name for an option that no pool has.

    How it is bought, and the pool that it extends.
    """
    payment = "" if row.payment in (None, "no-upfront") else f"-{row.payment}"
    name = f"{row.kind}-{row.term}{payment}" if row.kind else row.purchase
    return name if name not in taken else f"{name}-{declared}"
