"""``tco.sweep/1``: one or two inputs swept through the evaluation, and where the saving is 0."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from tco.analysis.decision.verdict import Decision
from tco.analysis.sweep.sweep import Axis, Point, Sweep
from tco.documents.document import Document, Part

__all__ = [
    "InputPart",
    "PointPart",
    "SweepDocument",
    "input_part",
    "point_part",
    "sweep_document",
]


class InputPart(Part):
    """A swept input with the values that it takes."""

    name: str
    unit: str | None
    whole: bool = Field(description="Whether it takes whole numbers only.")
    spacing: Literal["log", "linear"]
    values: tuple[float, ...]


class PointPart(Part):
    """The answer at values of the inputs, in their order."""

    values: tuple[float, ...]
    usd_per_month: float | None
    rival: str | None
    rival_usd_per_month: float | None
    saving_npv_usd: float | None
    decision: Decision
    probability: float | None


class BreakEvenRowPart(Part):
    """Where the saving is 0 along the last input, at a value of the first of two."""

    at: tuple[float, ...]
    values: tuple[float, ...]


class SweepDocument(Document):
    """What ``tco sweep --format json`` prints."""

    schema_: Literal["tco.sweep/1"] = Field(default="tco.sweep/1", alias="schema")
    stack: str
    pricing_day: dt.date
    scenarios: int
    seed: int
    inputs: tuple[InputPart, ...]
    points: tuple[PointPart, ...] = Field(description="The last input varies fastest.")
    break_even: tuple[BreakEvenRowPart, ...]


def sweep_document(
    sweep: Sweep, points: Sequence[Point], break_even: Sequence[Sequence[float]]
) -> SweepDocument:
    """Return a sweep as ``tco.sweep/1``. ``break_even`` has a list for every row of points."""
    rows = sweep.rows(points)
    return SweepDocument(
        stack=sweep.source.name,
        pricing_day=sweep.day,
        scenarios=sweep.scenarios,
        seed=sweep.seed,
        inputs=tuple(input_part(axis) for axis in sweep.axes),
        points=tuple(point_part(point) for point in points),
        break_even=tuple(
            BreakEvenRowPart(at=row[0].values[:-1], values=tuple(values))
            for row, values in zip(rows, break_even, strict=True)
        ),
    )


def input_part(axis: Axis) -> InputPart:
    """Return a swept input."""
    return InputPart(
        name=axis.parameter.name,
        unit=axis.parameter.unit or None,
        whole=axis.parameter.whole,
        spacing="log" if axis.logarithmic else "linear",
        values=axis.values,
    )


def point_part(point: Point) -> PointPart:
    """Return the answer at one point."""
    return PointPart(
        values=point.values,
        usd_per_month=point.usd_per_month,
        rival=point.rival,
        rival_usd_per_month=point.rival_usd_per_month,
        saving_npv_usd=point.saving_npv_usd,
        decision=point.decision,
        probability=point.probability,
    )
