"""What the faces show of an evaluation: words and rounded figures, no arithmetic left to do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tco.analysis.evaluation import Evaluation, FleetFigures, PricedLine
from tco.analysis.gate import age_days
from tco.analysis.ranks import Rank
from tco.analysis.thresholds import Threshold
from tco.analysis.verdict import AlternativeResult, Decision
from tco.catalog.catalog import Sourced
from tco.model.stack import PoolModel, ServiceModel
from tco.ranges import Range
from tco.report.cautions import cautions
from tco.report.disclosure import HIDDEN, is_secret, secret_figures, secret_supplies
from tco.report.numbers import (
    add_up,
    chance,
    percent,
    plain,
    quantity,
    tokens,
    tokens_range,
    usd,
    usd_about,
    usd_price,
    usd_range,
)
from tco.report.phrases import constrained, month_spread, no_rival, opening, saving_text, spoken
from tco.units import HOURS_PER_MONTH

__all__ = [
    "AlternativeRow",
    "FigureRow",
    "LineRow",
    "StackView",
    "category_totals",
    "stack_view",
    "wins_text",
]

ANSWERS: dict[Decision, str] = {
    "RECOMMEND": "Self-host",
    "LEAN": "LEAN towards self-hosting",
    "DO_NOT": "DO NOT self-host",
    "CONSTRAINED": "CONSTRAINED",
    "UNKNOWN": "UNKNOWN",
}


@dataclass(frozen=True)
class LineRow:
    """A line of the ledger as it is shown."""

    category: str
    pool: str
    what: str
    estimate: bool
    price: str
    quantity: str
    usd: str
    low: str
    high: str


@dataclass(frozen=True)
class AlternativeRow:
    """An alternative as it is shown."""

    name: str
    usd: str
    per_mtok_output: str
    per_mtok_total: str
    wins: str
    note: str
    chance: str
    utilization: str
    usd_per_gpu_hour: str
    api_price: str
    fte: str
    capex: str
    payback: str
    npv: str


@dataclass(frozen=True)
class FigureRow:
    """A figure with its source and its age."""

    name: str
    value: str
    unit: str
    source: str
    as_of: str
    age: str
    estimate: bool


@dataclass(frozen=True)
class InputRow:
    """An uncertain figure as it is shown: its range, what it does alone, what it is worth."""

    name: str
    value: str
    saving_at_low: str
    saving_at_high: str
    worth: str


@dataclass(frozen=True)
class RankRow:
    """A node by rank as it is shown."""

    rank: str
    needed: str
    busy: str
    supplies: tuple[tuple[str, str], ...]
    cheapest: str


@dataclass(frozen=True)
class StackView:
    """A stack's evaluation, ready to be laid out."""

    name: str
    title: str
    serves: str
    volume: str
    volume_output: str
    pricing_day: str
    decision: str
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
    warnings: tuple[str, ...]
    gate_open: bool
    gate_headline: str
    conditions: tuple[tuple[bool, str, str], ...]
    ranks: tuple[tuple[str, tuple[RankRow, ...]], ...]
    rank_note: str
    horizon: str
    sure: tuple[str, ...]
    inputs: tuple[InputRow, ...]
    figures: tuple[FigureRow, ...]
    oldest_age: str


def stack_view(result: Evaluation) -> StackView:
    """Everything the faces show of one evaluation."""
    stack = result.stack
    figures = _figures(result)
    ages = [age for one in _sourced(result) if (age := age_days(one, result.today)) is not None]
    return StackView(
        name=stack.name,
        title=_title(result),
        serves=", ".join(f"{one.name} on {one.serving_label}" for one in stack.services),
        volume=tokens(stack.mtok_per_month),
        volume_output=tokens(result.output_mtok_per_month),
        pricing_day=stack.day.isoformat(),
        decision=result.verdict.decision.replace("_", " "),
        against=result.verdict.against or "",
        chance="" if result.verdict.probability is None else chance(result.verdict.probability),
        yes_no=_yes_no(result.verdict.decision),
        headline=f"{ANSWERS[result.verdict.decision]}: {_answer(result)}",
        opening=opening(result),
        lines=tuple(_line_rows(result)),
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
        alternatives=tuple(_alternative(result, one) for one in result.alternatives),
        scan_ceiling=tokens(result.scan.ceiling_mtok),
        flips=tuple(_flips(result)),
        reasons=tuple(_reasons(result)),
        measure_first=_measure_first(result),
        unpriced=tuple(f"{one.name}: {spoken(one.reason)}" for one in result.unpriced),
        warnings=cautions(result, _sourced(result)),
        gate_open=result.gate.open,
        gate_headline=_gate(result),
        conditions=tuple(
            (one.holds, one.name, spoken(one.detail)) for one in result.gate.conditions
        ),
        ranks=tuple(
            (service.name, tuple(_rank(one, secret_supplies(result, place)) for one in table))
            for place, (service, table) in enumerate(zip(stack.services, result.ranks, strict=True))
        ),
        rank_note=_rank_note(result),
        horizon=_horizon(result),
        sure=tuple(_sure(result)),
        inputs=_inputs(result),
        figures=figures,
        oldest_age=f"{max(ages)} days" if ages else "undated",
    )


