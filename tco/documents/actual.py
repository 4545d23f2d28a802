"""``tco.actual/1``: a plan against its bill, why they differ, whether the verdict holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from tco.actual.actual import Actual
from tco.actual.effects import EffectKind
from tco.actual.file_edits import FileEdit
from tco.actual.operation import ServiceOperation
from tco.actual.proposals import Proposal, proposals
from tco.actual.variance_line import Basis, VarianceLine
from tco.actual.variance_line import Part as BillPart
from tco.analysis.decision.verdict import Decision
from tco.analysis.evaluation import Evaluation
from tco.billing.record import LineKind
from tco.documents.actual_notes import actual_notes
from tco.documents.actual_text import actual_paragraph
from tco.documents.document import Document, Part
from tco.documents.narrative import answer

__all__ = [
    "ActualDocument",
    "ActualLinePart",
    "ActualServicePart",
    "ActualVerdictPart",
    "ApartPart",
    "EffectPart",
    "ProposalPart",
    "ProposedFilePart",
    "UntaggedPart",
    "actual_document",
]


class EffectPart(Part):
    """What one factor adds to the cost, in USD."""

    kind: EffectKind
    usd: float


class ActualLinePart(Part):
    """One thing that the stack pays for, planned and actual, and why they differ."""

    part: BillPart
    kind: str | None = Field(
        description="The kind of the one cost line that it is; null for several together."
    )
    name: str
    service: str
    pool: str
    unit: Literal["node-hour", "GB", "hour"] | None
    basis: Basis = Field(
        description="Where the actual cost is from: the bill, an option, or the plan."
    )
    planned_quantity: float | None
    actual_quantity: float | None
    planned_usd_per_unit: float | None
    actual_usd_per_unit: float | None
    planned_usd: float
    actual_usd: float
    variance_usd: float
    effects: tuple[EffectPart, ...] = Field(description="They add up to variance_usd.")
    confidential: bool


class ActualServicePart(Part):
    """How a service ran; an actual figure is null where nothing states it."""

    service: str
    planned_mtok: float
    served_mtok: float | None
    planned_node_hours: float
    node_hours: float | None
    planned_output_tok_s: float = Field(description="Of a node at load.")
    output_tok_s: float | None
    planned_utilization: float
    utilization: float | None


class ApartPart(Part):
    """Lines of the bill that are not compared with the plan, as billed."""

    kind: LineKind
    usd: float
    of_stack: bool = Field(description="Whether they have the stack's tag.")


class UntaggedPart(Part):
    """Nodes of the plan's instance types that have no stack's tag and are not counted."""

    instance: str
    usd: float
    node_hours: float | None


class ActualVerdictPart(Part):
    """The plan's verdict, and today's with the volume, rents and speed of the period."""

    stands: bool
    planned: Decision
    planned_probability: float | None
    planned_answer: str
    today: Decision
    probability: float | None
    answer: str
    usd_per_month: float | None = Field(description="The stack today, for a month of 730 hours.")
    against: str | None
    against_usd_per_month: float | None


class ProposalPart(Part):
    """A key of the stack file or of a workload, its value now and the one that is proposed."""

    file: str
    key: str
    old: float | tuple[float, float, float] | None = Field(description="Null where not stated.")
    new: float | tuple[float, float, float] | None
    why: str


class ProposedFilePart(Part):
    """A file with the proposed values, as a unified diff."""

    file: str
    diff: str
    written: bool


class ActualDocument(Document):
    """What ``tco actual --format json`` prints."""

    schema_: Literal["tco.actual/1"] = Field(default="tco.actual/1", alias="schema")
    stack: str
    file: str
    month: str
    first_day: dt.date
    last_day: dt.date
    hours: float = Field(description="Of the days compared; the plan is scaled to them.")
    is_whole_month: bool
    today: dt.date
    pricing_day: dt.date
    catalog: str
    plan_digest: str
    planned_mtok: float
    served_mtok: float | None
    planned_usd: float
    actual_usd: float
    variance_usd: float
    billed_usd: float = Field(description="The part of the actual cost that the bill holds.")
    planned_usd_per_mtok: float = Field(description="Input and output tokens together.")
    actual_usd_per_mtok: float | None
    effects: tuple[EffectPart, ...] = Field(description="They add up to variance_usd.")
    lines: tuple[ActualLinePart, ...]
    services: tuple[ActualServicePart, ...]
    apart: tuple[ApartPart, ...]
    untagged: tuple[UntaggedPart, ...]
    verdict: ActualVerdictPart
    proposals: tuple[ProposalPart, ...] = Field(
        description="New values of the plan's keys, by what was measured in the period."
    )
    proposed_files: tuple[ProposedFilePart, ...] = Field(
        description="The files with them; empty unless asked for."
    )
    notes: tuple[str, ...]
    paragraph: str = Field(description="The period in a paragraph, for the memo.")


def actual_document(
    found: Actual, edits: Sequence[FileEdit] = (), *, written: bool = False
) -> ActualDocument:
    """Return a plan against its bill as ``tco.actual/1``.

    Args:
        found: The plan against its bill.
        edits: The files with the proposed values, where they are asked for.
        written: Whether they were written.
    """
    variance, period, stack = found.variance, found.question.period, found.plan.stack
    return ActualDocument(
        stack=stack.name,
        file=stack.file,
        month=period.month,
        first_day=period.first,
        last_day=period.last,
        hours=period.hours,
        is_whole_month=period.is_whole,
        today=found.question.today,
        pricing_day=stack.day,
        catalog=stack.catalog_version,
        plan_digest=stack.source.digest,
        planned_mtok=variance.mtok_planned,
        served_mtok=variance.mtok_served,
        planned_usd=variance.planned_usd,
        actual_usd=variance.actual_usd,
        variance_usd=variance.actual_usd - variance.planned_usd,
        billed_usd=sum(line.actual.usd for line in variance.lines if line.basis == "billed"),
        planned_usd_per_mtok=variance.planned_usd_per_mtok,
        actual_usd_per_mtok=variance.actual_usd_per_mtok,
        effects=_effects(variance.effects),
        lines=tuple(map(_line, variance.lines)),
        services=tuple(map(_service, variance.operations)),
        apart=(
            *_apart(found.bill.apart, of_stack=True),
            *_apart(found.bill.untagged_apart, of_stack=False),
        ),
        untagged=tuple(
            UntaggedPart(instance=instance, usd=billed.usd, node_hours=billed.quantity)
            for instance, billed in sorted(found.bill.untagged.items())
        ),
        verdict=_verdict(found.plan, found.now, stands=found.stands),
        proposals=tuple(map(_proposal, proposals(found))),
        proposed_files=tuple(
            ProposedFilePart(file=edit.file, diff=edit.diff, written=written) for edit in edits
        ),
        notes=tuple(actual_notes(found)),
        paragraph=actual_paragraph(found),
    )


def _effects(effects: Mapping[EffectKind, float]) -> tuple[EffectPart, ...]:
    return tuple(EffectPart(kind=kind, usd=usd) for kind, usd in effects.items())


def _line(line: VarianceLine) -> ActualLinePart:
    shown = not line.confidential
    return ActualLinePart(
        part=line.part,
        kind=line.kind and line.kind.name,
        name=line.name,
        service=line.service,
        pool=line.pool,
        unit=line.unit,
        basis=line.basis,
        planned_quantity=line.planned.quantity if shown else None,
        actual_quantity=line.actual.quantity if shown else None,
        planned_usd_per_unit=line.planned.usd_per_unit if shown else None,
        actual_usd_per_unit=line.actual.usd_per_unit if shown else None,
        planned_usd=line.planned.usd,
        actual_usd=line.actual.usd,
        variance_usd=line.variance_usd,
        effects=_effects(line.effects),
        confidential=line.confidential,
    )


def _service(ran: ServiceOperation) -> ActualServicePart:
    return ActualServicePart(
        service=ran.service,
        planned_mtok=ran.planned_mtok,
        served_mtok=ran.mtok,
        planned_node_hours=ran.planned_node_hours,
        node_hours=ran.node_hours,
        planned_output_tok_s=ran.planned_output_tok_s,
        output_tok_s=ran.output_tok_s,
        planned_utilization=ran.planned_utilization,
        utilization=ran.utilization,
    )


def _proposal(proposed: Proposal) -> ProposalPart:
    return ProposalPart(
        file=proposed.file,
        key=proposed.key,
        old=proposed.old,
        new=proposed.new,
        why=proposed.why,
    )


def _apart(billed: Mapping[LineKind, float], *, of_stack: bool) -> tuple[ApartPart, ...]:
    return tuple(
        ApartPart(kind=kind, usd=usd, of_stack=of_stack) for kind, usd in sorted(billed.items())
    )


def _verdict(plan: Evaluation, now: Evaluation, *, stands: bool) -> ActualVerdictPart:
    rival = now.rival
    return ActualVerdictPart(
        stands=stands,
        planned=plan.verdict.decision,
        planned_probability=plan.verdict.probability,
        planned_answer=answer(plan),
        today=now.verdict.decision,
        probability=now.verdict.probability,
        answer=answer(now),
        usd_per_month=now.usd_per_month,
        against=now.verdict.against,
        against_usd_per_month=rival.usd_per_month if rival is not None else None,
    )
