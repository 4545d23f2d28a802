"""What a comparison comes to: the plan's share, the prices' share, and whether the gate is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.documents.diff import Outcome, StackDelta
from tco.numbers import signed_percent, signed_usd
from tco.report.diff.change_text import weakening_text

__all__ = ["RoundedTotals", "change_in_words", "headline", "split", "weakened_text", "whole_of"]

MOST_WEAKENED = 3
LONGEST_WEAKENED = 300


@dataclass(frozen=True)
class RoundedTotals:
    """A stack's figures in whole dollars that add up; None where unknown."""

    before: int | None
    after: int | None
    plan: int | None
    prices: int | None
    books: int = 0
    """What price books make of the plan's share."""

    @property
    def change(self) -> int | None:
        """Plan and prices together."""
        if self.plan is None or self.prices is None:
            return None
        return self.plan + self.prices


def whole_of(delta: StackDelta) -> RoundedTotals:
    """Return a stack's figures; the plan's share is what the prices leave of the change shown."""
    before, after = (_usd(side) for side in (delta.before, delta.after))
    sides = [side for side in (delta.before, delta.after) if side is not None]
    if delta.problems or any(side.usd_per_month is None for side in sides):
        return RoundedTotals(before, after, None, None)
    prices = round(delta.delta.prices or 0.0)
    plan = (after or 0) - (before or 0) - prices
    return RoundedTotals(before, after, plan, prices, books=round(delta.delta.books or 0.0))


def _usd(side: Outcome | None) -> int | None:
    return None if side is None or side.usd_per_month is None else round(side.usd_per_month)


def change_in_words(delta: StackDelta) -> str:
    """Describe the change of one stack's bill, the plan apart from the prices."""
    whole = whole_of(delta)
    if whole.plan is None or whole.prices is None:
        return "change unknown"
    plan = _change_text(whole.plan, (whole.before or 0) + whole.prices)
    plan += _books_text(whole.plan, whole.books)
    return f"{plan}, newer prices {signed_usd(whole.prices)}/month" if whole.prices else plan


def headline(touched: Sequence[StackDelta]) -> tuple[str, str]:
    """Return the answer in bold, and what goes with it."""
    if not touched:
        return "GPU plan: no change", "no stack, workload or price differs"
    wholes = [whole_of(stack) for stack in touched]
    known = [whole for whole in wholes if whole.plan is not None and whole.prices is not None]
    plan, prices = (
        sum(delta.plan or 0 for delta in known),
        sum(delta.prices or 0 for delta in known),
    )
    count = f"{len(touched)} stacks, " if len(touched) > 1 else ""
    base = sum((delta.before or 0) + (delta.prices or 0) for delta in known)
    asides = [_math(touched)]
    if prices:
        asides.insert(0, f"newer prices {signed_usd(prices)}/month")
    if len(known) < len(wholes):
        asides.insert(0, f"{len(wholes) - len(known)} without a known total")
    change = _change_text(plan, base) if known else "change unknown"
    books = _books_text(plan, sum(delta.books for delta in known))
    weakened = weakened_text(touched)
    shown = f"{count}{change}{books}{_ceiling_text(touched, plan)}"
    parts = [*([weakened] if weakened else []), shown]
    return f"GPU plan: {'; '.join(parts)}", "; ".join(asides)


def weakened_text(touched: Sequence[StackDelta]) -> str:
    """Name the stacks whose gate is weaker than before, with the keys; empty without any."""
    by_stack = {stack.stack: stack.weakened for stack in touched if stack.weakened}
    if not by_stack:
        return ""
    shown: list[str] = []
    for name, rows in by_stack.items():
        texts = [weakening_text(row) for row in rows[:MOST_WEAKENED]]
        more = [f"{len(rows) - MOST_WEAKENED} more"] if len(rows) > MOST_WEAKENED else []
        shown.append(f"{name} ({', '.join([*texts, *more])})")
    text = f"the gate is weakened on {', '.join(shown)}"
    return text if len(text) <= LONGEST_WEAKENED else f"{text[: LONGEST_WEAKENED - 1]}…"


def _ceiling_text(touched: Sequence[StackDelta], plan: int) -> str:
    """Name the rise of the ceiling; empty where it does not rise, or as the cost does."""
    rise = round(sum(stack.delta.plan_ceiling or 0.0 for stack in touched))
    return f", ceiling {signed_usd(rise)}/month" if rise > 0 and rise != plan else ""


def _change_text(plan: int, base: int) -> str:
    if plan == 0:
        return "no change in cost"
    share = f" ({signed_percent(plan / base)})" if base > 0 else ""
    return f"{signed_usd(plan)}/month{share}"


def _books_text(plan: int, books: int) -> str:
    """Return how much of a change price books make; empty where they make none."""
    if not books:
        return ""
    return (
        ", all of it by price books"
        if books == plan
        else (f", {signed_usd(books)} of it by price books")
    )


def _math(touched: Sequence[StackDelta]) -> str:
    """Return whether the gate lets the change through, in a few words."""
    ahead = [stack for stack in touched if stack.after is not None]
    if not ahead:
        return "no nodes are left to provision"
    shut = [stack.stack for stack in ahead if stack.after and not stack.after.gate_open]
    newly = [
        stack for stack in ahead if stack.after and stack.after.gate_open and not _was_open(stack)
    ]
    lost = [stack.stack for stack in ahead if stack.stack in shut and _was_open(stack)]
    if lost:
        return f"the gate closes on {', '.join(lost)}"
    if not shut:
        return "the gate opens" if newly else "the gate stays open"
    if len(shut) < len(ahead):
        return f"the gate is closed on {', '.join(shut)}"
    still = "still " if all(stack.before is not None for stack in ahead) else ""
    return f"the gate is {still}closed"


def _was_open(delta: StackDelta) -> bool:
    return delta.before is not None and delta.before.gate_open


def split(stacks: Sequence[StackDelta]) -> str:
    """Return what moved the bill: the plan, or the prices. Empty where prices did not move."""
    wholes = [whole_of(stack) for stack in stacks]
    plan = sum(whole.plan or 0 for whole in wholes)
    prices = sum(whole.prices or 0 for whole in wholes)
    moved = any({"prices", "catalog"} & set(stack.changed_because) for stack in stacks)
    if not moved:
        return ""
    return f"The plan accounts for {signed_usd(plan)}, newer prices for {signed_usd(prices)}."
