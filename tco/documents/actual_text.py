"""A plan against its bill in sentences: the paragraph for the memo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tco.actual.actual import Actual
from tco.actual.effects import EffectKind
from tco.actual.variance import Variance
from tco.actual.variance_line import Part
from tco.documents.narrative import answer
from tco.numbers import add_up, signed_percent, signed_usd, tokens, usd, usd_price

__all__ = ["EFFECT_NAMES", "actual_paragraph"]

EFFECT_NAMES: Final[Mapping[EffectKind, str]] = {
    "volume": "volume",
    "throughput": "throughput",
    "utilization": "utilization",
    "throughput-and-utilization": "throughput and utilization",
    "quantity": "other quantities",
    "price": "price",
}
NOT_BILLED: Final[Mapping[Part, str]] = {
    "compute": "nodes",
    "power": "power",
    "egress": "egress",
    "platform": "the platform",
    "standby": "standby",
    "labor": "labor",
    "api": "APIs",
}


def actual_paragraph(found: Actual) -> str:
    """Return the period in a paragraph: the cost, why it differs, today's verdict."""
    return " ".join([*_cost(found), *_why(found.variance), *_kept(found.variance), _verdict(found)])


def _cost(found: Actual) -> Iterator[str]:
    variance, period = found.variance, found.question.period
    days = f"{period.first:%B %Y}" if period.is_whole else f"{period.first} to {period.last}"
    planned = variance.planned_usd
    change = f" ({signed_percent(variance.actual_usd / planned - 1)})" if planned else ""
    cost = (
        f"{days}: {usd(variance.actual_usd)} vs. {usd(planned)} planned for its "
        f"{period.hours:,.0f} hours{change}"
    )
    served = variance.mtok_served
    if served is None or variance.actual_usd_per_mtok is None:
        yield f"{cost}; the tokens served were not counted."
        return
    yield (
        f"{cost}, for {tokens(served)} tokens vs. {tokens(variance.mtok_planned)} "
        f"({signed_percent(served / variance.mtok_planned - 1)}): "
        f"{usd_price(variance.actual_usd_per_mtok)} per 1M tokens vs. "
        f"{usd_price(variance.planned_usd_per_mtok)}."
    )


def _why(variance: Variance) -> Iterator[str]:
    effects = variance.effects
    total = round(variance.actual_usd) - round(variance.planned_usd)
    rounded = zip(effects, add_up([*effects.values()], total), strict=True)
    named = [f"{EFFECT_NAMES[kind]} {signed_usd(amount)}" for kind, amount in rounded if amount]
    if named:
        yield f"The difference: {', '.join(named)}."


def _kept(variance: Variance) -> Iterator[str]:
    kept = [
        line for line in variance.lines if line.basis == "as-planned" and round(line.planned.usd)
    ]
    names = list(dict.fromkeys(NOT_BILLED[line.part] for line in kept))
    if names:
        amount = usd(sum(line.planned.usd for line in kept))
        yield f"Not on the bill and counted as planned: {', '.join(names)} ({amount})."


def _verdict(found: Actual) -> str:
    measured = [
        *(["volume"] if found.variance.mtok_served is not None else []),
        "rents",
        *(["speed"] if any(ran.throughput for ran in found.variance.operations) else []),
    ]
    basis = f"{', '.join(measured[:-1])} and {measured[-1]}" if len(measured) > 1 else measured[0]
    stands = "would hold" if found.stands else "would not hold"
    return (
        f"With the month's {basis}, and the prices of {found.question.today}, the verdict {stands} "
        f"today: {answer(found.now)}"
    )
