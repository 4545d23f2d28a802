"""``tco.gate/1``: whether nodes may be provisioned, and why."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from tco.analysis.decision.condition import ConditionId
from tco.analysis.decision.gate import GateResult
from tco.analysis.decision.spending_limits import ceiling_limit_usd
from tco.analysis.evaluation import Evaluation
from tco.costing.stack import StackModel
from tco.documents.document import Document, Part
from tco.documents.plausibility import PlausibilityPart, plausibility_part
from tco.documents.verdict import VerdictPart, verdict_part

__all__ = [
    "ConditionPart",
    "GateDocument",
    "GatePart",
    "OverridePart",
    "gate_document",
    "gate_part",
]


class ConditionPart(Part):
    """A condition of the gate."""

    id: ConditionId
    name: str
    holds: bool
    detail: str
    text: str = Field(description="The condition as it is met or not met, with its values.")


class OverridePart(Part):
    """A closed gate that was opened on purpose, in the reviewed file."""

    reason: str
    approved_by: str
    expires: dt.date
    max_usd_per_month: float | tuple[float, ...] = Field(
        description="An amount, or a range [low, likely, high]."
    )


class GatePart(Part):
    """The gate: open if every condition holds, or by an override."""

    open: bool
    level: Literal["mandatory", "advisory"]
    conditions: tuple[ConditionPart, ...]
    override: OverridePart | None
    ceiling_usd_per_month: float = Field(description="The month with every pool at its max.")
    max_usd_per_month: float = Field(description="The ceiling above which the gate closes.")


class GateDocument(Document):
    """What ``tco gate --format json`` prints."""

    schema_: Literal["tco.gate/1"] = Field(default="tco.gate/1", alias="schema")
    stack: str
    plan_digest: str = Field(description="SHA-256 of the plan, its workloads and its price books.")
    verdict: VerdictPart
    open: bool
    level: Literal["mandatory", "advisory"]
    conditions: tuple[ConditionPart, ...]
    override: OverridePart | None
    plausibility: tuple[PlausibilityPart, ...] = Field(
        description="Figures outside their plausible range, confirmed or not."
    )
    ceiling_usd_per_month: float = Field(description="The month with every pool at its max.")
    max_usd_per_month: float = Field(description="The ceiling above which the gate closes.")


def gate_document(result: Evaluation) -> GateDocument:
    """Return the gate of one stack as ``tco.gate/1``."""
    gate = gate_part(result.stack, result.gate)
    return GateDocument(
        stack=result.stack.name,
        plan_digest=result.stack.source.digest,
        verdict=verdict_part(result),
        open=gate.open,
        level=gate.level,
        conditions=gate.conditions,
        override=gate.override,
        plausibility=plausibility_part(result.stack.findings),
        ceiling_usd_per_month=gate.ceiling_usd_per_month,
        max_usd_per_month=gate.max_usd_per_month,
    )


def gate_part(stack: StackModel, gate: GateResult) -> GatePart:
    """Return a gate with its conditions and its override."""
    override = gate.override
    return GatePart(
        open=gate.open,
        level=gate.level,
        conditions=tuple(
            ConditionPart(
                id=condition.id,
                name=condition.name,
                holds=condition.holds,
                detail=condition.detail,
                text=condition.text,
            )
            for condition in gate.conditions
        ),
        override=None
        if override is None
        else OverridePart.model_validate(override.model_dump(mode="json")),
        ceiling_usd_per_month=gate.facts.ceiling_usd,
        max_usd_per_month=ceiling_limit_usd(stack.plan.gate, gate.facts),
    )
