"""The command line: its help, its output, its errors and its exit codes.

Commands run through `main` itself, on the tests' own catalog; a few run as the console script.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

import tco
from tco.analysis.evaluation import Evaluation, evaluate
from tco.catalog.catalog import Catalog, load_catalog
from tco.cli.main import cli as commands
from tco.cli.main import main
from tests.conftest import ON_DEMAND, Lab

OK, BAD_INPUT, USAGE, CLOSED, INTERRUPTED, READER_GONE = 0, 1, 2, 3, 130, 141
TODAY = "2026-11-23"
CATALOG = load_catalog().version
SCRIPT = Path(sys.executable).with_name("tco")


@dataclass(frozen=True)
class Answer:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs commands on the tests' own catalog and one folder of stacks."""

    def __init__(
        self, lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.lab, self.monkeypatch, self.capsys = lab, monkeypatch, capsys
        for module in ("tco.cli.main", "tco.cli.sweep", "tco.cli.prices"):
            monkeypatch.setattr(f"{module}.load_catalog", lambda: lab.catalog)
        monkeypatch.setenv("COLUMNS", "80")
        for name in ("CI", "NO_COLOR"):
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: str) -> Answer:
        options = () if arguments[0] == "prices" else ("--stacks", str(self.lab.folder))
        self.monkeypatch.setattr(sys, "argv", ["tco", *arguments, *options, "--today", TODAY])
        return self._run()

    def bare(self, *arguments: str) -> Answer:
        """A command as typed, nothing added."""
        self.monkeypatch.setattr(sys, "argv", ["tco", *arguments])
        return self._run()

    def _run(self) -> Answer:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main()
        text = self.capsys.readouterr()
        return Answer(int(done.value.code or 0), text.out, text.err)


@pytest.fixture
def shell(lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A terminal in a folder with the stacks `one` and `two`, on one workload."""
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}})}, "one")
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 2}})}, "two")
    return Shell(lab, monkeypatch, capsys)


def all_commands(
    group: click.Command = commands, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it."""
    yield path, group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from all_commands(command, (*path, name))


COMMANDS = dict(all_commands())


# Help


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_has_help(shell: Shell, path: tuple[str, ...]) -> None:
    """Nobody has to read the code to know what a command or an option does."""
    command = COMMANDS[path]
    assert command.help
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.opts[0] for one in options if not one.help] == []
    answer = shell.bare(*path, "--help")
    assert answer.code == OK
    assert f"Usage: {' '.join(('tco', *path))}" in answer.out
    assert all(option.opts[0] in answer.out for option in options)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_fits_80_columns(shell: Shell, path: tuple[str, ...]) -> None:
    """Help reads well in the narrowest terminal."""
    lines = shell.bare(*path, "--help").out.splitlines()
    assert [line for line in lines if len(line) > 80] == []


def test_version(shell: Shell, lab: Lab) -> None:
    """The version names the newest day and the digest of the catalog: what a memo was made with."""
    answer = shell.bare("--version")
    assert (answer.code, answer.out) == (
        OK,
        f"tco {tco.__version__}, catalog {lab.catalog.version}\n",
    )


# plan


def test_plan_prints_a_table_for_every_stack(shell: Shell) -> None:
    """Without a name all stacks are planned, each in full, with a summary at the end."""
    answer = shell("plan")
    assert answer.code == OK
    assert answer.err == ""
    assert "box.8x" in answer.out
    *_, head, one, two, note = answer.out.splitlines()
    assert [line.split()[0] for line in (head, one, two)] == ["stack", "one", "two"]
    assert note == "wins: share of the scenarios in which self-hosting is cheaper"


def test_stacks_are_listed_as_people_count(shell: Shell) -> None:
    """A number inside a name sorts by its value."""
    for name in ("node-20", "node-100", "node-5", "node"):
        shell.lab.plan({"chat": shell.lab.service({"main": {**ON_DEMAND, "nodes": 1}})}, name)
    found = shell("plan", "--format", "json", "--scenarios", "0").json["stacks"]
    assert [one["stack"] for one in found] == [
        "node",
        "node-5",
        "node-20",
        "node-100",
        "one",
        "two",
    ]


