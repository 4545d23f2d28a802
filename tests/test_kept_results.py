"""Results that are kept for the next call: they are read-only, and changed files are read again."""

from __future__ import annotations

import datetime as dt
import gc
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
import pytest

import tco
from tco.throughput.candidate import catalog_curves
from tests.conftest import DAY, FOLLOWING, ON_DEMAND, Keys, Lab
from tests.iac.programs import Program

KEPT = type(lru_cache(len))
MONDAY = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
OFFICE = [1.0] * 8 + [40.0] * 10 + [1.0] * 6
PLAIN: Keys = {"api": "api/plain", "input_usd_per_mtok": 9, "output_usd_per_mtok": 9}


def week(requests: int) -> str:
    """A CSV of a week with this many requests in each hour."""
    hours = (MONDAY + dt.timedelta(hours=hour) for hour in range(168))
    return "hour,requests\n" + "".join(f"{hour.isoformat()},{requests}\n" for hour in hours)


def arrays_in(value: object) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays of a value, of its parts and of the fields of a record."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Mapping):
        yield from arrays_in(tuple(cast("Mapping[object, object]", value).values()))
    elif isinstance(value, tuple):
        for part in cast("tuple[object, ...]", value):
            yield from arrays_in(part)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from arrays_in(tuple(getattr(value, field.name) for field in fields(value)))


def kept_arrays() -> dict[str, list[np.ndarray[Any, Any]]]:
    """The arrays that every cache of a function holds, by the function's name."""
    found: dict[str, list[np.ndarray[Any, Any]]] = {}
    for module in [module for name, module in sys.modules.items() if name.startswith("tco.")]:
        for name, function in vars(module).items():
            if isinstance(function, KEPT):
                kept = [array for value in gc.get_referents(function) for array in arrays_in(value)]
                found |= {name: kept} if kept else {}
    return found


def test_arrays_that_are_kept_cannot_be_written_to(lab: Lab) -> None:
    """A program that changes an array of one stack's result changes no other stack."""
    tokens = {"name": "all", "share": 1, "input": 900, "output": 100}
    lab.nodes_by_hour(
        OFFICE,
        burst={"quantile": 0.99},
        classes=[{**tokens, "can_wait": {"share": 0.3, "hours": 4}}],
        timezone="Europe/Berlin",
    )
    service = {"standby": {"availability": 0.999}, "overflow": "api/plain"}
    peak = {"utc_hours": [9, 10], "input_usd_per_mtok": 18, "output_usd_per_mtok": 18}
    book = lab.book(
        "own",
        prices=[{**PLAIN, "peak": [peak]}],
        figures=[{"figure": "benchmark_spread", "value": [0.5, 1, 1.5], "unit": "x"}],
    )
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}}, service, prices=[book])
    evaluation = tco.evaluate(lab.load(), today=DAY, scenarios=50)
    assert catalog_curves("llama-3.3-70b", None)
    kept = kept_arrays()
    assert {
        "_most_loads",
        "load_levels",
        "_kept_scores",
        "_moved",
        "chances_up",
        "catalog_curves",
    } <= kept.keys()
    writeable = {
        name for name, arrays in kept.items() if any(array.flags.writeable for array in arrays)
    }
    assert writeable == set()
    [service_model] = evaluation.stack.services
    with pytest.raises(ValueError, match="read-only"):
        service_model.demand.requests_per_hour[0] = 1.0


CHANGES: dict[str, Callable[[Lab], object]] = {
    "stack file": lambda lab: lab.stack({"main": {**ON_DEMAND, "nodes": 3}}, prices=["own.yaml"]),
    "workload": lambda lab: lab.workload(requests_per_month=4e6),
    "CSV of a workload": lambda lab: lab.write("workloads/week.csv", week(9_000)),
    "price book": lambda lab: lab.book("own", prices=[PLAIN]),
}


@pytest.mark.parametrize("changed", CHANGES)
def test_a_stack_is_read_again_when_a_file_of_it_has_changed(lab: Lab, changed: str) -> None:
    """A program that runs for days sees each edit, also one that keeps the size of the file."""

    def month() -> list[float | None]:
        stack = tco.load_stack(lab.folder, "one", catalog=lab.catalog, today=DAY)
        evaluation = tco.evaluate(stack, today=DAY, scenarios=0)
        return [
            evaluation.usd_per_month,
            *(found.usd_per_month for found in evaluation.alternatives),
        ]

    lab.write("workloads/week.csv", week(2_000))
    lab.workload(csv="week.csv")
    lab.book("own", prices=[{**PLAIN, "input_usd_per_mtok": 7}])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=["own.yaml"])
    before = month()
    assert month() == before
    CHANGES[changed](lab)
    assert month() != before


def test_the_library_leaves_the_collector_of_its_program_alone(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other threads of a program create cycles too: the console script alone sets the collector."""

    def refuse(*_given: int) -> None:
        pytest.fail("the collector was set")

    for name in ("disable", "enable", "freeze", "set_threshold"):
        monkeypatch.setattr(gc, name, refuse)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    tco.evaluate(lab.load(), today=DAY, scenarios=0)
    program = Program()
    program.group()
    tco.price_resources(json.dumps(program.preview).encode(), catalog=lab.catalog)
