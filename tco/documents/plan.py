"""``tco.plan/1``: everything that follows from stacks on their pricing day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from tco.analysis.breakeven.thresholds import Status, Threshold, Thresholds
from tco.analysis.decision.verdict import AlternativeResult
from tco.analysis.evaluation import Evaluation, PricedLine
from tco.analysis.fleet_figures import FleetFigures
from tco.analysis.optimization.commitment_options import STOP_MONTHS, CommitmentOption
from tco.analysis.optimization.ranks import Rank, Supply
from tco.analysis.simulation.accumulator import Percentiles, ScenarioComparison, Sensitivity
from tco.catalog.sourced import SourcedValue
from tco.costing.caution import CautionKind, Severity
from tco.costing.lines import Category, CommitmentStatus, Unit
from tco.costing.purchase import Option
from tco.costing.service_model import ServiceModel
from tco.documents.cautions import cautions
from tco.documents.disclosure import (
    disclosed,
    is_secret,
    secret_figures,
    secret_supplies,
    source_of,
)
from tco.documents.document import Document, Part
from tco.documents.gate import GatePart, VerdictPart, gate_part, verdict_part
from tco.documents.sources import sourced
from tco.throughput.curve import Slo
from tco.units import HOURS_PER_MONTH, TOKENS_PER_MTOK

__all__ = ["PlanDocument", "StackPart", "plan_document", "stack_part"]

Interval = tuple[float, float | None]
"""Volumes from a first one to a second one; without a second one, any volume above."""


class CautionPart(Part):
    """A thing to note about the plan."""

    kind: CautionKind
    severity: Severity
    message: str


class VolumePart(Part):
    """A service's demand in a month; input includes what is cached."""

    requests: float
    input_mtok: float
    cached_input_mtok: float
    output_mtok: float


class FleetPart(Part):
    """A service's fleet in the month of the pricing day."""

    nodes: float
    standby_nodes: float
    node_hours: float
    utilization: float
    utilization_counts: Literal["standby and boot hours in the denominator"]
    utilization_provisioned: float
    unserved_share: float
    overflow_share: float
    node_output_tok_s: float
    concurrency: float | None
    extrapolated: bool
    predicted: bool
    provenance: str
    slo: Slo
    slo_inferred: bool


class ServicePart(Part):
    """A service: its model, its demand and its fleet."""

    name: str
    model: str
    volume: VolumePart
    fleet: FleetPart


class LinePart(Part):
    """A line of the ledger; without a rate where a confidential price book has it."""

    category: Category
    kind: str
    provider: str
    sku: str
    purchase: Option | None
    service: str
    pool: str
    name: str
    quantity: float | None
    unit: Unit
    usd_per_unit: float | None
    usd_per_month: float
    low: float | None = Field(description="USD per month with every figure at its low end.")
    high: float | None = Field(description="USD per month with every figure at its high end.")
    region: str | None
    commitment_status: CommitmentStatus | None
    source: str | None
    as_of: dt.date | None = Field(description="The day of the oldest figure behind the line.")
    estimate: bool


class UnpricedPart(Part):
    """What has no price, and why."""

    name: str
    reason: str


class ThresholdPart(Part):
    """The value at which the horizon breaks even, or why there is none."""

    status: Status
    value: float | None


class BreakEvenPart(Part):
    """Where self-hosting wins, and the value of each input at which both sides cost the same."""

    wins_mtok_per_month: tuple[Interval, ...]
    utilization: ThresholdPart
    usd_per_gpu_hour: ThresholdPart
    api_price_factor: ThresholdPart
    fte: ThresholdPart
    capex_usd: ThresholdPart
    payback_months: ThresholdPart


class AlternativePart(Part):
    """What could be bought instead, on the same volume."""

    name: str
    eligible: bool
    lacking: tuple[str, ...] = Field(description="Required properties that it does not have.")
    usd_per_month: float | None
    usd_per_mtok_output: float | None
    usd_per_mtok_total: float | None
    npv_usd: float | None
    probability: float | None
    source: str | None
    as_of: dt.date | None
    break_even: BreakEvenPart


