"""The import contracts of pyproject.toml hold, and nothing after `resolve` can look a figure up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

from tco.analysis.optimization.optimize import optimize
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.costing.pool_model import PoolModel
from tests.conftest import DAY, ON_DEMAND, Lab

PACKAGES = ("tco", "tests")


def test_the_import_contracts_hold() -> None:
    """Each layer imports from the layers below it alone, and Pulumi stays out of the CLI."""
    configure()
    assert lint_imports(cache_dir=None)


@dataclass(frozen=True)
class Holder:
    """Holds what it must not, under a private name."""

    _held: object


@dataclass(frozen=True, slots=True)
class Slotted:
    """Holds it in a slot."""

    held: object


def reachable(value: Any, seen: set[int]) -> Iterator[Any]:
    """Every object that attributes, items and elements lead to."""
    if id(value) in seen:
        return
    seen.add(id(value))
    yield value
    for item in inside(value):
        yield from reachable(item, seen)


def inside(value: Any) -> Iterator[Any]:
    """The objects that one object holds: those of a collection, of slots and of its dict."""
    kind = cast("type[Any]", type(value))
    held: dict[str, Any] = {}
    if kind.__module__.partition(".")[0] in PACKAGES:
        slots = [name for base in kind.__mro__ for name in getattr(base, "__slots__", ())]
        held = {name: getattr(value, name, None) for name in slots} | getattr(value, "__dict__", {})
    yield from held.values()
    if isinstance(value, Mapping):
        yield from cast("Mapping[Any, Any]", value).items()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from cast("Iterable[Any]", value)


def catalogs(value: object) -> list[Any]:
    """The catalogs that a result holds. A search that meets no pool has not looked far enough."""
    held = [*reachable(value, set())]
    assert any(isinstance(found, PoolModel) for found in held)
    return [found for found in held if isinstance(found, Catalog)]


def test_an_evaluation_holds_no_catalog(lab: Lab) -> None:
    """A face or an analysis that is handed an evaluation cannot look anything up."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/plain"])
    assert not catalogs(lab.evaluate())


def test_an_optimum_holds_no_catalog(lab: Lab) -> None:
    """Nor can what is handed the fleet chosen among the candidates that `resolve` made."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/plain"])
    assert not catalogs(optimize(*lab.candidates("one", DAY), 12, 0))


def test_the_search_for_catalogs_finds_one() -> None:
    """A catalog behind a private field, in a slot or deep in a mapping is found."""
    catalog = load_catalog()
    for holder in (Holder(catalog), Slotted(catalog), MappingProxyType({"a": [{"b": (catalog,)}]})):
        assert any(found is catalog for found in reachable(holder, set()))
