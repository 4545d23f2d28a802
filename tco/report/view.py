"""What the faces show of an evaluation: words and rounded figures, no arithmetic left to do."""

from __future__ import annotations

from dataclasses import dataclass

from tco.analysis.decision.gate import Condition, age_days
from tco.analysis.decision.verdict import Decision, in_words
from tco.analysis.evaluation import Evaluation
from tco.analysis.fleet_figures import FleetFigures
from tco.costing.caution import Caution
from tco.costing.service_model import ServiceModel
from tco.documents.cautions import cautions
from tco.documents.disclosure import secret_supplies
from tco.documents.figures import sourced
from tco.documents.measure_first import measure_first
from tco.documents.narrative import answer, chance_text, month_spread, opening, saving_text
from tco.documents.reasons import capitalized, flips, reasons
from tco.numbers import (
    add_up,
    grouped,
    months_text,
    percent,
    plain,
    tokens,
    usd,
    usd_about,
    usd_price,
    usd_range,
)
from tco.percent import exact_percent
from tco.report.rows import (
    AlternativeRow,
    FigureRow,
    InputRow,
    LineRow,
    RankRow,
    alternative_row,
    input_rows,
    line_rows,
    rank_row,
    source_rows,
)
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
    scan_ceiling: str
    flips: tuple[str, ...]
    reasons: tuple[str, ...]
    measure_first: str
    unpriced: tuple[str, ...]
    cautions: tuple[Caution, ...]
    gate_open: bool
    gate_headline: str
    conditions: tuple[Condition, ...]
    ranks: tuple[tuple[str, tuple[RankRow, ...]], ...]
    rank_note: str
    horizon: str
    sure: tuple[str, ...]
    inputs: tuple[InputRow, ...]
    figures: tuple[FigureRow, ...]
    oldest_age_days: int | None

    @property
    def oldest_age(self) -> str:
        """The age of the oldest figure."""
        return "undated" if self.oldest_age_days is None else f"{self.oldest_age_days} days"

    @property
    def warnings(self) -> tuple[str, ...]:
        """The messages of the cautions."""
        return tuple(caution.message for caution in self.cautions)


def stack_view(result: Evaluation) -> StackView:
    """Everything the faces show of one evaluation."""
    stack = result.stack
    figures = source_rows(result)
    ages = [age for one in sourced(result) if (age := age_days(one, result.today)) is not None]
    return StackView(
        name=stack.name,
        title=_title(result),
        serves=", ".join(f"{one.name} on {one.serving_label}" for one in stack.services),
        volume=tokens(stack.mtok_per_month),
        volume_output=tokens(result.output_mtok_per_month),
        pricing_day=stack.day.isoformat(),
        decision=result.verdict.decision,
        against=result.verdict.against or "",
        chance=_chance(result, result.verdict.probability),
        yes_no=_yes_no(result.verdict.decision),
        headline=answer(result),
        opening=opening(result),
        lines=tuple(line_rows(result)),
        total=usd(round(result.priced_usd_per_month)),
        total_range=usd_range(
            sum(line.low for line in result.lines),
            sum(line.high for line in result.lines),
            round(result.priced_usd_per_month),
        ),
        per_mtok_output=_per_mtok(result.priced_usd_per_month, result.output_mtok_per_month),
        per_mtok_total=usd_price(result.priced_usd_per_month / stack.mtok_per_month),
        per_request=usd_price(result.priced_usd_per_month / result.requests_per_month),
        compute_per_mtok_output=_per_mtok(
            sum(one.usd_per_month for one in result.lines if one.line.category == "compute"),
            result.output_mtok_per_month,
        ),
        utilization=percent(result.utilization),
        fleets=tuple(
            _fleet(service, fleet)
            for service, fleet in zip(stack.services, result.fleets, strict=True)
        ),
        alternatives=tuple(
            alternative_row(result, alternative) for alternative in result.alternatives
        ),
        scan_ceiling=tokens(result.scan.ceiling_mtok),
        flips=tuple(flips(result)),
        reasons=tuple(reasons(result)),
        measure_first=measure_first(result),
        unpriced=tuple(f"{one.name}: {one.reason}" for one in result.unpriced),
        cautions=cautions(result, sourced(result)),
        gate_open=result.gate.open,
        gate_headline=_gate(result),
        conditions=result.gate.conditions,
        ranks=tuple(
            (service.name, tuple(rank_row(one, secret_supplies(result, index)) for one in table))
            for index, (service, table) in enumerate(zip(stack.services, result.ranks, strict=True))
        ),
        rank_note=_rank_note(result),
        horizon=_horizon(result),
        sure=tuple(_sure(result)),
        inputs=input_rows(result),
        figures=figures,
        oldest_age_days=max(ages, default=None),
    )


def _chance(result: Evaluation, probability: float | None) -> str:
    return chance_text(probability, result.stack.plan.gate.probability)


def _per_mtok(usd_per_month: float, mtok: float) -> str:
    """Return a levelized cost; a dash where a workload makes no such token."""
    return usd_price(usd_per_month / mtok) if mtok else "–"