def _per_mtok(usd_per_month: float, mtok: float) -> str:
    """A levelized cost; a dash where a workload makes no such token."""
    return usd_price(usd_per_month / mtok) if mtok else "–"


def _title(result: Evaluation) -> str:
    models = " and ".join(dict.fromkeys(one.model for one in result.stack.services))
    names = " and ".join(one.name for one in result.stack.services)
    return f"Should we self-host {models} for {names}?"


def _yes_no(decision: Decision) -> str:
    return {
        "RECOMMEND": "Yes.",
        "LEAN": "Perhaps.",
        "DO_NOT": "No.",
        "CONSTRAINED": "Only because you must.",
        "UNKNOWN": "It cannot be told yet.",
    }[decision]


def _answer(result: Evaluation) -> str:
    """The answer's figures in a sentence."""
    cost, rival = usd_about(result.priced_usd_per_month), result.rival
    if result.verdict.decision == "CONSTRAINED" and rival is not None:
        return f"{cost}/month; {constrained(result)}."
    if rival is None and not result.unpriced:
        return f"{cost}/month; {no_rival(result)}."
    if rival is None:
        return f"{cost}/month is priced; {spoken(result.unpriced[0].reason)}."
    theirs = usd_about(rival.usd_per_month or 0.0)
    if result.unpriced:
        why = spoken(result.unpriced[0].reason)
        return f"{cost}/month and more against {theirs} at {rival.name}; {why}."
    lost = ""
    if result.lost_months:
        lost = f"; growth outruns the fleet in {result.lost_months} of {_months(result)} months"
    wins = "" if rival.probability is None else f" (wins: {chance(rival.probability)})"
    return f"{cost}/month against {theirs} at {rival.name}{wins}{lost}."


def _months(result: Evaluation) -> int:
    return result.stack.horizon_months


def _line_rows(result: Evaluation) -> list[LineRow]:
    lines = result.lines
    rounded = add_up([line.usd_per_month for line in lines])
    remedies = {
        (service.name, pool.name): _spot_remedy(pool)
        for service, _, _, pool in result.stack.pools()
    }
    return [
        _line_row(line, whole, remedies.get((line.line.service, line.line.pool), ""))
        for line, whole in zip(lines, rounded, strict=True)
    ]


def _spot_remedy(pool: PoolModel) -> str:
    """What makes a useful spot hour cost something else than its price."""
    spot = pool.supply.spot
    if spot is None:
        return ""
    return " with its fallback" if spot.on_demand is not None else " with its interruptions"


def _line_row(priced: PricedLine, whole: int, remedy: str) -> LineRow:
    line = priced.line
    what, price, amount = line.name, "", ""
    if line.unit == "node-hour" and line.category != "power":
        what = f"{plain(priced.quantity / HOURS_PER_MONTH)} x {line.name}"
        if line.category == "compute":
            what += remedy
        if line.commitment_status == "unused":
            what += ", unused"
        price, amount = (
            f"{usd_price(priced.usd_per_unit)}/h",
            quantity(priced.quantity, "node-hour"),
        )
    elif line.unit == "FTE":
        what = f"{plain(priced.quantity, 2)} FTE"
    elif line.unit == "GB":
        amount = quantity(priced.quantity, "GB")
    elif line.unit in ("request", "kWh"):
        amount = quantity(priced.quantity, line.unit) if priced.usd_per_unit else ""
        price = usd_price(priced.usd_per_unit) if priced.usd_per_unit else ""
    if line.confidential:
        price, amount = HIDDEN, ""
    estimate = priced.estimate and whole != 0
    known = round(priced.low) == round(priced.high)
    ranged = estimate and priced.high > priced.low and not line.confidential
    if ranged and line.category == "labor":
        what += f", {usd_range(priced.low, priced.high)}"
    return LineRow(
        line.category,
        line.pool or line.service,
        what,
        estimate,
        price,
        amount,
        f"{whole:,}",
        "" if line.confidential else f"{whole if known else min(priced.low, whole):,.0f}",
        "" if line.confidential else f"{whole if known else max(priced.high, whole):,.0f}",
    )


