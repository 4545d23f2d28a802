"""The monthly cash flow and the commitment options, as the memo shows them."""

from __future__ import annotations

from dataclasses import dataclass

from tco.documents.commitment_options import CommitmentOptionPart
from tco.documents.horizon import MonthPart
from tco.documents.plan import StackPart
from tco.documents.stack import StackSummary
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


def month_rows(stack: StackSummary) -> list[MonthRow]:
    """Return one row per month for a year, then one per quarter; none without an alternative."""
    if stack.horizon is None:
        return []
    months = stack.horizon.months
    early = [(month,) for month in months[:MONTHLY]]
    late = [months[at : at + QUARTER] for at in range(MONTHLY, len(months), QUARTER)]
    return [_month_row(part, stack.horizon.against) for part in (*early, *late)]


def _month_row(part: tuple[MonthPart, ...], rival: str) -> MonthRow:
    first, last = part[0], part[-1]
    span = f"{first.month}" if first is last else f"{first.month}–{last.month}"
    return MonthRow(
        months=span,
        running=usd_about(sum(month.own_running_usd for month in part)),
        upfront=usd_about(sum(month.upfront_usd for month in part)),
        refused=usd_about(sum(month.refused_usd for month in part)),
        rival=usd_about(sum(month.rival_usd for month in part)),
        cumulative=usd_about(last.cumulative_usd),
        cheaper="self-hosting" if last.cheaper == "self" else rival,
    )


def option_rows(stack: StackPart) -> list[OptionRow]:
    """Return every commitment option, those without a price with the reason."""
    return [_option_row(option) for option in stack.commitment_options]


def _option_row(option: CommitmentOptionPart) -> OptionRow:
    if option.usd_per_month is None or option.exit_cost_usd is None:
        return OptionRow(NAMES.get(option.name, option.name), option.reason or "", "no price", "")
    return OptionRow(
        NAMES.get(option.name, option.name),
        option.how or "",
        usd_about(option.usd_per_month),
        usd_about(option.exit_cost_usd),
    )
