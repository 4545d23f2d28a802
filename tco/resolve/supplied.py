"""What a user's files add to the measured throughput: benchmarks, an own model, spreads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tco.catalog.benchmark import Benchmark
from tco.catalog.catalog import Catalog
from tco.catalog.match import CatalogMatch
from tco.catalog.specs import model_specs
from tco.errors import BadInput
from tco.ranges import Range
from tco.resolve.lookup import Lookup, NotFound
from tco.throughput.measured import benchmark_curve
from tco.throughput.model_config import ConfiguredModel, spec_of_config
from tco.throughput.need import Supplied

__all__ = ["supplied_by_user"]

SPREADS = (
    "benchmark_spread",
    "extrapolation_spread",
    "far_extrapolation_spread",
    "prediction_spread",
)
"""The method's figures that a price book may replace."""


def supplied_by_user(
    todo: Lookup, path: str, model: str, gpu: str, rows: Sequence[CatalogMatch[Benchmark]]
) -> Supplied:
    """Return what price books, a model's config and the curated rows add; a user's row wins."""
    configured = _configured(todo, path, model)
    weights = todo.catalog.model_row(model, todo.day)
    own = weights.row if weights is not None and weights.origin == "book" else None
    spec = configured.spec if configured else own.spec if own else None
    precision = configured.precision if configured else None
    if own is not None and own.weights_gb:
        known = spec or model_specs().get(model)
        spec = known and replace(known, weights_gb=own.weights_of)
        precision = precision or (next(iter(own.weights_gb)) if len(own.weights_gb) == 1 else None)
    named = (match.row.model_copy(update={"model": model, "gpu": gpu}) for match in rows)
    return Supplied(
        benchmarks=[
            benchmark_curve(row, is_own=todo.source.holds(match.row))
            for row, match in zip(named, rows, strict=True)
        ],
        spec=spec,
        precision=precision,
        weights_gb=weights.row.weights_of if weights else {},
        spreads=dict(_stated_spreads(todo.catalog, todo.day)),
    )


def _configured(todo: Lookup, path: str, model: str) -> ConfiguredModel | None:
    """Return the spec of the config that a service names, or None. Raises NotFound."""
    service = path.removeprefix("services.")
    config = todo.source.model_configs.get(service)
    if config is None:
        return None
    named = todo.plan.services[service].serving.config
    try:
        return spec_of_config(config, str(todo.source.folder / f"{named}"), model)
    except BadInput as error:
        todo.problems += [problem for problem in error.problems if problem not in todo.problems]
        raise NotFound from None


def _stated_spreads(catalog: Catalog, day: dt.date) -> Iterable[tuple[str, Range]]:
    for name in SPREADS:
        found = catalog.find_figure(name, day)
        if found is not None:
            yield name, found.row.value
