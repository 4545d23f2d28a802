"""Prices that an analysis asks for after a stack is resolved, looked up when they are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tco.catalog.catalog import Catalog
from tco.catalog.figure import gpu_in_name
from tco.catalog.node_price import NodePrice
from tco.catalog.sourced import SourcedValue
from tco.costing.market import Holding, Market, Missing, RentedTerm
from tco.costing.pool_model import PoolModel, PowerTerms
from tco.costing.purchase import OwnedSupply, PurchaseOption
from tco.plan.pools import Commitment
from tco.resolve.supply import rented
from tco.units import HOURS_PER_MONTH

__all__ = ["bound_market"]

BLOCK_HOURS = int(HOURS_PER_MONTH)
"""Capacity blocks are priced by the month, as often as one is bought again."""
OWNED_MONTHS = 36
"""The life of a node that the catalog prices: its residual value is the one after 36 months."""

WANTED: dict[RentedTerm, Callable[[NodePrice], bool]] = {
    "on-demand": lambda row: row.purchase == "on-demand",
    "short": lambda row: row.term == "6mo" or row.kind == "capacity-block",
    "1yr": lambda row: row.term == "1yr",
    "3yr": lambda row: row.term == "3yr",
}


def bound_market(catalog: Catalog, day: dt.date) -> Market:
    """Return the prices of a stack's catalog, with its price books, on its pricing day."""
    return Market(
        on_demand=lambda pool: _on_demand(catalog, pool, day),
        listed_on_demand=lambda pool: _on_demand(catalog.published or catalog, pool, day),
        rented=lambda pool, term: _rented(catalog, day, pool, term),
        owned=lambda pool: _owned(catalog, day, pool),
    )


def _rented(
    catalog: Catalog, day: dt.date, pool: PoolModel, term: RentedTerm
) -> list[PurchaseOption]:
    if pool.plan.owned is not None:
        return []
    prices = catalog.node_prices(pool.plan.instance, pool.plan.offer, pool.region, day)
    return [rented(price, _commitment(price.row)) for price in prices if WANTED[term](price.row)]


def _owned(catalog: Catalog, day: dt.date, pool: PoolModel) -> Holding | Missing:
    gpu = gpu_in_name(pool.gpu)
    names = {
        "price": f"purchase_usd_node_{pool.gpus}x{gpu}",
        "kw": f"node_kw_max_dgx_{gpu}",
        "usd_per_kw_month": "colocation_usd_per_kw_month",
        "residual": f"residual_share_after_{OWNED_MONTHS}_months",
        "maintenance": "owned_maintenance_per_year",
        "pue": "pue",
        "usd_per_kwh": "electricity_usd_per_kwh",
    }
    for name in names.values():
        if catalog.find_figure(name, day) is None:
            return Missing(f"the catalog has no {name}; state it in a price book")
    figures = {key: catalog.figure(name, day) for key, name in names.items()}
    price, kw = figures["price"], figures["kw"]
    watts = kw.scaled(f"{pool.node}: draw", 1000.0, "W")
    owned = OwnedSupply(price, figures["residual"], figures["maintenance"], OWNED_MONTHS)
    free = price.scaled(f"{pool.node}: rent", 0.0, "USD/h")
    power = PowerTerms(
        idle_w=watts,
        load_w=watts,
        pue=figures["pue"],
        usd_per_kwh=figures["usd_per_kwh"],
        colocation_usd_per_month=figures["usd_per_kw_month"].scaled(
            "colocation", kw.value.likely, "USD/month"
        ),
    )
    option = PurchaseOption(
        option="owned",
        node=f"node of {pool.gpus} {pool.gpu}",
        rate=free,
        terms=f"owned {OWNED_MONTHS // 12} years",
        upfront=price,
        period_months=OWNED_MONTHS,
        owned=owned,
    )
    return Holding(option, power)


def _on_demand(catalog: Catalog, pool: PoolModel, day: dt.date) -> SourcedValue | None:
    for region in dict.fromkeys((pool.region, None)):
        match = catalog.node_price(pool.node, region, "on-demand", day)
        if match is not None:
            return match.sourced(f"{pool.node}: on-demand", match.row.usd_per_node_hour, "USD/h")
    return None


def _commitment(row: NodePrice) -> Commitment | None:
    if row.kind is None:
        return None
    hours = BLOCK_HOURS if row.kind == "capacity-block" else None
    return Commitment(kind=row.kind, term=row.term, payment=row.payment, hours=hours)
