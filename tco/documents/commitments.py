"""``tco.commitments/1``: when commitments end, and what each choice costs at today's prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from tco.analysis.commitments.renewal import Choice, ChoiceName, CommitmentEnd, Commitments
from tco.analysis.decision.verdict import Decision
from tco.catalog.node_price import CommitmentKind, Payment, Term
from tco.documents.document import Document, Part

__all__ = [
    "ChoicePart",
    "CommitmentPart",
    "CommitmentsDocument",
    "ContractChangePart",
    "StackCommitments",
    "commitments_document",
]


class ChoicePart(Part):
    """What the whole stack costs after one choice; null amounts have no price, for a reason."""

    name: ChoiceName
    how: str | None = Field(description="What serves the requests then.")
    usd_per_month: float | None
    npv_usd: float | None = Field(description="Present cost over the horizon.")
    upfront_usd: float | None = Field(
        description="Paid at once for the pool's nodes; null where that price is confidential."
    )
    decision: Decision | None
    probability: float | None
    reason: str | None


class CommitmentPart(Part):
    """One commitment of a pool."""

    service: str
    pool: str
    node: str
    nodes: int
    kind: CommitmentKind
    term: Term | None
    payment: Payment | None
    hours: int | None
    id: str | None
    start: dt.date | None
    end: dt.date | None = Field(
        description="The first day that it no longer holds; null for a bought one without a start."
    )
    days_left: int | None
    assumed: bool = Field(description="Whether the end is as if it started today: not bought yet.")
    awaits_purchase: bool = Field(description="Whether the gate waits for its id.")
    cheapest: ChoiceName | None = Field(description="The choice with the lowest present cost.")
    choices: tuple[ChoicePart, ...]


class ContractChangePart(Part):
    """The stack once terms of a contract have changed."""

    names: tuple[str, ...] = Field(description="What is bought at other terms then.")
    day: dt.date = Field(description="By when, counted in whole months from today.")
    usd_per_month: float | None
    decision: Decision


class StackCommitments(Part):
    """The commitments of one stack, the first to end first."""

    stack: str
    pricing_day: dt.date = Field(description="The day whose prices the plan counts with.")
    decision: Decision
    decision_today: Decision = Field(description="With everything renewed at today's prices.")
    stands: bool = Field(description="Whether the two are the same.")
    against_today: str | None
    horizon_months: int
    usd_per_month_today: float | None = Field(description="With everything renewed.")
    commitments: tuple[CommitmentPart, ...]
    contract_changes: tuple[ContractChangePart, ...] = Field(
        description="Discounts and amounts of price books that begin or end within the horizon."
    )


class CommitmentsDocument(Document):
    """What ``tco commitments --format json`` prints."""

    schema_: Literal["tco.commitments/1"] = Field(default="tco.commitments/1", alias="schema")
    today: dt.date
    stacks: tuple[StackCommitments, ...]

    @property
    def known_ends(self) -> list[tuple[StackCommitments, CommitmentPart, dt.date]]:
        """The commitments whose end is known, each with its stack; not those to be bought."""
        return [
            (stack, commitment, commitment.end)
            for stack in self.stacks
            for commitment in stack.commitments
            if commitment.end is not None and not commitment.assumed
        ]

    @property
    def stands(self) -> bool:
        """Whether the decision of every stack is the same at today's prices."""
        return all(stack.stands for stack in self.stacks)


def commitments_document(today: dt.date, found: Sequence[Commitments]) -> CommitmentsDocument:
    """Return the commitments of stacks as ``tco.commitments/1``."""
    return CommitmentsDocument(today=today, stacks=tuple(map(_stack, found)))


def _stack(found: Commitments) -> StackCommitments:
    planned, renewed = found.planned, found.renewed
    return StackCommitments(
        stack=planned.stack.name,
        pricing_day=planned.stack.day,
        decision=planned.verdict.decision,
        decision_today=renewed.verdict.decision,
        stands=found.stands,
        against_today=renewed.verdict.against,
        horizon_months=renewed.stack.horizon_months,
        usd_per_month_today=renewed.usd_per_month,
        commitments=tuple(_commitment(ends, found.today) for ends in found.ends),
        contract_changes=tuple(
            ContractChangePart(
                names=change.names,
                day=change.day,
                usd_per_month=change.then.usd_per_month,
                decision=change.then.verdict.decision,
            )
            for change in found.contract_changes
        ),
    )


def _commitment(found: CommitmentEnd, today: dt.date) -> CommitmentPart:
    ends, best = found.ends, found.cheapest
    return CommitmentPart(
        service=ends.service,
        pool=ends.pool.name,
        node=ends.pool.node,
        nodes=ends.nodes,
        kind=ends.commitment.kind,
        term=ends.commitment.term,
        payment=ends.commitment.payment,
        hours=ends.commitment.hours,
        id=ends.commitment.id,
        start=ends.start,
        end=ends.end,
        days_left=None if ends.end is None else (ends.end - today).days,
        assumed=ends.assumed,
        awaits_purchase=ends.pool.awaits_purchase,
        cheapest=None if best is None else best.name,
        choices=tuple(
            _choice(choice, confidential=ends.pool.supply.confidential) for choice in found.choices
        ),
    )


def _choice(choice: Choice, *, confidential: bool) -> ChoicePart:
    return ChoicePart(
        name=choice.name,
        how=choice.how or None,
        usd_per_month=choice.usd_per_month,
        npv_usd=choice.npv_usd,
        upfront_usd=None if confidential and choice.upfront_usd else choice.upfront_usd,
        decision=choice.decision,
        probability=choice.probability,
        reason=choice.reason or None,
    )
