"""Commitments that are not bought yet, or whose term is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from tco.analysis.commitments.term_end import last_day
from tco.analysis.decision.condition import Condition
from tco.catalog.node_price import CommitmentKind
from tco.costing.stack import StackModel

__all__ = ["commitments_bought", "ended", "not_bought"]


def not_bought(stack: StackModel) -> dict[str, CommitmentKind]:
    """Return the pools whose commitment has no id in the plan yet, each with its kind."""
    return {
        pool.name: pool.plan.commitment.kind
        for _, _, _, pool in stack.pools()
        if pool.awaits_purchase and pool.plan.commitment is not None
    }


def ended(stack: StackModel, today: dt.date) -> dict[str, dt.date]:
    """Return the pools whose bought commitment is over on a day, each with the day it ended."""
    ends = {
        pool.name: last_day(terms.start, terms)
        for _, _, _, pool in stack.pools()
        if pool.provisioned and not pool.awaits_purchase
        if (terms := pool.plan.commitment) is not None and terms.start is not None
    }
    return {name: end for name, end in ends.items() if end <= today}


def commitments_bought(
    waiting: Mapping[str, CommitmentKind],
    over: Mapping[str, dt.date],
    closes_on_demand: bool | None,
) -> Condition:
    """Check that commitments are bought and hold: else `up` pays on demand, without blocks."""
    blocks = [name for name, kind in waiting.items() if kind == "capacity-block"]
    reserved = [name for name in waiting if name not in blocks]
    reasons = [f"{name}: its commitment ended on {end}" for name, end in over.items()]
    if reserved:
        price = " (no price known)" if closes_on_demand is None else ""
        reasons.append(f"{', '.join(reserved)}: `pulumi up` would pay on demand{price}")
    if blocks:
        reasons.append(f"{', '.join(blocks)}: `pulumi up` skips a capacity block")
    detail = "; ".join(reasons)
    if over:
        detail += ". Renew, then set commitment.id and commitment.start"
    elif not closes_on_demand:
        detail += ". Buy, then set commitment.id"
    holds = not over and bool(closes_on_demand)
    return Condition("commitments-bought", holds, detail)
