"""The decision, with its reasons as numbers and the facts that would change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tco.analysis.decision.alternative_result import AlternativeResult
from tco.costing.stack import Alternative, StackModel, Unpriced
from tco.plan.gate import Gate

if TYPE_CHECKING:
    from tco.analysis.simulation.accumulator import ScenarioComparison

__all__ = [
    "Cap",
    "CapKind",
    "Decision",
    "Verdict",
    "by_probability",
    "decide",
    "in_words",
    "justifies",
    "unpriced_rivals",
]

Decision = Literal["RECOMMEND", "LEAN", "DO_NOT", "CONSTRAINED", "UNKNOWN"]
CapKind = Literal[
    "extrapolated",
    "predicted",
    "estimated",
    "offline-maximum",
    "unverified-objective",
    "cheaper-alternative",
    "unpriced-alternative",
    "not-simulated",
    "implausible",
]
LEAN_PROBABILITY = 0.6


@dataclass(frozen=True, slots=True)
class Cap:
    """One reason why a winning stack is LEAN at most."""

    kind: CapKind
    message: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The decision; ``saving_npv_usd`` is the present cost of the rival less that of the stack.

    ``rival`` is the alternative that it compares with: an eligible one, or the cheapest that a
    requirement rules out; None without any.
    """

    decision: Decision
    rival: AlternativeResult | None
    probability: float | None
    saving_npv_usd: float | None
    premium_usd_per_month: float | None
    caps: tuple[Cap, ...]

    @property
    def against(self) -> str | None:
        """The name of the rival."""
        return self.rival.name if self.rival is not None else None


def justifies(verdict: Verdict, limits: Gate) -> bool:
    """Return whether a verdict is a reason to provision, as far as the plan's limits go.

    RECOMMEND is one, and so is CONSTRAINED within the premium that the plan allows.
    """
    if verdict.decision == "CONSTRAINED":
        return (verdict.premium_usd_per_month or 0.0) <= limits.max_premium_usd_per_month.likely
    return verdict.decision == "RECOMMEND"


WORDS: dict[str, str] = {
    "RECOMMEND": "Self-host",
    "LEAN": "Leaning yes",
    "DO_NOT": "Don't",
    "CONSTRAINED": "Only option",
    "UNKNOWN": "Unknown",
}


def in_words(decision: str) -> str:
    """Return a decision as it is displayed in tables: ``Don't``."""
    return WORDS.get(decision, decision)


def _rival_of(
    stack: StackModel, results: Sequence[AlternativeResult]
) -> tuple[AlternativeResult | None, AlternativeResult | None]:
    """Return the rival that decides, and a cheaper eligible one where the plan names another.

    The cheapest is so in present value over the horizon, as the verdict is.
    """
    eligible = [
        result for result in results if result.alternative.eligible and result.npv_usd is not None
    ]
    cheapest = min(eligible, key=_npv, default=None)
    if stack.plan.against == "cheapest":
        return cheapest, None
    named = next(
        (alternative for alternative in eligible if alternative.name == stack.plan.against), None
    )
    if named is None or cheapest is None or _npv(cheapest) >= _npv(named):
        return named, None
    return named, cheapest


def _npv(result: AlternativeResult) -> float:
    return float("inf") if result.npv_usd is None else result.npv_usd


def caps_on(
    stack: StackModel, rival: AlternativeResult | None, cheaper: AlternativeResult | None
) -> tuple[Cap, ...]:
    """Return why a winning stack is LEAN at most: unmeasured figures, or a cheaper alternative."""
    caps = _unmeasured(stack, "the throughput")
    if any(group.slo == "unverified" for service in stack.services for group in service.groups):
        caps.append(Cap("unverified-objective", "a latency objective is not verified"))
    if rival is not None and rival.alternative.stack is not None:
        caps += _unmeasured(rival.alternative.stack, f"the throughput of {rival.name}")
    if cheaper is not None:
        message = f"{cheaper.name} is eligible and cheaper than the chosen alternative"
        caps.append(Cap("cheaper-alternative", message))
    unusual = [finding.path for finding in stack.findings if not finding.confirmed]
    if unusual:
        more = f" and {len(unusual) - 1} more" if len(unusual) > 1 else ""
        verb = "are" if more else "is"
        caps.append(Cap("implausible", f"{unusual[0]}{more} {verb} not plausible"))
    caps += [
        Cap("unpriced-alternative", f"{alternative.name} has no price")
        for alternative in unpriced_rivals(stack)
    ]
    return tuple(caps)


