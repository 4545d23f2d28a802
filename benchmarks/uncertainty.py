"""A million scenarios of a month's full ledger against numpy drawing their random numbers alone."""

from __future__ import annotations

import datetime as dt
import statistics
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path as FilePath

import numpy as np

from tco.analysis.cashflow.projection import Projection, project
from tco.analysis.simulation.uncertainty import CHUNK, drivers_of, simulate
from tco.catalog.catalog import load_catalog
from tco.resolve.resolver import load_stack

STACK = "aws-mixed"
SCENARIOS = 1_000_000
LIMIT = 3.0
HORIZON_SCENARIOS = 10_000
HORIZON_LIMIT_SECONDS = 2.0
RUNS = 5


def run() -> str:
    """The ratio with the peak memory, and 10,000 scenarios over the whole horizon in seconds."""
    stack = load_stack(FilePath("stacks"), STACK, load_catalog(), dt.date(2026, 11, 23))
    month, horizon = project(stack, 1), project(stack)
    drivers = len(drivers_of(month, stack.alternatives).names)
    pairs = [
        (_seconds(lambda: simulate(month, SCENARIOS, 1)), _seconds(lambda: _draw(drivers)))
        for _ in range(RUNS)
    ]
    ours, draws = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    whole = statistics.median(
        _seconds(lambda: simulate(horizon, HORIZON_SCENARIOS, 1)) for _ in range(RUNS)
    )
    return (
        f"{STACK}, {SCENARIOS:,} scenarios of one month {ours:.2f} s, drawing their {drivers} "
        f"random numbers each alone {draws:.2f} s: ratio {ratio:.2f} (to reach: under {LIMIT:g}), "
        f"peak memory {_peak_mb(month):.0f} MB; {HORIZON_SCENARIOS:,} scenarios over "
        f"{len(horizon.months)} months {whole:.2f} s (to reach: under {HORIZON_LIMIT_SECONDS:g} s)"
    )


def _seconds(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def _draw(drivers: int) -> None:
    """As many numbers into one buffer of a chunk's size: nothing but the drawing."""
    generator, buffer = np.random.default_rng(1), np.empty(CHUNK)
    for _ in range(drivers * SCENARIOS // CHUNK):
        generator.standard_normal(out=buffer)


def _peak_mb(month: Projection) -> float:
    """Memory that the scenarios need at most, in MB, as numpy and Python ask for it."""
    tracemalloc.start()
    try:
        simulate(month, SCENARIOS, 1)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
