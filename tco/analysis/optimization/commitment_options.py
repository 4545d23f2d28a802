"""The ladder of commitments: from an API to owning, each with what it costs to be wrong.

Every rung holds the plan's nodes, bought another way; the same ledger prices it. Being wrong is
stopping after three months: what is owed or paid ahead for the rest of the term, and for an owned
node its price less its residual value, the only resale price there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from tco.catalog.catalog import CatalogMatch, SourcedValue
from tco.catalog.rows import Figure, NodePrice
from tco.costing.fleet_operation import operate
from tco.costing.ledger import api_bills, ledger
from tco.costing.lines import total
from tco.costing.purchase import OwnedSupply, PurchaseOption
from tco.costing.stack import Alternative, Group, PoolModel, PowerTerms, StackModel
from tco.plan.pools import Commitment
from tco.resolve.supply import rented
from tco.scenario import BASE_CASE
from tco.units import HOURS_PER_MONTH, as_scalar, monthly_rate

__all__ = ["STOP_MONTHS", "CommitmentOption", "commitment_options"]

STOP_MONTHS = 3
"""After so many months a team that was wrong stops."""
BLOCK_HOURS = int(HOURS_PER_MONTH)
"""Capacity blocks are bought a month at a time: the third ends with the stop."""
OWNED_MONTHS = 36
"""The life of a node that the catalog prices: its residual value is the one after 36 months."""


@dataclass(frozen=True)
class CommitmentOption:
    """One way to commit: USD a month for the whole stack, and USD lost by stopping early.

    ``reason`` says what has no price; both amounts are then None.
    """

    name: str
    how: str
    usd_per_month: float | None
    exit_cost_usd: float | None
    reason: str = ""


@dataclass(frozen=True)
class _Option:
    """The price rows of a rented rung, and what they are called."""

    words: str
    wanted: Callable[[NodePrice], bool]


RENTED: dict[str, _Option] = {
    "on-demand pilot": _Option("on-demand price", lambda row: row.purchase == "on-demand"),
    "short reserve": _Option(
        "price of six months or of a capacity block",
        lambda row: row.term == "6mo" or row.kind == "capacity-block",
    ),
    "one year": _Option("price of a one-year term", lambda row: row.term == "1yr"),
    "three years": _Option("price of a three-year term", lambda row: row.term == "3yr"),
}


class _NoPrice(Exception):
    """A rung for which the catalog and the books lack a price."""


@dataclass(frozen=True)
class _Bought:
    """How a rung holds a pool's nodes."""

    supply: PurchaseOption
    power: PowerTerms | None = None


def commitment_options(
    stack: StackModel, alternatives: Sequence[Alternative]
) -> tuple[CommitmentOption, ...]:
    """All rungs, the easiest to leave first."""
    rented_ = [
        _rung(stack, name, lambda pool, one=option: _cheapest(stack, pool, one))
        for name, option in RENTED.items()
    ]
    return _api(stack, alternatives), *rented_, _rung(stack, "own", lambda pool: _own(stack, pool))


def _api(stack: StackModel, alternatives: Sequence[Alternative]) -> CommitmentOption:
    """The cheapest eligible hosted API: nothing is owed when the calls stop."""
    bills: dict[str, float] = {}
    for one in alternatives:
        known = api_bills(stack, one)
        if one.eligible and known is not None:
            bills[one.name] = float(sum(known))
    if not bills:
        return CommitmentOption(
            "API", "", None, None, "no eligible alternative is an API with a price"
        )
    name = min(bills, key=lambda one: bills[one])
    return CommitmentOption("API", name, bills[name], 0.0)


def _rung(stack: StackModel, name: str, buy: Callable[[PoolModel], _Bought]) -> CommitmentOption:
    try:
        bought = {pool.name: buy(pool) for _, _, _, pool in stack.pools()}
    except _NoPrice as missing:
        return CommitmentOption(name, "", None, None, str(missing))
    held = _with(stack, bought)
    done = operate(held)
    usd = as_scalar(total(ledger(held, done)))
    wrong = sum(as_scalar(nodes) * _lost_usd(pool.supply) for pool, nodes in done.nodes_by_pool())
    labels = dict.fromkeys(one.supply.label for one in bought.values())
    return CommitmentOption(name, "; ".join(labels), usd, wrong)


