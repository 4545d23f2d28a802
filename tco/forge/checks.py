"""Limits that a team puts on a branch: a closed gate, a rise of the bill."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tco.documents.diff import DiffDocument, StackDelta
from tco.report.diff.totals import weakened_text
from tco.report.diff.view import diff_view

__all__ = ["Increase", "refusals"]

INCREASE = re.compile(r"\$?(\d+(?:\.\d+)?)\s*(%?)")


@dataclass(frozen=True)
class Increase:
    """The most that a branch may add: USD per month, or a share of the bill before."""

    most: float
    relative: bool

    @classmethod
    def read(cls, text: str) -> Increase:
        """``500`` or ``10%``. Raises ValueError for anything else."""
        found = INCREASE.fullmatch(text.strip().replace(",", ""))
        if found is None:
            raise ValueError(f"{text!r} is neither USD per month (500) nor a percentage (10%).")
        share = found[2] == "%"
        return cls(float(found[1]) / (100 if share else 1), share)

    def __str__(self) -> str:
        """As it would be written."""
        return f"{self.most * 100:g}%" if self.relative else f"${self.most:,.0f}/month"


def refusals(document: DiffDocument, *, on_gate: bool, increase: Increase | None) -> list[str]:
    """Return why a branch is refused; empty where it is not.

    A gate that the branch weakens counts as a closed one. Only stacks that the branch touches
    count. The rise is the plan's, with both sides at the head's prices: a change of list prices
    refuses no branch. An unknown total is not zero: it is refused.
    """
    touched = [stack for stack in document.stacks if stack.touched]
    reasons: list[str] = []
    if on_gate:
        reasons += [f"{change.stack}: the gate is closed" for change in touched if _shut(change)]
        reasons += [weakened_text([change]) for change in touched if change.weakened]
    if increase is not None and touched:
        reasons += _over(document, touched, increase)
    return reasons


def _shut(delta: StackDelta) -> bool:
    after = delta.after
    return after is not None and not after.gate_open and after.gate.level != "advisory"


def _over(document: DiffDocument, touched: list[StackDelta], increase: Increase) -> list[str]:
    unknown = [change.stack for change in touched if change.delta.plan is None]
    if unknown:
        names = ", ".join(unknown)
        return [f"the change of {names} is unknown, the limit is {increase}"]
    added = sum(change.delta.plan or 0.0 for change in touched)
    before = sum(
        (change.before.usd_per_month or 0.0) + (change.delta.prices or 0.0)
        for change in touched
        if change.before is not None
    )
    most = increase.most * before if increase.relative else increase.most
    return [f"{diff_view(document).headline}, the limit is {increase}"] if added > most else []
