"""What a table shows of a stack: words and rounded figures, no arithmetic left to do."""

from __future__ import annotations

from dataclasses import dataclass

from tco.documents.gate import ConditionPart, GatePart
from tco.documents.narrative import chance_text, month_spread, saving_text
from tco.documents.reasons import capitalized
from tco.documents.services import FleetPart, ServicePart
from tco.documents.stack import StackSummary
from tco.documents.terms import Decision, in_words
from tco.numbers import (
    add_up,
    months_text,
    percent,
    plain,
    tokens,
    usd_about,
    usd_price,
    usd_range,
    usd_rounded,
    whole_dollars,
)
from tco.percent import exact_percent
from tco.report.rows import AlternativeRow, LineRow, alternative_row, line_rows
from tco.report.shown_alternatives import quality_texts, shown_alternatives
from tco.throughput.provenance import Provenance

__all__ = ["StackView", "category_totals", "stack_view"]


@dataclass(frozen=True, kw_only=True)
class StackView:
    """A stack's evaluation, ready to be laid out."""

    name: str
    title: str
    serves: str
    volume: str
    volume_output: str
    pricing_day: str
    decision: Decision
    against: str
    chance: str
    yes_no: str
    headline: str
    opening: str
    lines: tuple[LineRow, ...]
    total: str
    total_range: str
    per_mtok_output: str
    per_mtok_total: str
    per_request: str
    compute_per_mtok_output: str
    utilization: str
    fleets: tuple[str, ...]
    alternatives: tuple[AlternativeRow, ...]
    more_alternatives: str
    quality: tuple[str, ...]
    scan_ceiling: str
    flips: tuple[str, ...]
    reasons: tuple[str, ...]
    measure_first: str
    unpriced: tuple[str, ...]
    warnings: tuple[str, ...]
    gate_open: bool
    gate_headline: str
    gate_state: str
    unmet: tuple[str, ...]
    conditions: tuple[ConditionPart, ...]
    horizon: str
    sure: tuple[str, ...]


def stack_view(stack: StackSummary) -> StackView:
    """Return what a table shows of a stack."""
    verdict, costs = stack.verdict, stack.priced_unit_costs
    shown, more = shown_alternatives(stack)
    return StackView(
        name=stack.stack,
        title=_title(stack),
        serves=", ".join(f"{service.name} on {service.serving}" for service in stack.services),
        volume=tokens(stack.mtok_per_month),
        volume_output=tokens(stack.output_mtok_per_month),
        pricing_day=stack.pricing_day.isoformat(),
        decision=verdict.decision,
        against=verdict.against or "",
        chance=chance_text(verdict.probability, verdict.required_probability),
        yes_no=_yes_no(verdict.decision),
        headline=verdict.answer,
        opening=verdict.opening,
        lines=tuple(line_rows(stack)),
        total=usd_rounded(stack.priced_usd_per_month),
        total_range=usd_range(
            stack.low_usd_per_month, stack.high_usd_per_month, round(stack.priced_usd_per_month)
        ),
        per_mtok_output=_per_mtok(costs.usd_per_mtok_output),
        per_mtok_total=usd_price(costs.usd_per_mtok_total),
        per_request=usd_price(costs.usd_per_request),
        compute_per_mtok_output=_per_mtok(costs.compute_usd_per_mtok_output),
        utilization=percent(stack.utilization),
        fleets=tuple(map(_fleet, stack.services)),
        alternatives=tuple(alternative_row(stack, alternative) for alternative in shown),
        more_alternatives=more,
        quality=quality_texts(shown),
        scan_ceiling=tokens(stack.scan.ceiling_mtok_per_month),
        flips=verdict.flips,
        reasons=verdict.reasons,
        measure_first=verdict.measure_first,
        unpriced=tuple(f"{item.name}: {item.reason}" for item in stack.unpriced),
        warnings=stack.warnings,
        gate_open=stack.gate.open,
        gate_headline=_gate(stack),
        gate_state=_gate_state(stack.gate),
        unmet=tuple(capitalized(text) for text in _unmet(stack.gate)),
        conditions=stack.gate.conditions,
        horizon=_horizon(stack),
        sure=tuple(_sure(stack)),
    )


def _per_mtok(usd_per_mtok: float | None) -> str:
    """Return a levelized cost; a dash where a workload makes no such token."""
    return "–" if usd_per_mtok is None else usd_price(usd_per_mtok)


def _title(stack: StackSummary) -> str:
    models = " and ".join(dict.fromkeys(service.model for service in stack.services))
    names = " and ".join(service.name for service in stack.services)
    return f"Should we self-host {models} for {names}?"


def _yes_no(decision: Decision) -> str:
    return {
        "RECOMMEND": "Yes.",
        "LEAN": "Leaning yes.",
        "DO_NOT": "No.",
        "CONSTRAINED": "Yes, it is the only option.",
        "UNKNOWN": "Not decided.",
    }[decision]


def _fleet(service: ServicePart) -> str:
    fleet = service.fleet
    spare = f" and {plain(fleet.standby_nodes)} spare" if fleet.standby_nodes else ""
    if not spare and fleet.standby_target is not None:
        spare = f" (no spare needed for {exact_percent(fleet.standby_target)})"
    speed = f"{fleet.node_output_tok_s:,.0f} output tok/s per node"
    point = f" at concurrency {plain(fleet.concurrency)}" if fleet.concurrency else ""
    provenance = Provenance(fleet.provenance)
    kind = "" if provenance is Provenance.MEASURED else f" ({provenance.label})"
    if fleet.throughput_is_old:
        kind += f" (old: of {fleet.throughput_as_of})"
    slo = {"met": "latency objective met", "unverified": "latency objective not verified"}
    promise = f", {slo[fleet.slo]}" if fleet.slo in slo else ""
    share = f", {percent(fleet.overflow_share)} overflow" if fleet.overflow_share > 5e-5 else ""
    count = plain(fleet.nodes)
    return (
        f"{service.name}: {count} node{'s' if count != '1' else ''} at the peak{spare}, "
        f"{speed}{point}{kind}{promise}, "
        f"utilization {percent(fleet.utilization)}{share}. "
        f"{_margins(fleet)}{_busiest(fleet)} {_failure(fleet)}"
    )