def test_a_wide_terminal_has_room_for_the_last_column(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal of 200 columns gets 120 of them, one of 40 and a pipe get 80."""
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["no/price", "api/plain"])
    piped = shell("plan", "one").out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    wide = click.unstyle(shell("plan", "one").out)
    assert 80 < max(len(line) for line in wide.splitlines()) <= 120
    monkeypatch.setenv("COLUMNS", "40")
    assert click.unstyle(shell("plan", "one").out) == piped


def test_plan_of_one_stack_has_no_summary(shell: Shell) -> None:
    """One stack is one table."""
    answer = shell("plan", "one")
    assert "$14,600" in answer.out
    assert "two" not in answer.out.split()
    assert "$1M out" not in answer.out


def test_a_stack_named_twice_is_planned_once(shell: Shell) -> None:
    """Naming a stack twice does not show it twice."""
    stacks = shell("plan", "one", "one", "--format", "json").json["stacks"]
    assert [one["stack"] for one in stacks] == ["one"]


def test_plan_as_markdown_is_the_memo(shell: Shell) -> None:
    """The Markdown of a plan is what the memo command prints."""
    markdown = shell("plan", "one", "--format", "markdown")
    assert markdown.out == shell("memo", "one").out
    assert markdown.out.startswith("# ")


# The JSON contract

STACK_KEYS = {
    *("stack", "pricing_day", "hours_per_month", "catalog", "plan_digest", "warnings"),
    *("services", "lines", "unpriced", "priced_usd_per_month", "usd_per_month"),
    *("usd_per_mtok_output", "usd_per_mtok_total", "usd_per_request", "alternatives"),
    *("verdict", "uncertainty", "gate"),
}
FLEET_KEYS = {
    *("nodes", "standby_nodes", "node_hours", "utilization", "unserved_share", "overflow_share"),
    *("node_output_tok_s", "concurrency", "extrapolated", "slo"),
}
LINE_KEYS = {
    *("category", "kind", "provider", "sku", "purchase", "service", "pool", "name"),
    *("quantity", "unit", "usd_per_unit"),
    *("usd_per_month", "low", "high", "region", "commitment_status", "source", "as_of"),
    "estimate",
}
BREAK_EVEN_KEYS = {
    *("wins_mtok_per_month", "utilization", "usd_per_gpu_hour", "api_price_factor", "fte"),
    *("capex_usd", "payback_months"),
}


def test_plan_json_has_every_key_of_the_contract(shell: Shell) -> None:
    """Programs read these keys: they stay, and others may be added."""
    answer = shell("plan", "--format", "json")
    assert answer.code == OK
    assert answer.json["schema"] == "tco.plan/1"
    for stack in answer.json["stacks"]:
        assert stack.keys() >= STACK_KEYS
        [service] = stack["services"]
        assert service.keys() >= {"name", "volume", "fleet"}
        volume = {"requests", "input_mtok", "cached_input_mtok", "output_mtok"}
        assert service["volume"].keys() >= volume
        assert service["fleet"].keys() >= FLEET_KEYS
        assert all(line.keys() >= LINE_KEYS for line in stack["lines"])
        [rival] = stack["alternatives"]
        priced = {"name", "usd_per_month", "usd_per_mtok_output", "usd_per_mtok_total"}
        assert rival.keys() >= {*priced, "source", "as_of", "break_even"}
        assert rival["break_even"].keys() >= BREAK_EVEN_KEYS
        for name in BREAK_EVEN_KEYS - {"wins_mtok_per_month"}:
            assert rival["break_even"][name].keys() == {"status", "value"}
        assert stack["verdict"].keys() >= {
            *("decision", "against", "probability", "reasons", "flips")
        }
        assert stack["gate"].keys() >= {"open", "level", "conditions", "override"}
        assert all(
            condition.keys() >= {"id", "name", "holds", "detail"}
            for condition in stack["gate"]["conditions"]
        )


def test_plan_json_adds_up(shell: Shell) -> None:
    """The lines add up to the priced total, and unit costs are the total over the volume."""
    [stack] = shell("plan", "one", "--format", "json").json["stacks"]
    total = sum(line["usd_per_month"] for line in stack["lines"])
    assert stack["priced_usd_per_month"] == pytest.approx(total)
    assert stack["usd_per_month"] == pytest.approx(14_600)
    volume = stack["services"][0]["volume"]
    assert volume["requests"] == pytest.approx(0.5 * 730 * 3600)
    assert stack["usd_per_request"] == pytest.approx(14_600 / volume["requests"])
    assert stack["usd_per_mtok_output"] == pytest.approx(14_600 / volume["output_mtok"])
    tokens = volume["input_mtok"] + volume["output_mtok"]
    assert stack["usd_per_mtok_total"] == pytest.approx(14_600 / tokens)


def test_cached_input_is_part_of_the_input(shell: Shell) -> None:
    """`input_mtok` is the full prompt: cache hits are in it, and shown beside it."""
    classes = [{"name": "all", "share": 1, "input": 900, "output": 100, "cached": 0.4}]
    shell.lab.workload(requests_per_month=1_000_000, classes=classes)
    [stack] = shell("plan", "one", "--format", "json").json["stacks"]
    volume = stack["services"][0]["volume"]
    assert volume["input_mtok"] == pytest.approx(900)
    assert volume["cached_input_mtok"] == pytest.approx(360)


def test_an_unpriced_stack_has_no_total(shell: Shell) -> None:
    """With anything unpriced the total is null, never the priced part of it."""
    shell.lab.workload(requests_per_month=5 * 730 * 3600)  # five nodes' worth on one node
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    [stack] = shell("plan", "one", "--format", "json").json["stacks"]
    assert stack["usd_per_month"] is None
    assert stack["usd_per_mtok_output"] is None
    assert stack["priced_usd_per_month"] == pytest.approx(14_600)
    assert stack["unpriced"][0].keys() == {"name", "reason"}
    assert stack["verdict"]["decision"] == "UNKNOWN"


def test_json_is_the_same_every_time(shell: Shell) -> None:
    """Nothing in it depends on the clock or on chance: an unchanged plan changes nothing."""
    assert shell("plan", "--format", "json").out == shell("plan", "--format", "json").out


# compare


def test_compare_sets_stacks_side_by_side(shell: Shell) -> None:
    """Each stack is a column, each category a row, totals below."""
    answer = shell("compare", "one", "two")
    assert answer.code == OK
    first, *rows = answer.out.splitlines()
    assert first.split() == ["one", "two"]
    compute = next(row.split() for row in rows if row.startswith("compute"))
    assert compute == ["compute", "14,600", "29,200"]
    assert next(row.split() for row in rows if row.startswith("per month"))[-2:] == [
        "$14,600",
        "$29,200",
    ]


def test_compare_as_json_is_a_plan_of_both(shell: Shell) -> None:
    """The JSON of a comparison is the plan's, in the order asked for."""
    answer = shell("compare", "two", "one", "--format", "json")
    assert [one["stack"] for one in answer.json["stacks"]] == ["two", "one"]


def test_compare_refuses_other_workloads(shell: Shell) -> None:
    """Stacks that serve different requests have no common scale."""
    lab = shell.lab
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}}, workload="more")}, "other")
    answer = shell("compare", "one", "other")
    assert answer.code == BAD_INPUT
    told = " ".join(answer.err.split())
    assert "other serves the workload more, but one the workload demand." in told


