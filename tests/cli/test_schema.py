"""`tco schema`: what users write and what commands print, as JSON Schema."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator, ValidationError

import tco.forge.branch
from tco.documents.document import Document
from tco.documents.key_texts import document_texts
from tco.documents.schemas import SCHEMAS
from tco.files import as_list, as_mapping
from tco.yaml_reader import load
from tests.cli.command_tree import all_commands
from tests.cli.conftest import OK, TODAY, USAGE, Answer, Shell, Tco
from tests.conftest import Keys

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "tests" / "iac" / "recorded"
FILES = [
    *(("stack", path) for path in sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))),
    *(("workload", path) for path in sorted((ROOT / "stacks" / "workloads").glob("*.yaml"))),
    *(("book", path) for path in sorted((ROOT / "stacks" / "prices").glob("*.yaml"))),
    *(("book", path) for path in sorted((ROOT / "tco" / "catalog" / "data").glob("*.yaml"))),
]
CONFIDENTIAL: Keys = {
    "confidential": True,
    "prices": [{"instance": "box.8x", "region": "r1", "usd_per_hour": [15, 16, 18]}],
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "plan": ("plan",),
    "plan without scenarios": ("plan", "--scenarios", "0"),
    "compare": ("compare", "one", "two"),
    "gate": ("gate", "one"),
    "sweep": ("sweep", "one", "volume=100..1000:2", "fte=0..1:2"),
    "optimize": ("optimize", "one"),
    "diff": ("diff", "--base", "BASE"),
    "prices list": ("prices", "list"),
    "prices show": ("prices", "show", "box.8x"),
    "prices check": ("prices", "check"),
    "bad input": ("gate", "three"),
}
BILL = ("stacks/billing/focus-2026-10.csv",)
BENCHMARKS = sorted((ROOT / "tests" / "calibration" / "results" / "vllm").glob("*.json"))
SETUP = {
    **{"--model": "llama-3.3-70b", "--gpu": "L40S", "--gpus": "2", "--precision": "fp8"},
    **{"--engine": "vllm", "--engine-version": "0.19"},
}
STACKS = ("aws-mixed", "rtx5090-owned", "two-models", "hybrid")
MONTH = ("--month", "2026-10", "--billing", *BILL)
PROPOSED = ("--book", "proposed.yaml", "--dry-run")
EXAMPLES: dict[str, tuple[object, ...]] = {
    "plan": ("plan", *STACKS, "--scenarios", "200", "--today", TODAY),
    "alerts": ("alerts", "aws-mixed", "--today", TODAY),
    "commitments": ("commitments", "--scenarios", "100", "--today", TODAY),
    "actual": ("actual", "aws-premium", *MONTH, "--update", "--scenarios", "0", "--today", TODAY),
    "models": ("models",),
    "price": ("price", RECORDED / "preview.json", "--today", TODAY),
    "prices list by region": ("prices", "list", "--region", "eu-*"),
    "prices check": ("prices", "check"),
    "prices import": ("prices", "import", "focus", *BILL, *PROPOSED),
    "prices refresh": ("prices", "refresh", "--source", "api", *PROPOSED, "--today", TODAY),
    "calibrate": ("calibrate", *BENCHMARKS, *sum(SETUP.items(), ()), *PROPOSED),
    "calibrate of nothing": ("calibrate", "nothing.json", *sum(SETUP.items(), ()), *PROPOSED),
}
"""Commands on the example stacks and on the embedded catalog, with the features these have."""
DOCUMENTS = {
    "plan without scenarios": "plan",
    "compare": "plan",
    "prices list": "prices",
    "prices show": "prices",
    "prices check": "prices-check",
    "bad input": "error",
    "prices list by region": "prices",
    "prices import": "prices-import",
    "prices refresh": "prices-refresh",
    "calibrate of nothing": "error",
}


@cache
def validator(name: str) -> Any:
    """A validator of a schema, which is itself a valid one."""
    schema = SCHEMAS[name].as_json()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def faults(name: str, value: Any) -> list[str]:
    """What a schema refuses."""
    found: list[ValidationError] = list(validator(name).iter_errors(value))
    return [f"{error.json_path}: {error.message}" for error in found]


def objects(schema: Any) -> Iterator[Keys]:
    """Every object with named keys in a schema."""
    for part in as_list(schema) or ():
        yield from objects(part)
    mapping = as_mapping(schema) or {}
    if "properties" in mapping and mapping.get("type") == "object":
        yield mapping
    for part in mapping.values():
        yield from objects(part)


@pytest.mark.parametrize(("name", "path"), FILES, ids=lambda value: getattr(value, "name", value))
def test_files_satisfy_their_schema(name: str, path: Path) -> None:
    """An editor that checks with the schema marks nothing in a file that tco accepts."""
    content = load(path.read_text(encoding="utf-8"), aliases=True)
    assert faults(name, json.loads(json.dumps(content, default=str))) == []


def test_a_book_in_another_currency_satisfies_the_schema() -> None:
    """Its keys of money are named after the currency; what is required stays required."""
    currency = {"code": "EUR", "usd": 1.08, "source": "ECB", "as_of": "2026-11-01"}
    api = {"api": "x/y", "input_eur_per_mtok": 1, "output_eur_per_mtok": 2}
    book: Keys = {"source": "a mail", "currency": currency, "prices": [api]}
    assert faults("book", book) == []
    assert faults("book", {**book, "prices": [{**api, "output_eur_per_mtok": -2}]})
    assert faults("book", {**book, "prices": [{"api": "x/y", "input_usd_per_mtok": 1}]})


@pytest.fixture
def rich(shell: Shell, tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any) -> Shell:
    """The shell with a confidential book, a table of people, an API by name, and an older side."""
    lab = shell.lab
    base = tmp_path_factory.mktemp("base")
    shutil.copytree(lab.folder, base, dirs_exist_ok=True)
    monkeypatch.setattr(tco.forge.branch, "load_catalog", lambda: lab.catalog)
    lab.plan(
        {"chat": lab.service({"main": {"instance": "box.8x", "nodes": 2}}, standby="none")},
        "one",
        prices=[lab.book("ours", **CONFIDENTIAL)],
        alternatives=["api/plain", "api/short", {"both": {"chat": "api/dear"}}, "stack:two"],
        ops={"fte": {1: 0.25, 4: 0.5}},
        gate={
            "override": {
                "reason": "pilot",
                "approved_by": "ann",
                "expires": "2026-12-31",
                "max_usd_per_month": [1e5, 2e5],
            }
        },
    )
    COMMANDS["diff"] = ("diff", "--base", str(base))
    return shell


def check(answer: Answer, command: str) -> None:
    """Fails where what a command printed is not what its schema and its model describe."""
    name = f"{DOCUMENTS.get(command, command)}-document"
    assert faults(name, answer.json) == []
    model = SCHEMAS[name].model
    assert issubclass(model, Document)
    assert model.model_validate_json(answer.out).as_json() == answer.json


@pytest.mark.parametrize("command", COMMANDS)
def test_what_commands_print_satisfies_its_schema(rich: Shell, command: str) -> None:
    """Every document has exactly the keys of its schema, and reads back as what it was."""
    check(rich(*COMMANDS[command], "--format", "json"), command)


@pytest.mark.parametrize("command", EXAMPLES)
def test_what_the_examples_print_satisfies_its_schema(
    tco_command: Tco, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same on the example stacks, and for the commands that read bills and measurements."""
    monkeypatch.chdir(ROOT)
    check(tco_command(*EXAMPLES[command], "--format", "json"), command)


