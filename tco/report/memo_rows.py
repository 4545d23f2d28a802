"""The rows that only a memo shows: uncertain inputs, nodes by rank, figures with their sources."""

from __future__ import annotations

from dataclasses import dataclass

from tco.documents.disclosure import HIDDEN
from tco.documents.figures import FigurePart
from tco.documents.ranks import RankPart
from tco.documents.stack import StackSummary
from tco.documents.uncertainty import SensitivityPart
from tco.numbers import percent, plain, usd_about, usd_price

__all__ = ["FigureRow", "InputRow", "RankRow", "figure_row", "input_rows", "rank_row"]


@dataclass(frozen=True, kw_only=True)
class FigureRow:
    """A figure with its source and its age."""

    name: str
    value: str
    unit: str
    source: str
    as_of: str
    age: str
    estimate: bool


@dataclass(frozen=True, kw_only=True)
class InputRow:
    """An uncertain figure as it is shown: its range, what it does alone, what it is worth."""

    name: str
    value: str
    saving_at_low: str
    saving_at_high: str
    worth: str


@dataclass(frozen=True, kw_only=True)
class RankRow:
    """A node by rank as it is shown."""

    rank: str
    needed: str
    busy: str
    supplies: tuple[tuple[str, str], ...]
    cheapest: str


def input_rows(stack: StackSummary) -> tuple[InputRow, ...]:
    """List the inputs that move the saving, the widest first."""
    drawn = stack.scenarios_against_rival
    return tuple(
        InputRow(
            name=figure.name,
            value=_range(figure),
            saving_at_low=usd_about(figure.saving_at_low_usd),
            saving_at_high=usd_about(figure.saving_at_high_usd),
            worth=usd_about(figure.evppi_usd),
        )
        for figure in (drawn.inputs if drawn is not None else ())
        if figure.saving_at_low_usd != figure.saving_at_high_usd
    )


def rank_row(rank: RankPart) -> RankRow:
    """Return a node by rank."""
    return RankRow(
        rank=str(rank.rank),
        needed=percent(rank.needed_share),
        busy=percent(rank.busy_share),
        supplies=tuple(
            (name, HIDDEN if price is None else usd_price(price))
            for name, price in rank.usd_per_hour.items()
        ),
        cheapest=rank.supply,
    )


def figure_row(figure: FigurePart) -> FigureRow:
    """Return a figure with its source and its age."""
    single = figure.likely is not None and figure.low == figure.likely == figure.high
    return FigureRow(
        name=figure.name,
        value=plain(figure.likely, 4) if single and figure.likely is not None else _range(figure),
        unit=figure.unit,
        source=figure.source,
        as_of=figure.as_of.isoformat() if figure.as_of else "undated",
        age=f"{figure.age_days} days" if figure.age_days is not None else "unknown",
        estimate=figure.estimate,
    )


def _range(figure: FigurePart | SensitivityPart) -> str:
    """Return a figure at its low end, in its base case and at its high end."""
    if figure.low is None or figure.likely is None or figure.high is None:
        return HIDDEN
    return " / ".join(plain(end) for end in (figure.low, figure.likely, figure.high))
