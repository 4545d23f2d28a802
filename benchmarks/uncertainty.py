"""A million scenarios of a month's full ledger against numpy drawing their random numbers alone."""

from __future__ import annotations

import datetime as dt
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path as FilePath

import numpy as np

from benchmarks.processes import in_turn
from benchmarks.result import Result
from benchmarks.start_up import TCO
from tco.analysis.cashflow.projection import Projection, project
from tco.analysis.simulation.uncertainty import CHUNK, drivers_of, simulate
from tco.catalog.embedded import load_catalog
from tco.plan.stack_names import stack_names
from tco.resolve.resolver import load_stack

STACK = "aws-mixed"
SCENARIOS = 1_000_000
HORIZON_SCENARIOS = 10_000
RUNS = 5


def run() -> Iterator[Result]:
    """Yield a month over the drawing of its numbers, its memory, a horizon, and further stacks."""
    stack = load_stack(FilePath("stacks"), STACK, load_catalog(), dt.date(2026, 11, 23))
    month, horizon = project(stack, 1), project(stack)
    drivers = len(drivers_of(month, stack.alternatives).names)
    pairs = [
        (_seconds(lambda: simulate(month, SCENARIOS, 1)), _seconds(lambda: _draw(drivers)))
        for _ in range(RUNS)
    ]
    ours, draws = (statistics.median(side) for side in zip(*pairs, strict=True))
    yield Result(
        what=f"{SCENARIOS:,} scenarios of one month",
        measured=statistics.median(a / b for a, b in pairs),
        to_reach=2.5,
        unit="x",
        detail=f"{ours:.2f} s over {draws:.2f} s for drawing {drivers} random numbers each",
    )
    quarter, whole = _peak_mb(month, SCENARIOS // 4), _peak_mb(month, SCENARIOS)
    what = f"{SCENARIOS:,} scenarios, memory over that of a quarter of them"
    yield Result(
        what=what, measured=whole / quarter, to_reach=1.1, unit="x", detail=f"{whole:.0f} MB"
    )
    seconds = statistics.median(
        _seconds(lambda: simulate(horizon, HORIZON_SCENARIOS, 1)) for _ in range(RUNS)
    )
    what = f"{HORIZON_SCENARIOS:,} scenarios over {len(horizon.months)} months"
    yield Result(what, seconds, 2, "s")
    yield _further_stack()


def _further_stack() -> Result:
    """Return what each stack after the first adds to `tco plan` of all of them."""
    further = len(stack_names(FilePath("stacks"))) - 1
    all_, one, _ = in_turn((*TCO, "plan"), (*TCO, "plan", STACK), RUNS)
    what = "all example stacks with 10,000 scenarios each, a further stack"
    detail = f"{all_:.2f} s for {further + 1}, {one:.2f} s for one"
    return Result(
        what=what, measured=1000 * (all_ - one) / further, to_reach=60, unit="ms", detail=detail
    )


def _seconds(task: Callable[[], object]) -> float:
    start = time.process_time()
    task()
    return time.process_time() - start


def _draw(drivers: int) -> None:
    """As many numbers into one buffer of a chunk's size: nothing but the drawing."""
    generator, buffer = np.random.default_rng(1), np.empty(CHUNK)
    for _ in range(drivers * SCENARIOS // CHUNK):
        generator.standard_normal(out=buffer)


def _peak_mb(month: Projection, scenarios: int) -> float:
    """Memory that the scenarios need at most, in MB, as numpy and Python ask for it."""
    tracemalloc.start()
    try:
        simulate(month, scenarios, 1)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
