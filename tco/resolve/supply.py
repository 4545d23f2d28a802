"""How a pool is bought: the price of its purchase option and what it commits to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tco.catalog.match import CatalogMatch
from tco.catalog.node_price import NodePrice
from tco.catalog.sourced import SourcedValue, planned
from tco.costing.purchase import (
    Option,
    OwnedSupply,
    PurchaseOption,
    SpotSupply,
    interruptions_per_hour,
)
from tco.errors import did_you_mean
from tco.plan.pools import Commitment, OwnedNode, Pool, SpotTerms
from tco.ranges import Range, point
from tco.resolve.lookup import Lookup
from tco.resolve.providers import pool_provider
from tco.units import HOURS_PER_MONTH, MONTHS_PER_YEAR, TERM_MONTHS

__all__ = ["node_name", "price_of", "priced_regions", "rented", "resolve_supply"]


MOST_LISTED = 8
"""Prices that a message lists."""


def price_of(todo: Lookup, path: str, pool: Pool, region: str | None) -> CatalogMatch[NodePrice]:
    """Return the price row of a pool's purchase option."""
    node = pool.instance or pool.offer
    terms = pool.commitment
    kind, term, payment = (
        (terms.kind, terms.term, terms.payment) if terms is not None else (None, None, None)
    )
    regions = [region]
    if pool.offer is not None:
        regional = {row.region for row in todo.catalog.prices_of(pool.offer)}
        regions += sorted(name for name in regional if name)
    matches = (
        todo.catalog.node_price(
            node, region, pool.purchase, todo.day, kind=kind, term=term, payment=payment
        )
        for region in regions
    )
    found = next((match for match in matches if match is not None), None)
    if found is None and terms is not None and payment is None and kind != "capacity-block":
        raise todo.fail(
            f"{path}.commitment.payment",
            "is missing.",
            "no-upfront, partial-upfront or all-upfront.",
        )
    if found is None:
        option = " ".join(str(part) for part in (pool.purchase, kind, term, payment) if part)
        at = f" in {region}" if region else ""
        raise todo.fail(
            path,
            f"no price for {node} {option}{at}.",
            todo.source.unnamed(str(node)) or _what_to_do(todo, pool, region),
        )
    todo.warn_of_first_price(str(node), found)
    return found


def _what_to_do(todo: Lookup, pool: Pool, region: str | None) -> str:
    """Return the prices there are, and how the provider names its regions where this is none."""
    form = pool_provider(todo.catalog, pool).wrong_region(region) if region else ""
    rows = todo.catalog.prices_of(node_name(pool))
    regions = {row.region for row in rows if row.region and row.purchase == pool.purchase}
    near = did_you_mean(region, regions) if region and region not in regions else ""
    return " ".join(part for part in (near, _prices_there_are(pool, region, rows), form) if part)


def _prices_there_are(pool: Pool, region: str | None, rows: Sequence[NodePrice]) -> str:
    """Return what is priced, first in the region and as the pool is bought."""
    nearest = sorted(
        rows,
        key=lambda row: (row.region != region, row.purchase != pool.purchase, row.region or ""),
    )
    options = list(
        dict.fromkeys(
            " ".join(
                str(part)
                for part in (row.purchase, row.kind, row.term, row.payment, row.region)
                if part
            )
            for row in nearest
        )
    )
    listed = "; ".join(options[:MOST_LISTED])
    node = node_name(pool)
    if len(options) > MOST_LISTED:
        listed += f"; … (`tco prices list {node} --region '*'`)"
    return f"Known prices: {listed or 'none'}. State your price in a price book."


def priced_regions(todo: Lookup, node: str) -> str:
    """Return where a node has prices, as a sentence to append; empty where none is known."""
    regions = sorted({row.region for row in todo.catalog.prices_of(node) if row.region})
    more = ", …" if len(regions) > MOST_LISTED else ""
    return f" It is priced in {', '.join(regions[:MOST_LISTED])}{more}." if regions else ""


def resolve_supply(
    todo: Lookup,
    path: str,
    name: str,
    pool: Pool,
    region: str | None,
    price: CatalogMatch[NodePrice] | None,
    boot: SourcedValue,
) -> PurchaseOption:
    """Return the purchase option of a pool with its rate, upfront and period. Raises NotFound."""
    if pool.owned is not None:
        return _owned(todo, name, path, pool.owned)
    if price is None:
        raise AssertionError("a rented pool has a price row")
    if pool.purchase == "spot":
        return _spot(todo, path, name, pool, region=region, rate=_rate(price), boot=boot)
    return rented(price, pool.commitment)


def _rate(price: CatalogMatch[NodePrice]) -> SourcedValue:
    row = price.row
    node = row.instance or row.offer or ""
    return price.sourced(f"{node}: {row.purchase}", row.usd_per_node_hour, "USD/h")