def _margins(fleet: FleetPart) -> str:
    """Describe the margins of a fleet."""
    sizing = fleet.sizing
    if sizing.quantile is None:
        margins = [f"a peak of {plain(sizing.burst_factor or 1.0)} x the mean load"]
    else:
        margins = [
            f"{exact_percent(sizing.quantile)} of the time within the operating point",
            f"burst rate {plain(sizing.burst_rate or 1.0)}",
        ]
    if sizing.target_load < 1:
        margins.append(f"a target load of {percent(sizing.target_load)}")
    if sizing.router == "random":
        margins.append("requests routed at random")
    return f"Margins: {', '.join(margins)}."


def _busiest(fleet: FleetPart) -> str:
    """Describe the busiest hour of a fleet, or nothing where there is no queue."""
    hour = fleet.busiest_hour
    if hour is None:
        return ""
    count = plain(hour.nodes)
    parts = [
        f"{count} node{'s' if count != '1' else ''}",
        f"utilization {percent(hour.utilization)}",
        f"concurrency {plain(hour.concurrency)} per node (week {plain(hour.mean_concurrency)})",
    ]
    if hour.itl_ms is not None and hour.mean_itl_ms is not None:
        parts.append(f"ITL {hour.itl_ms:,.0f} ms (week {hour.mean_itl_ms:,.0f} ms)")
    if hour.slower_share is not None and hour.itl_limit_ms is not None:
        share = percent(hour.slower_share)
        parts.append(f"slower than {plain(hour.itl_limit_ms)} ms in {share} of the time")
    return f" Peak hour: {', '.join(parts)}."


def _failure(fleet: FleetPart) -> str:
    """Return how long a failed node is missing, and whether it stops the service."""
    alone = "; it is a single point of failure" if fleet.is_single else ""
    return f"A failed node is replaced in {plain(fleet.replacement_hours)} h{alone}."


def _sure(stack: StackSummary) -> list[str]:
    """Describe the month and the saving over the horizon in the scenarios."""
    drawn, verdict = stack.uncertainty, stack.verdict
    if drawn is None:
        caps = [cap for cap in verdict.caps if cap.kind == "not-simulated"]
        return [f"{capitalized(cap.message)}: {in_words('LEAN')} at most." for cap in caps]
    spread = month_spread(drawn.p10, drawn.p90)
    sentences = [
        f"{spread} per month, median {usd_about(drawn.p50)} "
        f"(P10 to P90 of {drawn.scenarios:,} scenarios, seed {drawn.seed})."
        if spread
        else f"{usd_about(drawn.p50)} per month, nearly the same in all "
        f"{drawn.scenarios:,} scenarios (seed {drawn.seed})."
    ]
    against = stack.scenarios_against_rival
    if against is not None:
        outcome = saving_text(against.saving_npv_usd.p10, against.saving_npv_usd.p90)
        chance = chance_text(against.probability, verdict.required_probability)
        sentences.append(
            f"Over {stack.horizon_months} months, self-hosting {outcome} vs. "
            f"{against.name} and wins in {chance} of the scenarios."
        )
    return sentences


def _gate(stack: StackSummary) -> str:
    unmet = "; ".join(_unmet(stack.gate)).rstrip(".")
    if not stack.gate.open:
        return f"The gate is closed because {unmet}."
    return f"The gate is open by an override, although {unmet}." if unmet else "The gate is open."


def _gate_state(gate: GatePart) -> str:
    """Return the state of the gate in a word or two."""
    if not gate.open:
        return "closed"
    return "open by an override" if _unmet(gate) else "open"


def _unmet(gate: GatePart) -> list[str]:
    """Return every condition that is not met; an override that does not apply is one of them."""
    return [condition.text for condition in gate.conditions if not condition.holds]


def _horizon(stack: StackSummary) -> str:
    saving = stack.verdict.saving_npv_usd
    if saving is None:
        return ""
    side = "saves" if saving > 0 else "loses"
    return (
        f"Over {stack.horizon_months} months at a discount rate of {percent(stack.discount_rate)}, "
        f"self-hosting {side} {usd_about(abs(saving))} in present value"
        f"{_payback(stack)}{_turn(stack)}."
    )


def _payback(stack: StackSummary) -> str:
    payback = stack.rival.break_even.payback_months if stack.rival is not None else None
    if payback is None or payback.status not in ("at", "never"):
        return ""
    if payback.value is None:
        return f"; it does not pay back the upfront cost within {stack.horizon_months} months"
    return f"; it pays back the upfront cost within {months_text(payback.value)}"


def _turn(stack: StackSummary) -> str:
    """Return the month in which the cheaper side changes.

    At the likely path of demand and prices.
    """
    ahead = stack.horizon
    if ahead is None or ahead.turns_in_month is None:
        return ""
    cheaper = ahead.against if ahead.months[0].cheaper == "self" else "self-hosting"
    return f"; {cheaper} is cheaper from month {ahead.turns_in_month} on"


def category_totals(stack: StackSummary) -> dict[str, str]:
    """Whole dollars by category; they add up to the rounded total."""
    exact = stack.usd_by_category
    rounded = add_up(list(exact.values()))
    return {
        name: whole_dollars(usd, whole)
        for (name, usd), whole in zip(exact.items(), rounded, strict=True)
    }