def _fleet(service: ServiceModel, fleet: FleetFigures) -> str:
    spare = f" and {plain(fleet.standby_nodes)} spare" if fleet.standby_nodes else ""
    if not spare and service.standby.target is not None:
        spare = f" (no spare needed for {100 * service.standby.target:g} %)"
    speed = f"{fleet.node_output_tok_s:,.0f} output tok/s a node"
    point = f" at {plain(fleet.concurrency)} requests at once" if fleet.concurrency else ""
    kind = " (predicted)" if fleet.predicted else " (extrapolated)" if fleet.extrapolated else ""
    slo = {"met": "latency objective met", "unverified": "latency objective unverified"}
    promise = f", {slo[fleet.slo]}" if fleet.slo in slo else ""
    share = f", {percent(fleet.overflow_share)} overflow" if fleet.overflow_share > 5e-5 else ""
    count = plain(fleet.nodes)
    return (
        f"{service.name}: {count} node{'s' if count != '1' else ''} at the peak{spare}, "
        f"{speed}{point}{kind}{promise}, "
        f"utilization {percent(fleet.utilization)}{share}"
    )


def wins_text(result: Evaluation, one: AlternativeResult) -> str:
    """Where self-hosting wins, in the user's own volume."""
    if one.usd_per_month is None:
        return "unknown: no price"
    wins = one.wins_mtok_per_month
    if not wins:
        if result.scan.capacity_mtok is not None:
            return f"never with this fleet (full at {tokens(result.scan.capacity_mtok)})"
        return f"never up to {tokens(result.scan.ceiling_mtok)} tokens/month"
    if wins == [(0.0, None)]:
        return "at any volume"
    shown = [
        f"above {tokens(low)}" if high is None else tokens_range(low, high)
        for low, high in (wins if len(wins) <= 3 else [wins[0], wins[-1]])
    ]
    joint = " … " if len(wins) > 3 else ", "
    return f"{joint.join(shown)} tokens/month"


def _alternative(result: Evaluation, one: AlternativeResult) -> AlternativeRow:
    limits, note = one.thresholds, ""
    if not one.alternative.eligible:
        note = f"lacks {', '.join(one.alternative.lacking)}"
    elif one.alternative.unpriced:
        note = one.alternative.unpriced
    elif one.name == result.verdict.against:
        note = "the rival"
    money = one.usd_per_month
    per_output, per_total = _levelized(result, one)
    return AlternativeRow(
        one.name,
        "no price" if money is None else f"{money:,.0f}",
        per_output,
        per_total,
        wins_text(result, one),
        note,
        "" if one.probability is None else chance(one.probability),
        _threshold(limits.utilization, percent),
        _threshold(limits.usd_per_gpu_hour, usd_price),
        _threshold(limits.api_price_factor, _factor),
        _threshold(limits.fte, _fte),
        _threshold(limits.capex_usd, usd),
        _threshold(limits.payback_months, _whole_months),
        "" if one.npv_usd is None else usd(round(one.npv_usd)),
    )


def _levelized(result: Evaluation, one: AlternativeResult) -> tuple[str, str]:
    """An alternative's USD per million output tokens and per million tokens."""
    money, output = one.usd_per_month, result.output_mtok_per_month
    if money is None:
        return "", ""
    if is_secret(one.alternative):
        return HIDDEN, HIDDEN
    total = f"{money / result.stack.mtok_per_month:,.2f}"
    return f"{money / output:,.2f}" if output else "", total


def _threshold(threshold: Threshold, shown: Callable[[float], str]) -> str:
    if threshold.status == "at" and threshold.value is not None:
        return shown(threshold.value)
    return {"none": "–", "at": "–"}.get(threshold.status, threshold.status)


def _factor(value: float) -> str:
    return f"x {plain(value)}"


def _fte(value: float) -> str:
    return f"{plain(value, 2)} FTE"


def _whole_months(value: float) -> str:
    return f"{math.ceil(value)} months"


