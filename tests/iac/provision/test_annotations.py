"""What a preview keeps in the state: the same until the plan changes."""

from __future__ import annotations

import datetime as dt

import pytest

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.iac.enforce.judgement import Judgement
from tco.iac.enforce.unplanned import Limit
from tco.iac.provision.annotations import record
from tests.conftest import DAY, ON_DEMAND, Keys, Lab
from tests.iac.mocked_engine import deploy

RESERVED: Keys = {
    **ON_DEMAND,
    "purchase": "reserved",
    "nodes": 1,
    "commitment": {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"},
}

OVERRIDE: Keys = {
    "reason": "launch",
    "approved_by": "CFO",
    "expires": (DAY + dt.timedelta(10)).isoformat(),
    "max_usd_per_month": 1e9,
}


def later(lab: Lab, days: int) -> Evaluation:
    """The stack as evaluated a given number of days after its pricing day."""
    return evaluate(lab.load(), DAY + dt.timedelta(days))


@pytest.mark.parametrize("pool", [{**ON_DEMAND, "nodes": 1}, RESERVED])
def test_memo_and_record_are_the_same_on_the_next_day(lab: Lab, pool: Keys) -> None:
    """An output that changes every day makes every preview show a change."""
    lab.stack({"main": pool})
    first, second = (deploy(lab, day=DAY + dt.timedelta(days)).outputs for days in (0, 1))
    assert first == second


def test_the_memo_is_in_the_state_only_on_request(lab: Lab) -> None:
    """An update preview shows what changes, and not 200 lines of the memo's text."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    found = deploy(lab)
    assert found.outputs["tcoMemo"] == {
        "plan_digest": found.record["plan_digest"],
        "file": lab.load().file,
        "command": "tco memo one",
    }
    asked = deploy(lab, config={"tco:memo": "true"})
    assert asked.outputs["tcoMemo"].startswith("# ")


def test_a_gate_that_closes_with_age_changes_the_record(lab: Lab) -> None:
    """What a reader takes from the state has to be what `up` does."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, gate={"override": OVERRIDE})

    def gate(days: int) -> str:
        return record(Judgement(result=later(lab, days), recorded=None, limit=Limit(0.0, "")))[
            "gate"
        ]

    assert (gate(10), gate(11)) == ("open", "closed")


def test_every_caution_of_the_plan_is_a_note_of_the_preview(lab: Lab) -> None:
    """Anyone who approves the update reads what the figures leave open."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, provision=None)
    found = deploy(lab)
    notes = [line for line in found.log if line.startswith("info: note: ")]
    assert "info: note: chat has no standby: a failed node is an outage until it is replaced." in (
        notes
    )
    assert len(notes) == len(lab.warned())


@pytest.mark.parametrize(
    ("alternative", "override", "line"),
    [
        ("api/plain", False, "warning: the gate is closed, `pulumi up` will refuse, because "),
        ("api/plain", True, "warning: the gate is open by override: by CFO until "),
        ("api/dear", False, "info: the gate is open"),
        ("api/dear", True, "info: the gate is open"),
    ],
    ids=["closed", "overridden", "open", "override not needed"],
)
def test_the_preview_shows_in_one_line_whether_the_gate_lets_the_update_pass(
    lab: Lab, alternative: str, override: bool, line: str
) -> None:
    """An override is only named where it is what opens the gate."""
    lab.workload(requests_per_month=730 * 3600)
    gate = {"override": OVERRIDE} if override else {}
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}}, alternatives=[alternative], provision=None, gate=gate
    )
    [shown] = [line for line in deploy(lab).log if ": the gate is " in line]
    assert shown.startswith(line)
