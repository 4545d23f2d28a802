"""What a preview keeps in the state: the same until the plan changes."""

from __future__ import annotations

import datetime as dt

import pytest

from tco.analysis.evaluation import Evaluation, evaluate
from tco.iac.provision.annotations import memo_of_the_pricing_day, record
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

RESERVED: Keys = {
    **ON_DEMAND,
    "purchase": "reserved",
    "nodes": 1,
    "commitment": {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"},
}


def later(lab: Lab, days: int) -> Evaluation:
    """The stack as evaluated so many days after its pricing day."""
    return evaluate(lab.load(), DAY + dt.timedelta(days))


@pytest.mark.parametrize("pool", [{**ON_DEMAND, "nodes": 1}, RESERVED])
def test_memo_and_record_are_the_same_on_the_next_day(lab: Lab, pool: Keys) -> None:
    """An output that changes every day makes every preview show a change."""
    lab.stack({"main": pool})
    first, second = later(lab, 0), later(lab, 1)
    assert memo_of_the_pricing_day(first) == memo_of_the_pricing_day(second)
    assert record(first) == record(second)


def test_a_gate_that_closes_with_age_changes_the_record(lab: Lab) -> None:
    """What a reader takes from the state has to be what `up` does."""
    override = {
        "reason": "launch",
        "approved_by": "CFO",
        "expires": (DAY + dt.timedelta(10)).isoformat(),
        "max_usd_per_month": 1e9,
    }
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, gate={"override": override})
    assert record(later(lab, 10))["gate"] == "open"
    assert record(later(lab, 11))["gate"] == "closed"
