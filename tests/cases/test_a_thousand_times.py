"""A figure that is off by a thousand never gives another answer without a word."""

from __future__ import annotations

import copy
import datetime as dt
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.errors import BadInput
from tco.plan.stack_names import stack_names
from tco.resolve.resolver import load_stack

STACKS = Path(__file__).parents[2] / "stacks"
TODAY = dt.date(2026, 11, 25)
SCENARIOS = 200
EVERY = 5
"""Of the examples that lose anyway, every fifth change is tried."""
FACTORS = (1e3, 1e-3)
NAMES = stack_names(STACKS)
Keys = tuple[str | int, ...]


@cache
def shipped() -> Catalog:
    """Return the shipped catalog, read once."""
    return load_catalog()


def answer(folder: Path, name: str) -> Evaluation:
    return evaluate(load_stack(folder, name, shipped(), TODAY), TODAY, SCENARIOS)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def numbers(value: Any, keys: Keys = ()) -> Iterator[Keys]:
    """Yield the keys of each number of a document; a range is one number."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from numbers(inner, (*keys, key))
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        if items and all(map(is_number, items)):
            yield keys
        else:
            for index, inner in enumerate(items):
                yield from numbers(inner, (*keys, index))
    elif is_number(value):
        yield keys


def times(value: Any, factor: float) -> Any:
    """Return a number or a range in another size; a whole number stays one where it can."""
    if isinstance(value, list):
        return [times(inner, factor) for inner in cast("list[Any]", value)]
    product = value * factor
    return int(product) if isinstance(value, int) and product == int(product) else product


def files_of(name: str) -> Iterator[Path]:
    """Yield a stack file, its workloads and its price books, below the folder of stacks."""
    file = Path(f"Pulumi.{name}.yaml")
    yield file
    plan = yaml.safe_load((STACKS / file).read_text(encoding="utf-8"))["config"]["tco:plan"]
    for workload in dict.fromkeys(service["workload"] for service in plan["services"].values()):
        yield Path("workloads") / f"{workload}.yaml"
    yield from (Path("prices") / book for book in plan.get("prices", []))


def changes(name: str) -> Iterator[tuple[Path, Keys, float]]:
    for file in files_of(name):
        document = yaml.safe_load((STACKS / file).read_text(encoding="utf-8"))
        for keys in numbers(document):
            for factor in FACTORS:
                if keys[-1] != "requests_per_month" or factor < 1:
                    yield file, keys, factor


def write_changed(folder: Path, file: Path, keys: Keys, factor: float) -> None:
    document = yaml.safe_load((STACKS / file).read_text(encoding="utf-8"))
    holder = copy.deepcopy(document)
    inner = holder
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = times(inner[keys[-1]], factor)
    (folder / file).write_text(yaml.safe_dump(holder), encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_no_example_is_implausible(name: str) -> None:
    """The shipped examples are plausible as they are."""
    assert answer(STACKS, name).stack.findings == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_times(tmp_path: Path, name: str) -> None:
    """Any price, rate, length or count x 1,000 or / 1,000 is refused, reported, or without effect.

    A thousand times the volume is plausible and may change the answer.
    """
    usual = answer(STACKS, name)
    before = (usual.verdict.decision, usual.gate.open)
    tried = [*changes(name)]
    if usual.verdict.decision == "DO_NOT":
        tried = tried[NAMES.index(name) % EVERY :: EVERY]
    folder = tmp_path / "stacks"
    shutil.copytree(STACKS, folder)
    silent: list[str] = []
    for file, keys, factor in tried:
        write_changed(folder, file, keys, factor)
        try:
            result = answer(folder, name)
        except (BadInput, OverflowError):
            continue
        finally:
            shutil.copy(STACKS / file, folder / file)
        ceiling = any(
            condition.id == "ceiling" and not condition.holds
            for condition in result.gate.conditions
        )
        if result.stack.findings or ceiling:
            continue
        if before != (result.verdict.decision, result.gate.open):
            silent.append(f"{file} {keys} x {factor:g}: {result.verdict.decision}")
    assert silent == []