@pytest.mark.parametrize("names", [("one",), ("one", "one")])
def test_compare_needs_two_stacks(shell: Shell, names: tuple[str, ...]) -> None:
    """One stack twice is no comparison."""
    assert shell("compare", *names).code == USAGE


# optimize


def test_the_ranks_of_an_optimum_fit_80_columns(shell: Shell) -> None:
    """Supplies with long names are numbers in the table, and stand below it in full."""
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    answer = shell("optimize", "one")
    assert answer.code == OK
    assert [line for line in answer.out.splitlines() if len(line) > 80] == []
    head = next(line for line in answer.out.splitlines() if "rank needed" in line)
    assert "(1)" in head.split()
    [named] = [line.split() for line in answer.out.splitlines() if line.startswith("    (1) ")]
    assert len(named[1]) > 10


# memo


def test_memo_writes_a_file_a_stack(shell: Shell, tmp_path: Path) -> None:
    """Memos go to files by their stack's name, whole; the screen says how many."""
    out = tmp_path / "new" / "memos"
    answer = shell("memo", "--out", str(out))
    assert answer.code == OK
    assert answer.out == ""
    assert answer.err == f"2 memos in {out}\n"
    assert sorted(path.name for path in out.iterdir()) == ["one.md", "two.md"]
    assert (out / "one.md").read_text(encoding="utf-8") == shell("memo", "one").out


