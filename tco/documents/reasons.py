"""The verdict in words: the reasons for it, and what would change it."""

from __future__ import annotations

from collections.abc import Callable

from tco.analysis.breakeven.thresholds import Threshold
from tco.analysis.decision.verdict import in_words
from tco.analysis.evaluation import Evaluation
from tco.analysis.optimization.ranks import API, supply_name
from tco.documents.disclosure import HIDDEN, secret_supplies
from tco.numbers import factor_text, fte_text, percent, plain, tokens, usd, usd_about, usd_price

__all__ = ["capitalized", "flips", "hosted_sentence", "reasons"]


def flips(result: Evaluation) -> list[str]:
    """Return up to three inputs that would change the verdict, the reachable ones first."""
    rival = result.rival
    if rival is None:
        return []
    limits = rival.thresholds
    thresholds_shown: list[tuple[bool, str]] = []
    inputs: tuple[tuple[Threshold, str, Callable[[float], str], str], ...] = (
        (limits.api_price_factor, "API price", factor_text, "no factor would"),
        (limits.usd_per_gpu_hour, "GPU-hour", usd_price, "no price would"),
        (limits.utilization, "utilization", percent, "no value would"),
        (limits.fte, "labor", fte_text, "not even 0 FTE"),
        (limits.capex_usd, "purchase price", usd, "no price would"),
    )
    for threshold, name, shown, never in inputs:
        if threshold.status == "at" and threshold.value is not None:
            thresholds_shown.append((True, f"{name} {shown(threshold.value)}"))
        elif threshold.status == "never":
            thresholds_shown.append((False, f"{name}: {never}"))
        elif threshold.status == "always":
            thresholds_shown.append((False, f"{name}: no value would, self-hosting always wins"))
    return [text for _, text in sorted(thresholds_shown, key=lambda item: not item[0])][:3]


def reasons(result: Evaluation) -> list[str]:
    """Return the verdict in numbers: utilization, the value of a full node-hour, labor."""
    sentences: list[str] = []
    rival = result.rival
    sentences.append(
        f"Fleet utilization is {percent(result.utilization)} at "
        f"{tokens(result.stack.mtok_per_month)} tokens per month, standby and boot hours included."
    )
    services = zip(result.stack.services, result.ranks, strict=True)
    for index, (service, table) in enumerate(services):
        first = table[0]
        own = {name: price for name, price in first.usd_per_hour.items() if name is not API}
        if API in first.usd_per_hour and own and first.busy_share > 0:
            value = first.usd_per_hour[API] / first.busy_share
            name, price = min(own.items(), key=lambda pair: pair[1])
            verb = "covers" if value >= price else "does not cover"
            secret = secret_supplies(result, index)
            worth, paid = (
                HIDDEN if label in secret else usd_price(usd_per_hour)
                for label, usd_per_hour in ((API, value), (name, price))
            )
            sentences.append(
                f"A fully used node-hour of {service.name} would cost {worth} at "
                f"{result.verdict.against}, which {verb} the {paid} of {supply_name(name)}."
            )
    if rival is not None and rival.thresholds.fte.status in ("at", "never"):
        fte = rival.thresholds.fte
        labor = sum(line.usd_per_month for line in result.lines if line.line.category == "labor")
        even = (
            f"self-hosting breaks even at {plain(fte.value, 2)} FTE"
            if fte.value is not None
            else f"even without it, {rival.name} is cheaper"
        )
        sentences.append(f"Labor costs {usd(labor)} per month; {even}.")
    sentences += [f"{capitalized(cap.message)}." for cap in result.verdict.caps]
    return sentences


def hosted_sentence(result: Evaluation) -> str | None:
    """Say which hosted price of the same weights turns the answer; None where none does."""
    turned = result.hosted
    if turned is None:
        return None
    weights = "a newer version" if turned.role == "newer-version" else "the same weights"
    price = f"{turned.host} hosts {weights} for {usd_about(turned.usd_per_month)} per month"
    if turned.role == "decides":
        return (
            f"{price}, which changes the answer: against {turned.against} alone it would be "
            f"{in_words(turned.without)}."
        )
    why = (
        "the plan leaves it out"
        if turned.role == "left-out"
        else "it does not decide unless the plan names it"
    )
    months = result.stack.horizon_months
    later = turned.usd_per_month >= result.priced_usd_per_month
    less = f"less than self-hosting over {months} months" if later else "less than self-hosting"
    return f"{price}, {less}; {why}."


def capitalized(text: str) -> str:
    """Return a text with its first letter in upper case."""
    return f"{text[0].upper()}{text[1:]}"