def test_a_priced_state_satisfies_its_schema(shell: Shell) -> None:
    """The same of `tco price`, for a state that the engine recorded."""
    state = RECORDED / "state.json"
    check(shell.bare("price", str(state), "--format", "json", "--today", TODAY), "price")


def prints_json(command: click.Command) -> bool:
    """Whether a command has `--format json`."""
    return any(
        param.name == "form"
        and isinstance(param.type, click.Choice)
        and "json" in param.type.choices
        for param in command.params
    )


def test_every_command_that_prints_json_is_held_to_a_schema() -> None:
    """A new command with `--format json` joins the tables above, and every schema is in them."""
    known = [*COMMANDS.items(), *EXAMPLES.items()]
    printing = {path for path, command in all_commands() if prints_json(command)}
    assert ("prices", "refresh") in printing
    held = {path for path in printing for _, words in known if words[: len(path)] == path}
    assert printing - held == set()
    documents = {f"{DOCUMENTS.get(name, name)}-document" for name, _ in known}
    assert documents == {name for name in SCHEMAS if not SCHEMAS[name].written}


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_closed(name: str) -> None:
    """A key that is misspelled is refused; open is only what is not ours, or differs by kind."""
    schema = SCHEMAS[name].as_json()
    assert schema["title"] == SCHEMAS[name].title
    open_to_others = {"StackYaml", "StackConfig", "FigurePart", SCHEMAS["stack"].title}
    assert [
        part["title"]
        for part in objects(schema)
        if part.get("additionalProperties") is not False and part["title"] not in open_to_others
    ] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_explained(name: str) -> None:
    """An editor shows for each key what the page in `docs/` says of it; so does a document's."""
    explained = {
        f"{part['title']}.{key}": value.get("description", "")
        for part in objects(SCHEMAS[name].as_json())
        for key, value in part["properties"].items()
    }
    assert [key for key, text in explained.items() if not text] == []


