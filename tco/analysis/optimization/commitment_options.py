"""The commitment options, from an API to owning, each with its exit cost.

Every option holds the plan's nodes, bought another way; the same ledger prices it. The exit is
after three months: what is owed or was paid upfront for the rest of the term, and for an owned
node its price less its residual value, the only resale price there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tco.arrays import as_scalar, monthly_rate
from tco.costing.fleet_operation import operate
from tco.costing.group import Group
from tco.costing.ledger import api_bills, ledger
from tco.costing.lines import total
from tco.costing.market import Holding, Missing, RentedTerm
from tco.costing.pool_model import PoolModel
from tco.costing.purchase import PurchaseOption
from tco.costing.stack import Alternative, StackModel
from tco.scenario import BASE_CASE
from tco.units import HOURS_PER_MONTH

__all__ = ["STOP_MONTHS", "CommitmentOption", "cheaper_for_a_year", "commitment_options"]

STOP_MONTHS = 3
"""The months after which a team stops if the decision was wrong."""


@dataclass(frozen=True, kw_only=True)
class CommitmentOption:
    """One way to commit: USD per month for the whole stack, and USD lost by stopping early.

    ``reason`` says what has no price; both amounts are then None. ``terms`` has the terms of
    ``how`` without the nodes.
    """

    name: str
    how: str
    usd_per_month: float | None
    exit_cost_usd: float | None
    reason: str = ""
    terms: str = ""


RENTED: dict[str, tuple[RentedTerm, str]] = {
    "on-demand pilot": ("on-demand", "on-demand price"),
    "short reserve": ("short", "price of six months or of a capacity block"),
    "one year": ("1yr", "price of a one-year term"),
    "three years": ("3yr", "price of a three-year term"),
}
"""The rented options by name: the term, and the words for a price that is missing."""


def commitment_options(
    stack: StackModel, alternatives: Sequence[Alternative]
) -> tuple[CommitmentOption, ...]:
    """Return all options, the easiest to leave first."""
    rented = [_rented(stack, name) for name in RENTED]
    return _api(stack, alternatives), *rented, _rung(stack, "own", lambda pool: _own(stack, pool))


def cheaper_for_a_year(stack: StackModel, usd_per_month: float) -> CommitmentOption | None:
    """Return a plan's nodes for one year, where it rents on demand and pays more than that."""
    if not any(pool.supply.option == "on-demand" for _, _, _, pool in stack.pools()):
        return None
    year = _rented(stack, "one year")
    return year if year.usd_per_month is not None and year.usd_per_month < usd_per_month else None


def _rented(stack: StackModel, name: str) -> CommitmentOption:
    term, words = RENTED[name]
    return _rung(stack, name, lambda pool: _cheapest(stack, pool, term, words))


def _api(stack: StackModel, alternatives: Sequence[Alternative]) -> CommitmentOption:
    """Return the cheapest eligible hosted API: nothing is owed when the calls stop."""
    bills: dict[str, float] = {}
    for alternative in alternatives:
        known = api_bills(stack, alternative)
        is_committed = alternative.provisioned or any(alternative.terms)
        if alternative.eligible and known is not None and not is_committed:
            bills[alternative.name] = as_scalar(sum(known))
    if not bills:
        return CommitmentOption(
            name="API",
            how="",
            usd_per_month=None,
            exit_cost_usd=None,
            reason="no eligible alternative is an API with a price",
        )
    name = min(bills, key=lambda bill: bills[bill])
    return CommitmentOption(name="API", how=name, usd_per_month=bills[name], exit_cost_usd=0.0)


def _rung(
    stack: StackModel, name: str, hold: Callable[[PoolModel], Holding | Missing]
) -> CommitmentOption:
    holdings: dict[str, Holding] = {}
    for _, _, _, pool in stack.pools():
        holding = hold(pool)
        if isinstance(holding, Missing):
            return CommitmentOption(
                name=name, how="", usd_per_month=None, exit_cost_usd=None, reason=holding.reason
            )
        holdings[pool.name] = holding
    held = _with(stack, holdings)
    done = operate(held)
    usd = as_scalar(total(ledger(held, done)))
    wrong = sum(as_scalar(nodes) * _lost_usd(pool.supply) for pool, nodes in done.nodes_by_pool())
    labels = dict.fromkeys(holding.option.label for holding in holdings.values())
    terms = dict.fromkeys(holding.option.terms for holding in holdings.values())
    return CommitmentOption(
        name=name,
        how="; ".join(labels),
        usd_per_month=usd,
        exit_cost_usd=wrong,
        terms="; ".join(terms),
    )


def _lost_usd(supply: PurchaseOption) -> float:
    """Return the cost of a node after the stop: the rest of its term, or its loss in value."""
    months = supply.period_months
    if not supply.committed or months is None or supply.option == "capacity-block":
        return 0.0
    price = float(supply.upfront_usd(BASE_CASE))
    if supply.owned is not None:
        if supply.owned.is_sunk:
            return price * min(1.0, STOP_MONTHS / months)
        return price * (1 - supply.owned.residual.value.likely)
    rest = max(0.0, months - STOP_MONTHS)
    recurring = float(supply.recurring_usd_per_hour(BASE_CASE)) * HOURS_PER_MONTH
    return recurring * rest + price * rest / months


def _with(stack: StackModel, holdings: dict[str, Holding]) -> StackModel:
    """Return the stack with its pools bought another way.

    What is committed holds the plan's peak.
    """
    return stack.with_groups(lambda group: _group_with(group, holdings))


def _group_with(group: Group, holdings: dict[str, Holding]) -> Group:
    peaks = group.fleet.at(1.0).month.peak_nodes
    pools = [
        replace(pool, supply=holdings[pool.name].option, power=holdings[pool.name].power)
        for pool in group.pools
    ]
    fleets = [
        replace(fleet, obtainable=1.0)
        if not pool.supply.committed
        else replace(fleet, obtainable=1.0, floor=int(peak[0]), cap=float(peak[0]), follow="static")
        for fleet, pool, peak in zip(group.fleet.pools, pools, peaks, strict=True)
    ]
    return replace(group.with_fleet_pools(fleets), pools=tuple(pools))


def _cheapest(
    stack: StackModel, pool: PoolModel, term: RentedTerm, words: str
) -> Holding | Missing:
    """Return the cheapest way to rent a pool's nodes for a term."""
    rate = monthly_rate(stack.discount_rate.value.likely)
    options = stack.market.rented(pool, term)
    if not options:
        return Missing(f"{pool.node} has no {words}")
    return Holding(
        min(options, key=lambda option: float(option.effective_usd_per_hour(BASE_CASE, rate)))
    )


def _own(stack: StackModel, pool: PoolModel) -> Holding | Missing:
    """Return the node as the plan buys it, or at the catalog's figures for owning one."""
    if pool.supply.owned is not None:
        return Holding(pool.supply, pool.power)
    return stack.market.owned(pool)
