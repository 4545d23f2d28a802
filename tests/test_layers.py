"""The import contracts of pyproject.toml hold, and nothing after `resolve` can look a figure up."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any, cast

from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

from tco.catalog.catalog import Catalog
from tests.conftest import ON_DEMAND, Lab

FIELDS_HIDDEN = {"market"}
"""Looks prices up when it is asked; its protocol has no catalog."""


def test_the_import_contracts_hold() -> None:
    """Each layer imports from the layers below it alone, and Pulumi stays out of the CLI."""
    configure()
    assert lint_imports(cache_dir=None)


def reachable(value: Any, seen: set[int]) -> Iterator[Any]:
    """Every object that the fields of a record lead to."""
    if id(value) in seen:
        return
    seen.add(id(value))
    yield value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if field.name not in FIELDS_HIDDEN:
                yield from reachable(getattr(value, field.name), seen)
    elif isinstance(value, dict):
        for item in cast("dict[Any, Any]", value).values():
            yield from reachable(item, seen)
    elif isinstance(value, list | tuple):
        for item in cast("list[Any]", value):
            yield from reachable(item, seen)


def test_an_evaluation_holds_no_catalog(lab: Lab) -> None:
    """A face or an analysis that is handed an evaluation cannot look anything up."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/plain"])
    held = [*reachable(lab.evaluate(), set())]
    assert any(isinstance(value, dt.date) for value in held)
    assert not [value for value in held if isinstance(value, Catalog)]
