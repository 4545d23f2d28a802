"""The answer in sentences: in one, and as the memo begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tco.analysis.breakeven.thresholds import Threshold, Thresholds
from tco.analysis.decision.alternative_result import AlternativeResult
from tco.analysis.decision.verdict import Decision
from tco.analysis.evaluation import Evaluation
from tco.documents.horizon_turn import turn_sentence
from tco.documents.like_with_like import constraint_sentence, like_sentence
from tco.documents.reasons import hosted_sentence
from tco.numbers import (
    differ,
    percent,
    plain,
    tokens_in_words,
    usd,
    usd_about,
    usd_price,
    usd_range,
)
from tco.percent import probability_text

__all__ = ["ANSWERS", "answer", "chance_text", "month_spread", "opening", "saving_text"]

ANSWERS: dict[Decision, str] = {
    "RECOMMEND": "Self-host",
    "LEAN": "Leaning yes",
    "DO_NOT": "Don't self-host",
    "CONSTRAINED": "Self-hosting is the only option",
    "UNKNOWN": "Unknown",
}


def answer(result: Evaluation) -> str:
    """Return the decision with both monthly costs in a sentence."""
    return f"{ANSWERS[result.verdict.decision]}: {_figures(result)}"


def _figures(result: Evaluation) -> str:
    """Return the answer's figures in a sentence."""
    cost, rival = usd_about(result.priced_usd_per_month), result.rival
    if result.verdict.decision == "CONSTRAINED" and rival is not None:
        return f"{cost}/month{_for_a_year(result)}; {constrained(result)}."
    if rival is None and not result.unpriced:
        return f"{cost}/month; {no_rival(result)}."
    if rival is None:
        return f"{cost}/month for the priced part; {result.unpriced[0].reason}."
    theirs = usd_about(rival.usd_per_month or 0.0)
    if result.unpriced:
        why = result.unpriced[0].reason
        return f"more than {cost}/month vs. {theirs} at {rival.name}; {why}."
    chances = chance_text(rival.probability, result.stack.plan.gate.probability)
    wins = f" Probability to win: {chances}." if chances else ""
    turned = _turn_sentence(result)
    turn = _after(turn_sentence(result))
    year = _for_a_year(result)
    return f"{cost}/month{year} vs. {theirs} at {rival.name}.{turn}{wins}{_lost(result)}{turned}"


def chance_text(probability: float | None, required: float) -> str:
    """Return a probability to win, distinct from the one that the gate requires.

    Empty without one.
    """
    return "" if probability is None else probability_text(probability, required)


def month_spread(p10: float, p90: float) -> str:
    """Return 8 of 10 scenarios of the month; empty where they do not differ.

    >>> month_spread(70_500, 102_000)
    '$70,500 to $102,000'
    """
    return usd_range(p10, p90) if differ(p10, p90) else ""


def saving_text(p10: float, p90: float) -> str:
    """Describe the saving or loss from P10 to P90, never as a negative saving."""
    if p90 <= 0:
        return f"loses {usd_range(-p90, -p10)}{_ends(-p90, -p10)}"
    if p10 >= 0:
        return f"saves {usd_range(p10, p90)}{_ends(p10, p90)}"
    ends = f"a loss of {usd_about(-p10)} and a saving of {usd_about(p90)}"
    return f"ends between {ends} (P10 to P90)"


def _ends(low: float, high: float) -> str:
    return " (P10 to P90)" if differ(low, high) else ""


