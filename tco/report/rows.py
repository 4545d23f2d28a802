"""The rows that the faces show: lines, alternatives, uncertain figures, nodes by rank, sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tco.analysis.breakeven.thresholds import Threshold
from tco.analysis.decision.gate import age_days
from tco.analysis.decision.verdict import AlternativeResult
from tco.analysis.evaluation import Evaluation, PricedLine
from tco.analysis.optimization.ranks import Rank, Supply, supply_name
from tco.costing.lines import NODE_KINDS, NODES
from tco.costing.pool_model import PoolModel
from tco.documents.disclosure import HIDDEN, is_secret, secret_figures
from tco.documents.figures import sourced
from tco.numbers import (
    add_up,
    factor_text,
    fte_text,
    grouped,
    months_text,
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
from tco.percent import probability_text
from tco.units import HOURS_PER_MONTH

__all__ = [
    "AlternativeRow",
    "FigureRow",
    "InputRow",
    "LineRow",
    "RankRow",
    "alternative_label",
    "alternative_row",
    "input_rows",
    "line_rows",
    "rank_row",
    "source_rows",
    "wins_text",
]


@dataclass(frozen=True, kw_only=True)
class LineRow:
    """A line of the ledger as it is shown."""

    category: str
    pool: str
    what: str
    estimate: bool
    price: str
    quantity: str
    whole_usd: int
    usd: str
    low: str
    high: str


@dataclass(frozen=True, kw_only=True)
class AlternativeRow:
    """An alternative as it is shown."""

    name: str
    usd: str
    per_mtok_output: str
    per_mtok_total: str
    wins: str
    note: str
    is_rival: bool
    chance: str
    utilization: str
    usd_per_gpu_hour: str
    api_price: str
    fte: str
    capex: str
    payback: str
    npv: str


@dataclass(frozen=True, kw_only=True)
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


def line_rows(result: Evaluation) -> list[LineRow]:
    """Return the ledger; whole dollars that add up to the rounded total."""
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
    """Explain the difference between the spot price and the cost of a useful hour."""
    spot = pool.supply.spot
    if spot is None:
        return ""
    return " with its fallback" if spot.on_demand is not None else " with its interruptions"


def _line_row(priced: PricedLine, whole: int, remedy: str) -> LineRow:
    line = priced.line
    what, price, amount = line.name, "", ""
    if line.kind in NODE_KINDS:
        what = f"{plain(priced.quantity / HOURS_PER_MONTH)} x {line.name}"
        if line.kind is NODES:
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
        category=line.category,
        pool=line.pool or line.service,
        what=what,
        estimate=estimate,
        price=price,
        quantity=amount,
        whole_usd=whole,
        usd=grouped(whole),
        low="" if line.confidential else grouped(whole if known else min(priced.low, whole)),
        high="" if line.confidential else grouped(whole if known else max(priced.high, whole)),
    )


def wins_text(result: Evaluation, alternative: AlternativeResult) -> str:
    """Where self-hosting wins, in the user's own volume."""
    if alternative.usd_per_month is None:
        return "unknown (no price)"
    wins = alternative.wins_mtok_per_month
    if not wins:
        if result.scan.capacity_mtok == 0:
            return "never: a service has no nodes to serve it"
        if result.scan.capacity_mtok is not None:
            return (
                f"never with this fleet (full at {tokens(result.scan.capacity_mtok)} tokens/month)"
            )
        return f"never up to {tokens(result.scan.ceiling_mtok)} tokens/month"
    if wins == [(0.0, None)]:
        return "at any volume"
    shown = [
        f"above {tokens(low)}" if high is None else tokens_range(low, high)
        for low, high in (wins if len(wins) <= 3 else [wins[0], wins[-1]])
    ]
    joint = " … " if len(wins) > 3 else ", "
    return f"{joint.join(shown)} tokens/month"


