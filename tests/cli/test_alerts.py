"""`tco alerts`."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.cli.conftest import BAD_INPUT, OK, USAGE, Shell
from tests.conftest import ON_DEMAND

ALERTS = ("alerts", "one")


def test_the_formats_agree(shell: Shell, tmp_path: Path) -> None:
    """The file has the rules of the document, whether it is printed or written."""
    shown = shell(*ALERTS, "--format", "json")
    printed = shell(*ALERTS, "--format", "prometheus")
    out = tmp_path / "rules" / "one.yml"
    written = shell(*ALERTS, "--format", "prometheus", "--out", str(out))
    assert (shown.code, printed.code, written.code) == (OK, OK, OK)
    assert (shown.err, printed.err, written.out) == ("", "", "")
    assert out.read_text(encoding="utf-8") == printed.out
    [group] = yaml.safe_load(printed.out)["groups"]
    assert [rule["expr"] for rule in group["rules"]] == [
        rule["expr"] for rule in shown.json["rules"]
    ]
    assert "Wrote" in written.err


def test_the_document_has_a_schema(shell: Shell) -> None:
    """What is printed is what `tco schema alerts-document` describes."""
    document = shell(*ALERTS, "--format", "json").json
    assert document["schema"] == "tco.alerts/1"
    jsonschema.validate(document, shell.bare("schema", "alerts-document").json)


def test_the_text_shows_the_day_and_each_tripwire(shell: Shell) -> None:
    """A person sees by when and at which values to look again."""
    text = shell(*ALERTS).out
    assert "Review by 20" in text
    assert "utilization" in text
    assert "tco alerts one --format prometheus" in " ".join(text.split())


def test_a_contract_without_break_even_prices_is_said(shell: Shell) -> None:
    """Where a bill has a floor, missing tripwires are not read as "no value changes the answer"."""
    offer = {"api": "api/plain", "percent_off": 5, "committed_usd_per_month": 10_000}
    book = shell.lab.book("contract", discounts=[offer])
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book], alternatives=["api/plain"])
    why = "A contract bills by the month's spend"
    text = " ".join(shell(*ALERTS).out.split())
    assert text.count(why) == 1
    assert "utilization 1" not in text
    summary = shell(*ALERTS, "--format", "json").json["review"]["summary"]
    assert why in summary
    assert "No single value" not in summary


@pytest.mark.parametrize(
    ("arguments", "code", "reported"),
    [
        (("--match", "job"), USAGE, "is not a label with its value"),
        (("--match", "no-such:job=vllm"), USAGE, "It has chat."),
        (("--engine", "abacus"), USAGE, "abacus"),
        (("--format", "yaml"), USAGE, "yaml"),
    ],
)
def test_bad_usage_says_what_is_accepted(
    shell: Shell, arguments: tuple[str, ...], code: int, reported: str
) -> None:
    """A misspelled option is one clear error."""
    answer = shell(*ALERTS, *arguments)
    assert answer.code == code
    assert reported in " ".join(answer.err.split())
    assert not answer.out


def test_a_stack_that_is_not_there_is_bad_input(shell: Shell) -> None:
    """The exit code of bad input, as of every command."""
    assert shell("alerts", "none").code == BAD_INPUT
