"""The figures behind a result that have a source: their values, days and ages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from tco.analysis.decision.freshness import age_days
from tco.analysis.evaluation import Evaluation
from tco.catalog.sourced import SourcedValue
from tco.documents.document import Part
from tco.ranges import point

__all__ = ["FigurePart", "figure_parts", "oldest_age_days", "oldest_day", "sourced"]


class FigurePart(Part):
    """A figure with its source and its age; without its value where a book is confidential."""

    name: str
    low: float | None
    likely: float | None
    high: float | None
    unit: str
    source: str
    as_of: dt.date | None
    age_days: int | None
    estimate: bool


def figure_parts(result: Evaluation, figures: Iterable[SourcedValue]) -> tuple[FigurePart, ...]:
    """Return figures as they stand on the evaluation's day."""
    return tuple(_figure(figure, result.today) for figure in figures)


def _figure(figure: SourcedValue, today: dt.date) -> FigurePart:
    value = None if figure.confidential else figure.value
    return FigurePart(
        name=figure.name,
        low=value and value.low,
        likely=value and value.likely,
        high=value and value.high,
        unit=figure.unit,
        source=figure.source,
        as_of=figure.as_of,
        age_days=age_days(figure, today),
        estimate=figure.estimate,
    )


def oldest_age_days(figures: Iterable[SourcedValue], today: dt.date) -> int | None:
    """Return how old the oldest dated figure is."""
    ages = [age for figure in figures if (age := age_days(figure, today)) is not None]
    return max(ages, default=None)


def oldest_day(figures: Sequence[SourcedValue]) -> dt.date | None:
    """Return the day of the oldest dated figure."""
    return min((figure.as_of for figure in figures if figure.as_of is not None), default=None)


def sourced(result: Evaluation) -> list[SourcedValue]:
    """Return every figure behind the ledger and the alternatives that the plan does not state."""
    figures: dict[tuple[str, str], SourcedValue] = {}
    found = [figure for line in result.lines for figure in line.line.figures]
    for alternative in result.alternatives:
        for rate in alternative.alternative.rates:
            found += rate.figures if rate is not None else ()
    found += [
        SourcedValue(
            name=f"{node.configuration}: {node.provenance.label}",
            value=point(node.output_tok_s),
            unit="output tok/s per node",
            source=node.source,
            as_of=node.day,
            estimate=node.is_estimate,
            origin="book" if node.is_own else "catalog",
        )
        for service in result.stack.services
        for group in service.groups
        for node in group.nodes
    ]
    for figure in found:
        if figure.origin != "plan":
            figures.setdefault((figure.name, figure.source), figure)
    return list(figures.values())
