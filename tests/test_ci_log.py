"""No output of any command holds what a CI runner takes for a command of its own."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tco
from tco.ci_log import log_json, log_text
from tco.cli.main import main
from tests.conftest import ON_DEMAND, Lab

SOURCE = Path(tco.__file__).parent
UNSEEN = dict.fromkeys(map(ord, "\x00\x1b\u00ad\u200b\u2060\ufeff"))
HOSTILE = (
    "::stop-commands::pause",
    "::error file=x::y",
    "##[error]x",
    "##[stop-commands]pause",
    "a ##[set-output name=x]y",
    "##vso[task.setvariable variable=x]y",
    "###[x]##[y]",
    "section_start:1:x",
)
PARTS = st.sampled_from(
    [
        *HOSTILE,
        ":",
        "::",
        "#",
        "##",
        "[",
        "vso[",
        " ",
        "\n",
        "\r",
        "\u2028",
        "\u200b",
        "\t",
        "a",
        "é",
    ]
)


def commands_in(text: str) -> list[str]:
    """What the runners of GitHub, Azure and GitLab would obey; they pass over unseen text."""
    lines = [line.translate(UNSEEN) for line in text.splitlines()]
    return [
        line
        for line in lines
        if line.lstrip().startswith("::")
        or re.search(r"##[A-Za-z]*\[", line)
        or re.search(r"section_(start|end):", line)
    ]


@given(st.lists(PARTS).map("".join))
def test_no_text_is_a_command(text: str) -> None:
    """Whatever a text is made of, no line of it is obeyed; only backslashes are added."""
    assert commands_in(log_text(text)) == []
    assert log_text(text).replace("\\", "") == text


@given(st.recursive(st.lists(PARTS).map("".join), lambda inner: st.dictionaries(PARTS, inner)))
def test_json_keeps_its_values(value: Any) -> None:
    """JSON is broken by escapes, so that programs read the same keys and values."""
    for text in (json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False)):
        assert json.loads(log_json(text)) == value
    assert commands_in(log_json(json.dumps(value, indent=2))) == []


@pytest.mark.parametrize(
    "text",
    ["# Title", "## Part", "a::b", "  urn:pulumi:dev::p::t::n", "[x] #1", "#[x]", "`::`", ""],
)
def test_ordinary_text_is_unchanged(text: str) -> None:
    """No one sees a backslash who has not written a command."""
    assert log_text(text) == log_json(text) == text


def test_all_output_goes_one_way() -> None:
    """Only the functions that break commands print; annotations are commands by intent."""
    printing = re.compile(
        r"\bclick\.s?echo|\bprint\(|sys\.std(?:out|err)\.write|pulumi\.log\.\w+\((?!log_text|\")"
    )
    found = {
        str(path.relative_to(SOURCE)): len(printing.findall(path.read_text(encoding="utf-8")))
        for path in SOURCE.rglob("*.py")
    }
    assert {name: count for name, count in found.items() if count} == {
        "cli/comment.py": 1,
        "cli/main.py": 1,  # the version
        "cli/options.py": 3,
    }


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest, lab: Lab) -> str:
    """Stacks in which a name stands wherever an author can choose one."""
    name: str = request.param
    workload = {"name": name, "share": 1, "input": 900, "output": 100}
    lab.workload("demand", classes=[workload])
    pools = {name: {**ON_DEMAND, "nodes": 1}, "two": {**ON_DEMAND, "nodes": 1}}
    gate = {
        "override": {
            "reason": name,
            "approved_by": name,
            "expires": "2026-12-31",
            "max_usd_per_month": 1e9,
        }
    }
    for stack in ("one", "two", *(() if "/" in name else (name,))):
        lab.plan({name: lab.service(pools)}, stack, gate=gate)
    lab.plan({name: lab.service(pools, **{name: 1})}, "broken", against=name, **{name: 1})
    preview = {
        "steps": [
            {
                "op": "create",
                "urn": f"urn:pulumi:dev::p::aws:ec2/instance:Instance::{name}",
                "newState": {
                    "urn": f"urn:pulumi:dev::p::aws:ec2/instance:Instance::{name}",
                    "type": "aws:ec2/instance:Instance",
                    "inputs": {"instanceType": name},
                },
            }
        ]
    }
    (lab.folder / "preview.json").write_text(json.dumps(preview), encoding="utf-8")
    return name


@pytest.mark.parametrize("form", ["table", "json", "markdown", "csv"])
def test_no_command_prints_one(
    hostile: str,
    form: str,
    lab: Lab,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In every command and format, names from files are text to a runner, errors among them."""
    monkeypatch.setattr("tco.catalog.embedded.load_catalog", lambda: lab.catalog)
    run = _runner(monkeypatch, capsys)
    stacks = ("--stacks", str(lab.folder), "--today", "2026-11-23", "--format", form)
    few = (*stacks, "--scenarios", "0")
    for words in (
        ("plan", "one", "two", *few),
        ("plan", *few),
        ("plan", "broken", *few),
        ("plan", hostile, *few),
        ("compare", "one", "two", *few),
        ("memo", "one", *few),
        ("gate", "one", *few),
        ("optimize", "one", *few),
        ("sweep", "one", f"services.{hostile}.pools.two.nodes=1..2", *few),
        ("sweep", "one", "volume=1..2:2", *few),
        ("diff", "--base", str(lab.folder), *few),
        ("diff", "--base", hostile, *few),
        ("price", str(lab.folder / "preview.json"), "--format", form),
        ("prices", "show", hostile, "--format", form),
        (hostile,),
    ):
        text = run(*words)
        assert commands_in(text) == [], words
        assert "Traceback" not in text


def _runner(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["tco", *words])
        with pytest.raises(SystemExit):
            main()
        text = capsys.readouterr()
        return text.out + text.err

    return run
