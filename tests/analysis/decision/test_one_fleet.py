"""One fleet per workload: stacks that would both provision for one workload close each other."""

from __future__ import annotations

from typing import Any

import pytest

import tco
from tco.analysis.decision.condition import Condition
from tco.analysis.evaluation import Evaluation, on_day
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

PROVISION: Keys = {"kind": "asg", "subnets": ["subnet-1"]}
ID = "one-fleet-per-workload"


def fleet(lab: Lab, name: str, workload: str = "demand", **plan: Any) -> None:
    """A stack that wins by far, a full node at $20 an hour against $36, and provisions it."""
    lab.workload(workload, requests_per_month=730 * 3600)
    service = lab.service({"main": {**ON_DEMAND, "nodes": 1}}, workload=workload)
    keys = {"alternatives": ["api/dear"], "provision": PROVISION, **plan}
    lab.plan({"chat": service}, name, **keys)


def condition(result: Evaluation) -> Condition | None:
    return next((condition for condition in result.gate.conditions if condition.id == ID), None)


def test_two_fleets_close_and_name_each_other(lab: Lab) -> None:
    """Both stacks are closed, by nothing else, and each one says which other stack is meant."""
    fleet(lab, "blue")
    fleet(lab, "green")
    for name, other in (("blue", "green"), ("green", "blue")):
        result = lab.evaluate(name)
        found = condition(result)
        assert found is not None
        assert not result.gate.open
        assert [condition.id for condition in result.gate.conditions if not condition.holds] == [ID]
        assert found.detail.startswith(f"{other} (demand) may provision nodes too.")


def test_a_stated_reason_opens_the_stack_that_carries_it(lab: Lab) -> None:
    """The stack with `shares_workload` opens and shows the reason; the other one stays closed."""
    fleet(lab, "canary", gate={"shares_workload": "canary of prod"})
    fleet(lab, "prod")
    canary, prod = lab.evaluate("canary"), lab.evaluate("prod")
    assert (canary.gate.open, prod.gate.open) == (True, False)
    found = condition(canary)
    assert found is not None
    assert found.detail == "shared with prod (demand): canary of prod"


@pytest.mark.parametrize(
    "other",
    [
        {"provision": None},
        {"alternatives": ["api/plain"]},
        {"gate": {"max_price_age_days": 1}},
        {"workload": "another"},
        {"against": "nobody"},
        {"alternatives": ["api/unknown"]},
    ],
    ids=["no-provision", "lost", "stale", "other-workload", "unreadable", "unresolved"],
)
def test_a_stack_that_provisions_nothing_closes_no_other(lab: Lab, other: Keys) -> None:
    """A stack whose gate is closed anyway, or that serves another workload, closes no other."""
    fleet(lab, "blue")
    fleet(lab, "green", **other)
    result = lab.evaluate("blue")
    assert (result.gate.open, condition(result)) == (True, None)


def test_a_shared_workload_among_several(lab: Lab) -> None:
    """One workload in common is enough, and only that one is named."""
    fleet(lab, "blue")
    fleet(lab, "green", "another")
    pools = {name: {"main-" + name: {**ON_DEMAND, "nodes": 1}} for name in ("demand", "another")}
    services = {name: lab.service(pools[name], workload=name) for name in pools}
    lab.plan(services, "both", alternatives=["api/dear"], provision=PROVISION)
    found = condition(lab.evaluate("both"))
    assert found is not None
    assert found.detail.startswith("blue (demand), green (another) may provision nodes too.")


def test_other_stacks_are_evaluated_only_for_an_open_gate(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack that is closed anyway asks for no other, and an open one asks once."""
    asked: list[str] = []

    def other_fleets(*arguments: Any) -> tuple[()]:
        asked.append(arguments[0].name)
        return ()

    monkeypatch.setattr("tco.resolve.resolver.other_fleets", other_fleets)
    fleet(lab, "blue")
    fleet(lab, "lost", alternatives=["api/plain"])
    assert not lab.evaluate("lost").gate.open
    assert asked == []
    result = lab.evaluate("blue")
    assert result.gate.open
    assert on_day(result, DAY).gate.open
    assert asked == ["blue"]


def test_the_library_agrees(lab: Lab) -> None:
    """A program that evaluates a stack gets the condition as the command line does."""
    fleet(lab, "blue")
    fleet(lab, "green")
    stack = tco.load_stack(lab.folder, "blue", catalog=lab.catalog, today=DAY)
    assert not tco.evaluate(stack, today=DAY).gate.open
