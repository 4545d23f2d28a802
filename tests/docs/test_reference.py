"""The reference pages are complete: every key, every command, every option, every exit code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import GenericAlias
from typing import Any, get_args

import click
import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tco.analysis.decision.verdict import Decision, in_words
from tco.catalog.book import Book
from tco.catalog.row import Row
from tco.cli import exit_codes
from tco.iac.enforce.limits import SCHEMA
from tco.plan.plan import Plan
from tco.plan.workload import Workload
from tco.ranges import Range
from tests.cli.command_tree import all_commands
from tests.docs.pages import DOCS, README, ROOT

LONGEST_README = 250
HEAD = re.compile(
    r"^\| key \| type \| default \| meaning \|\n\|[-|]+\|\n((?:\|.*\n)+)", re.MULTILINE
)
NOT_WRITTEN = {(Book, "name")}
"""Fields that no file states."""


def models_of(root: type[BaseModel]) -> list[type[BaseModel]]:
    """Return a model and every model inside it, in the order in which they are met."""
    found: list[type[BaseModel]] = []

    def visit(annotation: Any) -> None:
        if isinstance(annotation, type) and not isinstance(annotation, GenericAlias):
            if issubclass(annotation, BaseModel) and annotation not in found:
                found.append(annotation)
                for field in annotation.model_fields.values():
                    visit(field.annotation)
                    for extra in field.metadata:
                        visit(extra)
            return
        for part in get_args(annotation):
            visit(part)

    visit(root)
    return found


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the keys that a page lists for a model; those of every row are listed once."""
    common = Row.model_fields if issubclass(model, Row) and model is not Row else {}
    return {
        field.alias or name: field
        for name, field in model.model_fields.items()
        if name not in common and (model, name) not in NOT_WRITTEN
    }


def tables(page: Path) -> Iterator[dict[str, str]]:
    """Yield each table of keys of a page: the default by the key."""
    for table in HEAD.findall(page.read_text(encoding="utf-8")):
        cells = [[cell.strip() for cell in row.split(" | ")] for row in table.splitlines()]
        yield {row[0].strip("|` "): row[2] for row in cells}


def plain_default(field: FieldInfo) -> str | None:
    """Return how a page writes a default that is one plain value, else None."""
    value = field.default
    if isinstance(value, Range):
        value = value.likely
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"`{value:g}`"
    return f"`{value}`" if isinstance(value, str) and value else None


CASES = [
    *(("stack-file.md", model) for model in models_of(Plan)),
    *(("workloads.md", model) for model in models_of(Workload)),
    *(
        ("price-books.md", model)
        for model in (Row, *models_of(Book))
        if "Latency" not in f"{model}"
    ),
]


@pytest.mark.parametrize(
    ("page", "model"), CASES, ids=lambda value: getattr(value, "__name__", value)
)
def test_every_key_is_on_its_page(page: str, model: type[BaseModel]) -> None:
    """One table has exactly the keys of a model, with the defaults that the code has."""
    fields = fields_of(model)
    closest = max(
        tables(DOCS / page),
        key=lambda table: len(table.keys() & fields.keys()) - len(table.keys() ^ fields.keys()),
    )
    assert set(closest) == set(fields), f"docs/{page}: {model.__name__} needs a row per key"
    for name, field in fields.items():
        if field.is_required():
            assert closest[name] == "required", name
        else:
            assert closest[name] != "required", name
            stated = plain_default(field)
            assert stated in (None, closest[name]), name


def test_every_command_option_and_exit_code_is_listed() -> None:
    """A reader finds on one page what the command line takes and what it ends with."""
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    for path, command in all_commands():
        words = " ".join(("tco", *path))
        assert isinstance(command, click.Group) or f"`{words}" in text, words
        for option in command.params:
            if isinstance(option, click.Option):
                assert max(option.opts, key=len) in text, f"{words} {option.opts}"
    for name in exit_codes.__all__:
        assert f"| {getattr(exit_codes, name)} |" in text, name


def test_every_json_document_is_listed() -> None:
    """A program that reads JSON finds each document that the commands write."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tco").rglob("*.py"))
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"tco\.[a-z-]+/\d+", code) if f"`{name}`" not in text] == []


def test_every_input_of_the_action_is_listed() -> None:
    """A workflow's author finds what the action takes and gives."""
    action: Any = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    text = (DOCS / "pull-requests.md").read_text(encoding="utf-8")
    assert [name for name in action["inputs"] if f"| `{name}` |" not in text] == []
    assert [name for name in action["outputs"] if f"`{name}`" not in text] == []


def test_every_limit_of_the_policy_pack_is_listed() -> None:
    """The page has a row for each key of the pack's configuration."""
    text = (DOCS / "policy-pack.md").read_text(encoding="utf-8")
    assert [name for name in SCHEMA if f"| `{name}` |" not in text] == []


def test_every_verdict_is_explained() -> None:
    """A reader finds each verdict as it is displayed, with its key in JSON."""
    text = (DOCS / "analysis.md").read_text(encoding="utf-8")
    for decision in get_args(Decision):
        assert f"| {in_words(decision)} | `{decision}` |" in text


def test_the_readme_is_short() -> None:
    """The README is read in minutes; what takes longer has a page of its own."""
    assert README.read_text(encoding="utf-8").count("\n") <= LONGEST_README
