"""``tco.plan/1``: everything that follows from stacks on their pricing day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from tco.analysis.evaluation import Evaluation
from tco.documents.commitment_options import CommitmentOptionPart, commitment_option_part
from tco.documents.document import Document
from tco.documents.figures import FigurePart, figure_parts, sourced
from tco.documents.outlook import options, outlook
from tco.documents.ranks import RankPart, rank_tables
from tco.documents.review import ReviewPart, review_part
from tco.documents.stack import StackSummary, stack_summary
from tco.documents.uncertainty import uncertainty_part

__all__ = ["PlanDocument", "StackPart", "plan_document", "stack_part"]


class StackPart(StackSummary):
    """One stack, evaluated, with the tables of its memo."""

    outlook: str = Field(description="How demand, API prices and throughput change, in words.")
    options: tuple[str, ...] = Field(description="What may make nodes faster and is not assumed.")
    commitment_options: tuple[CommitmentOptionPart, ...] = Field(
        validation_alias="ladder", serialization_alias="ladder"
    )
    ranks: tuple[tuple[RankPart, ...], ...] = Field(description="One table for each service.")
    figures: tuple[FigurePart, ...] = Field(description="Every figure that has a source.")
    review: ReviewPart = Field(description="When to review the plan.")


class PlanDocument(Document):
    """What ``tco plan --format json`` and ``tco compare --format json`` print."""

    schema_: Literal["tco.plan/1"] = Field(default="tco.plan/1", alias="schema")
    stacks: tuple[StackPart, ...]


def plan_document(results: Sequence[Evaluation]) -> PlanDocument:
    """Return evaluated stacks as ``tco.plan/1``."""
    return PlanDocument(stacks=tuple(stack_part(result) for result in results))


def stack_part(result: Evaluation) -> StackPart:
    """Return one evaluated stack."""
    fields: dict[str, Any] = dict(stack_summary(result))
    fields["uncertainty"] = uncertainty_part(result)
    return StackPart(
        **fields,
        outlook=outlook(result),
        options=options(result),
        commitment_options=tuple(
            commitment_option_part(option) for option in result.commitment_options
        ),
        ranks=rank_tables(result),
        figures=figure_parts(result, sourced(result)),
        review=review_part(result),
    )