class ScanPart(Part):
    """How far the break-even search went, and what the fleet serves at most."""

    ceiling_mtok_per_month: float
    capacity_mtok_per_month: float | None


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


class HorizonPart(Part):
    """The months ahead against the best alternative."""

    against: str
    months: tuple[MonthPart, ...]
    remaining_usd: float = Field(description="What commitments are worth after the horizon.")
    saving_npv_usd: float | None
    payback_months: ThresholdPart
    turns_in_month: int | None


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


class RankPart(Part):
    """The j-th node of a service: how often it is needed, and its price by supply."""

    rank: int
    needed_share: float
    busy_share: float
    usd_per_hour: dict[str, float | None]


class PercentilesPart(Part):
    """P10, P50 and P90 of an amount."""

    p10: float
    p50: float
    p90: float


class SensitivityPart(Part):
    """An uncertain input: its range, what it does alone, what knowing it is worth."""

    name: str
    low: float | None
    likely: float | None
    high: float | None
    saving_at_low_usd: float
    saving_at_high_usd: float
    evppi_usd: float


class ComparisonPart(Part):
    """The scenarios against one alternative."""

    name: str
    probability: float
    npv_usd: PercentilesPart
    saving_npv_usd: PercentilesPart
    expected_saving_npv_usd: float
    evpi_usd: float
    inputs: tuple[SensitivityPart, ...]


class UncertaintyPart(Part):
    """What the scenarios say of the month, of the horizon, and against each alternative."""

    seed: int
    scenarios: int
    p10: float
    p50: float
    p90: float
    npv_usd: PercentilesPart
    against: tuple[ComparisonPart, ...]


class StackPart(Part):
    """One stack, evaluated."""

    stack: str
    pricing_day: dt.date
    hours_per_month: float
    catalog: str
    plan_digest: str = Field(description="SHA-256 of the plan, its workloads and its price books.")
    warnings: tuple[str, ...]
    cautions: tuple[CautionPart, ...]
    mtok_per_month: float
    services: tuple[ServicePart, ...]
    lines: tuple[LinePart, ...] = Field(description="They add up to priced_usd_per_month.")
    unpriced: tuple[UnpricedPart, ...]
    priced_usd_per_month: float
    usd_per_month: float | None = Field(description="The whole month; null with anything unpriced.")
    usd_per_mtok_output: float | None
    usd_per_mtok_total: float | None
    usd_per_request: float | None
    alternatives: tuple[AlternativePart, ...]
    scan: ScanPart
    verdict: VerdictPart
    horizon_months: int
    horizon: HorizonPart | None
    commitment_options: tuple[CommitmentOptionPart, ...] = Field(
        validation_alias="ladder", serialization_alias="ladder"
    )
    ranks: tuple[tuple[RankPart, ...], ...] = Field(description="One table for each service.")
    uncertainty: UncertaintyPart | None
    gate: GatePart


class PlanDocument(Document):
    """What ``tco plan --format json`` and ``tco compare --format json`` print."""

    schema_: Literal["tco.plan/1"] = Field(default="tco.plan/1", alias="schema")
    stacks: tuple[StackPart, ...]


def plan_document(results: Sequence[Evaluation]) -> PlanDocument:
    """Return evaluated stacks as ``tco.plan/1``."""
    return PlanDocument(stacks=tuple(stack_part(result) for result in results))


