"""Commitment options in ``tco.plan/1``: ways to commit to the plan's nodes."""

from __future__ import annotations

from pydantic import Field

from tco.analysis.optimization.commitment_options import STOP_MONTHS, CommitmentOption
from tco.documents.document import Part

__all__ = ["STOP_MONTHS", "CommitmentOptionPart", "commitment_option_part"]


class CommitmentOptionPart(Part):
    """A way to commit to the plan's nodes, and what it costs to stop early."""

    name: str = Field(validation_alias="rung", serialization_alias="rung")
    how: str | None
    usd_per_month: float | None
    exit_cost_usd: float | None = Field(
        validation_alias="wrong_usd", serialization_alias="wrong_usd"
    )
    stopped_after_months: int
    reason: str | None


def commitment_option_part(option: CommitmentOption) -> CommitmentOptionPart:
    """Return one way to commit to the plan's nodes."""
    return CommitmentOptionPart(
        name=option.name,
        how=option.how or None,
        usd_per_month=option.usd_per_month,
        exit_cost_usd=option.exit_cost_usd,
        stopped_after_months=STOP_MONTHS,
        reason=option.reason or None,
    )
