"""The gate: the conditions under which nodes may be provisioned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tco.analysis.decision.verdict import Verdict, in_words, justifies, unpriced_rivals
from tco.catalog.node_price import CommitmentKind
from tco.catalog.sourced import SourcedValue
from tco.costing.stack import StackModel, Unpriced
from tco.numbers import usd
from tco.percent import exact_percent, percent_text, probability_text
from tco.plan.gate import Gate, Override

__all__ = [
    "UNPLANNED_SHARE",
    "Condition",
    "ConditionId",
    "GateFacts",
    "GateResult",
    "OtherFleet",
    "age_days",
    "ceiling_limit_usd",
    "gate",
    "not_bought",
    "unplanned_limit_usd",
]

ConditionId = Literal[
    "business-case",
    "everything-priced",
    "demand-served",
    "prices-fresh",
    "plausible",
    "commitments-bought",
    "node-counts",
    "ceiling",
    "one-fleet-per-workload",
    "override",
]
NAMES: dict[ConditionId, str] = {
    "business-case": "the business case holds",
    "everything-priced": "everything is priced",
    "demand-served": "demand is served",
    "prices-fresh": "prices and throughput are fresh",
    "plausible": "figures are plausible",
    "commitments-bought": "commitments are bought",
    "node-counts": "node counts are fixed",
    "ceiling": "the ceiling is within its limit",
    "one-fleet-per-workload": "workloads have one fleet",
    "override": "the override applies",
}
"""What a person sees; programs and decisions use the ids."""
FAILURES: dict[ConditionId, str] = {
    "business-case": "the business case does not hold",
    "everything-priced": "prices are missing",
    "demand-served": "demand is not served",
    "prices-fresh": "prices or throughput are not fresh",
    "plausible": "figures are not plausible",
    "commitments-bought": "commitments are not bought",
    "node-counts": "node counts are not fixed",
    "ceiling": "the ceiling exceeds its limit",
    "one-fleet-per-workload": "a workload has several fleets",
    "override": "the override does not apply",
}

TO_CONFIRM = "Correct it, or state it under `confirm` with a reason"
UNPLANNED_SHARE = 0.1
"""What a program may declare besides its plan, as a share of it, without a limit of its own."""
PEAK_MARGIN = 1.25
"""How far the ceiling of a new stack may lie above its planned peak without a limit of its own."""
ROUNDING = 1e-9
AUTO = "`nodes: auto` is for planning only. Use whole numbers, or `tco optimize --write`"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, whether it holds, and the two values behind it."""

    id: ConditionId
    holds: bool
    detail: str

    @property
    def name(self) -> str:
        """Return the condition as it is displayed."""
        return NAMES[self.id]

    @property
    def text(self) -> str:
        """Return the condition as it is met or not met, with the values behind it."""
        return f"{(NAMES if self.holds else FAILURES)[self.id]}: {self.detail}"


@dataclass(frozen=True, slots=True)
class OtherFleet:
    """Another stack whose gate is open, with the workloads that both serve."""

    stack: str
    workloads: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GateFacts:
    """What the conditions look at besides the stack and its verdict.

    ``closes_on_demand``: whether the business case would also hold if unbought
    reservations were paid on demand; None where on-demand has no price. ``recorded_ceiling_usd``:
    the ceiling that the running stack had at its last update; None for a new one.
    ``other_fleets``: finds the other stacks that may provision nodes for the same workloads.
    """

    today: dt.date
    usd_per_month: float | None
    unpriced: tuple[Unpriced, ...]
    unserved_share: float
    lost_months: int
    rival_figures: tuple[SourcedValue, ...]
    closes_on_demand: bool | None
    ceiling_usd: float
    planned_peak_usd: float
    recorded_ceiling_usd: float | None = None
    other_fleets: Callable[[], Sequence[OtherFleet]] = tuple


@dataclass(frozen=True)
class GateResult:
    """The gate: open, or closed with the conditions that fail."""

    open: bool
    level: Literal["mandatory", "advisory"]
    conditions: tuple[Condition, ...]
    override: Override | None
    facts: GateFacts


def age_days(figure: SourcedValue, today: dt.date) -> int | None:
    """Days since a figure was seen; None for an undated one."""
    return _age(figure.as_of, today)


def not_bought(stack: StackModel) -> dict[str, CommitmentKind]:
    """Pools whose commitment is not bought yet, as far as the plan tells, each with its kind."""
    return {
        pool.name: pool.plan.commitment.kind
        for _, _, _, pool in stack.pools()
        if pool.provisioned and pool.plan.commitment is not None and pool.plan.commitment.id is None
    }


