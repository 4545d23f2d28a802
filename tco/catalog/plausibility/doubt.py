"""A figure outside its plausible range, before it is known in which file it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from pydantic import BaseModel

from tco.catalog.plausibility.bounds import Band, bounds
from tco.catalog.plausibility.mistakes import probable_mistake
from tco.ranges import Range, point

__all__ = ["Doubt", "Keys", "figures_of", "unusual_figures"]

Keys = tuple[str | int, ...]
"""The keys and positions that lead to a figure."""
MOST_IN_LIST = 100
"""A longer list is a series, such as the hours of a week, and judged as a whole elsewhere."""


class Doubt(NamedTuple):
    """A figure outside its band: where, its value, the band, and what was probably meant."""

    keys: Keys
    value: Range
    unit: str
    band: Band
    mistake: str
    is_error: bool = False


def figures_of(model: BaseModel, keys: Keys = ()) -> Iterator[tuple[str, Keys, Range]]:
    """Yield each number that a model holds: the name of its bound, its keys and its value."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if value is not None:
            yield from _figures(value, f"{type(model).__name__}.{name}", (*keys, name))


def _figures(value: object, bound: str, keys: Keys) -> Iterator[tuple[str, Keys, Range]]:
    if isinstance(value, Range):
        yield bound, keys, value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield bound, keys, point(float(value))
    elif isinstance(value, BaseModel):
        for inner, path, figure in figures_of(value, keys):
            yield (bound if inner.startswith("Latency.") else inner), path, figure
    elif isinstance(value, dict | tuple):
        yield from _several(cast("dict[str, Any] | tuple[Any, ...]", value), bound, keys)


def _several(
    values: dict[str, Any] | tuple[Any, ...], bound: str, keys: Keys
) -> Iterator[tuple[str, Keys, Range]]:
    """Yield the numbers of a mapping or of a list; not those of a series."""
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    if len(values) < MOST_IN_LIST:
        for key, inner in pairs:
            yield from _figures(inner, bound, (*keys, key))


def unusual_figures(model: BaseModel, keys: Keys = ()) -> Iterator[Doubt]:
    """Yield the numbers of a model that are outside the bounds of their keys."""
    known = bounds()
    for name, path, value in figures_of(model, keys):
        bound = known.get(name)
        if bound is None or bound.holds(value):
            continue
        shown = value.low if value.low < bound.band.low else value.high
        mistake = probable_mistake(shown, bound.band, bound.mistakes)
        yield Doubt(
            keys=path,
            value=value,
            unit=bound.unit,
            band=bound.band,
            mistake=mistake,
            is_error=bound.rejects(value),
        )
