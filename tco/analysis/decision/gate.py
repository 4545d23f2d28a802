"""The gate: the conditions under which nodes may be provisioned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tco.analysis.decision.condition import Condition
from tco.analysis.decision.freshness import prices_fresh
from tco.analysis.decision.gate_facts import GateFacts, OtherFleet
from tco.analysis.decision.override import check_override
from tco.analysis.decision.spending_limits import within_ceiling
from tco.analysis.decision.unbought import commitments_bought, ended, not_bought
from tco.analysis.decision.verdict import Verdict, in_words, justifies, unpriced_rivals
from tco.costing.stack import StackModel
from tco.percent import exact_percent, percent_text, probability_text
from tco.plan.gate import Gate, Override

__all__ = ["GateResult", "gate"]

TO_CONFIRM = "Correct it, or state it under `confirm` with a reason"
AUTO = "`nodes: auto` is for planning only. Use whole numbers, or `tco optimize --write`"


@dataclass(frozen=True)
class GateResult:
    """The gate: open, or closed with the conditions that fail."""

    open: bool
    level: Literal["mandatory", "advisory"]
    conditions: tuple[Condition, ...]
    override: Override | None
    facts: GateFacts


def gate(stack: StackModel, verdict: Verdict, facts: GateFacts) -> GateResult:
    """Return the conditions of the gate, and whether they or an override open it."""
    limits = stack.plan.gate
    conditions = [
        _business_case(verdict, limits),
        _priced(stack, facts),
        _served(stack, facts),
        prices_fresh(stack, facts),
        _plausible(stack),
    ]
    waiting, over = not_bought(stack), ended(stack, facts.today)
    if waiting or over:
        conditions.append(commitments_bought(waiting, over, facts.closes_on_demand))
    if any(pool.provisioned and pool.plan.nodes.auto for _, _, _, pool in stack.pools()):
        conditions.append(Condition("node-counts", False, AUTO))
    conditions.append(within_ceiling(limits, facts))
    if stack.plan.provision is not None and all(condition.holds for condition in conditions):
        others = facts.other_fleets()  # asked last: it evaluates other stacks
        conditions += [_one_fleet(limits, others)] if others else []
    closed = any(not condition.holds for condition in conditions)
    overridden = False
    if limits.override is not None:
        override = check_override(limits.override, facts, conditions)
        conditions.append(override)
        overridden = override.holds
    return GateResult(
        open=not closed or overridden,
        level=limits.level,
        conditions=tuple(conditions),
        override=limits.override,
        facts=facts,
    )


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
    """Check that every line has a price, and every alternative that may be the rival."""
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


def _plausible(stack: StackModel) -> Condition:
    """Check that every figure is within its plausible range, or confirmed in the reviewed file."""
    unconfirmed = [finding for finding in stack.findings if not finding.confirmed]
    if unconfirmed:
        detail = " ".join(f"{finding.place}: {finding.message}" for finding in unconfirmed)
        return Condition("plausible", False, f"{detail} {TO_CONFIRM}")
    confirmed = [
        f"{finding.path}: {finding.stated} confirmed, {finding.confirmed}"
        for finding in stack.findings
    ]
    return Condition(
        "plausible", True, "; ".join(confirmed) or ("all figures are within their ranges")
    )


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