def test_memo_writes_nothing_if_any_stack_is_bad(shell: Shell, tmp_path: Path) -> None:
    """Bad input in one stack leaves the folder as it was, for the good ones too."""
    shell.lab.write("Pulumi.bad.yaml", "config: [")
    out = tmp_path / "memos"
    answer = shell("memo", "--out", str(out))
    assert answer.code == BAD_INPUT
    assert not out.exists()


def test_memo_leaves_an_old_file_if_it_cannot_write(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A memo is written beside the old one and renamed: a full disk leaves the old one."""
    out = tmp_path / "memos"
    shell("memo", "one", "--out", str(out))
    before = (out / "one.md").read_text(encoding="utf-8")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    answer = shell("memo", "one", "--out", str(out))
    assert answer.code == BAD_INPUT
    assert "one.md cannot be written: No space left on device." in " ".join(answer.err.split())
    assert [path.name for path in out.iterdir()] == ["one.md"]
    assert (out / "one.md").read_text(encoding="utf-8") == before


def test_memo_with_a_template_of_ones_own(shell: Shell, tmp_path: Path) -> None:
    """A template is filled with the same view."""
    template = tmp_path / "mine.md"
    template.write_text("{{ view.name }} costs {{ view.total }}\n", encoding="utf-8")
    assert shell("memo", "one", "--template", str(template)).out == "one costs $14,600\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ view.nothing }}", "has no attribute 'nothing'"),
        ("{% if %}", "line 1"),
        (None, "the template cannot be read"),
    ],
)
def test_a_broken_template_is_told(
    shell: Shell, tmp_path: Path, text: str | None, told: str
) -> None:
    """A template that is broken, or not there, is named with what is wrong."""
    template = tmp_path / "mine.md"
    if text is not None:
        template.write_text(text, encoding="utf-8")
    answer = shell("memo", "one", "--template", str(template))
    assert answer.code == BAD_INPUT
    assert str(template) in answer.err
    assert told in " ".join(answer.err.split())


# gate


def test_gate_closed_exits_with_three_and_says_why(shell: Shell) -> None:
    """A closed gate fails a pipeline, and its failing conditions are marked."""
    answer = shell("gate", "one")
    assert answer.code == CLOSED
    assert "one: the gate is closed" in answer.out
    assert "NO  the math closes: DO NOT (wins: 0 %)" in answer.out


def test_gate_open_exits_with_zero(shell: Shell) -> None:
    """A stack that beats its rival in every scenario opens it."""
    lab = shell.lab
    lab.workload(requests_per_month=730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    answer = shell("gate", "one")
    assert (answer.code, answer.err) == (OK, "")
    assert "one: the gate is open" in answer.out


def test_advisory_gate_warns_only(shell: Shell) -> None:
    """An advisory gate says the same and exits with 0."""
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, gate={"level": "advisory"})
    answer = shell("gate", "one")
    assert answer.code == OK
    assert "the gate is closed (advisory: it warns only)" in answer.out


def test_gate_json(shell: Shell) -> None:
    """The gate's JSON has its state, its conditions and the verdict; the exit code stays 3."""
    answer = shell("gate", "one", "--format", "json")
    assert answer.code == CLOSED
    content = answer.json
    assert content["schema"] == "tco.gate/1"
    assert content.keys() >= {"stack", "plan_digest", "verdict", "open", "level", "conditions"}
    assert content["open"] is False
    assert [one["name"] for one in content["conditions"] if not one["holds"]] == ["the math closes"]


# prices


def test_prices_list_shows_value_and_age(shell: Shell) -> None:
    """A figure is listed with its value and how many days ago it was seen."""
    answer = shell("prices", "list", "api/plain")
    assert answer.code == OK
    line, count = answer.out.splitlines()
    assert line.split() == ["api", "api/plain", "in", "1,", "out", "1", "USD/Mtok", "22", "d"]
    assert count == "1 figure; ~ estimate"


@pytest.mark.parametrize(
    ("options", "some", "none"),
    [
        (("--kind", "spot-band"), "box.8x", "api/plain"),
        (("BOX.8X", "spot"), "spot", "reserved"),
        (("--older-than", "21"), "api/plain", "nothing"),
    ],
)
def test_prices_list_selects(shell: Shell, options: tuple[str, ...], some: str, none: str) -> None:
    """Words, kind and age select, whatever their case."""
    answer = shell("prices", "list", *options)
    assert answer.code == OK
    assert some in answer.out
    assert none not in answer.out


def test_prices_list_of_nothing_is_told(shell: Shell) -> None:
    """A search without a result is an error with the next command to run."""
    answer = shell("prices", "list", "no-such-thing")
    assert answer.code == BAD_INPUT
    assert answer.err == "no figure matches no-such-thing. See `tco prices list`.\n"
    assert shell("prices", "list", "--older-than", "22").code == BAD_INPUT


def test_prices_show_has_every_field(shell: Shell) -> None:
    """A figure in full names its source, its day and its book."""
    answer = shell("prices", "show", "api/dear")
    for text in ("made up for the tests", "2026-11-01", "eu-residency", "age: 22 d"):
        assert text in answer.out


def test_prices_with_a_book_of_ones_own(shell: Shell) -> None:
    """A price book lies on top of the catalog, also in the list."""
    name = shell.lab.book(
        "mine",
        prices=[{"api": "own/api", "input_usd_per_mtok": 7, "output_usd_per_mtok": 9}],
    )
    book = str(shell.lab.folder / "prices" / name)
    answer = shell("prices", "list", "own/api", "--book", book, "--format", "json")
    assert answer.json["schema"] == "tco.prices/1"
    [figure] = answer.json["figures"]
    assert (figure["input_usd_per_mtok"], figure["age_days"], figure["book"]) == (7, 3, book)


def test_prices_check_passes_a_sound_catalog(shell: Shell) -> None:
    """Sound figures pass, and old ones are listed without failing the check."""
    answer = shell("prices", "check")
    assert answer.code == OK
    assert answer.out.splitlines()[-1].endswith("figures, 0 faults, 0 old")
    old = shell("prices", "check", "--max-age", "21")
    assert old.code == OK
    assert "Older than 21 days:" in old.out


def test_prices_check_fails_on_a_fault(shell: Shell) -> None:
    """Faults fail the check, in the table and in the JSON."""
    dear = {"input_usd_per_mtok": 1, "cached_input_usd_per_mtok": 2, "output_usd_per_mtok": 3}
    name = shell.lab.book("mine", prices=[{"api": "own/api", **dear}])
    book = str(shell.lab.folder / "prices" / name)
    answer = shell("prices", "check", "--book", book)
    assert answer.code == BAD_INPUT
    assert "a cache hit at 2 is dearer than input at 1" in answer.out
    content = shell("prices", "check", "--book", book, "--format", "json")
    assert content.code == BAD_INPUT
    assert [one["file"] for one in content.json["faults"]] == [book]


# Errors


def test_bad_input_is_told_with_file_and_path(shell: Shell) -> None:
    """One line a problem with file, path and hint; the exit code is 1, nothing on stdout."""
    lab = shell.lab
    lab.stack({"main": {"instance": "box.9x", "nodes": 1}})
    answer = shell("plan", "one")
    assert answer.code == BAD_INPUT
    assert answer.out == ""
    assert answer.err == (
        f"{lab.folder}/Pulumi.one.yaml: 1 problem\n"
        '  tco:plan.services.chat.pools.main.instance: no price for "box.9x". Did you\n'
        "    mean box.8x?\n"
    )


def test_only_what_writes_says_that_nothing_was_written(shell: Shell, tmp_path: Path) -> None:
    """A command that prints has nothing to reassure of; one that writes files has."""
    shell.lab.stack({"main": {"instance": "box.9x", "nodes": 1}})
    told = "Nothing was written."
    assert told not in shell("plan", "one").err
    assert told not in shell("optimize", "one").err
    assert told in shell("memo", "one", "--out", str(tmp_path / "memos")).err
    assert told in shell("optimize", "one", "--write").err


def test_a_stack_named_by_its_file_is_told_its_name(shell: Shell) -> None:
    """Who gives the file of a stack is told what to give instead."""
    told = shell("plan", str(shell.lab.folder / "Pulumi.one.yaml")).err
    assert "Write its name: one." in " ".join(told.split())


def test_bad_input_as_json_goes_to_stdout(shell: Shell) -> None:
    """With `--format json` the problems are JSON, so that a program can show them."""
    shell.lab.stack({"main": {"instance": "box.9x", "nodes": 1}})
    for arguments in (("plan", "--format", "json"), ("plan", "--format=json")):
        answer = shell(*arguments)
        assert (answer.code, answer.err) == (BAD_INPUT, "")
        assert answer.json["schema"] == "tco.error/1"
        assert answer.json["problems"] == [
            {
                "file": f"{shell.lab.folder}/Pulumi.one.yaml",
                "path": "tco:plan.services.chat.pools.main.instance",
                "message": 'no price for "box.9x".',
                "hint": "Did you mean box.8x?",
            }
        ]


def test_problems_of_all_files_at_once(shell: Shell) -> None:
    """Every file's problems are told in one run, not one run per problem."""
    shell.lab.stack({"main": {"instance": "box.9x", "nodes": 1}})
    shell.lab.write("Pulumi.two.yaml", "[]")
    answer = shell("plan")
    assert "Pulumi.one.yaml: 1 problem" in answer.err
    assert "Pulumi.two.yaml: 1 problem" in answer.err


def test_a_fault_shared_by_two_stacks_is_told_once(shell: Shell) -> None:
    """A bad workload that two stacks name is one problem."""
    shell.lab.write("workloads/demand.yaml", "[]")
    assert shell("plan").err.count("holds a list") == 1


def test_an_unknown_stack_is_told_with_the_nearest(shell: Shell) -> None:
    """A misspelled stack names the one that was meant."""
    answer = shell("plan", "onne")
    assert answer.code == BAD_INPUT
    assert 'no stack "onne". Did you mean one?' in answer.err


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_a_folder_without_stacks(shell: Shell, tmp_path: Path, folder: str) -> None:
    """A folder that is missing or holds no stack is told, with json as well."""
    (tmp_path / "empty").mkdir()
    place = str(tmp_path / folder)
    answer = shell.bare("plan", "--stacks", place)
    assert answer.code == BAD_INPUT
    assert answer.err.startswith(place)
    content = shell.bare("plan", "--stacks", place, "--format", "json").json
    assert content["schema"] == "tco.error/1"
    assert content["problems"][0]["message"].startswith(place)


def test_more_nodes_than_a_fleet_can_have(shell: Shell) -> None:
    """A demand that is a slip of the keyboard is refused with its file."""
    shell.lab.workload(requests_per_month=1e15)
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}})
    answer = shell("plan", "one")
    assert answer.code == BAD_INPUT
    assert "Pulumi.one.yaml" in answer.err
    assert "more than 100,000 nodes" in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--format", "yaml"),
        ("plan", "--today", "2026-02-30"),
        ("plan", "--today", "yesterday"),
        ("plan", "--unknown"),
        ("plan", "--scenarios", "-1"),
        ("gate",),
        ("gate", "one", "two"),
        ("prices", "show"),
        ("prices", "check", "--max-age", "-1"),
        ("memo", "--format", "pdf"),
        ("nothing",),
    ],
)
def test_bad_usage_exits_with_two(shell: Shell, arguments: tuple[str, ...]) -> None:
    """A command that is called wrongly exits with 2 and says how it is called."""
    answer = shell.bare(*arguments)
    assert (answer.code, answer.out) == (USAGE, "")
    assert "Usage: tco" in answer.err
    assert "Error: " in answer.err


