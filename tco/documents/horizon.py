"""The horizon in ``tco.plan/1``, month by month."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tco.analysis.cashflow.price_immunity import PriceImmunity
from tco.analysis.evaluation import Evaluation
from tco.documents.alternatives import ThresholdPart, threshold_part
from tco.documents.document import Part

__all__ = ["HorizonPart", "MonthPart", "horizon_part"]


class MonthPart(Part):
    """A month of the horizon."""

    month: int
    own_usd: float = Field(description="With prepayments spread over their time.")
    own_running_usd: float
    upfront_usd: float
    refused_usd: float = Field(description="What unserved demand costs at the alternative.")
    rival_usd: float
    cumulative_usd: float
    cheaper: Literal["self", "rival"]


class PriceImmunityPart(Part):
    """What it is worth over the horizon that commitments keep their price, in present value."""

    factor_per_year: tuple[float, float, float]
    if_low_usd: float = Field(description="If prices change by the low factor per year.")
    base_case_usd: float
    if_high_usd: float = Field(description="If prices change by the high factor per year.")


class HorizonPart(Part):
    """The months ahead against the best alternative."""

    against: str
    months: tuple[MonthPart, ...]
    remaining_usd: float = Field(description="What commitments are worth after the horizon.")
    saving_npv_usd: float | None
    payback_months: ThresholdPart
    turns_in_month: int | None
    price_immunity: PriceImmunityPart | None = None


def horizon_part(result: Evaluation) -> HorizonPart | None:
    """Return the months ahead; None with anything unpriced or without an alternative."""
    table, rival = result.months, result.rival
    if table is None or rival is None:
        return None
    return HorizonPart(
        against=table.against,
        months=tuple(
            MonthPart(
                month=month.number,
                own_usd=month.own_usd,
                own_running_usd=month.running_usd,
                upfront_usd=month.upfront_usd,
                refused_usd=month.refused_usd,
                rival_usd=month.rival_usd,
                cumulative_usd=month.cumulative_usd,
                cheaper="self" if month.self_is_cheaper else "rival",
            )
            for month in table.months
        ),
        remaining_usd=table.remaining_usd,
        saving_npv_usd=result.verdict.saving_npv_usd,
        payback_months=threshold_part(rival.thresholds.payback_months),
        turns_in_month=table.turns_in_month,
        price_immunity=price_immunity_part(result.price_immunity),
    )


def price_immunity_part(worth: PriceImmunity | None) -> PriceImmunityPart | None:
    """Return what keeping prices is worth; None without a commitment."""
    if worth is None:
        return None
    factor = worth.factor_per_year
    return PriceImmunityPart(
        factor_per_year=(factor.low, factor.likely, factor.high),
        if_low_usd=worth.if_low_usd,
        base_case_usd=worth.base_case_usd,
        if_high_usd=worth.if_high_usd,
    )
