"""Month by month: what self-hosting pays, what the rival bills, when the cheaper side changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tco.analysis.cashflow.comparison import OwnSide, RivalSide

__all__ = ["Month", "MonthByMonth", "months_ahead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of the horizon, in USD, the first is 1.

    ``own_usd`` spreads prepayments over their time, ``running_usd`` leaves them out,
    ``upfront_usd`` has them when they are paid. ``cumulative_usd`` is all that was paid to the
    alternative less all that was paid for self-hosting, up to the month's end.
    """

    number: int
    own_usd: float
    running_usd: float
    upfront_usd: float
    refused_usd: float
    rival_usd: float
    cumulative_usd: float
    self_is_cheaper: bool


@dataclass(frozen=True)
class MonthByMonth:
    """The horizon against one alternative; ``remaining_usd`` is what commitments are worth then."""

    against: str
    months: tuple[Month, ...]
    remaining_usd: float

    @property
    def turns_in_month(self) -> int | None:
        """The first month whose cheaper side is not the first month's."""
        first = self.months[0].self_is_cheaper
        return next(
            (month.number for month in self.months if month.self_is_cheaper is not first), None
        )


def months_ahead(side: OwnSide, rival: RivalSide) -> MonthByMonth:
    """Return the likely path against an alternative.

    Demand that the fleet refuses is bought at the alternative's prices.
    """
    own, flow, refused = side.flow, rival.flow, rival.refused_usd
    rival_usd = flow.running_usd + flow.upfront_usd
    paid = np.cumsum(rival_usd - own.running_usd - own.upfront_usd - refused)
    cheaper = own.billed_usd + refused < flow.billed_usd
    return MonthByMonth(
        rival.alternative.name,
        tuple(
            Month(
                number=index + 1,
                own_usd=float(own.billed_usd[index]),
                running_usd=float(own.running_usd[index]),
                upfront_usd=float(own.upfront_usd[index]),
                refused_usd=float(refused[index]),
                rival_usd=float(rival_usd[index]),
                cumulative_usd=float(paid[index]),
                self_is_cheaper=bool(cheaper[index]),
            )
            for index in range(len(paid))
        ),
        float(np.asarray(own.remaining_usd)),
    )
