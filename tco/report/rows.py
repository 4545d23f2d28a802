"""The rows of a table or a memo: lines of the ledger, and alternatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tco.documents.alternatives import AlternativePart, ThresholdPart
from tco.documents.disclosure import HIDDEN
from tco.documents.lines import LinePart
from tco.documents.narrative import chance_text
from tco.documents.provisioned import ProvisionedPart
from tco.documents.stack import StackSummary
from tco.documents.terms import Relation
from tco.numbers import (
    add_up,
    factor_text,
    fte_text,
    months_text,
    percent,
    quantity,
    tokens,
    tokens_range,
    usd,
    usd_price,
    usd_range,
    whole_dollars,
)

__all__ = ["AlternativeRow", "LineRow", "alternative_label", "alternative_row", "line_rows"]


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


def line_rows(stack: StackSummary) -> list[LineRow]:
    """Return the ledger; whole dollars that add up to the rounded total."""
    rounded = add_up([line.usd_per_month for line in stack.lines])
    return [_line_row(line, whole) for line, whole in zip(stack.lines, rounded, strict=True)]


def _line_row(line: LinePart, whole: int) -> LineRow:
    usd_text = whole_dollars(line.usd_per_month, whole)
    estimate = line.estimate and (whole != 0 or line.usd_per_month > 0)
    price, amount = _rate(line)
    low = high = spread = ""
    if line.low is not None and line.high is not None:
        known = round(line.low) == round(line.high)
        low = usd_text if known else whole_dollars(line.low, min(round(line.low), whole))
        high = usd_text if known else whole_dollars(line.high, max(round(line.high), whole))
        if estimate and line.high > line.low and line.category == "labor":
            spread = f", {usd_range(line.low, line.high)}"
    return LineRow(
        category=line.category,
        pool=line.pool or line.service,
        what=f"{line.what}{spread}",
        estimate=estimate,
        price=price,
        quantity=amount,
        whole_usd=whole,
        usd=usd_text,
        low=low,
        high=high,
    )


def _rate(line: LinePart) -> tuple[str, str]:
    """Return a line's unit price and its quantity, where they say more than its name."""
    if line.confidential or line.usd_per_unit is None or line.quantity is None:
        return HIDDEN, ""
    if line.unit == "node-hour":
        return f"{usd_price(line.usd_per_unit)}/h", quantity(line.quantity, "node-hour")
    if line.unit == "hour":
        return "", quantity(line.quantity, "node-hour")
    if line.unit == "GB":
        return "", quantity(line.quantity, "GB")
    if line.unit in ("request", "kWh") and line.usd_per_unit:
        return usd_price(line.usd_per_unit), quantity(line.quantity, line.unit)
    return "", ""


def alternative_row(stack: StackSummary, alternative: AlternativePart) -> AlternativeRow:
    """Return an alternative on the same tokens, with what would make both sides equal."""
    limits, money = alternative.break_even, alternative.usd_per_month
    return AlternativeRow(
        name=alternative.name,
        usd="no price" if money is None else whole_dollars(money),
        per_mtok_output=_levelized(alternative, alternative.usd_per_mtok_output),
        per_mtok_total=_levelized(alternative, alternative.usd_per_mtok_total),
        wins=_wins(stack, alternative),
        note=_note(stack, alternative),
        is_rival=alternative.is_rival,
        chance=chance_text(alternative.probability, stack.verdict.required_probability),
        utilization=_threshold(limits.utilization, percent),
        usd_per_gpu_hour=_threshold(limits.usd_per_gpu_hour, usd_price),
        api_price=_threshold(limits.api_price_factor, factor_text),
        fte=_threshold(limits.fte, fte_text),
        capex=_threshold(limits.capex_usd, usd),
        payback=_payback(limits.payback_months, stack.horizon_months),
        npv="" if alternative.npv_usd is None else usd(alternative.npv_usd),
    )


def _wins(stack: StackSummary, alternative: AlternativePart) -> str:
    """Describe where self-hosting wins, in the user's own volume."""
    status, scan = alternative.break_even.volume_status, stack.scan
    if status == "unknown":
        return "unknown (no price)"
    if status == "not-reached":
        return f"not reached up to {tokens(scan.ceiling_mtok_per_month)} tokens/month"
    if status == "never":
        if not scan.capacity_mtok_per_month:
            return "never: a service has no nodes to serve it"
        full = tokens(scan.capacity_mtok_per_month)
        return f"never with this fleet (full at {full} tokens/month)"
    if status == "always":
        return "at any volume"
    wins = alternative.break_even.wins_mtok_per_month
    shown = [
        f"above {tokens(low)}" if high is None else tokens_range(low, high)
        for low, high in (wins if len(wins) <= 3 else [wins[0], wins[-1]])
    ]
    joint = " … " if len(wins) > 3 else ", "
    return f"{joint.join(shown)} tokens/month"


RELATIONS: dict[Relation, str] = {
    "declared": "",
    "same-weights": "same weights",
    "newer-version": "newer version, does not decide",
}


def _note(stack: StackSummary, alternative: AlternativePart) -> str:
    """Return why it is an alternative, and why it decides or cannot."""
    parts = (
        _relation(alternative),
        *map(_units, alternative.provisioned),
        "estimate" if alternative.estimate else "",
        f"lacks {', '.join(alternative.lacking)}" if alternative.lacking else "",
        alternative.unpriced or "",
        alternative_label(stack) if alternative.is_rival else "",
    )
    return ", ".join(part for part in parts if part)


def _relation(alternative: AlternativePart) -> str:
    """Return how an alternative's model relates to the models that the services run."""
    if alternative.same_model:
        return RELATIONS["same-weights"]
    if alternative.is_rival and alternative.same_model is False:
        return "not the same model"
    return RELATIONS[alternative.relation]


def _units(part: ProvisionedPart) -> str:
    """Return the units that an alternative buys, and what is above them."""
    if part.units == 0:
        return f"no {part.unit}: by the token is cheaper"
    used, above = percent(part.utilization), percent(part.overflow_share)
    return f"{part.units:,} {part.unit} at {used} utilization, {above} above by the token"


def alternative_label(stack: StackSummary) -> str:
    """Return how the alternative that decides is called: the best, or the one the plan names."""
    return "chosen alternative" if stack.verdict.against_is_chosen else "best alternative"


def _levelized(alternative: AlternativePart, usd_per_mtok: float | None) -> str:
    """Return an alternative's USD per million tokens; empty where it has none."""
    if alternative.usd_per_month is None:
        return ""
    if alternative.confidential:
        return HIDDEN
    return "" if usd_per_mtok is None else usd_price(usd_per_mtok).replace("$", "")


def _payback(threshold: ThresholdPart, horizon_months: int) -> str:
    """Return the months to pay back the upfront cost; the horizon ends before what is later."""
    if threshold.status == "never":
        return f"not within {horizon_months} months"
    return _threshold(threshold, months_text)


def _threshold(threshold: ThresholdPart, shown: Callable[[float], str]) -> str:
    if threshold.status == "at" and threshold.value is not None:
        return shown(threshold.value)
    return {"none": "–", "at": "–"}.get(threshold.status, threshold.status)
