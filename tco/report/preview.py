"""What a Pulumi preview shows of a stack: a line per pool, a few for the stack."""

from __future__ import annotations

from tco.documents.narrative import ANSWERS
from tco.documents.stack import StackSummary
from tco.documents.terms import NODE_CATEGORIES
from tco.numbers import usd, usd_rounded
from tco.percent import probability_text
from tco.report.rows import LineRow, alternative_label, line_rows
from tco.report.view import category_totals

__all__ = ["closed_text", "pool_text", "refusal", "running_text", "stack_text"]


def pool_text(stack: StackSummary, pool: str) -> str:
    """Return a pool's month on one line.

    What it holds, at which rate, and whether that is bought.
    """
    pairs = [
        (line, row)
        for line, row in zip(stack.lines, line_rows(stack), strict=True)
        if line.pool == pool and line.category in NODE_CATEGORIES
    ]
    secret = any(line.confidential for line, _ in pairs)
    shown = [row for _, row in pairs if row.whole_usd] or [row for _, row in pairs[:1]]
    total = usd_rounded(sum(line.usd_per_month for line, _ in pairs))
    parts = "; ".join(_part(row, secret=secret) for row in shown)
    return f"{total}/month   {parts}{_waiting(stack, pool)}"


def _waiting(stack: StackSummary, pool: str) -> str:
    """Note a commitment that is not bought yet, with the on-demand cost until then."""
    unbought = next((waiting for waiting in stack.unbought if waiting.pool == pool), None)
    if unbought is None:
        return ""
    if unbought.kind == "capacity-block":
        return " (not bought yet)"  # and so not provisioned
    paid = unbought.on_demand_usd_per_month
    amount = "no price" if paid is None else f"{usd_rounded(paid)}/month"
    return f" (not bought yet: {amount} on demand)"


def _part(row: LineRow, *, secret: bool) -> str:
    return row.what if secret else f"{row.what}, {row.price} x {row.quantity}"


def stack_text(stack: StackSummary) -> str:
    """Return the stack's month by category, the alternative, the verdict.

    And what would change it.
    """
    verdict, rival = stack.verdict, stack.rival
    totals = ", ".join(f"{name} {whole}" for name, whole in category_totals(stack).items())
    more = " plus unpriced items" if stack.unpriced else ""
    most = usd_rounded(stack.gate.ceiling_usd_per_month)
    lines = [
        f"{usd_rounded(stack.priced_usd_per_month)}/month{more}: {totals}",
        f"at most {most}/month with every pool at its max",
    ]
    if rival is not None and rival.usd_per_month is not None:
        probability, needed = verdict.probability, verdict.required_probability
        wins = (
            ""
            if probability is None
            else f" (probability to win {probability_text(probability, needed)})"
        )
        theirs, answer = usd(rival.usd_per_month), ANSWERS[verdict.decision]
        lines.append(f"{alternative_label(stack)} {rival.name} {theirs}/month. {answer}{wins}")
        lines += [verdict.horizon_turn.text] if verdict.horizon_turn is not None else []
    else:
        lines.append(verdict.answer)
    if verdict.flips:
        lines.append(f"what would change the answer: {'; '.join(verdict.flips)}")
    lines += [f"no price for {item.name}: {item.reason}" for item in stack.unpriced]
    return "\n".join(lines)


def closed_text(stack: StackSummary) -> str:
    """Return why the gate is closed, and what follows from that."""
    follows = (
        "advisory only, `pulumi up` proceeds"
        if stack.gate.level == "advisory"
        else "`pulumi up` will refuse"
    )
    return f"the gate is closed, {follows}, because {_failing(stack)}. Memo: tco memo {stack.stack}"


def running_text(stack: StackSummary, rise: str) -> str:
    """Return what a closed gate means for a running stack: growth is refused, the rest passes."""
    if rise:
        return f"the gate is closed, `pulumi up` will refuse: {rise}, and {_failing(stack)}"
    return (
        f"the gate is closed for growth, because {_failing(stack)}. This update passes: the "
        f"ceiling of {usd_rounded(stack.gate.ceiling_usd_per_month)}/month does not rise"
    )


def refusal(stack: StackSummary) -> str:
    """Return what `pulumi up` prints instead of creating or growing anything."""
    return (
        f"{stack.verdict.answer} The gate is closed because {_failing(stack)}.\n"
        f"See `tco memo {stack.stack}`. To proceed on purpose, add tco:plan.gate.override to "
        f"{stack.file}."
    )


def _failing(stack: StackSummary) -> str:
    return "; ".join(condition.text for condition in stack.gate.conditions if not condition.holds)
