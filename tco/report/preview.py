"""What a Pulumi preview shows of an evaluation: a line per pool, a few for the stack."""

from __future__ import annotations

from tco.analysis.decision.gate import not_bought
from tco.analysis.decision.verdict import in_words
from tco.analysis.evaluation import Evaluation
from tco.costing.lines import NODE_CATEGORIES
from tco.numbers import usd
from tco.report.rows import LineRow
from tco.report.view import StackView, category_totals
from tco.shares import chance

__all__ = ["closed_text", "pool_text", "refusal", "stack_text"]


def pool_text(result: Evaluation, view: StackView, pool: str) -> str:
    """A pool's month on one line: what it holds, at which rate, and whether that is bought."""
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
    """That a pool's commitment is not bought yet, and what its nodes cost on demand until then."""
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
    """The stack's month by category, the rival, the verdict and what would flip it."""
    totals = ", ".join(f"{name} {usd}" for name, usd in category_totals(result).items())
    more = " and what has no price" if view.unpriced else ""
    lines = [f"{view.total}/month{more}: {totals}"]
    rival = result.rival
    if rival is not None and rival.usd_per_month is not None:
        probability, needed = result.verdict.probability, result.stack.plan.gate.probability
        wins = "" if probability is None else f" (wins: {chance(probability, needed)})"
        theirs, answer = usd(round(rival.usd_per_month)), in_words(view.decision)
        lines.append(f"rival {rival.name} {theirs}/month: {answer}{wins}")
    else:
        lines.append(view.headline)
    if view.flips:
        lines.append(f"it would flip at: {'; '.join(view.flips)}")
    lines += [f"no price for {text}" for text in view.unpriced]
    return "\n".join(lines)


def closed_text(result: Evaluation, view: StackView) -> str:
    """Why the gate is closed, and what follows from that."""
    follows = (
        "`pulumi up` goes on, the gate is advisory"
        if result.gate.level == "advisory"
        else "`pulumi up` will refuse"
    )
    why = f"not met: {_failing(view)}"
    return f"the gate is closed, {follows}; {why}. Memo: pulumi stack output tcoMemo"


def refusal(result: Evaluation, view: StackView) -> str:
    """What `pulumi up` says instead of creating or growing anything."""
    return (
        f"{view.headline} The gate is closed; not met: {_failing(view)}.\n"
        f"See `tco memo {view.name}`. To go ahead on purpose, add tco:plan.gate.override to "
        f"{result.stack.file}."
    )


def _failing(view: StackView) -> str:
    return "; ".join(f"{one.name}: {one.detail}" for one in view.conditions if not one.holds)