def test_no_command_shows_the_help(shell: Shell) -> None:
    """`tco` alone lists its commands."""
    answer = shell.bare()
    assert answer.code == USAGE
    assert "Commands:" in answer.err


# The terminal


def test_no_color_in_a_pipe(shell: Shell) -> None:
    """A pipe gets the same text without escape sequences."""
    for command in (("plan",), ("gate", "one"), ("compare", "one", "two")):
        assert "\x1b" not in shell(*command).out


@pytest.mark.parametrize("variable", ["", "NO_COLOR", "CI"])
def test_color_on_a_terminal_only_if_wanted(
    shell: Shell, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal gets color, unless NO_COLOR or CI is set; the words are the same."""
    plain = shell("plan", "one").out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    if variable:
        monkeypatch.setenv(variable, "1")
    answer = shell("plan", "one").out
    assert ("\x1b[" in answer) == (not variable)
    assert click.unstyle(answer) == plain


def test_ctrl_c_is_one_line_and_130(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt ends in one line and the shell's exit code, not in a traceback."""

    def interrupted() -> Catalog:
        signal.raise_signal(signal.SIGINT)
        return shell.lab.catalog

    monkeypatch.setattr("tco.cli.main.load_catalog", interrupted)
    answer = shell("plan")
    assert answer.code == INTERRUPTED
    assert answer.err.strip().splitlines() == ["Interrupted."]


# sweep


SWEEP = ("sweep", "one", "services.chat.pools.main.nodes=1..3:3")


def test_sweep_prints_a_table(shell: Shell) -> None:
    """A row for each number of nodes, at $14,600 a month each."""
    answer = shell(*SWEEP)
    assert answer.code == OK
    rows = [line.split() for line in answer.out.splitlines() if "DO NOT" in line]
    assert [row[:2] for row in rows] == [["1", "$14,600"], ["2", "$29,200"], ["3", "$43,800"]]


def test_sweep_as_json_and_csv_agree(shell: Shell) -> None:
    """Both machine formats hold the same points, and nothing else goes to standard output."""
    told, lines = shell(*SWEEP, "--format", "json"), shell(*SWEEP, "--format", "csv")
    assert (told.code, told.err, lines.code, lines.err) == (OK, "", OK, "")
    assert told.json["schema"] == "tco.sweep/1"
    rows = list(csv.DictReader(io.StringIO(lines.out)))
    assert [float(row["usd_per_month"]) for row in rows] == [
        point["usd_per_month"] for point in told.json["points"]
    ]


def test_sweep_draws_scenarios_only_on_request(shell: Shell) -> None:
    """A sweep is fast by default; --scenarios adds the probability."""
    without, drawn = (
        shell(*SWEEP, "--format", "json", *more).json for more in ((), ("--scenarios", "10"))
    )
    assert (without["scenarios"], without["points"][0]["probability"]) == (0, None)
    assert (drawn["scenarios"], drawn["points"][0]["probability"]) == (10, 0.0)


@pytest.mark.parametrize(
    ("params", "code", "told"),
    [
        ((), USAGE, "PARAM=LO..HI[:N]"),
        (("fte",), USAGE, "write PARAM=LO..HI"),
        (("fte=2..1",), USAGE, "2 is above 1"),
        (("fte=1..2:500",), USAGE, "500 points; there are 2 to 200"),
        (("fte=1..2", "volume=1..2", "api_price_factor=1..2"), USAGE, "3 inputs"),
        (("ftee=1..2",), BAD_INPUT, "Did you mean fte?"),
        (("services.chat.serving.model=1..2",), BAD_INPUT, "is no number"),
        (("finance.discount_rate=0..2:2",), BAD_INPUT, "2 is above 1"),
    ],
)
def test_sweep_of_what_cannot_be(
    shell: Shell, params: tuple[str, ...], code: int, told: str
) -> None:
    """Words that are no sweep are bad usage; keys and values that the plan refuses, bad input."""
    answer = shell("sweep", "one", *params)
    assert (answer.code, answer.out) == (code, "")
    assert told in " ".join(answer.err.split())


def test_sweep_problem_as_json(shell: Shell) -> None:
    """Where JSON is asked for, the problem is JSON."""
    answer = shell("sweep", "one", "ftee=1..2", "--format", "json")
    assert answer.json["problems"][0]["hint"] == "Did you mean fte?"


def test_sweep_interrupted_keeps_its_lines(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while CSV is written: the lines stay, the message says how many, exit 130."""
    seen: list[Evaluation] = []

    def third_is_interrupted(*given: Any) -> Evaluation:
        if len(seen) == 2:
            signal.raise_signal(signal.SIGINT)
        seen.append(evaluate(*given))
        return seen[-1]

    monkeypatch.setattr("tco.analysis.sweep.sweep.evaluate", third_is_interrupted)
    answer = shell(*SWEEP, "--format", "csv")
    assert answer.code == INTERRUPTED
    assert len(answer.out.splitlines()) == 1 + 2
    assert answer.err.strip() == "Interrupted; the 2 of 3 points written stay."


def test_sweep_that_fails_on_its_way_keeps_its_lines(shell: Shell) -> None:
    """A value that only the fleet refuses is told after the lines that were written."""
    follows = {"min": 0, "max": 100_000, "follow": "load"}
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": follows}})
    answer = shell("sweep", "one", "volume=1e3..1e10:2", "--format", "csv")
    assert answer.code == BAD_INPUT
    assert len(answer.out.splitlines()) == 1 + 1
    assert "more than 100,000 nodes" in answer.err
    assert answer.err.splitlines()[-1] == "The 1 of 2 points written stay."


def test_interrupted_process_ends_at_once() -> None:
    """A real Ctrl-C ends a real sweep within a second; its output is whole lines."""
    arguments = ["sweep", "article-50", "fte=0..9:200", "volume=100..9000:200", "--format", "csv"]
    with subprocess.Popen(
        [str(SCRIPT), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED
    assert re.fullmatch(r"Interrupted; the \d+ of 40000 points written stay\.", told.strip())
    rows = list(csv.DictReader(io.StringIO(first + rest)))
    assert all(row["probability"] == "" for row in rows)
    assert (first + rest).endswith("\n")


# The console script


def script(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The installed script in a process of its own."""
    return subprocess.run(
        [str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **variables},
        check=False,
        timeout=60,
    )


def test_script_prints_its_version(tmp_path: Path) -> None:
    """The installed script runs the same command line."""
    done = script("--version", folder=tmp_path)
    assert (done.returncode, done.stdout) == (OK, f"tco {tco.__version__}, catalog {CATALOG}\n")


def test_module_is_the_script(tmp_path: Path) -> None:
    """`python -m tco` is the script by another name."""
    command = [sys.executable, "-m", "tco", "plan"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60
    )
    assert done.returncode == BAD_INPUT
    assert done.stderr == "stacks: there is no such folder. Name the stacks folder by --stacks.\n"


def test_a_reader_that_stops_early_is_told_nothing(tmp_path: Path) -> None:
    """`tco … | head -1` ends quietly, with the exit code of a program that SIGPIPE ends."""
    program = (
        "import os, sys\n"
        "read, write = os.pipe()\n"
        "os.close(read)\n"
        "os.dup2(write, 1)\n"
        "sys.argv = ['tco', *sys.argv[1:]]\n"
        "from tco.cli.main import main\n"
        "main()\n"
    )
    for arguments in (["--help"], ["prices", "list"], ["prices", "check", "--format", "json"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (READER_GONE, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["prices", "list"]])
def test_a_full_disk_is_one_line(tmp_path: Path, arguments: list[str]) -> None:
    """Output that cannot be written is told in one line and fails."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [str(SCRIPT), *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            check=False,
            timeout=60,
        )
    told = "the output cannot be written: No space left on device.\n"
    assert (done.returncode, done.stderr) == (BAD_INPUT, told)


def test_interrupt_while_the_command_line_is_loaded(tmp_path: Path) -> None:
    """Ctrl-C during the imports is one line and 130 as well."""
    (tmp_path / "click.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n", encoding="utf-8"
    )
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    program += "from tco.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,  # before the installed packages, so this click is the one imported
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "Interrupted.\n")


def test_interrupt_of_a_running_script(tmp_path: Path) -> None:
    """Ctrl-C in a process of its own exits with 130 and one line on stderr."""
    program = (
        "import os, signal, sys, tco.cli.main\n"
        "tco.cli.main.load_catalog = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['tco', 'plan', 'x', '--stacks', '.']\n"
        "tco.cli.main.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (INTERRUPTED, "")
    assert done.stderr.strip() == "Interrupted."
