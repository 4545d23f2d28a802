"""`tco optimize`."""

from __future__ import annotations

from tests.cli.conftest import OK, Shell
from tests.conftest import ON_DEMAND


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
