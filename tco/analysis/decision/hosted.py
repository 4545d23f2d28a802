"""Whether a hosted price of the same weights, or of newer ones, turns the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tco.analysis.cashflow.comparison import OwnSide, rival_side
from tco.analysis.decision.alternative_result import AlternativeResult
from tco.analysis.decision.verdict import Decision, Verdict, by_probability, caps_on
from tco.arrays import as_scalar
from tco.costing.ledger import api_bills
from tco.costing.stack import Alternative, Relation

__all__ = ["HostRole", "HostedTurn", "hosted_turn"]


HostRole = Literal["decides", "left-out", "newer-version"]
"""Whether the host decides, is left out by the plan, or hosts a newer version of the weights."""


@dataclass(frozen=True, kw_only=True)
class HostedTurn:
    """A host of the same or newer weights that changes the answer.

    ``without`` is the decision against ``against``, which the host plays no part in.
    """

    host: str
    usd_per_month: float
    role: HostRole
    without: Decision
    against: str


def hosted_turn(
    own: OwnSide, results: Sequence[AlternativeResult], verdict: Verdict
) -> HostedTurn | None:
    """Return the host that turns the answer, or None where none does."""
    if verdict.decision in ("RECOMMEND", "LEAN", "CONSTRAINED"):
        left_out = _first_complete(own.stack.left_out, "same-weights")
        newer = _first_complete(own.stack.alternatives, "newer-version")
        found = _cheaper(own, verdict, left_out, "left-out")
        found = found or _cheaper(own, verdict, newer, "newer-version")
        if found is not None:
            return found
    return _deciding(own, results, verdict)


def _deciding(
    own: OwnSide, results: Sequence[AlternativeResult], verdict: Verdict
) -> HostedTurn | None:
    """Return the host that decides where the APIs that the plan names would not."""
    host = verdict.rival
    if host is None or host.alternative.relation != "same-weights" or not host.usd_per_month:
        return None
    named = [
        result
        for result in results
        if result.alternative.relation == "declared"
        and result.alternative.rates
        and result.alternative.eligible
        and result.npv_usd is not None
    ]
    best = min(named, key=lambda result: result.npv_usd or 0.0, default=None)
    if best is None or best.uncertainty is None:
        return None
    limit = own.stack.plan.gate.probability
    without = by_probability(best.uncertainty, limit, capped=bool(caps_on(own.stack, best, None)))
    if verdict.decision not in ("DO_NOT", "LEAN") or without in ("DO_NOT", verdict.decision):
        return None
    return HostedTurn(
        host=host.name,
        usd_per_month=host.usd_per_month,
        role="decides",
        without=without,
        against=best.name,
    )


def _first_complete(alternatives: Iterable[Alternative], relation: Relation) -> Alternative | None:
    """Return the first host of a relation that has everything that the services require."""
    return next(
        (
            alternative
            for alternative in alternatives
            if alternative.relation == relation and not alternative.lacking
        ),
        None,
    )


def _cheaper(
    own: OwnSide, verdict: Verdict, host: Alternative | None, role: HostRole
) -> HostedTurn | None:
    """Return a host that does not decide, where it costs less than self-hosting."""
    if host is None or verdict.against is None:
        return None
    side, bills = rival_side(own, host), api_bills(own.stack, host)
    if side is None or bills is None or side.npv_usd - side.refused_npv_usd >= own.npv_usd:
        return None
    return HostedTurn(
        host=host.name,
        usd_per_month=as_scalar(sum(bills)),
        role=role,
        without=verdict.decision,
        against=verdict.against,
    )
