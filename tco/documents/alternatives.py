"""Alternatives in ``tco.plan/1``: what could be bought instead, and where both sides are equal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from tco.analysis.breakeven.thresholds import Status, Threshold, Thresholds
from tco.analysis.decision.alternative_result import AlternativeResult
from tco.analysis.evaluation import Evaluation
from tco.costing.stack import Relation
from tco.documents.disclosure import is_secret, source_of
from tco.documents.document import Part
from tco.documents.figures import oldest_day
from tco.documents.lines import per_unit
from tco.documents.provisioned import ProvisionedPart, provisioned_parts
from tco.documents.quality import QualityPart, quality_part

__all__ = [
    "AlternativePart",
    "ScanPart",
    "ThresholdPart",
    "alternative_part",
    "threshold_part",
]

Interval = tuple[float, float | None]
"""Volumes from a first one to a second one; without a second one, any volume above."""


class ThresholdPart(Part):
    """The value at which the horizon breaks even, or why there is none."""

    status: Status
    value: float | None


VolumeStatus = Literal["reached", "always", "never", "not-reached", "unknown"]
"""Where self-hosting is cheaper by volume; ``not-reached``: nowhere up to the end of the scan."""


class BreakEvenPart(Part):
    """Where self-hosting wins, and the value of each input at which both sides cost the same."""

    wins_mtok_per_month: tuple[Interval, ...]
    volume_status: VolumeStatus = Field(
        description="`never` with this fleet, which is full before; `not-reached` within the scan."
    )
    utilization: ThresholdPart
    usd_per_gpu_hour: ThresholdPart
    api_price_factor: ThresholdPart
    fte: ThresholdPart
    capex_usd: ThresholdPart
    payback_months: ThresholdPart


class AlternativePart(Part):
    """What could be bought instead, on the same volume."""

    name: str
    kind: Literal["api", "stack"]
    relation: Relation = Field(
        description="Named by the plan, a host of the same weights, or of a newer version."
    )
    same_model: bool | None = Field(
        description="Whether it serves the models that the services run; null where not known."
    )
    is_rival: bool = Field(description="Whether the verdict compares with it.")
    eligible: bool
    lacking: tuple[str, ...] = Field(
        description="Required properties and scores that it does not have."
    )
    quality: QualityPart
    unpriced: str | None = Field(description="Why it has no price.")
    usd_per_month: float | None
    usd_per_mtok_output: float | None
    usd_per_mtok_total: float | None
    npv_usd: float | None
    probability: float | None
    confidential: bool = Field(
        description="Whether a confidential price book has its rates: a cost per token is null."
    )
    estimate: bool = Field(description="Whether any of its prices is an estimate.")
    source: str | None
    as_of: dt.date | None
    provisioned: tuple[ProvisionedPart, ...] = Field(
        description="Units of throughput that it buys; of a confidential book none are listed."
    )
    break_even: BreakEvenPart


class ScanPart(Part):
    """How far the break-even search went, and what the fleet serves at most."""

    ceiling_mtok_per_month: float
    capacity_mtok_per_month: float | None


def alternative_part(alternative: AlternativeResult, result: Evaluation) -> AlternativePart:
    """Return an alternative beside an evaluated stack."""
    usd = alternative.usd_per_month
    bought, secret = alternative.alternative, is_secret(alternative.alternative)
    levelized = None if secret else usd
    figures = [figure for rate in bought.rates if rate for figure in rate.figures]
    return AlternativePart(
        name=alternative.name,
        kind="api" if bought.stack is None else "stack",
        relation=bought.relation,
        same_model=bought.same_model,
        is_rival=bought.eligible and alternative is result.rival,
        eligible=bought.eligible,
        lacking=tuple(bought.lacking),
        quality=quality_part(result.stack, bought),
        unpriced=bought.unpriced or None,
        usd_per_month=usd,
        usd_per_mtok_output=per_unit(levelized, result.output_mtok_per_month),
        usd_per_mtok_total=per_unit(levelized, result.stack.mtok_per_month),
        npv_usd=alternative.npv_usd,
        probability=alternative.probability,
        confidential=secret,
        estimate=any(figure.estimate for figure in figures),
        source=source_of(figures),
        as_of=oldest_day(figures),
        provisioned=() if secret else provisioned_parts(result.stack, bought),
        break_even=_break_even(
            alternative.wins_mtok_per_month,
            alternative.thresholds,
            "unknown" if usd is None else _volume_status(alternative, result),
        ),
    )


def _volume_status(alternative: AlternativeResult, result: Evaluation) -> VolumeStatus:
    """Return whether some volume makes self-hosting cheaper, as far as the scan went."""
    wins = alternative.wins_mtok_per_month
    if not wins:
        return "not-reached" if result.scan.capacity_mtok is None else "never"
    return "always" if wins == [(0.0, None)] else "reached"


def _break_even(
    wins: Sequence[Interval], limits: Thresholds, volume_status: VolumeStatus
) -> BreakEvenPart:
    return BreakEvenPart(
        wins_mtok_per_month=tuple(wins),
        volume_status=volume_status,
        utilization=threshold_part(limits.utilization),
        usd_per_gpu_hour=threshold_part(limits.usd_per_gpu_hour),
        api_price_factor=threshold_part(limits.api_price_factor),
        fte=threshold_part(limits.fte),
        capex_usd=threshold_part(limits.capex_usd),
        payback_months=threshold_part(limits.payback_months),
    )


def threshold_part(threshold: Threshold) -> ThresholdPart:
    """Return a value at which both sides are equal."""
    return ThresholdPart(status=threshold.status, value=threshold.value)
