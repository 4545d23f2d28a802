"""One or two inputs swept through the same evaluation, and where the saving crosses 0."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np

from tco.analysis.decision.verdict import Decision
from tco.analysis.evaluate import evaluate
from tco.analysis.sweep.derived_parameters import SweepParameter
from tco.analysis.sweep.parameters import parameter_of
from tco.costing.stack import Resolve
from tco.defaults import SEED
from tco.errors import BadInput, Problem, TcoError
from tco.plan.stack_file import StackFile
from tco.roots import crossing

__all__ = ["Axis", "NoSweep", "Point", "Span", "Sweep", "span_of", "sweep_of"]

DEFAULT_POINTS = 9
FEWEST_POINTS, MOST_POINTS = 2, 200
MOST_AXES = 2
WIDE = 100.0
"""From this ratio of the ends on, steps are even in logarithms."""
SPAN = re.compile(r"(?P<name>[^=]+)=(?P<low>[^=:]+?)\.\.(?P<high>[^=:]+?)(:(?P<count>[^=:]+))?")


class NoSweep(TcoError):
    """Words on the command line that do not describe a sweep."""


@dataclass(frozen=True)
class Span:
    """A parsed PARAM=LO..HI[:N]."""

    name: str
    low: float
    high: float
    count: int = DEFAULT_POINTS


def span_of(text: str) -> Span:
    """Return a span from its text. Raises NoSweep."""
    found = SPAN.fullmatch(text)
    if found is None:
        raise NoSweep(f"{text!r} is not a sweep. Write PARAM=LO..HI or PARAM=LO..HI:N.")
    low, high = (_number(text, found[end]) for end in ("low", "high"))
    if low > high:
        raise NoSweep(f"{text}: {low:g} is above {high:g}. Write the lower end first.")
    count = found["count"] or str(DEFAULT_POINTS)
    if not count.isdecimal() or not FEWEST_POINTS <= int(count) <= MOST_POINTS:
        raise NoSweep(f"{text}: {count} points; a sweep has {FEWEST_POINTS} to {MOST_POINTS}.")
    return Span(found["name"], low, high, int(count))


def _number(text: str, given: str) -> float:
    try:
        number = float(given)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise NoSweep(f"{text}: {given!r} is not a number.")
    return number


@dataclass(frozen=True)
class Axis:
    """An input with the values that it takes, and how they are spaced."""

    parameter: SweepParameter
    values: tuple[float, ...]
    logarithmic: bool

    @staticmethod
    def of(parameter: SweepParameter, span: Span) -> Axis:
        """Even steps, in logarithms where the ends are far apart; whole for a whole number."""
        logarithmic = span.low > 0 and span.high / span.low >= WIDE
        spaced = np.geomspace if logarithmic else np.linspace
        values = spaced(span.low, span.high, span.count)
        if parameter.whole:
            values = np.unique(np.round(values))
        return Axis(parameter, tuple(dict.fromkeys(float(value) for value in values)), logarithmic)


@dataclass(frozen=True, kw_only=True)
class Point:
    """The result at values of the inputs; USD per month, None if something has no price."""

    values: tuple[float, ...]
    usd_per_month: float | None
    rival: str | None
    rival_usd_per_month: float | None
    saving_npv_usd: float | None
    decision: Decision
    probability: float | None


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A stack and the inputs that vary, ready to be evaluated point by point."""

    source: StackFile
    resolve: Resolve
    today: dt.date
    axes: tuple[Axis, ...]
    scenarios: int
    seed: int

    @property
    def size(self) -> int:
        """How many points there are."""
        return int(np.prod([len(axis.values) for axis in self.axes]))

    @property
    def day(self) -> dt.date:
        """The pricing day."""
        return self.source.plan.pricing_day or self.today

    def rows(self, points: Sequence[Point]) -> list[Sequence[Point]]:
        """Return the points along the last input, one row for each value of the first of two."""
        length = len(self.axes[-1].values)
        return [points[start : start + length] for start in range(0, len(points), length)]

    def points(self) -> Iterator[Point]:
        """Yield every point, the last input varying fastest. Raises BadInput."""
        for values in product(*(axis.values for axis in self.axes)):
            yield self.at(values)

    def at(self, values: Sequence[float]) -> Point:
        """Return the evaluation at values of the inputs. Raises BadInput."""
        file = self.source
        for axis, value in zip(self.axes, values, strict=True):
            file = axis.parameter.in_file(file, value)
        try:
            stack = self.resolve(file)
            for axis, value in zip(self.axes, values, strict=True):
                stack = axis.parameter.in_stack(stack, value)
            result = evaluate(stack, self.today, self.scenarios, self.seed)
        except OverflowError as error:
            where = ", ".join(self._named(values))
            raise BadInput([Problem(file.file, where, f"{error}.")]) from None
        rival = result.rival
        return Point(
            values=tuple(values),
            usd_per_month=result.usd_per_month,
            rival=rival.name if rival is not None else None,
            rival_usd_per_month=rival.usd_per_month if rival is not None else None,
            saving_npv_usd=result.verdict.saving_npv_usd,
            decision=result.verdict.decision,
            probability=result.verdict.probability,
        )

    def _named(self, values: Sequence[float]) -> list[str]:
        pairs = zip(self.axes, values, strict=True)
        return [f"{axis.parameter.name}={value:g}" for axis, value in pairs]

    def break_even(self, points: Sequence[Point]) -> list[float]:
        """Return where the saving crosses 0 as the last input moves, between points along it.

        Each change of sign is narrowed down through the evaluation, without scenarios. For whole
        numbers it is the first one on the other side.
        """
        likely = replace(self, scenarios=0)
        whole = self.axes[-1].parameter.whole
        found: list[float] = []
        for before, after in pairwise(points):
            if before.saving_npv_usd is None or after.saving_npv_usd is None:
                continue
            if (before.saving_npv_usd > 0) is not (after.saving_npv_usd > 0):
                fixed = before.values[:-1]
                found.append(
                    crossing(
                        lambda x, at=fixed: likely.at((*at, x)).saving_npv_usd,
                        (before.values[-1], before.saving_npv_usd),
                        (after.values[-1], after.saving_npv_usd),
                        whole=whole,
                    )
                )
        return found


def sweep_of(
    source: StackFile,
    resolve: Resolve,
    today: dt.date,
    spans: Sequence[Span],
    scenarios: int = 0,
    seed: int = SEED,
) -> Sweep:
    """Return a sweep whose every value the schema takes. Raises NoSweep and BadInput."""
    names = [span.name for span in spans]
    if not 1 <= len(spans) <= MOST_AXES:
        raise NoSweep(f"{len(spans)} inputs: a sweep takes one or two.")
    if len(set(names)) < len(names):
        raise NoSweep(f"{names[0]} is swept twice.")
    declared = resolve(source)
    axes = tuple(Axis.of(parameter_of(span.name, source, declared), span) for span in spans)
    for axis, span in zip(axes, spans, strict=True):
        _refuse_fractions(axis, span, source)
        for value in axis.values:
            axis.parameter.in_stack(declared, value)
            axis.parameter.in_file(source, value)
    return Sweep(
        source=source, resolve=resolve, today=today, axes=axes, scenarios=scenarios, seed=seed
    )


def _refuse_fractions(axis: Axis, span: Span, source: StackFile) -> None:
    ends = [end for end in (span.low, span.high) if not end.is_integer()]
    if axis.parameter.whole and ends:
        raise BadInput(
            [
                Problem(
                    source.file,
                    span.name,
                    f"{ends[0]:g} is not a whole number, as the key requires.",
                )
            ]
        )