def _flips(result: Evaluation) -> list[str]:
    """Up to three facts that would turn the decision, the reachable ones first."""
    rival = result.rival
    if rival is None:
        return []
    limits = rival.thresholds
    told: list[tuple[bool, str]] = []
    levers: tuple[tuple[Threshold, str, Callable[[float], str], str], ...] = (
        (limits.api_price_factor, "API price", _factor, "never"),
        (limits.usd_per_gpu_hour, "GPU-hour", usd_price, "never, even free"),
        (limits.utilization, "utilization", percent, "never"),
        (limits.fte, "people", _fte, "never, even none"),
        (limits.capex_usd, "purchase price", usd, "never, even free"),
    )
    for threshold, name, shown, never in levers:
        if threshold.status == "at" and threshold.value is not None:
            told.append((True, f"{name} {shown(threshold.value)}"))
        elif threshold.status == "never":
            told.append((False, f"{name}: {never}"))
        elif threshold.status == "always":
            told.append((False, f"{name}: at any value"))
    return [text for _, text in sorted(told, key=lambda one: not one[0])][:3]


def _reasons(result: Evaluation) -> list[str]:
    """The decision in numbers: how full, what a full hour is worth, what people cost."""
    reasons: list[str] = []
    rival = result.rival
    reasons.append(
        f"The fleet is {percent(result.utilization)} busy at {tokens(result.stack.mtok_per_month)} "
        "tokens a month, standby and boot hours included."
    )
    services = zip(result.stack.services, result.ranks, strict=True)
    for place, (service, table) in enumerate(services):
        first = table[0]
        own = {name: price for name, price in first.usd_per_hour.items() if name != "api"}
        if "api" in first.usd_per_hour and own and first.busy_share > 0:
            value = first.usd_per_hour["api"] / first.busy_share
            name, price = min(own.items(), key=lambda pair: pair[1])
            verb = "covers" if value >= price else "does not cover"
            secret = secret_supplies(result, place)
            worth, paid = (
                HIDDEN if one in secret else usd_price(usd_per_hour)
                for one, usd_per_hour in (("api", value), (name, price))
            )
            reasons.append(
                f"A full node-hour of {service.name} would cost {worth} at the rival; "
                f"that {verb} its {paid} {name}."
            )
    if rival is not None and rival.thresholds.fte.status in ("at", "never"):
        fte = rival.thresholds.fte
        labor = sum(one.usd_per_month for one in result.lines if one.line.category == "labor")
        even = (
            f"it breaks even at {plain(fte.value, 2)} FTE"
            if fte.value is not None
            else "even without them the rival is cheaper"
        )
        reasons.append(f"People cost {usd(labor)} a month; {even}.")
    reasons += [f"{cap[0].upper()}{spoken(cap[1:])}." for cap in result.verdict.caps]
    return reasons


def _sure(result: Evaluation) -> list[str]:
    """What the scenarios say of the month and of the saving over the horizon."""
    drawn, rival = result.uncertainty, result.rival
    if drawn is None:
        return []
    month, spread = drawn.usd_per_month, month_spread(result)
    said = [
        f"{spread} a month, {usd_about(month.p50)} in the middle "
        f"(P10 to P90 of {drawn.scenarios:,} scenarios, seed {drawn.seed})."
        if spread
        else f"{usd_about(month.p50)} a month, nearly the same in all "
        f"{drawn.scenarios:,} scenarios (seed {drawn.seed})."
    ]
    if rival is not None and rival.uncertainty is not None:
        saving = rival.uncertainty.saving
        said.append(
            f"Over {_months(result)} months it {saving_text(saving.p10, saving.p90)} against "
            f"{rival.name}, and wins in {chance(rival.probability or 0.0)} of the scenarios."
        )
    return said


def _inputs(result: Evaluation) -> tuple[InputRow, ...]:
    """What decides against the rival: the figures that move the saving, widest first."""
    rival = result.rival
    if rival is None or rival.uncertainty is None:
        return ()
    secret = secret_figures(result, [one.name for one in rival.uncertainty.inputs])
    return tuple(
        InputRow(
            one.name,
            HIDDEN
            if one.name in secret
            else f"{plain(one.value.low)} / {plain(one.value.likely)} / {plain(one.value.high)}",
            usd_about(one.saving_at_low_usd),
            usd_about(one.saving_at_high_usd),
            usd_about(one.evppi_usd),
        )
        for one in rival.uncertainty.inputs
        if one.swing_usd > 0
    )


def _measure_first(result: Evaluation) -> str:
    """The measurement that is worth most before the decision, and up to how much."""
    rival = result.rival
    if rival is None or rival.uncertainty is None:
        return _widest_line(result)
    inputs = rival.uncertainty.inputs
    best = max(inputs, key=lambda one: (one.evppi_usd, one.swing_usd), default=None)
    if best is None:
        return "nothing: every figure is known"
    if best.evppi_usd < 1:
        return f"nothing: no single figure turns this ({best.name} moves most)"
    return f"{best.name}: worth up to {usd_about(best.evppi_usd)}"


