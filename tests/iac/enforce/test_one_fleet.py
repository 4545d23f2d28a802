"""The program closes on two fleets for one workload, as the command line does."""

from __future__ import annotations

from tests.conftest import ON_DEMAND, Keys, Lab
from tests.iac.mocked_engine import deploy

PROVISION: Keys = {"kind": "asg", "subnets": ["subnet-1"]}
NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}


def test_the_program_refuses_a_second_fleet(lab: Lab) -> None:
    """A stack with an open gate is refused beside another one, and passes with a stated reason."""
    lab.workload(requests_per_month=730 * 3600)
    keys: Keys = {"alternatives": ["api/dear"], "provision": PROVISION, "guardrails": False}
    lab.plan({"chat": lab.service(NODE)}, "two", **keys)
    lab.plan({"chat": lab.service(NODE)}, "one", **keys)
    refused = deploy(lab).refused
    assert any("two (demand) may provision nodes too" in text for text in refused.values())
    lab.plan({"chat": lab.service(NODE)}, "one", **keys, gate={"shares_workload": "canary"})
    assert deploy(lab).refused == {}
