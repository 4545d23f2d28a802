"""What the shipped measurements cover: for each model and GPU the shapes, loads and newest day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tco.catalog.curves import Measurement, curve_models, measurements

__all__ = ["Coverage", "coverage", "matching_coverage"]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The measurements of a model on one GPU. Concurrencies are None without a closed-loop row."""

    model: str
    gpu: str
    points: int
    closed_loop_points: int
    shapes: int
    gpus_per_replica: tuple[int, ...]
    precisions: tuple[str, ...]
    engines: tuple[str, ...]
    lowest_concurrency: float | None
    highest_concurrency: float | None
    newest: str


def coverage(model: str) -> list[Coverage]:
    """Return what was measured of a model, one entry per GPU in the order of their names."""
    by_gpu: defaultdict[str, list[Measurement]] = defaultdict(list)
    for row in measurements(model):
        by_gpu[row.gpu].append(row)
    return [_coverage(model, gpu, by_gpu[gpu]) for gpu in sorted(by_gpu)]


def matching_coverage(words: Sequence[str]) -> list[Coverage]:
    """Return what was measured of the pairs whose model or GPU holds each of the words."""
    wanted = [word.casefold() for word in words]
    return [
        covered
        for model in curve_models()
        for covered in coverage(model)
        if all(word in f"{covered.model} {covered.gpu}".casefold() for word in wanted)
    ]


def _coverage(model: str, gpu: str, rows: Sequence[Measurement]) -> Coverage:
    loads = [row.concurrency for row in rows if row.concurrency is not None]
    known = [row for row in rows if row.input is not None and row.output is not None]
    return Coverage(
        model=model,
        gpu=gpu,
        points=len(rows),
        closed_loop_points=len(loads),
        shapes=len({(row.input, row.output) for row in known}),
        gpus_per_replica=tuple(sorted({row.gpus for row in rows})),
        precisions=tuple(sorted({row.precision for row in rows if row.precision})),
        engines=tuple(sorted({row.engine for row in rows if row.engine})),
        lowest_concurrency=min(loads, default=None),
        highest_concurrency=max(loads, default=None),
        newest=max(row.measured_on for row in rows),
    )
