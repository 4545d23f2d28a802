"""What a memo shows of a stack besides what its table shows."""

from __future__ import annotations

from dataclasses import dataclass

from tco.documents.plan import StackPart
from tco.documents.stack import StackSummary
from tco.numbers import plain, usd_about
from tco.report.memo_rows import FigureRow, InputRow, RankRow, figure_row, input_rows, rank_row
from tco.report.tripwires import TripwireRow, tripwire_rows
from tco.report.view import StackView, stack_view

__all__ = ["MemoView", "memo_view"]


@dataclass(frozen=True, kw_only=True)
class MemoView(StackView):
    """A stack's evaluation with the tables that only its memo shows."""

    outlook: str
    immunity: str
    options: tuple[str, ...]
    ranks: tuple[tuple[str, tuple[RankRow, ...]], ...]
    rank_note: str
    inputs: tuple[InputRow, ...]
    figures: tuple[FigureRow, ...]
    oldest_age: str
    review: str
    review_by: str
    tripwires: tuple[TripwireRow, ...]


def memo_view(stack: StackPart) -> MemoView:
    """Return everything that a memo shows of a stack, apart from its picture."""
    age = stack.oldest_price_days
    return MemoView(
        **vars(stack_view(stack)),
        outlook=stack.outlook,
        immunity=_immunity(stack),
        options=stack.options,
        ranks=tuple(
            (service.name, tuple(map(rank_row, table)))
            for service, table in zip(stack.services, stack.ranks, strict=True)
        ),
        rank_note=_rank_note(stack),
        inputs=input_rows(stack),
        figures=tuple(map(figure_row, stack.figures)),
        oldest_age="undated" if age is None else f"{age} days",
        review=stack.review.summary,
        review_by="now" if stack.review.overdue else f"by {stack.review.on}",
        tripwires=tuple(tripwire_rows(stack.review.tripwires)),
    )


def _rank_note(stack: StackSummary) -> str:
    if stack.rival is None:
        return ""
    return f"API: the price of these tokens at {stack.verdict.against}."


def _immunity(stack: StackPart) -> str:
    """Return what it is worth that commitments keep their price, or an empty text."""
    worth = stack.horizon.price_immunity if stack.horizon is not None else None
    if worth is None:
        return ""
    low, likely, high = worth.factor_per_year
    text = (
        "Commitments keep their price for their term; without one, rents change by a factor of "
        f"{plain(likely)} per year"
    )
    base = _signed(worth.base_case_usd)
    if low == high:
        return f"{text}. Keeping the price is worth {base} in present value."
    ends = f"{_signed(worth.if_low_usd)} to {_signed(worth.if_high_usd)}"
    return (
        f"{text} ({plain(low)} to {plain(high)}). Keeping the price is worth {base} in present "
        f"value ({ends})."
    )


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else ''}{usd_about(abs(value))}"