def _unmeasured(stack: StackModel, subject: str) -> list[Cap]:
    caps: list[Cap] = []
    groups = [group for service in stack.services for group in service.groups]
    nodes = [node for group in groups for node in group.nodes]
    if not all(node.knows_lengths for node in nodes):
        message = f"{subject} is scaled to other lengths although the model's size is unknown"
        caps.append(Cap("extrapolated", message))
    if any(group.predicted for group in groups):
        caps.append(Cap("predicted", f"{subject} is predicted by a simulator"))
    if any(node.provenance.is_estimated for node in nodes):
        caps.append(Cap("estimated", f"{subject} is estimated by a physical model"))
    if any(node.needs_burst_factor for node in nodes):
        caps.append(
            Cap("offline-maximum", f"{subject} is an offline maximum, measured without latency")
        )
    return caps


def unpriced_rivals(stack: StackModel) -> list[Alternative]:
    """Alternatives without a price that may be eligible, and may be cheaper."""
    return [
        alternative
        for alternative in stack.alternatives
        if alternative.unpriced and alternative.eligible
    ]


def decide(
    stack: StackModel,
    results: Sequence[AlternativeResult],
    *,
    priced_usd: float,
    own_npv_usd: float,
    lost_months: int,
    unpriced: Sequence[Unpriced],
) -> Verdict:
    """Return the verdict on present value against the rival.

    ``priced_usd`` is the priced part of the month, ``lost_months`` the months of the horizon in
    which the fleet refuses more than its limit: such a scenario counts as lost.
    """
    rival, cheaper = _rival_of(stack, results)
    if rival is None:
        return _without_rival(stack, results, priced_usd, unpriced)
    caps = caps_on(stack, rival, cheaper)
    if unpriced:
        lost = priced_usd > (rival.usd_per_month or 0.0)
        return Verdict(
            decision="DO_NOT" if lost else "UNKNOWN",
            rival=rival,
            probability=None,
            saving_npv_usd=None,
            premium_usd_per_month=None,
            caps=caps,
        )
    if rival.side is None:
        raise AssertionError("the best alternative has a price")
    saving = rival.side.npv_usd - own_npv_usd - rival.side.refused_npv_usd
    drawn = rival.uncertainty
    if drawn is None:
        decision = "LEAN" if saving > 0 and lost_months == 0 else "DO_NOT"
        message = "the probability to win was not computed (`--scenarios 0`)"
        caps = (*caps, Cap("not-simulated", message))
    else:
        decision = by_probability(drawn, stack.plan.gate.probability, capped=bool(caps))
    if decision == "LEAN" and is_doubtful(caps):
        decision = "UNKNOWN"
    return Verdict(
        decision=decision,
        rival=rival,
        probability=rival.probability,
        saving_npv_usd=saving,
        premium_usd_per_month=None,
        caps=caps,
    )


def is_doubtful(caps: Sequence[Cap]) -> bool:
    """Return whether the figures are too doubtful for a yes of any kind."""
    return any(cap.kind == "implausible" for cap in caps)


def by_probability(drawn: ScenarioComparison, wanted: float, *, capped: bool) -> Decision:
    """RECOMMEND at the wanted probability with a saving to expect; LEAN from 0.6 on."""
    if drawn.probability >= wanted and drawn.expected_saving_usd > 0 and not capped:
        return "RECOMMEND"
    return "LEAN" if drawn.probability >= LEAN_PROBABILITY else "DO_NOT"


def _without_rival(
    stack: StackModel,
    results: Sequence[AlternativeResult],
    priced_usd: float,
    unpriced: Sequence[Unpriced],
) -> Verdict:
    """Return the verdict without a rival: a requirement rules all out, or none is declared."""
    asked = [result for result in results if result.alternative.relation != "newer-version"]
    barred = [
        result
        for result in asked
        if not result.alternative.eligible and result.usd_per_month is not None
    ]
    constrained = bool(barred) and all(not result.alternative.eligible for result in asked)
    caps = caps_on(stack, None, None)
    if not constrained or unpriced or is_doubtful(caps):
        return Verdict(
            decision="UNKNOWN",
            rival=None,
            probability=None,
            saving_npv_usd=None,
            premium_usd_per_month=None,
            caps=caps,
        )
    cheapest = min(barred, key=lambda alternative: alternative.usd_per_month or 0.0)
    premium = priced_usd - (cheapest.usd_per_month or 0.0)
    return Verdict(
        decision="CONSTRAINED",
        rival=cheapest,
        probability=None,
        saving_npv_usd=None,
        premium_usd_per_month=premium,
        caps=caps,
    )
