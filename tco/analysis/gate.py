"""Is the math closed: the conditions under which nodes may be provisioned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tco.analysis.verdict import Verdict
from tco.catalog.catalog import Sourced
from tco.model.plan import Override
from tco.model.stack import StackModel, Unpriced

__all__ = ["COMMITMENTS", "Condition", "GateResult", "age_days", "gate", "not_bought"]


COMMITMENTS = "commitments bought"
"""Name of the condition on what is reserved."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, whether it holds, and the two values behind it."""

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True)
class GateResult:
    """The gate: open, or closed with the conditions that fail."""

    open: bool
    level: str
    conditions: tuple[Condition, ...]
    override: Override | None


def age_days(figure: Sourced, today: dt.date) -> int | None:
    """Days since a figure was seen; None for an undated one."""
    return (today - figure.as_of).days if figure.as_of is not None else None


def not_bought(stack: StackModel) -> list[str]:
    """Reserved pools whose commitment is not bought yet, as far as the plan tells."""
    return [
        pool.name
        for _, _, _, pool in stack.pools()
        if pool.provisioned and pool.plan.commitment is not None and pool.plan.commitment.id is None
    ]


def gate(  # noqa: PLR0913  the facts of one evaluation, each by its name
    stack: StackModel,
    verdict: Verdict,
    *,
    usd_per_month: float | None,
    unpriced: Sequence[Unpriced],
    unserved_share: float,
    rival_figures: Iterable[Sourced],
    today: dt.date,
    closes_on_demand: bool,
) -> GateResult:
    """The conditions of the gate.

    ``closes_on_demand``: whether the math would close as well if what is reserved but not bought
    were paid on demand.
    """
    limits = stack.plan.gate
    pools = [pool for _, _, _, pool in stack.pools() if pool.provisioned]
    rates = [pool.supply.upfront or pool.supply.rate for pool in pools]
    conditions = [
        _math(verdict, limits.probability, limits.max_premium_usd_per_month.likely),
        _priced(unpriced),
        Condition(
            "unserved demand",
            unserved_share <= limits.max_unserved_share + 1e-12,
            f"{unserved_share:.2%} of the requests, at most {limits.max_unserved_share:.2%}",
        ),
        _fresh([*rates, *rival_figures], limits.max_price_age_days, today),
    ]
    waiting = not_bought(stack)
    if waiting:
        conditions.append(
            Condition(
                COMMITMENTS,
                closes_on_demand,
                f"not bought yet: {', '.join(waiting)}; `up` would pay on demand"
                + ("" if closes_on_demand else ". Buy first, then write commitment.id"),
            )
        )
    if any(pool.plan.nodes.auto for pool in pools):
        conditions.append(
            Condition(
                "node counts",
                False,
                "nodes: auto is for planning; pin whole numbers before provisioning",
            )
        )
    closed = [one for one in conditions if not one.holds]
    override = limits.override
    overridden = override is not None and _override_holds(
        override, usd_per_month, unpriced, today, conditions
    )
    return GateResult(not closed or overridden, limits.level, tuple(conditions), override)


def _math(verdict: Verdict, probability: float, premium: float) -> Condition:
    """RECOMMEND, or CONSTRAINED within the premium the plan allows."""
    if verdict.decision == "CONSTRAINED":
        paid = verdict.premium_usd_per_month or 0.0
        return Condition(
            "the math closes",
            paid <= premium,
            f"CONSTRAINED: a premium of ${paid:,.0f}/month, at most ${premium:,.0f}",
        )
    chance = "" if verdict.probability is None else f" (wins: {verdict.probability:.0%})"
    detail = f"{verdict.decision}{chance}, needs RECOMMEND at a probability of {probability:.0%}"
    if verdict.decision == "LEAN" and verdict.caps:
        detail += f"; {verdict.caps[0]}"
    return Condition("the math closes", verdict.decision == "RECOMMEND", detail)


def _priced(unpriced: Sequence[Unpriced]) -> Condition:
    names = "; ".join(f"{one.name}: {one.reason}" for one in unpriced)
    return Condition("everything priced", not unpriced, names or "no line without a price")


def _fresh(figures: Iterable[Sourced], most_days: int, today: dt.date) -> Condition:
    """Every rate of the provisioned pools and of the rival is dated and young enough."""
    ages = {figure.name: age_days(figure, today) for figure in figures}
    stale = {name: age for name, age in ages.items() if age is None or age > most_days}
    if stale:
        told = ", ".join(
            f"{name} ({'undated' if age is None else f'{age} days'})" for name, age in stale.items()
        )
        return Condition("prices fresh", False, f"older than {most_days} days: {told}")
    oldest = max((age for age in ages.values() if age is not None), default=0)
    return Condition("prices fresh", True, f"oldest {oldest} days, at most {most_days}")


def _override_holds(
    override: Override,
    usd_per_month: float | None,
    unpriced: Sequence[Unpriced],
    today: dt.date,
    conditions: list[Condition],
) -> bool:
    """Whether an override opens the gate; it never waives what is unpriced."""
    expired = today > override.expires
    most = override.max_usd_per_month.likely
    over = usd_per_month is None or usd_per_month > most
    why = (
        f"expired on {override.expires}"
        if expired
        else f"${usd_per_month or 0:,.0f}/month is above its ${most:,.0f}"
        if over
        else "it never waives unpriced lines"
        if unpriced
        else f"by {override.approved_by} until {override.expires}: {override.reason}"
    )
    holds = not (expired or over or unpriced)
    conditions.append(Condition("override", holds, why))
    return holds
