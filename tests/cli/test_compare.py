"""`tco compare`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import BAD_INPUT, OK, USAGE, Shell
from tests.conftest import ON_DEMAND


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
    assert [stack["stack"] for stack in answer.json["stacks"]] == ["two", "one"]


def test_compare_refuses_other_workloads(shell: Shell) -> None:
    """Stacks that serve different requests have no common scale."""
    lab = shell.lab
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}}, workload="more")}, "other")
    answer = shell("compare", "one", "other")
    assert answer.code == BAD_INPUT
    reported = " ".join(answer.err.split())
    assert "other serves the workload more, but one the workload demand." in reported


@pytest.mark.parametrize("names", [("one",), ("one", "one")])
def test_compare_needs_two_stacks(shell: Shell, names: tuple[str, ...]) -> None:
    """One stack twice is no comparison."""
    assert shell("compare", *names).code == USAGE