def stack_part(result: Evaluation) -> StackPart:
    """Return one evaluated stack."""
    stack, usd = result.stack, result.usd_per_month
    noted = cautions(result, sourced(result))
    return StackPart(
        stack=stack.name,
        pricing_day=stack.day,
        hours_per_month=HOURS_PER_MONTH,
        catalog=stack.catalog_version,
        plan_digest=stack.source.digest,
        warnings=tuple(one.message for one in noted),
        cautions=tuple(
            CautionPart(kind=one.kind, severity=one.severity, message=one.message) for one in noted
        ),
        mtok_per_month=stack.mtok_per_month,
        services=tuple(
            ServicePart(
                name=service.name,
                model=service.model,
                volume=_volume(service),
                fleet=_fleet(fleet),
            )
            for service, fleet in zip(stack.services, result.fleets, strict=True)
        ),
        lines=tuple(_line(line) for line in result.lines),
        unpriced=tuple(UnpricedPart(name=one.name, reason=one.reason) for one in result.unpriced),
        priced_usd_per_month=result.priced_usd_per_month,
        usd_per_month=usd,
        usd_per_mtok_output=_per(usd, result.output_mtok_per_month),
        usd_per_mtok_total=_per(usd, stack.mtok_per_month),
        usd_per_request=_per(usd, result.requests_per_month),
        alternatives=tuple(
            _alternative(alternative, result) for alternative in result.alternatives
        ),
        scan=ScanPart(
            ceiling_mtok_per_month=result.scan.ceiling_mtok,
            capacity_mtok_per_month=result.scan.capacity_mtok,
        ),
        verdict=verdict_part(result),
        horizon_months=stack.horizon_months,
        horizon=_horizon(result),
        commitment_options=tuple(
            _commitment_option(option) for option in result.commitment_options
        ),
        ranks=tuple(
            tuple(_rank(one, secret_supplies(result, index)) for one in table)
            for index, table in enumerate(result.ranks)
        ),
        uncertainty=_uncertainty(result),
        gate=gate_part(result.gate),
    )


def _per(usd: float | None, volume: float) -> float | None:
    """Return USD per unit of volume; None without a price, or without any such unit."""
    return None if usd is None or volume == 0 else usd / volume


def _volume(service: ServiceModel) -> VolumePart:
    requests = service.demand.requests_per_month
    return VolumePart(
        requests=requests,
        input_mtok=requests * service.input_tokens_per_request / TOKENS_PER_MTOK,
        cached_input_mtok=requests * service.cached_tokens_per_request / TOKENS_PER_MTOK,
        output_mtok=requests * service.output_tokens_per_request / TOKENS_PER_MTOK,
    )


def _fleet(fleet: FleetFigures) -> FleetPart:
    return FleetPart(
        nodes=fleet.nodes,
        standby_nodes=fleet.standby_nodes,
        node_hours=fleet.node_hours,
        utilization=fleet.utilization,
        utilization_counts="standby and boot hours in the denominator",
        utilization_provisioned=fleet.utilization_provisioned,
        unserved_share=fleet.unserved_share,
        overflow_share=fleet.overflow_share,
        node_output_tok_s=fleet.node_output_tok_s,
        concurrency=fleet.concurrency,
        extrapolated=fleet.extrapolated,
        predicted=fleet.predicted,
        provenance=fleet.provenance.value,
        slo=fleet.slo,
        slo_inferred=fleet.slo_inferred,
    )


def _line(priced: PricedLine) -> LinePart:
    line, secret = priced.line, priced.line.confidential
    return LinePart(
        category=line.category,
        kind=line.kind.name,
        provider=line.provider,
        sku=line.sku,
        purchase=line.purchase,
        service=line.service,
        pool=line.pool,
        name=line.name,
        quantity=None if secret else priced.quantity,
        unit=line.unit,
        usd_per_unit=None if secret else priced.usd_per_unit,
        usd_per_month=priced.usd_per_month,
        low=None if secret else priced.low,
        high=None if secret else priced.high,
        region=line.region,
        commitment_status=line.commitment_status,
        source=source_of(line.figures),
        as_of=_oldest(line.figures),
        estimate=priced.estimate,
    )


def _oldest(figures: Sequence[SourcedValue]) -> dt.date | None:
    """Return the day of the oldest dated figure."""
    return min((figure.as_of for figure in figures if figure.as_of is not None), default=None)


