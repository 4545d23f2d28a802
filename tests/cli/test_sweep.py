"""`tco sweep`."""

from __future__ import annotations

import csv
import io
import signal
from typing import Any

import pytest

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tests.cli.conftest import BAD_INPUT, INTERRUPTED, OK, USAGE, Shell
from tests.conftest import ON_DEMAND

SWEEP = ("sweep", "one", "services.chat.pools.main.nodes=1..3:3")


def test_sweep_prints_a_table(shell: Shell) -> None:
    """A row for each number of nodes, at $14,600 a month each."""
    answer = shell(*SWEEP)
    assert answer.code == OK
    rows = [line.split() for line in answer.out.splitlines() if "Don't" in line]
    assert [row[:2] for row in rows] == [["1", "$14,600"], ["2", "$29,200"], ["3", "$43,800"]]


def test_sweep_as_json_and_csv_agree(shell: Shell) -> None:
    """Both machine formats hold the same points, and nothing else goes to standard output."""
    reported, lines = shell(*SWEEP, "--format", "json"), shell(*SWEEP, "--format", "csv")
    assert (reported.code, reported.err, lines.code, lines.err) == (OK, "", OK, "")
    assert reported.json["schema"] == "tco.sweep/1"
    rows = list(csv.DictReader(io.StringIO(lines.out)))
    assert [float(row["usd_per_month"]) for row in rows] == [
        point["usd_per_month"] for point in reported.json["points"]
    ]


def test_sweep_draws_scenarios_only_on_request(shell: Shell) -> None:
    """A sweep is fast by default; --scenarios adds the probability."""
    without, drawn = (
        shell(*SWEEP, "--format", "json", *more).json for more in ((), ("--scenarios", "10"))
    )
    assert (without["scenarios"], without["points"][0]["probability"]) == (0, None)
    assert (drawn["scenarios"], drawn["points"][0]["probability"]) == (10, 0.0)


@pytest.mark.parametrize(
    ("params", "code", "reported"),
    [
        ((), USAGE, "PARAM=LO..HI[:N]"),
        (("fte",), USAGE, "Write PARAM=LO..HI"),
        (("fte=2..1",), USAGE, "2 is above 1"),
        (("fte=1..2:500",), USAGE, "500 points; a sweep has 2 to 200"),
        (("fte=1..2", "volume=1..2", "api_price_factor=1..2"), USAGE, "3 inputs"),
        (("ftee=1..2",), BAD_INPUT, "Did you mean fte?"),
        (("services.chat.serving.model=1..2",), BAD_INPUT, "is not a number"),
        (("finance.discount_rate=0..2:2",), BAD_INPUT, "2 is above 1"),
    ],
)
def test_sweep_of_what_cannot_be(
    shell: Shell, params: tuple[str, ...], code: int, reported: str
) -> None:
    """Words that are no sweep are bad usage; keys and values that the plan refuses, bad input."""
    answer = shell("sweep", "one", *params)
    assert (answer.code, answer.out) == (code, "")
    assert reported in " ".join(answer.err.split())


def test_sweep_problem_as_json(shell: Shell) -> None:
    """Where JSON is asked for, the problem is JSON."""
    answer = shell("sweep", "one", "ftee=1..2", "--format", "json")
    assert answer.json["problems"][0]["hint"] == "Did you mean fte?"


def test_sweep_that_fails_on_its_way_keeps_its_lines(shell: Shell) -> None:
    """A value that only the fleet refuses is reported after the lines that were written."""
    follows = {"min": 0, "max": 100_000, "follow": "load"}
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": follows}})
    answer = shell("sweep", "one", "volume=1e3..1e10:2", "--format", "csv")
    assert answer.code == BAD_INPUT
    assert len(answer.out.splitlines()) == 1 + 1
    assert "more than 100,000 nodes" in answer.err
    assert answer.err.splitlines()[-1] == "1 of 2 points were written."


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
    assert answer.err.strip() == "Interrupted; 2 of 3 points were written."
