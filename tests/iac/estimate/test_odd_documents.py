"""Whatever JSON a preview or a state holds, `tco price` prices it or lists what is wrong, where."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.catalog import Catalog
from tco.errors import BadInput
from tco.iac.estimate.price_document import priced_document
from tco.iac.estimate.price_summary import price_summary
from tco.iac.estimate.pricing import price_document
from tco.report.price import price_text
from tests.iac.programs import DAY, GROUP, INSTANCE, LATER, Keys, urn
from tests.iac.recording import RECORDED

NAMES = ("preview.json", "changes.json", "state.json")
ODD: list[object] = [
    None,
    True,
    -1,
    1.5,
    10**400,
    1e308,
    float("inf"),
    float("nan"),
    "",
    "a text\x1b[2J\u202e\x00",
    "\ud800",
    LATER,
    [],
    ["x", ["x"], {"x": 1}, None, 5],
    [[["x"]]],
    {},
    {"x": [1], "": {"": {}}, "\udfff": 1},
    {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "c"},
    {"id": [LATER], "instanceType": 3, "minSize": "2", "launchTemplate": [[]]},
]

Path = tuple[str | int, ...]


def nodes(value: object, path: Path = ()) -> Iterator[Path]:
    """Every place in a document."""
    yield path
    for key, inner in children(value):
        yield from nodes(inner, (*path, key))


def children(value: object) -> list[tuple[str | int, object]]:
    if isinstance(value, dict):
        return list(cast("dict[str | int, object]", value).items())
    return list(enumerate(cast("list[object]", value))) if isinstance(value, list) else []


def put(document: Any, path: Path, odd: Any) -> Any:
    """The document with an odd value in one place."""
    if not path:
        return odd
    changed = copy.deepcopy(document)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return changed


def outcome(data: bytes, catalog: Catalog) -> str:
    """What `tco price` prints, or the problems it lists; the property that holds for any bytes."""
    try:
        found = price_document(data, "p.json", catalog, DAY)
    except BadInput as error:
        said = str(error)
        assert error.problems
        assert all(problem.file == "p.json" for problem in error.problems)
    else:
        said = json.dumps(priced_document(found).as_json(), ensure_ascii=False, allow_nan=False)
        said += price_text(price_summary(found), "p.json")
        for resource in found.resources:
            assert (resource.low or 0) <= (resource.usd_per_month or 0) <= (resource.high or 0)
    said.encode("utf-8", "strict")
    return said


@pytest.mark.parametrize("name", NAMES)
def test_odd_value_anywhere_gives_a_document_or_a_listed_problem(
    name: str, catalog: Catalog
) -> None:
    """Each node of each recorded file, replaced by each odd value."""
    document = json.loads((RECORDED / name).read_bytes())
    for path in nodes(document):
        for odd in ODD:
            outcome(json.dumps(put(document, path, odd)).encode(), catalog)


changes = st.tuples(st.integers(0, 10_000), st.integers(0, len(ODD) - 1))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A recorded file with several odd values."""
    document = json.loads((RECORDED / draw(st.sampled_from(NAMES))).read_bytes())
    for place, odd in draw(st.lists(changes, min_size=2, max_size=6)):
        paths = list(nodes(document))
        document = put(document, paths[place % len(paths)], ODD[odd])
    return json.dumps(document).encode()


@given(mutated())
def test_several_odd_values_at_once(catalog: Catalog, data: bytes) -> None:
    """Faults that meet, such as an odd template that an odd group depends on."""
    outcome(data, catalog)


def preview(step: Keys, **state: Any) -> bytes:
    own: Keys = {"urn": urn(GROUP, "g"), "type": GROUP, "custom": True, "inputs": {}, **state}
    return json.dumps({"steps": [{"op": "create", "newState": own, **step}]}).encode()


NOTHING: Keys = {}
DEPENDS = "steps[0].newState.propertyDependencies"


@pytest.mark.parametrize(
    ("step", "state", "problem"),
    [
        ({"op": ["x"]}, NOTHING, "steps[0].op: should be text, it is a list"),
        ({"newState": 5}, NOTHING, "steps[0].newState: should be an object, it is a number"),
        (NOTHING, {"inputs": [1]}, "steps[0].newState.inputs: should be an object, it is a list"),
        (NOTHING, {"custom": "yes"}, "newState.custom: should be true or false, it is text"),
        (NOTHING, {"urn": None}, "steps[0].newState.urn: is missing"),
        (NOTHING, {"propertyDependencies": 5}, f"{DEPENDS}: should be an object"),
        (NOTHING, {"propertyDependencies": {"a": 5}}, f"{DEPENDS}.a: should be a list"),
        (NOTHING, {"propertyDependencies": {"a": [["x"]]}}, f"{DEPENDS}.a[0]: should be text"),
        (NOTHING, {"inputs": {"tags": {"a b": "\ud800"}}}, r'inputs.tags["a b"]: \ud800 is half'),
        (NOTHING, {"inputs": {"size": float("nan")}}, "inputs.size: NaN is not a JSON number"),
    ],
)
def test_wrong_type_is_named_with_its_place(
    step: Keys, state: Keys, problem: str, catalog: Catalog
) -> None:
    """The message names the field, what is accepted, and what is there instead."""
    assert problem in outcome(preview(step, **state), catalog)


def test_content_of_a_wrong_field_is_not_printed(catalog: Catalog) -> None:
    """What is in the wrong place may be a secret."""
    assert "hunter2" not in outcome(preview({}, provider=["hunter2"], inputs="hunter2"), catalog)


def test_null_counts_as_absent(catalog: Catalog) -> None:
    """The engine, written in Go, writes null for an empty list or object."""
    absent = dict.fromkeys(("inputs", "outputs", "provider", "id", "delete", "external"))
    data = preview({}, **absent, propertyDependencies={"minSize": None})
    assert "1 resource" in outcome(data, catalog)


@pytest.mark.parametrize("depth", [100, 400, 900, 990, 5_000, 200_000])
def test_deep_nesting_is_priced_or_refused(depth: int, catalog: Catalog) -> None:
    """Nesting near and beyond what Python follows ends in one of the two as well."""
    deep = '{"tags": ' * depth + "1" + "}" * depth
    kind = INSTANCE
    state = f'{{"urn": "a::b", "type": "{kind}", "custom": true, "inputs": {deep}}}'
    outcome(f'{{"steps": [{{"op": "create", "newState": {state}}}]}}'.encode(), catalog)


@pytest.mark.parametrize(
    "data",
    [
        b'{"steps": [], "steps": 5}',
        b'{"steps": 5, "steps": []}',
        b'{"steps": [{"op": "create", "op": ["x"], "newState": {"urn": "a", "urn": 1}}]}',
        b'{"steps": [], "x": 1e999999}',
        b'{"steps": [], "x": -Infinity}',
        b'{"version": 3.0, "deployment": {}}',
        b'{"version": 1' + b"0" * 400 + b', "deployment": {}}',
        b'{"version": true, "deployment": {"resources": []}}',
        b'{"steps": [], "changeSummary": {"same": 1' + b"0" * 400 + b"}}",
    ],
)
def test_odd_json_gives_a_document_or_a_listed_problem(data: bytes, catalog: Catalog) -> None:
    """Repeated keys, infinite numbers and versions of another type."""
    outcome(data, catalog)