def gate(stack: StackModel, verdict: Verdict, facts: GateFacts) -> GateResult:
    """Return the conditions of the gate, and whether they or an override open it."""
    limits = stack.plan.gate
    conditions = [
        _business_case(verdict, limits),
        _priced(stack, facts),
        _served(stack, facts),
        _fresh(stack, facts),
        _plausible(stack),
    ]
    waiting = not_bought(stack)
    if waiting:
        conditions.append(_bought(waiting, facts.closes_on_demand))
    if any(pool.provisioned and pool.plan.nodes.auto for _, _, _, pool in stack.pools()):
        conditions.append(Condition("node-counts", False, AUTO))
    conditions.append(_ceiling(limits, facts))
    if stack.plan.provision is not None and all(condition.holds for condition in conditions):
        others = facts.other_fleets()  # asked last: it evaluates other stacks
        conditions += [_one_fleet(limits, others)] if others else []
    closed = any(not condition.holds for condition in conditions)
    overridden = False
    if limits.override is not None:
        override = _override(limits.override, facts, conditions)
        conditions.append(override)
        overridden = override.holds
    return GateResult(
        open=not closed or overridden,
        level=limits.level,
        conditions=tuple(conditions),
        override=limits.override,
        facts=facts,
    )


def _bought(waiting: Mapping[str, CommitmentKind], closes_on_demand: bool | None) -> Condition:
    """Check that commitments are bought: until then `up` pays on demand, without blocks."""
    blocks = [name for name, kind in waiting.items() if kind == "capacity-block"]
    reserved = [name for name in waiting if name not in blocks]
    reasons: list[str] = []
    if reserved:
        price = " (no price known)" if closes_on_demand is None else ""
        reasons.append(f"{', '.join(reserved)}: `pulumi up` would pay on demand{price}")
    if blocks:
        reasons.append(f"{', '.join(blocks)}: `pulumi up` skips a capacity block")
    detail = "; ".join(reasons)
    if not closes_on_demand:
        detail += ". Buy, then set commitment.id"
    return Condition("commitments-bought", bool(closes_on_demand), detail)


def _business_case(verdict: Verdict, limits: Gate) -> Condition:
    """RECOMMEND, or CONSTRAINED within the premium the plan allows."""
    if verdict.decision == "CONSTRAINED":
        paid, most = verdict.premium_usd_per_month or 0.0, limits.max_premium_usd_per_month.likely
        detail = f"no API qualifies; premium ${paid:,.0f}/month, limit ${most:,.0f}"
    else:
        detail = _chances(verdict, limits.probability)
    return Condition("business-case", justifies(verdict, limits), detail)


def _chances(verdict: Verdict, needed: float) -> str:
    required = f"required: {in_words('RECOMMEND')} at {exact_percent(needed)}"
    wins = (
        ""
        if verdict.probability is None
        else f", probability to win {probability_text(verdict.probability, needed)}"
    )
    detail = f"{in_words(verdict.decision)}{wins} ({required})"
    capped = verdict.decision == "LEAN" and verdict.caps
    return f"{detail}; {verdict.caps[0].message}" if capped else detail


def _priced(stack: StackModel, facts: GateFacts) -> Condition:
    """Every line has a price, and every alternative that may be the rival."""
    reasons = [f"{figure.name}: {figure.reason}" for figure in facts.unpriced]
    reasons += [f"alternative {rival.name}: {rival.unpriced}" for rival in unpriced_rivals(stack)]
    return Condition(
        "everything-priced", not reasons, "; ".join(reasons) or "every cost line has a price"
    )


def _served(stack: StackModel, facts: GateFacts) -> Condition:
    """Check that the fleet serves the demand, on the pricing day and over the horizon."""
    most = stack.plan.gate.max_unserved_share
    unserved = percent_text(facts.unserved_share, 2)
    detail = f"{unserved} of the requests unserved, limit {percent_text(most, 2)}"
    if facts.lost_months:
        detail += (
            f"; demand exceeds the fleet in {facts.lost_months} of {stack.horizon_months} months"
        )
    holds = facts.unserved_share <= most + 1e-12 and not facts.lost_months
    return Condition("demand-served", holds, detail)


