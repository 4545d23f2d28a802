"""`tco gate`: its exit code and its reasons."""

from __future__ import annotations

from tests.cli.conftest import CLOSED, OK, Shell
from tests.conftest import ON_DEMAND


def test_gate_closed_exits_with_three_and_says_why(shell: Shell) -> None:
    """A closed gate fails a pipeline, and its failing conditions are marked."""
    answer = shell("gate", "one")
    assert answer.code == CLOSED
    assert "one: the gate is closed" in answer.out
    assert "NO  the business case does not hold: Don't, probability to win 0%" in answer.out


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
    assert "the gate is closed (advisory: a warning only)" in answer.out


def test_gate_json(shell: Shell) -> None:
    """The gate's JSON has its state, its conditions and the verdict; the exit code stays 3."""
    answer = shell("gate", "one", "--format", "json")
    assert answer.code == CLOSED
    content = answer.json
    assert content["schema"] == "tco.gate/1"
    assert content.keys() >= {"stack", "plan_digest", "verdict", "open", "level", "conditions"}
    assert content["open"] is False
    assert [condition["name"] for condition in content["conditions"] if not condition["holds"]] == [
        "the business case holds"
    ]
