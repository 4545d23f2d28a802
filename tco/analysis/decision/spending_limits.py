"""Limits on the cost of a stack: its ceiling, and what is declared besides its plan."""

from __future__ import annotations

from tco.analysis.decision.condition import Condition
from tco.analysis.decision.gate_facts import GateFacts
from tco.numbers import usd
from tco.plan.gate import Gate

__all__ = ["UNPLANNED_SHARE", "ceiling_limit_usd", "unplanned_limit_usd", "within_ceiling"]

UNPLANNED_SHARE = 0.1
"""What a program may declare besides its plan, as a share of it, without a limit of its own."""
PEAK_MARGIN = 1.25
"""How far the ceiling of a new stack may lie above its planned peak without a limit of its own."""
ROUNDING = 1e-9


def ceiling_limit_usd(limits: Gate, facts: GateFacts) -> float:
    """Return the ceiling in USD per month above which the gate closes."""
    if limits.max_usd_per_month is not None:
        return limits.max_usd_per_month
    return max(PEAK_MARGIN * facts.planned_peak_usd, facts.recorded_ceiling_usd or 0.0)


def unplanned_limit_usd(limits: Gate, planned_usd: float) -> float:
    """Return what a program may declare besides its plan, in USD per month."""
    stated = limits.max_unplanned_usd_per_month
    return stated if stated is not None else UNPLANNED_SHARE * planned_usd


def within_ceiling(limits: Gate, facts: GateFacts) -> Condition:
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
