"""What a Pulumi preview shows of an evaluation: a line per pool, a few for the stack."""

from __future__ import annotations

from tco.analysis.decision.gate import not_bought
from tco.analysis.evaluation import Evaluation
from tco.costing.lines import NODE_CATEGORIES
from tco.documents.narrative import ANSWERS
from tco.numbers import usd
from tco.percent import probability_text
from tco.report.rows import LineRow, alternative_label
from tco.report.view import StackView, category_totals

__all__ = ["closed_text", "pool_text", "refusal", "stack_text"]


def pool_text(result: Evaluation, view: StackView, pool: str) -> str:
    """Return a pool's month on one line.

    What it holds, at which rate, and whether that is bought.
    """
    pairs = [
        (priced, row)
        for priced, row in zip(result.lines, view.lines, strict=True)
        if priced.line.pool == pool and priced.line.category in NODE_CATEGORIES
    ]
    secret = any(one.line.confidential for one, _ in pairs)
    shown = [row for _, row in pairs if row.whole_usd] or [row for _, row in pairs[:1]]
    total = usd(round(sum(one.usd_per_month for one, _ in pairs)))
    parts = "; ".join(_part(row, secret=secret) for row in shown)
    return f"{total}/month   {parts}{_waiting(result, pool)}"


def _waiting(result: Evaluation, pool: str) -> str:
    """Note a commitment that is not bought yet, with the on-demand cost until then."""
    kind = not_bought(result.stack).get(pool)
    if kind is None:
        return ""
    if kind == "capacity-block":
        return " (not bought yet)"  # and so not provisioned
    paid = result.unbought_usd_per_month.get(pool)
    amount = "no price" if paid is None else f"{usd(round(paid))}/month"
    return f" (not bought yet: {amount} on demand)"


def _part(row: LineRow, *, secret: bool) -> str:
    return row.what if secret else f"{row.what}, {row.price} x {row.quantity}"


def stack_text(result: Evaluation, view: StackView) -> str:
    """Return the stack's month by category, the alternative, the verdict.

    And what would change it.
    """
    totals = ", ".join(f"{name} {usd}" for name, usd in category_totals(result).items())
    more = " plus what has no price" if view.unpriced else ""
    most = usd(round(result.ceiling.usd_per_month))
    lines = [
        f"{view.total}/month{more}: {totals}",
        f"at most {most}/month with every pool at its max",
    ]
    rival = result.rival
    if rival is not None and rival.usd_per_month is not None:
        probability, needed = result.verdict.probability, result.stack.plan.gate.probability
        wins = (
            ""
            if probability is None
            else f" (probability to win {probability_text(probability, needed)})"
        )
        theirs, answer = usd(round(rival.usd_per_month)), ANSWERS[view.decision]
        lines.append(f"{alternative_label(result)} {rival.name} {theirs}/month. {answer}{wins}")
    else:
        lines.append(view.headline)
    if view.flips:
        lines.append(f"what would change the answer: {'; '.join(view.flips)}")
    lines += [f"no price for {text}" for text in view.unpriced]
    return "\n".join(lines)


def closed_text(result: Evaluation, view: StackView) -> str:
    """Why the gate is closed, and what follows from that."""
    follows = (
        "advisory only, `pulumi up` proceeds"
        if result.gate.level == "advisory"
        else "`pulumi up` will refuse"
    )
    closed = f"the gate is closed, {follows}, because {_failing(view)}"
    return f"{closed}. Memo: pulumi stack output tcoMemo"


def refusal(result: Evaluation, view: StackView) -> str:
    """Return what `pulumi up` prints instead of creating or growing anything."""
    return (
        f"{view.headline} The gate is closed because {_failing(view)}.\n"
        f"See `tco memo {view.name}`. To proceed on purpose, add tco:plan.gate.override to "
        f"{result.stack.file}."
    )


def _failing(view: StackView) -> str:
    return "; ".join(condition.text for condition in view.conditions if not condition.holds)
