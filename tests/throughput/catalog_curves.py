"""The shipped curves, for the tests that measure the method against them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from tco.catalog.curves import Measurement, curve_models, measurements
from tco.throughput.curve import Curve
from tco.throughput.measured import curves_of


def closed_loop_rows() -> Iterator[tuple[str, Measurement]]:
    """Every aggregated closed-loop measurement with its model."""
    for model in curve_models():
        for row in measurements(model):
            if row.kind == "closed-loop" and row.mode == "aggregated":
                yield model, row


@lru_cache(maxsize=1)
def aggregated_curves() -> tuple[Curve, ...]:
    """Every aggregated curve of every model and version."""
    return tuple(
        curve
        for model in curve_models()
        for curve in curves_of(model, measurements(model))
        if curve.configuration.mode == "aggregated"
    )


def error_percentiles(log_errors: list[float]) -> tuple[float, float]:
    """Median and P90 of the factor that a prediction is off by, as a share."""
    median, p90 = np.percentile(np.abs(log_errors), [50, 90])
    return float(np.expm1(median)), float(np.expm1(p90))
