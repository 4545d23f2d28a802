"""Names of files that could steer a terminal: no command prints them as they are."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tco.errors import BadInput, TcoError, printable
from tco.plan.stack_file import read_stack
from tco.plan.stack_names import stack_names
from tests.cli.conftest import Shell
from tests.conftest import ON_DEMAND, Keys, Lab

ODD = {
    "terminal title": "a\x1b]0;owned\x07b",
    "direction": "a\u202eb",
    "line break": "a\n::error::b",
    "carriage return": "a\rb",
    "no width": "a\u200bb",
    "soft hyphen": "a\xadb",
    "no such character": "a\udcffb",
    "filler": "a\u3164b",
}
PLAIN = "a-Z_0.9"


def harmless(text: str) -> bool:
    """Whether a text has nothing but visible characters, spaces and line ends."""
    return all(character == "\n" or printable(character) == character for character in text)


@pytest.mark.parametrize("name", ODD.values(), ids=ODD)
def test_a_name_that_no_stack_can_have_is_refused(lab: Lab, name: str) -> None:
    """A stack file is refused for its name, which shows escaped."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    (lab.folder / "Pulumi.one.yaml").rename(lab.folder / f"Pulumi.{name}.yaml")
    for read in (lambda: stack_names(lab.folder), lambda: read_stack(lab.folder, name)):
        with pytest.raises(BadInput, match="is not the name of a stack") as caught:
            read()
        assert harmless(str(caught.value))


@pytest.mark.parametrize("name", [PLAIN, "1", "x" * 100])
def test_a_name_that_pulumi_takes_is_one(lab: Lab, name: str) -> None:
    """Letters, digits, dots, hyphens and underscores are what Pulumi takes."""
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}})}, name)
    assert stack_names(lab.folder) == [name]
    assert read_stack(lab.folder, name).name == name


@pytest.mark.parametrize("name", ["ü", "a b", "a|b", "<b>", "x" * 101, "../one", "a/../one"])
def test_a_name_that_pulumi_refuses_is_none(lab: Lab, name: str) -> None:
    """Whatever Pulumi could not name a stack is no stack here, be there a file or not."""
    with pytest.raises(TcoError):
        lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}})}, name.replace("/", "@"))
        read_stack(lab.folder, name.replace("/", "@"))
    with pytest.raises(TcoError):
        read_stack(lab.folder, name)


def _commands(odd: Path) -> Iterator[list[str]]:
    """Every command that prints the name of a file or folder, with an odd one."""
    stacks = ["--stacks", str(odd), "--today", "2026-11-23"]
    for form in ("table", "json", "markdown", "csv", "focus"):
        yield ["plan", "--format", form, *stacks]
        yield ["plan", "one", "--format", form, *stacks]
    yield ["plan", odd.name, *stacks]
    yield ["plan", "faulty", *stacks]
    yield ["plan", "faulty", "--format", "json", *stacks]
    yield ["plan", "--stacks", str(odd / odd.name)]
    yield ["memo", "one", *stacks, "--out", str(odd / "out")]
    yield ["memo", "one", *stacks, "--out", str(odd / "file")]
    yield ["memo", "one", *stacks, "--template", str(odd / "template")]
    yield ["memo", "one", *stacks, "--template", str(odd / "nothing")]
    yield ["optimize", "one", *stacks, "--write"]
    yield ["sweep", "one", "volume=1..2", *stacks]
    yield ["diff", *stacks, "--base", str(odd)]
    yield ["diff", *stacks, "--base", str(odd / "nothing")]
    yield ["price", str(odd / "preview.json")]
    yield ["price", str(odd / "nothing")]
    yield ["price", str(odd / "preview.json"), "--prices", str(odd / "nothing")]
    yield ["prices", "list", "--prices", str(odd / "prices" / "book.yaml")]
    yield ["prices", "list", "--prices", str(odd / "nothing")]
    yield ["comment", "annotations", str(odd / "template")]
    yield ["comment", "annotations", str(odd / "nothing")]
    yield ["gate", f"{odd.name}", *stacks]
    yield [odd.name]


@pytest.mark.parametrize("name", ODD.values(), ids=ODD)
def test_no_command_prints_a_name_as_it_is(shell: Shell, tmp_path: Path, name: str) -> None:
    """Whatever folders, workloads, books and templates are called, the output is harmless."""
    odd = tmp_path / name
    odd.mkdir()
    lab = Lab(odd, shell.lab.catalog)
    node: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    lab.plan({"chat": lab.service(node)}, "one")
    lab.write(f"prices/{name}.yaml", {"source": "x", "as_of": "2026-11-20", "figures": []})
    lab.book("book")
    lab.plan({"chat": lab.service(node, workload="chat")}, "faulty", prices=["a", "b"])
    lab.write("template", "{{ 1/0 }}")
    lab.write("file", "")
    lab.write(f"workloads/{name}.yaml", "[]")
    resource = {
        "urn": f"urn:pulumi:dev::p::a:b/c:D::{name}",
        "type": f"a:b/{name}:D",
        "custom": True,
    }
    lab.write(
        "preview.json", {"steps": [{"op": "create", "urn": resource["urn"], "newState": resource}]}
    )
    for command in _commands(odd):
        answer = shell.bare(*command)
        assert answer.code in (0, 1, 2, 3), command
        assert harmless(answer.err), command
        assert harmless(answer.out), command


def test_json_keeps_a_name_that_it_escapes(shell: Shell) -> None:
    """A program reads the very name, a terminal its escape."""
    answer = shell.bare("plan", "--format", "json", "--stacks", "no\x1bwhere\u202e")
    assert harmless(answer.out)
    assert "no\x1bwhere" not in answer.out
    assert "no" in json.loads(answer.out)["problems"][0]["message"]


def test_what_a_terminal_does_not_show_is_escaped() -> None:
    """Every control and format character of Unicode is, and letters of all scripts are not."""
    for number in range(0x110000):
        character = chr(number)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            assert printable(character) != character
    assert printable("prod-überall 東京 🚀") == "prod-überall 東京 🚀"
