"""The JSON of ``tco plan`` and ``tco gate``: nothing rounded, every key of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tco.analysis.breakeven.thresholds import Threshold, Thresholds
from tco.analysis.decision.gate import GateResult
from tco.analysis.decision.verdict import AlternativeResult
from tco.analysis.evaluation import Evaluation, PricedLine
from tco.analysis.fleet_figures import FleetFigures
from tco.analysis.optimization.commitment_options import STOP_MONTHS, CommitmentOption
from tco.analysis.simulation.accumulator import Percentiles
from tco.catalog.sourced import SourcedValue
from tco.costing.stack import ServiceModel
from tco.documents.disclosure import is_secret, secret_figures, secret_supplies, source_of, told
from tco.report.view import StackView, stack_view
from tco.units import HOURS_PER_MONTH, TOKENS_PER_MTOK

__all__ = ["gate_json", "plan_json", "stack_json"]


def plan_json(results: Sequence[Evaluation]) -> dict[str, Any]:
    """``tco.plan/1``."""
    return {"schema": "tco.plan/1", "stacks": [stack_json(one) for one in results]}


def gate_json(result: Evaluation) -> dict[str, Any]:
    """``tco.gate/1``."""
    return {
        "schema": "tco.gate/1",
        "stack": result.stack.name,
        "plan_digest": result.stack.source.digest,
        "verdict": _verdict(result, stack_view(result)),
        **_gate(result.gate),
    }


def stack_json(result: Evaluation) -> dict[str, Any]:
    """One stack of ``tco.plan/1``."""
    stack, usd, view = result.stack, result.usd_per_month, stack_view(result)
    return {
        "stack": stack.name,
        "pricing_day": stack.day.isoformat(),
        "hours_per_month": HOURS_PER_MONTH,
        "catalog": stack.catalog_version,
        "plan_digest": stack.source.digest,
        "warnings": list(view.warnings),
        "cautions": [
            {"kind": one.kind, "severity": one.severity, "message": one.message}
            for one in view.cautions
        ],
        "mtok_per_month": stack.mtok_per_month,
        "services": [
            _service(service, fleet)
            for service, fleet in zip(stack.services, result.fleets, strict=True)
        ],
        "lines": [_line(line) for line in result.lines],
        "unpriced": [{"name": one.name, "reason": one.reason} for one in result.unpriced],
        "priced_usd_per_month": result.priced_usd_per_month,
        "usd_per_month": usd,
        "usd_per_mtok_output": _per(usd, result.output_mtok_per_month),
        "usd_per_mtok_total": _per(usd, stack.mtok_per_month),
        "usd_per_request": _per(usd, result.requests_per_month),
        "alternatives": [_alternative(one, result) for one in result.alternatives],
        "scan": {
            "ceiling_mtok_per_month": result.scan.ceiling_mtok,
            "capacity_mtok_per_month": result.scan.capacity_mtok,
        },
        "verdict": _verdict(result, view),
        "horizon_months": stack.horizon_months,
        "horizon": _horizon(result),
        "ladder": [_rung(one) for one in result.commitment_options],
        "ranks": [
            [
                {
                    "rank": one.rank,
                    "needed_share": one.needed_share,
                    "busy_share": one.busy_share,
                    "usd_per_hour": told(one.usd_per_hour, secret_supplies(result, place)),
                }
                for one in table
            ]
            for place, table in enumerate(result.ranks)
        ],
        "uncertainty": _uncertainty(result),
        "gate": _gate(result.gate),
    }


def _horizon(result: Evaluation) -> dict[str, Any] | None:
    """The months ahead against the rival; None with anything unpriced or without a rival."""
    table, rival = result.months, result.rival
    if table is None or rival is None:
        return None
    return {
        "against": table.against,
        "months": [
            {
                "month": one.number,
                "own_usd": one.own_usd,
                "own_running_usd": one.running_usd,
                "upfront_usd": one.upfront_usd,
                "refused_usd": one.refused_usd,
                "rival_usd": one.rival_usd,
                "cumulative_usd": one.cumulative_usd,
                "cheaper": "self" if one.self_is_cheaper else "rival",
            }
            for one in table.months
        ],
        "remaining_usd": table.remaining_usd,
        "saving_npv_usd": result.verdict.saving_npv_usd,
        "payback_months": _threshold(rival.thresholds.payback_months),
        "turns_in_month": table.turns_in_month,
    }


def _rung(rung: CommitmentOption) -> dict[str, Any]:
    return {
        "rung": rung.name,
        "how": rung.how or None,
        "usd_per_month": rung.usd_per_month,
        "wrong_usd": rung.exit_cost_usd,
        "stopped_after_months": STOP_MONTHS,
        "reason": rung.reason or None,
    }


def _uncertainty(result: Evaluation) -> dict[str, Any] | None:
    """Spreads of the month (p10, p50, p90), of the horizon, and against each alternative."""
    drawn = result.uncertainty
    if drawn is None:
        return None
    names = [figure.name for one in drawn.against for figure in one.inputs]
    secret = secret_figures(result, names)
    return {
        "seed": drawn.seed,
        "scenarios": drawn.scenarios,
        **_spread(drawn.usd_per_month),
        "npv_usd": _spread(drawn.npv_usd),
        "against": [
            {
                "name": one.name,
                "probability": one.probability,
                "npv_usd": _spread(one.bill),
                "saving_npv_usd": _spread(one.saving),
                "expected_saving_npv_usd": one.expected_saving_usd,
                "evpi_usd": one.evpi_usd,
                "inputs": [
                    {
                        "name": figure.name,
                        "low": None if figure.name in secret else figure.value.low,
                        "likely": None if figure.name in secret else figure.value.likely,
                        "high": None if figure.name in secret else figure.value.high,
                        "saving_at_low_usd": figure.saving_at_low_usd,
                        "saving_at_high_usd": figure.saving_at_high_usd,
                        "evppi_usd": figure.evppi_usd,
                    }
                    for figure in one.inputs
                ],
            }
            for one in drawn.against
        ],
    }


def _spread(spread: Percentiles) -> dict[str, float]:
    return {"p10": spread.p10, "p50": spread.p50, "p90": spread.p90}


def _per(usd: float | None, volume: float) -> float | None:
    """USD per unit of volume; None without a price, and where nothing is made of the unit."""
    return None if usd is None or volume == 0 else usd / volume


def _service(service: ServiceModel, fleet: FleetFigures) -> dict[str, Any]:
    requests = service.demand.requests_per_month
    return {
        "name": service.name,
        "model": service.model,
        "volume": {
            "requests": requests,
            "input_mtok": requests * service.input_tokens_per_request / TOKENS_PER_MTOK,
            "cached_input_mtok": requests * service.cached_tokens_per_request / TOKENS_PER_MTOK,
            "output_mtok": requests * service.output_tokens_per_request / TOKENS_PER_MTOK,
        },
        "fleet": {
            "nodes": fleet.nodes,
            "standby_nodes": fleet.standby_nodes,
            "node_hours": fleet.node_hours,
            "utilization": fleet.utilization,
            "utilization_counts": "standby and boot hours in the denominator",
            "utilization_provisioned": fleet.utilization_provisioned,
            "unserved_share": fleet.unserved_share,
            "overflow_share": fleet.overflow_share,
            "node_output_tok_s": fleet.node_output_tok_s,
            "concurrency": fleet.concurrency,
            "extrapolated": fleet.extrapolated,
            "predicted": fleet.predicted,
            "slo": fleet.slo,
        },
    }


def _line(priced: PricedLine) -> dict[str, Any]:
    line, secret = priced.line, priced.line.confidential
    return {
        "category": line.category,
        "kind": line.kind.name,
        "provider": line.provider,
        "sku": line.sku,
        "purchase": line.purchase,
        "service": line.service,
        "pool": line.pool,
        "name": line.name,
        "quantity": None if secret else priced.quantity,
        "unit": line.unit,
        "usd_per_unit": None if secret else priced.usd_per_unit,
        "usd_per_month": priced.usd_per_month,
        "low": None if secret else priced.low,
        "high": None if secret else priced.high,
        "region": line.region,
        "commitment_status": line.commitment_status,
        "source": source_of(line.figures),
        "as_of": _oldest(line.figures),
        "estimate": priced.estimate,
    }


def _oldest(figures: tuple[SourcedValue, ...]) -> str | None:
    """The day of the oldest dated figure behind a line."""
    days = [one.as_of for one in figures if one.as_of is not None]
    return min(days).isoformat() if days else None


def _alternative(one: AlternativeResult, result: Evaluation) -> dict[str, Any]:
    usd = one.usd_per_month
    levelized = None if is_secret(one.alternative) else usd
    figures = [figure for rate in one.alternative.rates if rate for figure in rate.figures]
    return {
        "name": one.name,
        "eligible": one.alternative.eligible,
        "lacking": list(one.alternative.lacking),
        "usd_per_month": usd,
        "usd_per_mtok_output": _per(levelized, result.output_mtok_per_month),
        "usd_per_mtok_total": _per(levelized, result.stack.mtok_per_month),
        "npv_usd": one.npv_usd,
        "probability": one.probability,
        "source": source_of(figures),
        "as_of": _oldest(tuple(figures)),
        "break_even": {
            "wins_mtok_per_month": [[low, high] for low, high in one.wins_mtok_per_month],
            **_thresholds(one.thresholds),
        },
    }


def _thresholds(limits: Thresholds) -> dict[str, Any]:
    return {
        "utilization": _threshold(limits.utilization),
        "usd_per_gpu_hour": _threshold(limits.usd_per_gpu_hour),
        "api_price_factor": _threshold(limits.api_price_factor),
        "fte": _threshold(limits.fte),
        "capex_usd": _threshold(limits.capex_usd),
        "payback_months": _threshold(limits.payback_months),
    }


def _threshold(threshold: Threshold) -> dict[str, Any]:
    return {"status": threshold.status, "value": threshold.value}


def _verdict(result: Evaluation, view: StackView) -> dict[str, Any]:
    return {
        "decision": result.verdict.decision,
        "against": result.verdict.against,
        "probability": result.verdict.probability,
        "saving_npv_usd": result.verdict.saving_npv_usd,
        "reasons": list(view.reasons),
        "flips": list(view.flips),
    }


def _gate(gate: GateResult) -> dict[str, Any]:
    return {
        "open": gate.open,
        "level": gate.level,
        "conditions": [
            {"id": one.id, "name": one.name, "holds": one.holds, "detail": one.detail}
            for one in gate.conditions
        ],
        "override": gate.override.model_dump(mode="json") if gate.override is not None else None,
    }