def alternative_row(result: Evaluation, alternative: AlternativeResult) -> AlternativeRow:
    """Return an alternative on the same tokens, with what would make both sides equal."""
    limits, note = alternative.thresholds, ""
    comparable = alternative.alternative.eligible and not alternative.alternative.unpriced
    is_rival = comparable and alternative.name == result.verdict.against
    if not alternative.alternative.eligible:
        note = f"lacks {', '.join(alternative.alternative.lacking)}"
    elif alternative.alternative.unpriced:
        note = alternative.alternative.unpriced
    elif is_rival:
        note = (
            "best alternative" if result.stack.plan.against == "cheapest" else "chosen alternative"
        )
    money = alternative.usd_per_month
    per_output, per_total = _levelized(result, alternative)
    return AlternativeRow(
        name=alternative.name,
        usd="no price" if money is None else grouped(money),
        per_mtok_output=per_output,
        per_mtok_total=per_total,
        wins=wins_text(result, alternative),
        note=note,
        is_rival=is_rival,
        chance=""
        if alternative.probability is None
        else probability_text(alternative.probability, _needed(result)),
        utilization=_threshold(limits.utilization, percent),
        usd_per_gpu_hour=_threshold(limits.usd_per_gpu_hour, usd_price),
        api_price=_threshold(limits.api_price_factor, factor_text),
        fte=_threshold(limits.fte, fte_text),
        capex=_threshold(limits.capex_usd, usd),
        payback=_threshold(limits.payback_months, months_text),
        npv="" if alternative.npv_usd is None else usd(round(alternative.npv_usd)),
    )


def alternative_label(result: Evaluation) -> str:
    """Return how the alternative that decides is called: the best, or the one the plan names."""
    return "best alternative" if result.stack.plan.against == "cheapest" else "chosen alternative"


def _needed(result: Evaluation) -> float:
    return result.stack.plan.gate.probability


def _levelized(result: Evaluation, alternative: AlternativeResult) -> tuple[str, str]:
    """Return an alternative's USD per million output tokens and per million tokens."""
    money, output = alternative.usd_per_month, result.output_mtok_per_month
    if money is None:
        return "", ""
    if is_secret(alternative.alternative):
        return HIDDEN, HIDDEN
    total = usd_price(money / result.stack.mtok_per_month).replace("$", "")
    return usd_price(money / output).replace("$", "") if output else "", total


def _threshold(threshold: Threshold, shown: Callable[[float], str]) -> str:
    if threshold.status == "at" and threshold.value is not None:
        return shown(threshold.value)
    return {"none": "–", "at": "–"}.get(threshold.status, threshold.status)


def input_rows(result: Evaluation) -> tuple[InputRow, ...]:
    """List the inputs that move the saving, the widest first."""
    rival = result.rival
    if rival is None or rival.uncertainty is None:
        return ()
    secret = secret_figures(result, [figure.name for figure in rival.uncertainty.inputs])
    return tuple(
        InputRow(
            name=figure.name,
            value=HIDDEN
            if figure.name in secret
            else " / ".join(
                plain(end) for end in (figure.value.low, figure.value.likely, figure.value.high)
            ),
            saving_at_low=usd_about(figure.saving_at_low_usd),
            saving_at_high=usd_about(figure.saving_at_high_usd),
            worth=usd_about(figure.evppi_usd),
        )
        for figure in rival.uncertainty.inputs
        if figure.swing_usd > 0
    )


def rank_row(rank: Rank, secret: set[Supply]) -> RankRow:
    """Return a node by rank; ``secret`` supplies keep their price."""
    supplies = tuple(
        (supply_name(one), HIDDEN if one in secret else usd_price(price))
        for one, price in rank.usd_per_hour.items()
    )
    shares = percent(rank.needed_share), percent(rank.busy_share)
    return RankRow(str(rank.rank), *shares, supplies, supply_name(rank.cheapest))


def source_rows(result: Evaluation) -> tuple[FigureRow, ...]:
    """Every figure with its source and its age."""
    rows: list[FigureRow] = []
    for one in sourced(result):
        value, age = one.value, age_days(one, result.today)
        shown = (
            plain(value.likely, 4)
            if value.is_point
            else f"{plain(value.low)} / {plain(value.likely)} / {plain(value.high)}"
        )
        rows.append(
            FigureRow(
                name=one.name,
                value=HIDDEN if one.confidential else shown,
                unit=one.unit,
                source=one.source,
                as_of=one.as_of.isoformat() if one.as_of else "undated",
                age=f"{age} days" if age is not None else "unknown",
                estimate=one.estimate,
            )
        )
    return tuple(rows)
