"""Commitments that are not bought yet."""

from __future__ import annotations

from collections.abc import Mapping

from tco.analysis.decision.condition import Condition
from tco.catalog.node_price import CommitmentKind
from tco.costing.stack import StackModel

__all__ = ["commitments_bought", "not_bought"]


def not_bought(stack: StackModel) -> dict[str, CommitmentKind]:
    """Return the pools whose commitment has no id in the plan yet, each with its kind."""
    return {
        pool.name: pool.plan.commitment.kind
        for _, _, _, pool in stack.pools()
        if pool.awaits_purchase and pool.plan.commitment is not None
    }


def commitments_bought(
    waiting: Mapping[str, CommitmentKind], closes_on_demand: bool | None
) -> Condition:
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