def test_every_row_of_the_page_of_keys_explains_a_key() -> None:
    """The page has no key that no document has, and no part of that name is left without it."""
    parts = [
        part
        for name, schema in SCHEMAS.items()
        if not schema.written
        for part in (SCHEMAS[name].as_json(), *SCHEMAS[name].as_json().get("$defs", {}).values())
    ]
    keys = {key for part in parts for key in part.get("properties", {})}
    held = {(key, part.get("title")) for part in parts for key in part.get("properties", {})}
    assert [key for key, part in document_texts() if not part and key not in keys] == []
    roots = {named.model.__name__ for named in SCHEMAS.values()}
    assert [
        row for row in document_texts() if row[1] and row[1] not in roots and row not in held
    ] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("services.chat.pools.main.nodes", -1),
        ("services.chat.pools.main.nodes", "many"),
        ("services.chat.pools.main.purchase", "leased"),
        ("services.chat.poools", {}),
        ("services.chat.sizing.target_load", 80),
        ("finance.discount_rate", [0.1, 0.2, 0.3, 0.4]),
        ("gate.level", "strict"),
        ("alternatives", "api/plain"),
    ],
)
def test_the_schema_of_stacks_refuses(shell: Shell, path: str, value: object) -> None:
    """What tco refuses of a stack by its form, an editor refuses as well."""
    content: Any = load((shell.lab.folder / "Pulumi.one.yaml").read_text(), aliases=False)
    assert faults("stack", content) == []
    *parents, key = path.split(".")
    inner = content["config"]["tco:plan"]
    for parent in parents:
        inner = inner.setdefault(parent, {})
    inner[key] = value
    assert faults("stack", content) != []


def test_schema_prints_what_it_names(shell: Shell) -> None:
    """Each name of the list prints a schema."""
    listed = shell.bare("schema")
    assert listed.code == OK
    assert [line.split()[0] for line in listed.out.splitlines()] == list(SCHEMAS)
    assert shell.bare("schema", "workload").json == SCHEMAS["workload"].as_json()


def test_an_unknown_schema_names_the_nearest(shell: Shell) -> None:
    """A mistyped name is a usage error that helps."""
    answer = shell.bare("schema", "plan-documnt")
    assert (answer.code, answer.out) == (USAGE, "")
    assert "Did you mean plan-document?" in answer.err