def _lost_usd(supply: PurchaseOption) -> float:
    """What one node costs after the stop: the rest of its term, or its loss in value."""
    months = supply.period_months
    if not supply.committed or months is None or supply.option == "capacity-block":
        return 0.0
    price = float(supply.upfront_usd(BASE_CASE))
    if supply.owned is not None:
        return price * (1 - supply.owned.residual.value.likely)
    rest = max(0.0, months - STOP_MONTHS)
    recurring = float(supply.recurring_usd_per_hour(BASE_CASE)) * HOURS_PER_MONTH
    return recurring * rest + price * rest / months


def _with(stack: StackModel, bought: dict[str, _Bought]) -> StackModel:
    """The stack with its pools bought another way; what is committed holds the plan's peak."""
    return replace(
        stack,
        services=tuple(
            replace(service, groups=tuple(_group_with(group, bought) for group in service.groups))
            for service in stack.services
        ),
    )


def _group_with(group: Group, bought: dict[str, _Bought]) -> Group:
    peaks = group.fleet.at(1.0).month.peak_nodes
    pools = [
        replace(pool, supply=bought[pool.name].supply, power=bought[pool.name].power)
        for pool in group.pools
    ]
    fleets = [
        replace(fleet, obtainable=1.0)
        if not pool.supply.committed
        else replace(fleet, obtainable=1.0, floor=int(peak[0]), cap=float(peak[0]), follow="static")
        for fleet, pool, peak in zip(group.fleet.pools, pools, peaks, strict=True)
    ]
    return replace(group, pools=tuple(pools), fleet=replace(group.fleet, pools=tuple(fleets)))


def _cheapest(stack: StackModel, pool: PoolModel, option: _Option) -> _Bought:
    """The cheapest way to rent a pool's nodes among the price rows of an option."""
    rate = monthly_rate(stack.discount_rate.value.likely)
    rows = [one for one in _prices(stack, pool) if option.wanted(one.row)]
    offers = [rented(one, _terms(one.row)) for one in rows]
    if not offers:
        raise _NoPrice(f"{pool.node} has no {option.words}")
    return _Bought(min(offers, key=lambda one: float(one.effective_usd_per_hour(BASE_CASE, rate))))


def _terms(row: NodePrice) -> Commitment | None:
    if row.kind is None:
        return None
    hours = BLOCK_HOURS if row.kind == "capacity-block" else None
    return Commitment(kind=row.kind, term=row.term, payment=row.payment, hours=hours)


def _prices(stack: StackModel, pool: PoolModel) -> Iterator[CatalogMatch[NodePrice]]:
    """The prices of a pool's node on the pricing day, one per purchase option, spot left out."""
    keys: dict[tuple[object, ...], None] = {}
    for row, _ in stack.catalog.rows(NodePrice):
        same = (row.instance, row.offer) == (pool.plan.instance, pool.plan.offer)
        here = pool.plan.offer is not None or row.region == pool.region
        if same and here and pool.plan.owned is None and row.purchase != "spot":
            keys[row.key] = None
    for key in keys:
        found = stack.catalog.find_as(NodePrice, key, stack.day)
        if found is not None:
            yield found


def _own(stack: StackModel, pool: PoolModel) -> _Bought:
    """The node as the plan buys it, or at the catalog's purchase, colocation and power figures."""
    if pool.supply.owned is not None:
        return _Bought(pool.supply, pool.power)
    gpu = pool.gpu.removesuffix("-SXM").lower()
    price = _figure(stack, f"purchase_usd_node_{pool.gpus}x{gpu}")
    kw = _figure(stack, f"node_kw_max_dgx_{gpu}")
    per_kw = _figure(stack, "colocation_usd_per_kw_month")
    watts = kw.scaled(f"{pool.node}: draw", 1000.0, "W")
    owned = OwnedSupply(
        price,
        _figure(stack, f"residual_share_after_{OWNED_MONTHS}_months"),
        _figure(stack, "owned_maintenance_per_year"),
        OWNED_MONTHS,
    )
    free = price.scaled(f"{pool.node}: rent", 0.0, "USD/h")
    power = PowerTerms(
        watts,
        watts,
        _figure(stack, "pue"),
        _figure(stack, "electricity_usd_per_kwh"),
        per_kw.scaled("colocation", kw.value.likely, "USD/month"),
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
    return _Bought(option, power)


def _figure(stack: StackModel, name: str) -> SourcedValue:
    if stack.catalog.find_as(Figure, ("figure", name), stack.day) is None:
        raise _NoPrice(f"the catalog has no {name}; a price book may state it")
    return stack.catalog.figure(name, stack.day)