def _title(result: Evaluation) -> str:
    models = " and ".join(dict.fromkeys(service.model for service in result.stack.services))
    names = " and ".join(service.name for service in result.stack.services)
    return f"Should we self-host {models} for {names}?"


def _yes_no(decision: Decision) -> str:
    return {
        "RECOMMEND": "Yes.",
        "LEAN": "Leaning yes.",
        "DO_NOT": "No.",
        "CONSTRAINED": "Yes, it is the only option.",
        "UNKNOWN": "Not decided.",
    }[decision]


def _months(result: Evaluation) -> int:
    return result.stack.horizon_months


def _fleet(service: ServiceModel, fleet: FleetFigures) -> str:
    spare = f" and {plain(fleet.standby_nodes)} spare" if fleet.standby_nodes else ""
    if not spare and service.standby.target is not None:
        spare = f" (no spare needed for {exact_percent(service.standby.target)})"
    speed = f"{fleet.node_output_tok_s:,.0f} output tok/s per node"
    point = f" at concurrency {plain(fleet.concurrency)}" if fleet.concurrency else ""
    measured = fleet.provenance is Provenance.MEASURED
    kind = "" if measured else f" ({fleet.provenance.label})"
    slo = {"met": "latency objective met", "unverified": "latency objective not verified"}
    promise = f", {slo[fleet.slo]}" if fleet.slo in slo else ""
    share = f", {percent(fleet.overflow_share)} overflow" if fleet.overflow_share > 5e-5 else ""
    count = plain(fleet.nodes)
    return (
        f"{service.name}: {count} node{'s' if count != '1' else ''} at the peak{spare}, "
        f"{speed}{point}{kind}{promise}, "
        f"utilization {percent(fleet.utilization)}{share}"
    )


def _sure(result: Evaluation) -> list[str]:
    """Describe the month and the saving over the horizon in the scenarios."""
    drawn, rival = result.uncertainty, result.rival
    if drawn is None:
        caps = [cap for cap in result.verdict.caps if cap.kind == "not-simulated"]
        return [f"{capitalized(cap.message)}: {in_words('LEAN')} at most." for cap in caps]
    month = drawn.usd_per_month
    spread = month_spread(month.p10, month.p90)
    said = [
        f"{spread} per month, median {usd_about(month.p50)} "
        f"(P10 to P90 of {drawn.scenarios:,} scenarios, seed {drawn.seed})."
        if spread
        else f"{usd_about(month.p50)} per month, nearly the same in all "
        f"{drawn.scenarios:,} scenarios (seed {drawn.seed})."
    ]
    if rival is not None and rival.uncertainty is not None:
        saving = rival.uncertainty.saving
        outcome = saving_text(saving.p10, saving.p90)
        said.append(
            f"Over {_months(result)} months, self-hosting {outcome} vs. "
            f"{rival.name} and wins in {_chance(result, rival.probability)} of the scenarios."
        )
    return said


def _gate(result: Evaluation) -> str:
    if result.gate.open:
        return "The gate is open."
    failing = [
        condition
        for condition in result.gate.conditions
        if not condition.holds and condition.id != "override"
    ]
    return f"The gate is closed because {'; '.join(one.text for one in failing).rstrip('.')}."


def _rank_note(result: Evaluation) -> str:
    return (
        f"API: the price of these tokens at {result.verdict.against}."
        if result.rival is not None
        else ""
    )


def _horizon(result: Evaluation) -> str:
    saving = result.verdict.saving_npv_usd
    rate = percent(result.stack.discount_rate.value.likely)
    text = f"Over {_months(result)} months at a discount rate of {rate}"
    if saving is None:
        return ""
    side = "saves" if saving > 0 else "loses"
    text = f"{text}, self-hosting {side} {usd_about(abs(saving))} in present value"
    return f"{text}{_payback(result)}{_turn(result)}."


def _payback(result: Evaluation) -> str:
    payback = result.rival.thresholds.payback_months if result.rival is not None else None
    if payback is None or payback.status not in ("at", "never"):
        return ""
    if payback.value is None:
        return "; it never pays back the upfront cost"
    return f"; it pays back the upfront cost within {months_text(payback.value)}"


def _turn(result: Evaluation) -> str:
    """Return the month in which the cheaper side changes.

    At the likely path of demand and prices.
    """
    table = result.months
    if table is None or table.turns_in_month is None:
        return ""
    cheaper = table.against if table.months[0].self_is_cheaper else "self-hosting"
    return f"; {cheaper} is cheaper from month {table.turns_in_month} on"


def category_totals(result: Evaluation) -> dict[str, str]:
    """Whole dollars by category; they add up to the rounded total."""
    totals: dict[str, float] = {}
    for line in result.lines:
        totals[line.line.category] = totals.get(line.line.category, 0.0) + line.usd_per_month
    whole = add_up(list(totals.values()))
    return {name: grouped(value) for name, value in zip(totals, whole, strict=True)}
