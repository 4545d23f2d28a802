"""The monthly cash flow and the commitment options, as the memo shows them."""

from __future__ import annotations

from dataclasses import dataclass

from tco.analysis.cashflow.months import Month
from tco.analysis.evaluation import Evaluation
from tco.analysis.optimization.commitment_options import CommitmentOption
from tco.numbers import usd_about

__all__ = ["MonthRow", "OptionRow", "month_rows", "option_rows"]

MONTHLY = 12
"""The first months have one row each, later ones one row per quarter."""
QUARTER = 3
NAMES = {"short reserve": "short-term reservation", "own": "owned nodes"}
"""Displayed names of commitment options that differ from their ids."""


@dataclass(frozen=True, kw_only=True)
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
class OptionRow:
    """A commitment option as it is displayed."""

    name: str
    how: str
    usd: str
    exit_cost: str


def month_rows(result: Evaluation) -> list[MonthRow]:
    """Return a row a month for a year, then a row a quarter; none without an alternative."""
    if result.months is None:
        return []
    months = result.months.months
    early = [(month,) for month in months[:MONTHLY]]
    late = [months[at : at + QUARTER] for at in range(MONTHLY, len(months), QUARTER)]
    return [_month_row(part, result.months.against) for part in (*early, *late)]


def _month_row(part: tuple[Month, ...], rival: str) -> MonthRow:
    first, last = part[0], part[-1]
    span = f"{first.number}" if first is last else f"{first.number}–{last.number}"
    return MonthRow(
        months=span,
        running=usd_about(sum(one.running_usd for one in part)),
        upfront=usd_about(sum(one.upfront_usd for one in part)),
        refused=usd_about(sum(one.refused_usd for one in part)),
        rival=usd_about(sum(one.rival_usd for one in part)),
        cumulative=usd_about(last.cumulative_usd),
        cheaper="self-hosting" if last.self_is_cheaper else rival,
    )


def option_rows(result: Evaluation) -> list[OptionRow]:
    """Return every commitment option, those without a price with the reason."""
    return [_option_row(option) for option in result.commitment_options]


def _option_row(option: CommitmentOption) -> OptionRow:
    if option.usd_per_month is None or option.exit_cost_usd is None:
        return OptionRow(NAMES.get(option.name, option.name), option.reason, "no price", "")
    return OptionRow(
        NAMES.get(option.name, option.name),
        option.how,
        usd_about(option.usd_per_month),
        usd_about(option.exit_cost_usd),
    )
