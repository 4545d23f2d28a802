"""The verdict in ``tco.plan/1`` and ``tco.gate/1``: the decision, its figures and its words."""

from __future__ import annotations

from pydantic import Field

from tco.analysis.decision.hosted import HostedTurn, HostRole
from tco.analysis.decision.verdict import CapKind, Decision
from tco.analysis.evaluation import Evaluation
from tco.analysis.optimization.commitment_options import CommitmentOption
from tco.documents.commitment_options import CommitmentOptionPart, commitment_option_part
from tco.documents.document import Part
from tco.documents.horizon_turn import HorizonTurnPart, horizon_turn_part
from tco.documents.like_with_like import RuledOutPart, ruled_out_part
from tco.documents.measure_first import measure_first
from tco.documents.narrative import answer, opening
from tco.documents.reasons import flips, reasons

__all__ = ["VerdictPart", "verdict_part"]


class CapPart(Part):
    """A reason why a winning stack is LEAN at most."""

    kind: CapKind
    message: str


class HostedTurnPart(Part):
    """A host of the same or newer weights that turns the answer."""

    host: str
    usd_per_month: float
    role: HostRole
    without: Decision = Field(description="The decision without the host.")
    against: str = Field(description="What that decision is against.")


class VerdictPart(Part):
    """The decision against the best alternative, with its reasons."""

    decision: Decision
    against: str | None = Field(description="The alternative that decides.")
    against_is_chosen: bool = Field(
        description="Whether the plan names that alternative; else it is the cheapest eligible one."
    )
    probability: float | None = Field(
        description="Share of the scenarios in which self-hosting wins."
    )
    required_probability: float = Field(description="The probability that the gate requires.")
    saving_npv_usd: float | None = Field(
        description="Present value of what self-hosting saves over the horizon."
    )
    answer: str = Field(description="The decision in a sentence.")
    opening: str = Field(description="The decision with its reasons, as the memo begins.")
    reasons: tuple[str, ...]
    flips: tuple[str, ...] = Field(description="What would change the answer.")
    measure_first: str = Field(description="The input most worth measuring before the decision.")
    caps: tuple[CapPart, ...]
    hosted: HostedTurnPart | None
    ruled_out: RuledOutPart | None = Field(
        description="The cheaper alternative that `require` rules out; null where there is none."
    )
    cheaper_for_a_year: CommitmentOptionPart | None = Field(
        description="The nodes of a stack that wins for one year, where on demand costs more."
    )
    horizon_turn: HorizonTurnPart | None = Field(
        description="Why today's month and the decision disagree; null where they agree."
    )


def verdict_part(result: Evaluation) -> VerdictPart:
    """Return the verdict of an evaluation with its words."""
    verdict, plan = result.verdict, result.stack.plan
    return VerdictPart(
        decision=verdict.decision,
        against=verdict.against,
        against_is_chosen=plan.against != "cheapest",
        probability=verdict.probability,
        required_probability=plan.gate.probability,
        saving_npv_usd=verdict.saving_npv_usd,
        answer=answer(result),
        opening=opening(result),
        reasons=tuple(reasons(result)),
        flips=tuple(flips(result)),
        measure_first=measure_first(result),
        caps=tuple(CapPart(kind=cap.kind, message=cap.message) for cap in verdict.caps),
        ruled_out=ruled_out_part(result.ruled_out),
        cheaper_for_a_year=_option(result.cheaper_for_a_year),
        horizon_turn=horizon_turn_part(result),
        hosted=None if result.hosted is None else _hosted(result.hosted),
    )


def _option(option: CommitmentOption | None) -> CommitmentOptionPart | None:
    return None if option is None else commitment_option_part(option)


def _hosted(turned: HostedTurn) -> HostedTurnPart:
    return HostedTurnPart(
        host=turned.host,
        usd_per_month=turned.usd_per_month,
        role=turned.role,
        without=turned.without,
        against=turned.against,
    )