def _widest_line(result: Evaluation) -> str:
    """Without scenarios: a doubtful throughput, else the line with the widest range."""
    if any(one.extrapolated or one.predicted or one.slo == "unverified" for one in result.fleets):
        return "your own throughput, at your lengths and under your latency objective"
    widest = max(result.lines, key=lambda one: one.high - one.low, default=None)
    if widest is None or widest.high <= widest.low:
        return "nothing: every figure is known"
    what = f"{widest.line.category}, {widest.line.name}"
    return f"{what} ({usd_range(widest.low, widest.high)} a month)"


def _gate(result: Evaluation) -> str:
    if result.gate.open:
        return "The gate is open."
    failing = [one for one in result.gate.conditions if not one.holds and one.name != "override"]
    told = "; ".join(f"{one.name}: {spoken(one.detail)}" for one in failing)
    return f"The gate is closed: {told}."


def _rank(rank: Rank, secret: set[str]) -> RankRow:
    supplies = tuple(
        (name, HIDDEN if name in secret else usd_price(price))
        for name, price in rank.usd_per_hour.items()
    )
    shares = percent(rank.needed_share), percent(rank.busy_share)
    return RankRow(str(rank.rank), *shares, supplies, rank.cheapest)


def _rank_note(result: Evaluation) -> str:
    return (
        f"API: {result.verdict.against}, for the tokens that the node would serve."
        if result.rival is not None
        else ""
    )


def _horizon(result: Evaluation) -> str:
    saving = result.verdict.saving_npv_usd
    rate = percent(result.stack.discount_rate.value.likely)
    text = f"Judged over {_months(result)} months at {rate} a year"
    if saving is None:
        return ""
    side = "saves" if saving > 0 else "loses"
    text = f"{text}: self-hosting {side} {usd_about(abs(saving))} in present value"
    return f"{text}{_payback(result)}{_turn(result)}."


def _payback(result: Evaluation) -> str:
    payback = result.rival.thresholds.payback_months if result.rival is not None else None
    if payback is None or payback.status not in ("at", "never"):
        return ""
    if payback.value is None:
        return "; what is paid ahead never comes back"
    return f"; what is paid ahead comes back within {_whole_months(payback.value)}"


def _turn(result: Evaluation) -> str:
    """The month in which the cheaper side changes, at the likely path of demand and prices."""
    table = result.months
    if table is None or table.turns_in_month is None:
        return ""
    cheaper = table.against if table.months[0].self_is_cheaper else "self-hosting"
    return f"; from month {table.turns_in_month} on {cheaper} is the cheaper side"


def _sourced(result: Evaluation) -> list[Sourced]:
    """Every figure behind the ledger and the alternatives, once."""
    figures: dict[tuple[str, str], Sourced] = {}
    found = [figure for line in result.lines for figure in line.line.figures]
    for one in result.alternatives:
        for rate in one.alternative.rates:
            found += rate.figures if rate is not None else ()
    found += [
        Sourced(
            f"{point.benchmark.model}: benchmark on {point.benchmark.gpus} x {point.benchmark.gpu}",
            Range(point.output_tok_s, point.output_tok_s, point.output_tok_s),
            "output tok/s",
            point.benchmark.source or "",
            point.benchmark.as_of,
            point.benchmark.estimate or point.benchmark.kind == "predicted",
        )
        for service in result.stack.services
        for group in service.groups
        for point in group.points
    ]
    for figure in found:
        figures.setdefault((figure.name, figure.source), figure)
    return [one for one in figures.values() if not one.source.startswith("this plan")]


def _figures(result: Evaluation) -> tuple[FigureRow, ...]:
    rows: list[FigureRow] = []
    for one in _sourced(result):
        value, age = one.value, age_days(one, result.today)
        shown = (
            plain(value.likely, 4)
            if value.is_point
            else f"{plain(value.low)} / {plain(value.likely)} / {plain(value.high)}"
        )
        rows.append(
            FigureRow(
                one.name,
                HIDDEN if one.confidential else shown,
                one.unit,
                one.source,
                one.as_of.isoformat() if one.as_of else "undated",
                f"{age} days" if age is not None else "unknown",
                one.estimate,
            )
        )
    return tuple(rows)


def category_totals(result: Evaluation) -> dict[str, str]:
    """Whole dollars by category; they add up to the rounded total."""
    totals: dict[str, float] = {}
    for one in result.lines:
        totals[one.line.category] = totals.get(one.line.category, 0.0) + one.usd_per_month
    whole = add_up(list(totals.values()))
    return {name: f"{value:,}" for name, value in zip(totals, whole, strict=True)}
