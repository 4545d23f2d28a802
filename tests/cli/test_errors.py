"""How every command reports bad input."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import BAD_INPUT, Shell
from tests.conftest import ON_DEMAND


def test_bad_input_is_reported_with_file_and_path(shell: Shell) -> None:
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
    reported = "Nothing was written."
    assert reported not in shell("plan", "one").err
    assert reported not in shell("optimize", "one").err
    assert reported in shell("memo", "one", "--out", str(tmp_path / "memos")).err
    assert reported in shell("optimize", "one", "--write").err


def test_a_stack_named_by_its_file_is_answered_with_its_name(shell: Shell) -> None:
    """Who gives the file of a stack learns what to give instead."""
    reported = shell("plan", str(shell.lab.folder / "Pulumi.one.yaml")).err
    assert "Write its name: one." in " ".join(reported.split())


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
    """Every file's problems are reported in one run, not one run per problem."""
    shell.lab.stack({"main": {"instance": "box.9x", "nodes": 1}})
    shell.lab.write("Pulumi.two.yaml", "[]")
    answer = shell("plan")
    assert "Pulumi.one.yaml: 1 problem" in answer.err
    assert "Pulumi.two.yaml: 1 problem" in answer.err


def test_a_fault_shared_by_two_stacks_is_reported_once(shell: Shell) -> None:
    """A bad workload that two stacks name is one problem."""
    shell.lab.write("workloads/demand.yaml", "[]")
    assert shell("plan").err.count("holds a list") == 1


def test_an_unknown_stack_is_reported_with_the_nearest(shell: Shell) -> None:
    """A misspelled stack names the one that was meant."""
    answer = shell("plan", "onne")
    assert answer.code == BAD_INPUT
    assert 'no stack "onne". Did you mean one?' in answer.err


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_a_folder_without_stacks(shell: Shell, tmp_path: Path, folder: str) -> None:
    """A folder that is missing or holds no stack is reported, with json as well."""
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
