"""The months ahead and the ladder of commitments, as the memo shows them."""

from __future__ import annotations

from dataclasses import dataclass

from tco.analysis.cashflow.months import Month
from tco.analysis.evaluation import Evaluation
from tco.analysis.optimization.commitment_options import CommitmentOption
from tco.numbers import usd_about

__all__ = ["MonthRow", "RungRow", "month_rows", "rung_rows"]

MONTHLY = 12
"""So many months have a row each; then a quarter has one."""
QUARTER = 3


@dataclass(frozen=True)
class MonthRow:
    """A month, or a quarter: what is paid in it, and the balance at its end."""

    months: str
    running: str
    upfront: str
    refused: str
    rival: str
    cumulative: str
    cheaper: str


@dataclass(frozen=True)
class RungRow:
    """A rung of the ladder as it is shown."""

    name: str
    how: str
    usd: str
    wrong: str


def month_rows(result: Evaluation) -> list[MonthRow]:
    """A row a month for a year, then a row a quarter; none without a rival."""
    if result.months is None:
        return []
    months = result.months.months
    early = [(one,) for one in months[:MONTHLY]]
    late = [months[at : at + QUARTER] for at in range(MONTHLY, len(months), QUARTER)]
    return [_month_row(part, result.months.against) for part in (*early, *late)]


def _month_row(part: tuple[Month, ...], rival: str) -> MonthRow:
    first, last = part[0], part[-1]
    span = f"{first.number}" if first is last else f"{first.number}–{last.number}"
    return MonthRow(
        span,
        usd_about(sum(one.running_usd for one in part)),
        usd_about(sum(one.upfront_usd for one in part)),
        usd_about(sum(one.refused_usd for one in part)),
        usd_about(sum(one.rival_usd for one in part)),
        usd_about(last.cumulative_usd),
        "self-hosting" if last.self_is_cheaper else rival,
    )


def rung_rows(result: Evaluation) -> list[RungRow]:
    """Every rung, those without a price with the reason."""
    return [_rung_row(one) for one in result.commitment_options]


def _rung_row(rung: CommitmentOption) -> RungRow:
    if rung.usd_per_month is None or rung.exit_cost_usd is None:
        return RungRow(rung.name, rung.reason, "no price", "")
    return RungRow(
        rung.name, rung.how, usd_about(rung.usd_per_month), usd_about(rung.exit_cost_usd)
    )