def opening(result: Evaluation) -> str:
    """Return the memo's first sentences: both monthly costs, and what would change the answer."""
    volume = tokens_in_words(result.stack.mtok_per_month)
    cost, rival = usd_about(result.priced_usd_per_month), result.rival
    month = result.uncertainty.usd_per_month if result.uncertainty is not None else None
    spread = month_spread(month.p10, month.p90) if month is not None else ""
    sure = f" ({spread} in 8 of 10 scenarios)" if spread else ""
    start = f"Serving your {volume} tokens per month costs {cost}"
    if result.unpriced:
        theirs = f" vs. {usd_about(rival.usd_per_month or 0.0)} at {rival.name}" if rival else ""
        return f"{start} plus unpriced items{theirs}: {result.unpriced[0].reason}."
    if result.verdict.decision == "CONSTRAINED":
        year, like = _for_a_year(result), _after(like_sentence(result))
        return f"{start}{sure}{year}; {constrained(result)}.{like}"
    if rival is None:
        return f"{start}{sure}; {no_rival(result)}."
    theirs = usd_about(rival.usd_per_month or 0.0)
    same = " (same model)" if rival.alternative.same_model else ""
    more = (
        turn_sentence(result),
        like_sentence(result),
        constraint_sentence(result),
    )
    return (
        f"{start}{sure}{_for_a_year(result)} vs. {theirs} at {rival.name}{same} for the same "
        f"tokens.{''.join(map(_after, more))}{_lost(result)}{_turn_sentence(result)} "
        f"{flip_sentence(rival)}"
    ).rstrip()


def _for_a_year(result: Evaluation) -> str:
    """Return what the same nodes cost for one year; empty unless a yes on demand costs more."""
    year, cost = result.cheaper_for_a_year, result.priced_usd_per_month
    if year is None or year.usd_per_month is None or not differ(year.usd_per_month, cost):
        return ""
    return f", or {usd_about(year.usd_per_month)} committed for one year ({year.terms}),"


def constrained(result: Evaluation) -> str:
    """Return why only self-hosting is left, and its premium over the cheapest that is ruled out."""
    barred = result.rival
    if barred is None:
        raise AssertionError("a constrained verdict names the cheapest alternative")
    premium = usd_about(result.verdict.premium_usd_per_month or 0.0)
    lacking = ", ".join(barred.alternative.lacking)
    return f"no API has {lacking}; the cheapest without it, {barred.name}, costs {premium} less"


def no_rival(result: Evaluation) -> str:
    """Return why there is nothing to compare with."""
    return (
        "the plan declares no alternatives"
        if not result.alternatives
        else "no eligible alternative has a price"
    )


def _turn_sentence(result: Evaluation) -> str:
    return _after(hosted_sentence(result) or "")


def _after(sentence: str) -> str:
    """Return a sentence with the space that separates it from the one before; empty for none."""
    return f" {sentence}" if sentence else ""


def _lost(result: Evaluation) -> str:
    if not result.lost_months:
        return ""
    months = result.stack.horizon_months
    return f" Demand exceeds the fleet in {result.lost_months} of {months} months."


def flip_sentence(rival: AlternativeResult) -> str:
    """Return up to two inputs that would change the answer on their own, or that none does."""
    reached = list(_reached(rival.thresholds))[:2]
    if reached:
        return f"The answer would change if {' or '.join(reached)}."
    limits = (rival.thresholds.api_price_factor, rival.thresholds.usd_per_gpu_hour)
    if all(limit.status == "never" for limit in limits):
        return "No single input changes the verdict, not even free GPU-hours."
    return "No single input changes the verdict."


def _reached(limits: Thresholds) -> Iterator[str]:
    """Yield the figures that have a value at which both sides are equal, as clauses."""
    clauses: tuple[tuple[Threshold, Callable[[float], str]], ...] = (
        (limits.api_price_factor, _api_price),
        (limits.usd_per_gpu_hour, lambda value: f"a GPU-hour cost {usd_price(value)}"),
        (limits.utilization, lambda value: f"utilization were {percent(value)}"),
        (limits.fte, lambda value: f"operations took {plain(value, 2)} FTE"),
        (limits.capex_usd, lambda value: f"the nodes cost {usd(value)} to buy"),
    )
    for limit, clause in clauses:
        if limit.status == "at" and limit.value is not None:
            yield clause(limit.value)


def _api_price(factor: float) -> str:
    if factor >= 1:
        return f"the API cost {plain(factor)} times as much"
    return f"the API price fell to {percent(factor)} of today's"
