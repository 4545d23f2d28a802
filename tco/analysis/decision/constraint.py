"""What `require` costs: the cheapest alternative that it rules out, and the distance to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.analysis.decision.alternative_result import AlternativeResult

__all__ = ["RuledOut", "ruled_out"]


@dataclass(frozen=True, kw_only=True)
class RuledOut:
    """An alternative that lacks what is required, and costs less than everything that has it.

    ``premium_usd_per_month`` is the price of the constraint.
    """

    name: str
    lacking: tuple[str, ...]
    same_model: bool | None
    usd_per_month: float
    premium_usd_per_month: float


def ruled_out(results: Sequence[AlternativeResult], own_usd: float | None) -> RuledOut | None:
    """Return the cheapest alternative that a requirement rules out, if nothing else is cheaper.

    ``own_usd`` is the month of self-hosting, None with anything unpriced. A newer version never
    decides, so no requirement rules it out.
    """
    priced = [
        (result, result.usd_per_month)
        for result in results
        if result.usd_per_month is not None and result.alternative.relation != "newer-version"
    ]
    barred = [(result, usd) for result, usd in priced if result.alternative.lacking]
    allowed = [usd for result, usd in priced if result.alternative.eligible]
    allowed += [own_usd] if own_usd is not None else []
    if not barred or not allowed:
        return None
    cheapest, usd = min(barred, key=lambda pair: pair[1])
    premium = min(allowed) - usd
    if premium <= 0:
        return None
    return RuledOut(
        name=cheapest.name,
        lacking=cheapest.alternative.lacking,
        same_model=cheapest.alternative.same_model,
        usd_per_month=usd,
        premium_usd_per_month=premium,
    )
