"""The import contracts of pyproject.toml hold, and nothing after `resolve` can look a figure up."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

import tco
from tco.analysis.optimization.optimize import optimize
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.costing.pool_model import PoolModel
from tests.conftest import DAY, ON_DEMAND, Lab

TCO = Path(tco.__file__).parent
PACKAGES = ("tco", "tests")
ASKING = ("catalog", "resolve", "refresh", "iac/estimate")
"""Where a catalog is asked: by itself, for a plan, for today's prices, for any program."""
NOT_COUNTED = ("find", "scores", "hosts_book")
"""The first two are methods of other classes too; the last is a whole book, to be listed."""


def test_the_import_contracts_hold() -> None:
    """Each layer imports from the layers below it alone, and Pulumi stays out of the CLI."""
    configure()
    assert lint_imports(cache_dir=None)


def calls(path: Path) -> set[str]:
    """The names of the methods that a module calls."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {
        node.func.attr
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def test_a_catalog_is_asked_where_a_plan_is_resolved() -> None:
    """No module elsewhere calls a look-up by day, also where it may hold a catalog to pass on."""
    methods = inspect.getmembers(Catalog, inspect.isfunction)
    look_ups = {name for name, method in methods if "day" in inspect.signature(method).parameters}
    assert {"node_price", "api_price", "find_as"} <= look_ups
    folders = tuple(TCO / folder for folder in ASKING)
    elsewhere = [
        path for path in TCO.rglob("*.py") if not any(path.is_relative_to(at) for at in folders)
    ]
    asking = {str(path): calls(path) & (look_ups.difference(NOT_COUNTED)) for path in elsewhere}
    assert {path: names for path, names in asking.items() if names} == {}


def test_the_key_of_a_node_price_is_built_in_one_place() -> None:
    """The price names itself as `Catalog.node_price` asks for it; nothing else builds the key."""
    using = [path.name for path in TCO.rglob("*.py") if "node_key" in path.read_text("utf-8")]
    assert sorted(using) == ["catalog.py", "node_price.py"]


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