def _alternative(alternative: AlternativeResult, result: Evaluation) -> AlternativePart:
    usd = alternative.usd_per_month
    levelized = None if is_secret(alternative.alternative) else usd
    figures = [figure for rate in alternative.alternative.rates if rate for figure in rate.figures]
    return AlternativePart(
        name=alternative.name,
        eligible=alternative.alternative.eligible,
        lacking=tuple(alternative.alternative.lacking),
        usd_per_month=usd,
        usd_per_mtok_output=_per(levelized, result.output_mtok_per_month),
        usd_per_mtok_total=_per(levelized, result.stack.mtok_per_month),
        npv_usd=alternative.npv_usd,
        probability=alternative.probability,
        source=source_of(figures),
        as_of=_oldest(figures),
        break_even=_break_even(alternative.wins_mtok_per_month, alternative.thresholds),
    )


def _break_even(wins: Sequence[Interval], limits: Thresholds) -> BreakEvenPart:
    return BreakEvenPart(
        wins_mtok_per_month=tuple(wins),
        utilization=_threshold(limits.utilization),
        usd_per_gpu_hour=_threshold(limits.usd_per_gpu_hour),
        api_price_factor=_threshold(limits.api_price_factor),
        fte=_threshold(limits.fte),
        capex_usd=_threshold(limits.capex_usd),
        payback_months=_threshold(limits.payback_months),
    )


def _threshold(threshold: Threshold) -> ThresholdPart:
    return ThresholdPart(status=threshold.status, value=threshold.value)


def _horizon(result: Evaluation) -> HorizonPart | None:
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
        payback_months=_threshold(rival.thresholds.payback_months),
        turns_in_month=table.turns_in_month,
    )


def _commitment_option(option: CommitmentOption) -> CommitmentOptionPart:
    return CommitmentOptionPart(
        name=option.name,
        how=option.how or None,
        usd_per_month=option.usd_per_month,
        exit_cost_usd=option.exit_cost_usd,
        stopped_after_months=STOP_MONTHS,
        reason=option.reason or None,
    )


def _rank(rank: Rank, secret: set[Supply]) -> RankPart:
    return RankPart(
        rank=rank.rank,
        needed_share=rank.needed_share,
        busy_share=rank.busy_share,
        usd_per_hour=disclosed(rank.usd_per_hour, secret),
    )


def _uncertainty(result: Evaluation) -> UncertaintyPart | None:
    drawn = result.uncertainty
    if drawn is None:
        return None
    names = [figure.name for one in drawn.against for figure in one.inputs]
    secret = secret_figures(result, names)
    month = drawn.usd_per_month
    return UncertaintyPart(
        seed=drawn.seed,
        scenarios=drawn.scenarios,
        p10=month.p10,
        p50=month.p50,
        p90=month.p90,
        npv_usd=_percentiles(drawn.npv_usd),
        against=tuple(_comparison(one, secret) for one in drawn.against),
    )


def _comparison(comparison: ScenarioComparison, secret: set[str]) -> ComparisonPart:
    return ComparisonPart(
        name=comparison.name,
        probability=comparison.probability,
        npv_usd=_percentiles(comparison.bill),
        saving_npv_usd=_percentiles(comparison.saving),
        expected_saving_npv_usd=comparison.expected_saving_usd,
        evpi_usd=comparison.evpi_usd,
        inputs=tuple(_sensitivity(figure, secret) for figure in comparison.inputs),
    )


def _sensitivity(figure: Sensitivity, secret: set[str]) -> SensitivityPart:
    value = None if figure.name in secret else figure.value
    return SensitivityPart(
        name=figure.name,
        low=value and value.low,
        likely=value and value.likely,
        high=value and value.high,
        saving_at_low_usd=figure.saving_at_low_usd,
        saving_at_high_usd=figure.saving_at_high_usd,
        evppi_usd=figure.evppi_usd,
    )


def _percentiles(spread: Percentiles) -> PercentilesPart:
    return PercentilesPart(p10=spread.p10, p50=spread.p50, p90=spread.p90)
