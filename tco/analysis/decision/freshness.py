"""Whether prices and measured throughput are recent enough for the gate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from tco.analysis.decision.condition import Condition
from tco.analysis.decision.gate_facts import GateFacts
from tco.catalog.sourced import SourcedValue
from tco.costing.stack import StackModel

__all__ = ["age_days", "dated_prices", "prices_fresh"]


def age_days(figure: SourcedValue, today: dt.date) -> int | None:
    """Return the days since a figure was seen; None for an undated one."""
    return days_since(figure.as_of, today)


def dated_prices(stack: StackModel, facts: GateFacts) -> list[tuple[str, SourcedValue]]:
    """Return the prices that have to be recent, by name: the nodes', the best alternative's."""
    prices = [
        (f"{figure.name} in {pool.region}" if pool.region else figure.name, figure)
        for _, _, _, pool in stack.pools()
        for figure in pool.supply.list_prices
    ]
    return [*prices, *((figure.name, figure) for figure in facts.rival_figures)]


def prices_fresh(stack: StackModel, facts: GateFacts) -> Condition:
    """Check the age of the nodes' prices, of the best alternative's and of measured throughput.

    Each has a day that is not after today and within the plan's limit.
    """
    limits = stack.plan.gate
    prices = dated_prices(stack, facts)
    ages = {(name, age_days(figure, facts.today)): None for name, figure in prices}
    speeds = [
        (name, days_since(day, facts.today))
        for service in stack.services
        for name, day in service.measured_throughput.items()
    ]
    stale = [
        *_stale(ages, limits.max_price_age_days),
        *_to_refresh(stack, facts.today, limits.max_price_age_days),
        *_stale(speeds, limits.max_throughput_age_days),
    ]
    if stale:
        return Condition("prices-fresh", False, "; ".join(stale))
    detail = f"oldest {_oldest(ages)} days, limit {limits.max_price_age_days}"
    if speeds:
        oldest, limit = _oldest(speeds), limits.max_throughput_age_days
        detail += f"; throughput {oldest} days, limit {limit}"
    return Condition("prices-fresh", True, detail)


def _stale(ages: Iterable[tuple[str, int | None]], most: int) -> list[str]:
    """Return what is undated, dated after today or too old, with the limit; empty for nothing."""
    stale = [
        f"{name} ({_format_age(age)})" for name, age in ages if age is None or not 0 <= age <= most
    ]
    return [f"{', '.join(stale)}; limit {most} days"] if stale else []


def _to_refresh(stack: StackModel, today: dt.date, most: int) -> list[str]:
    """Return how to refresh the first node whose listed price is too old; empty where none is."""
    for _, _, _, pool in stack.pools():
        ages = [(figure.name, age_days(figure, today)) for figure in pool.supply.list_prices]
        if _stale(ages, most):
            region = pool.region or "'*'"
            if pool.provisioned:
                asked = f"--region {region} --instance {pool.node}"
                return [f"`tco prices refresh --book FILE {asked}` asks AWS for today's price"]
            listed = f"`tco prices list {pool.node} --region {region}`"
            return [f"{listed} lists the known prices; state today's price in a price book"]
    return []


def _oldest(ages: Iterable[tuple[str, int | None]]) -> int:
    return max((age for _, age in ages if age is not None), default=0)


def days_since(day: dt.date | None, today: dt.date) -> int | None:
    """Return the days since a day; None for none."""
    return (today - day).days if day is not None else None


def _format_age(age: int | None) -> str:
    if age is None:
        return "undated"
    return f"{age} days" if age >= 0 else "dated after today"
