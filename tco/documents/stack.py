"""One stack in ``tco.plan/1``: what a table, a preview or a comparison shows of it."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from tco.analysis.evaluation import Evaluation
from tco.costing.caution import Caution, CautionKind, Severity
from tco.costing.lines import Category
from tco.documents.alternatives import AlternativePart, ScanPart, alternative_part
from tco.documents.cautions import cautions
from tco.documents.document import Part
from tco.documents.figures import oldest_age_days, sourced
from tco.documents.gate import GatePart, gate_part
from tco.documents.horizon import (
    HorizonPart,
    horizon_part,
)
from tco.documents.lines import (
    LinePart,
    UnitCostsPart,
    UnpricedPart,
    line_parts,
    per_unit,
    unit_costs_part,
    unpriced_parts,
    usd_by_category,
)
from tco.documents.plausibility import PlausibilityPart, plausibility_part
from tco.documents.services import ServicePart, service_parts
from tco.documents.unbought import UnboughtPart, unbought_parts
from tco.documents.uncertainty import ComparisonPart, UncertaintyPart, uncertainty_summary
from tco.documents.verdict import VerdictPart, verdict_part
from tco.units import HOURS_PER_MONTH

__all__ = ["StackSummary", "stack_summary"]


class CautionPart(Part):
    """A thing to note about the plan."""

    kind: CautionKind
    severity: Severity
    message: str
    subject: str = Field(description="What it is about, where that has a name; else empty.")


class StackSummary(Part):
    """One stack, evaluated: what a table, a preview or a comparison shows of it."""

    stack: str
    file: str
    pricing_day: dt.date
    today: dt.date = Field(description="The day on which the age of prices counts.")
    hours_per_month: float
    catalog: str
    plan_digest: str = Field(description="SHA-256 of the plan, its workloads and its price books.")
    warnings: tuple[str, ...]
    cautions: tuple[CautionPart, ...]
    plausibility: tuple[PlausibilityPart, ...] = Field(
        description="Figures outside their plausible range, confirmed or not."
    )
    oldest_price_days: int | None = Field(description="The age of the oldest figure.")
    mtok_per_month: float
    output_mtok_per_month: float
    utilization: float = Field(description="Of all fleets, standby and boot hours included.")
    services: tuple[ServicePart, ...]
    lines: tuple[LinePart, ...] = Field(description="They add up to priced_usd_per_month.")
    usd_by_category: dict[Category, float]
    unpriced: tuple[UnpricedPart, ...]
    priced_usd_per_month: float
    low_usd_per_month: float = Field(description="The priced part, every figure at its low end.")
    high_usd_per_month: float = Field(description="The priced part, every figure at its high end.")
    priced_unit_costs: UnitCostsPart
    usd_per_month: float | None = Field(description="The whole month; null with anything unpriced.")
    usd_per_mtok_output: float | None
    usd_per_mtok_total: float | None
    usd_per_request: float | None
    alternatives: tuple[AlternativePart, ...]
    left_out: tuple[str, ...] = Field(
        description="Hosts of the same weights that `alternatives: {only: …}` leaves out."
    )
    scan: ScanPart
    verdict: VerdictPart
    horizon_months: int
    discount_rate: float
    unserved_months: int = Field(
        description="Months of the horizon in which demand exceeds the fleet."
    )
    horizon: HorizonPart | None
    uncertainty: UncertaintyPart | None
    unbought: tuple[UnboughtPart, ...]
    gate: GatePart

    @property
    def rival(self) -> AlternativePart | None:
        """The alternative that the verdict names."""
        return next(
            (
                alternative
                for alternative in self.alternatives
                if alternative.name == self.verdict.against
            ),
            None,
        )

    @property
    def scenarios_against_rival(self) -> ComparisonPart | None:
        """What the scenarios say against the alternative that the verdict names."""
        drawn = self.uncertainty.against if self.uncertainty is not None else ()
        return next(
            (comparison for comparison in drawn if comparison.name == self.verdict.against), None
        )


def stack_summary(result: Evaluation) -> StackSummary:
    """Return what a table, a preview or a comparison shows of an evaluated stack."""
    stack, usd = result.stack, result.usd_per_month
    figures = sourced(result)
    noted = cautions(result, figures)
    return StackSummary(
        stack=stack.name,
        file=stack.file,
        pricing_day=stack.day,
        today=result.today,
        hours_per_month=HOURS_PER_MONTH,
        catalog=stack.catalog_version,
        plan_digest=stack.source.digest,
        warnings=tuple(caution.message for caution in noted),
        cautions=tuple(_caution(caution) for caution in noted),
        plausibility=plausibility_part(stack.findings),
        oldest_price_days=oldest_age_days(figures, result.today),
        mtok_per_month=stack.mtok_per_month,
        output_mtok_per_month=result.output_mtok_per_month,
        utilization=result.utilization,
        services=service_parts(result),
        lines=line_parts(result),
        usd_by_category=usd_by_category(result),
        unpriced=unpriced_parts(result),
        priced_usd_per_month=result.priced_usd_per_month,
        low_usd_per_month=sum(line.low for line in result.lines),
        high_usd_per_month=sum(line.high for line in result.lines),
        priced_unit_costs=unit_costs_part(result),
        usd_per_month=usd,
        usd_per_mtok_output=per_unit(usd, result.output_mtok_per_month),
        usd_per_mtok_total=per_unit(usd, stack.mtok_per_month),
        usd_per_request=per_unit(usd, result.requests_per_month),
        alternatives=tuple(
            alternative_part(alternative, result) for alternative in result.alternatives
        ),
        left_out=tuple(host.name for host in stack.left_out),
        scan=ScanPart(
            ceiling_mtok_per_month=result.scan.ceiling_mtok,
            capacity_mtok_per_month=result.scan.capacity_mtok,
        ),
        verdict=verdict_part(result),
        horizon_months=stack.horizon_months,
        discount_rate=stack.discount_rate.value.likely,
        unserved_months=result.lost_months,
        horizon=horizon_part(result),
        uncertainty=uncertainty_summary(result),
        unbought=unbought_parts(result),
        gate=gate_part(stack, result.gate),
    )


def _caution(caution: Caution) -> CautionPart:
    return CautionPart(
        kind=caution.kind,
        severity=caution.severity,
        message=caution.message,
        subject=caution.subject,
    )