def rented(price: CatalogMatch[NodePrice], terms: Commitment | None) -> PurchaseOption:
    """Return a node on demand, or under a commitment, at the price of a row."""
    row, rate = price.row, _rate(price)
    node = row.instance or row.offer or ""
    if terms is None:
        return PurchaseOption(option="on-demand", node=node, rate=rate)
    option: Option = "capacity-block" if terms.kind == "capacity-block" else "reserved"
    if option == "capacity-block":
        hours = float(terms.hours or 0)
        upfront = rate.scaled(f"{node}: capacity block", hours, "USD")
        free = rate.scaled(f"{node}: recurring", 0.0)
        return PurchaseOption(
            option=option,
            node=node,
            rate=replace(free, value=point(0.0)),
            terms=f"capacity block of {hours:g} h",
            upfront=upfront,
            period_months=hours / HOURS_PER_MONTH,
        )
    paid = None
    if row.upfront_usd is not None and row.upfront_usd.high > 0:
        paid = price.sourced(f"{node}: upfront", row.upfront_usd, "USD")
    if terms.term is None:
        raise AssertionError("a validated commitment other than a block has a term")
    words = " ".join(
        part.replace("-", " ") for part in (terms.kind, terms.term, terms.payment) if part
    )
    return PurchaseOption(
        option=option,
        node=node,
        rate=rate,
        terms=words,
        upfront=paid,
        period_months=float(TERM_MONTHS[terms.term]),
    )


def _spot(
    todo: Lookup,
    path: str,
    name: str,
    pool: Pool,
    region: str | None,
    rate: SourcedValue,
    boot: SourcedValue,
) -> PurchaseOption:
    terms = pool.spot or SpotTerms()
    node = pool.instance or pool.offer or ""
    fallback = None
    if terms.fallback == "on-demand":
        plain = pool.model_copy(update={"purchase": "on-demand", "commitment": None, "spot": None})
        found = price_of(todo, path, plain, region)
        fallback = found.sourced(f"{node}: on-demand", found.row.usd_per_node_hour, "USD/h")
    nu = terms.interruptions_per_node_hour
    if nu is not None:
        interruptions = todo.stated(f"pools.{name}.spot.interruptions", nu, "per h")
    else:
        interruptions = _band(todo, path, node, region)
    return PurchaseOption(
        option="spot",
        node=node,
        rate=rate,
        terms="spot",
        spot=SpotSupply(
            availability=todo.stated_or(
                f"pools.{name}.spot.availability", terms.availability, "share", "spot_availability"
            ),
            interruptions_per_hour=interruptions,
            boot_hours=boot,
            on_demand=fallback,
            overprovision=terms.overprovision,
        ),
    )


def _band(todo: Lookup, path: str, node: str, region: str | None) -> SourcedValue:
    """Interruptions per hour behind the published share per month."""
    found = todo.catalog.interruptions(node, region or "", todo.day)
    if found is None:
        raise todo.fail(
            f"{path}.spot.interruptions_per_node_hour",
            f"no interruption rate is known for {node}{f' in {region}' if region else ''}.",
            "State it: spot: {interruptions_per_node_hour: 0.001}.",
        )
    share = found.row.interrupted_per_month
    low, likely, high = map(interruptions_per_hour, (share.low, share.likely, share.high))
    return found.sourced(f"{node}: spot interruptions", Range(low, likely, high), "per h")


def node_name(pool: Pool) -> str:
    """Return what a pool's node is called: its instance type, its offer, or its GPUs."""
    return pool.instance or pool.offer or (_owned_name(pool.owned) if pool.owned else "")


def _owned_name(owned: OwnedNode) -> str:
    return owned.gpu if owned.gpus == 1 else f"node of {owned.gpus} {owned.gpu}"


def _owned(todo: Lookup, name: str, path: str, owned: OwnedNode) -> PurchaseOption:
    months = owned.life_years * MONTHS_PER_YEAR
    free = planned(f"{name}: rent", point(0.0), "USD/h")
    key = "resale_usd" if owned.sunk else "usd"
    price = todo.stated(f"pools.{name}.owned.{key}", _kept_usd(owned), "USD")
    if owned.sunk:
        _note_sunk(todo, name, path, owned)
    return PurchaseOption(
        option="owned",
        node=_owned_name(owned),
        rate=free,
        terms=f"{'paid for, kept' if owned.sunk else 'owned'} {owned.life_years:g} years",
        upfront=price,
        period_months=months,
        owned=OwnedSupply(
            price=price,
            residual=todo.stated(f"pools.{name}.owned.residual", owned.residual, "share"),
            maintenance=todo.stated_or(
                f"pools.{name}.owned.maintenance",
                owned.maintenance_per_year,
                "per year",
                "owned_maintenance_per_year",
            ),
            life_months=months,
            is_sunk=owned.sunk,
        ),
    )


def _kept_usd(owned: OwnedNode) -> Range:
    """Return what keeping a node costs: its price, or the resale value that is given up."""
    kept = owned.resale_usd if owned.sunk else owned.usd
    if kept is None:
        raise AssertionError("a validated owned node has usd or resale_usd")
    return kept


def _note_sunk(todo: Lookup, name: str, path: str, owned: OwnedNode) -> None:
    """Note what a node costs that is paid for, and refuse to plan beyond its life."""
    wanted, months = todo.plan.finance.horizon, owned.life_years * MONTHS_PER_YEAR
    if wanted is not None and wanted > months:
        todo.fail(
            f"{path}.owned.life_years",
            (
                f"the horizon of {wanted} months exceeds the remaining life of a node that is "
                "paid for."
            ),
            "Shorten finance.horizon, or plan its replacement as a pool with usd.",
        )
    todo.warn(
        "sunk",
        f"{name}: the nodes are paid for, so their purchase price is not counted. The resale "
        "value that is given up counts as the cost of keeping them, spread over their "
        "remaining life.",
        name,
    )