def _fresh(stack: StackModel, facts: GateFacts) -> Condition:
    """Every price of the stack's nodes and of the rival, and every measured throughput, is young.

    Young is dated, not of tomorrow, and within the plan's limit.
    """
    limits = stack.plan.gate
    prices = [
        (f"{figure.name} in {pool.region}" if pool.region else figure.name, figure)
        for _, _, _, pool in stack.pools()
        for figure in pool.supply.list_prices
    ]
    prices += [(figure.name, figure) for figure in facts.rival_figures]
    ages = {(name, age_days(figure, facts.today)): None for name, figure in prices}
    speeds = [
        (name, _age(day, facts.today))
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
    """Return what is undated, of tomorrow or too old, with the limit; empty where nothing is."""
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
            return [f"{listed} shows what is known, a price book states today's price"]
    return []


def _oldest(ages: Iterable[tuple[str, int | None]]) -> int:
    return max((age for _, age in ages if age is not None), default=0)


def _age(day: dt.date | None, today: dt.date) -> int | None:
    return (today - day).days if day is not None else None


def _plausible(stack: StackModel) -> Condition:
    """Every figure is within its plausible range, or confirmed in the reviewed file."""
    unconfirmed = [finding for finding in stack.findings if not finding.confirmed]
    if unconfirmed:
        detail = " ".join(f"{finding.place}: {finding.message}" for finding in unconfirmed)
        return Condition("plausible", False, f"{detail} {TO_CONFIRM}")
    confirmed = [
        f"{finding.path}: {finding.stated} confirmed, {finding.confirmed}"
        for finding in stack.findings
    ]
    return Condition("plausible", True, "; ".join(confirmed) or "no figure is out of its range")


def ceiling_limit_usd(limits: Gate, facts: GateFacts) -> float:
    """Return the ceiling in USD per month above which the gate closes."""
    if limits.max_usd_per_month is not None:
        return limits.max_usd_per_month
    return max(PEAK_MARGIN * facts.planned_peak_usd, facts.recorded_ceiling_usd or 0.0)


def unplanned_limit_usd(limits: Gate, planned_usd: float) -> float:
    """Return what a program may declare besides its plan, in USD per month."""
    stated = limits.max_unplanned_usd_per_month
    return stated if stated is not None else UNPLANNED_SHARE * planned_usd


def _ceiling(limits: Gate, facts: GateFacts) -> Condition:
    """Compare the month with every pool at its `max` with what the plan or its record allows."""
    most, limit = facts.ceiling_usd, ceiling_limit_usd(limits, facts)
    if limits.max_usd_per_month is not None:
        source = "gate.max_usd_per_month"
    elif facts.recorded_ceiling_usd is not None and limit == facts.recorded_ceiling_usd:
        source = "the ceiling at the last update"
    else:
        source = f"{PEAK_MARGIN:g} x the planned peak"
    holds = most <= limit * (1 + ROUNDING)
    detail = f"{usd(most)}/month with every pool at its max; limit {usd(limit)} ({source})"
    if not holds:
        detail += ". Lower `max`, or set gate.max_usd_per_month"
    return Condition("ceiling", holds, detail)


def _one_fleet(limits: Gate, others: Sequence[OtherFleet]) -> Condition:
    """Check that no other stack provisions nodes for the same workload, unless that is stated."""
    named = ", ".join(f"{other.stack} ({', '.join(other.workloads)})" for other in others)
    if limits.shares_workload is not None:
        return Condition(
            "one-fleet-per-workload", True, f"shared with {named}: {limits.shares_workload}"
        )
    return Condition(
        "one-fleet-per-workload",
        False,
        f"{named} may provision nodes too. Remove `provision` from all stacks but one, or set "
        "gate.shares_workload to the reason",
    )


def _format_age(age: int | None) -> str:
    if age is None:
        return "undated"
    return f"{age} days" if age >= 0 else "dated after today"


def _override(override: Override, facts: GateFacts, conditions: Sequence[Condition]) -> Condition:
    """Check an override; it waives nothing unpriced, nothing implausible and no `nodes: auto`."""
    most = override.max_usd_per_month.likely
    priced = facts.usd_per_month
    wide = any(condition.id == "ceiling" and not condition.holds for condition in conditions)
    refusals = (
        (facts.today > override.expires, f"it expired on {override.expires}"),
        (priced is None, "it cannot waive lines without a price"),
        ((priced or 0.0) > most, f"{usd(priced or 0.0)}/month exceeds its limit of {usd(most)}"),
        (
            wide and facts.ceiling_usd > most,
            f"the ceiling of {usd(facts.ceiling_usd)}/month exceeds its limit of {usd(most)}",
        ),
        (
            any(condition.id == "plausible" and not condition.holds for condition in conditions),
            "it cannot waive implausible figures. Correct them, or confirm them",
        ),
        (
            any(condition.id == "node-counts" for condition in conditions),
            "it cannot waive `nodes: auto`. Use whole numbers, or `tco optimize --write`",
        ),
    )
    why = next((text for refused, text in refusals if refused), "")
    granted = f"by {override.approved_by} until {override.expires}: {override.reason}"
    return Condition("override", not why, why or granted)
