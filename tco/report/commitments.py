"""Commitments by their end as text, each with what renewing or dropping it costs."""

from __future__ import annotations

import click

from tco.documents.commitments import (
    ChoicePart,
    CommitmentPart,
    CommitmentsDocument,
    ContractChangePart,
    StackCommitments,
)
from tco.documents.disclosure import HIDDEN
from tco.documents.terms import in_words
from tco.numbers import usd_about, usd_rounded
from tco.percent import probability_text
from tco.report.layout import WIDTH, wrapped
from tco.report.table import DECISION_COLORS

__all__ = ["commitment_name", "commitments_text"]

SOON_DAYS = 90
"""An end that is nearer is shown in color."""
NAMES = {"renew": "renew", "on-demand": "on demand", "drop": "drop", "api": "API"}
UNBOUGHT = ", if it is bought: without commitment.id the gate treats it as not bought"
ELSEWHERE = ("drop", "api")
"""The choices whose row names what serves instead."""
LEGEND = (
    "Month and present cost are of the whole stack at today's prices, the present cost over the "
    "horizon of the renewed stack; upfront is paid at once for the pool's nodes."
)


def commitments_text(found: CommitmentsDocument, width: int = WIDTH) -> str:
    """Return every stack with its commitments, and what the columns mean."""
    lines: list[str] = []
    for stack in found.stacks:
        lines += [*_stack(stack, width), ""]
    if any(stack.commitments for stack in found.stacks):
        lines += wrapped(LEGEND, "  ", hang="", width=width)
    return "\n".join(lines).rstrip("\n") + "\n"


def _stack(stack: StackCommitments, width: int) -> list[str]:
    name = click.style(stack.stack, bold=True)
    if not stack.commitments and not stack.contract_changes:
        return [f"{name}: no commitments."]
    planned, now = in_words(stack.decision), in_words(stack.decision_today)
    verdict = (
        f"the verdict holds at today's prices: {now}"
        if stack.stands
        else f"the verdict no longer holds: {planned} as planned on {stack.pricing_day}, "
        f"{now} at today's prices"
    )
    color = None if stack.stands else DECISION_COLORS[stack.decision_today]
    lines = [name, *wrapped(f"{verdict}.", "  ", width=width, color=color)]
    for commitment in stack.commitments:
        lines += ["", *_commitment(stack, commitment, width)]
    for change in stack.contract_changes:
        lines += ["", *wrapped(_contract(stack, change), "  ", width=width)]
    return lines


def _contract(stack: StackCommitments, change: ContractChangePart) -> str:
    names = ", ".join(change.names)
    today, then = (_month(month) for month in (stack.usd_per_month_today, change.usd_per_month))
    verdict = in_words(change.decision)
    return f"{names}: other terms by {change.day}: {then} instead of {today}, {verdict}"


def _month(usd_per_month: float | None) -> str:
    return "no price" if usd_per_month is None else f"{usd_rounded(usd_per_month)} a month"


def commitment_name(commitment: CommitmentPart) -> str:
    """Return a commitment's name: ``base: 2 x p5.48xlarge, savings-plan 1yr no-upfront``."""
    length = f"{commitment.hours} h" if commitment.term is None else commitment.term
    terms = " ".join(filter(None, (commitment.kind, length, commitment.payment)))
    return f"{commitment.pool}: {commitment.nodes} x {commitment.node}, {terms}"


def _commitment(stack: StackCommitments, commitment: CommitmentPart, width: int) -> list[str]:
    soon = commitment.days_left is not None and commitment.days_left < SOON_DAYS
    lines = wrapped(commitment_name(commitment), "  ", width=width, bold=True)
    lines += wrapped(_end(commitment), "    ", width=width, color="yellow" if soon else None)
    lines.append(
        f"    {'':<10}{'$/month':>12} {'present cost':>13} {'upfront':>12} {'wins':>6}  verdict"
    )
    for choice in commitment.choices:
        lines += _choice(choice, width)
    if commitment.cheapest is not None:
        best = NAMES[commitment.cheapest]
        text = f"cheapest over {stack.horizon_months} months: {best}"
        lines += wrapped(text, "    ", width=width)
    return lines


def _end(commitment: CommitmentPart) -> str:
    if commitment.end is None:
        return f"bought as {commitment.id}, no start in the stack file: state commitment.start"
    if commitment.assumed:
        return f"not bought yet; bought today, it ends on {commitment.end}"
    return f"{_dated_end(commitment)}{UNBOUGHT if commitment.awaits_purchase else ''}"


def _dated_end(commitment: CommitmentPart) -> str:
    days = commitment.days_left or 0
    if days < 0:
        return f"ended on {commitment.end}, {-days} days ago"
    return f"ends on {commitment.end}, in {days} days"


def _choice(choice: ChoicePart, width: int) -> list[str]:
    name = NAMES[choice.name]
    if choice.usd_per_month is None:
        return wrapped(f"{name:<10}no price: {choice.reason}", "    ", width=width, hang=" " * 10)
    wins = "" if choice.probability is None else probability_text(choice.probability)
    upfront = HIDDEN if choice.upfront_usd is None else usd_rounded(choice.upfront_usd)
    verdict = "" if choice.decision is None else in_words(choice.decision)
    row = (
        f"    {name:<10}{usd_rounded(choice.usd_per_month):>12} "
        f"{usd_about(choice.npv_usd or 0.0):>13} {upfront:>12} {wins:>6}  {verdict}"
    )
    how = wrapped(f"with {choice.how}", " " * 14, width=width) if choice.name in ELSEWHERE else []
    return [row.rstrip(), *how]
