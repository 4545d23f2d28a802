"""The gate's hooks on the SDK's mocks: what a closed gate refuses, and what it lets pass."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from tco.analysis.evaluation import Evaluation
from tco.iac import GatedPlan, GpuNodePool
from tests.conftest import DAY, FOLLOWING, ON_DEMAND, Keys, Lab
from tests.iac.mocked_engine import Deployment, deploy

PROVISION: Keys = {"kind": "asg", "subnets": ["subnet-1"], "zone": "r1a"}
GUARDRAILS: Keys = {"budget_emails": ["gpu-spend@example.com"]}
OVERRIDE: Keys = {
    "reason": "launch",
    "approved_by": "CFO",
    "expires": (DAY + dt.timedelta(10)).isoformat(),
    "max_usd_per_month": 1_000_000,
}
OPEN: Keys = {"override": OVERRIDE}


def stack(lab: Lab, nodes: object = 1, pool: Keys | None = None, **plan: Any) -> None:
    """A pool `main` that costs more than its rival, so that the gate is closed."""
    pools = {"main": {**ON_DEMAND, "nodes": nodes, **(pool or {})}}
    lab.stack(pools, **{"provision": PROVISION, "guardrails": GUARDRAILS, **plan})


def span(least: int, most: int) -> Keys:
    """A pool that follows its load."""
    return {**FOLLOWING, "min": least, "max": most}


def running(lab: Lab, nodes: object, **more: Any) -> Deployment:
    """The stack with a given number of nodes, brought up while its gate was open."""
    stack(lab, nodes, gate=OPEN)
    found = deploy(lab, **more)
    assert not found.refused
    return found


def update(lab: Lab, was: Deployment, **more: Any) -> Deployment:
    """The next run of the program, on what the one before left."""
    return deploy(lab, was.cloud, outputs=was.outputs, **more)


def test_an_open_gate_refuses_nothing(lab: Lab) -> None:
    """A stack that beats its rival in every scenario comes up."""
    lab.workload(requests_per_month=730 * 3600)
    stack(lab, alternatives=["api/dear"])
    found = deploy(lab)
    assert found.refused == {}
    assert found.of_kind("Group").keys() == {"main"}
    assert "info: the gate is open" in found.log


def test_a_closed_gate_refuses_every_resource_and_says_why_once(lab: Lab) -> None:
    """A hook stops its resource and not the update, so every resource is bound."""
    stack(lab)
    found = deploy(lab)
    assert found.refused.keys() == {
        resource.name for resource in found.declared if resource.type.startswith("aws:")
    }
    assert {"main", "budget", "alarms", "main-idle"} <= found.refused.keys()
    assert all("was not created" in reason for reason in found.refused.values())
    why = [reason for reason in found.refused.values() if "tco:plan.gate.override" in reason]
    assert len(why) == 1
    assert all(
        reason in why or reason.endswith("The gate is closed.") for reason in found.refused.values()
    )


def test_an_advisory_gate_binds_nothing_and_warns(lab: Lab) -> None:
    """A team may want the figures first and the gate later."""
    stack(lab, gate={"level": "advisory"})
    found = deploy(lab)
    assert found.refused == {}
    assert found.record["gate"] == "closed"
    assert any(line.startswith("warning: the gate is closed") for line in found.log)


@pytest.mark.parametrize(
    ("keys", "days", "opens"),
    [
        ({}, 0, True),
        ({}, 10, True),
        ({}, 11, False),  # expired
        ({"max_usd_per_month": 10}, 0, False),
    ],
)
def test_an_override_opens_the_gate_within_its_limits(
    lab: Lab, keys: Keys, days: int, opens: bool
) -> None:
    """What a person approved holds until its day and up to its sum."""
    stack(lab, gate={"override": {**OVERRIDE, **keys}})
    found = deploy(lab, day=DAY + dt.timedelta(days))
    assert (found.refused == {}) is opens
    by = f"warning: the gate is open by override: by CFO until {OVERRIDE['expires']}"
    assert any(line.startswith(by) for line in found.log) is opens


@pytest.mark.parametrize(
    ("before", "after", "grows"),
    [
        (span(1, 3), span(1, 4), "maxSize from 3 to 4"),
        (span(1, 3), span(2, 3), "minSize from 1 to 2"),
        (2, 3, "maxSize from 2 to 3"),
    ],
)
def test_an_update_that_grows_is_refused_while_closed(
    lab: Lab, before: object, after: object, grows: str
) -> None:
    """The gate stands before spending more, with what grows and by how much."""
    was = running(lab, before)
    stack(lab, after)
    refused = deploy(lab, was.cloud).refused["main"]
    assert "main was not updated: it would grow" in refused
    assert grows in refused


def test_an_update_that_shrinks_or_renames_passes_while_closed(lab: Lab) -> None:
    """A closed gate is never in the way of spending less."""
    was = running(lab, span(1, 3))
    lab.plan(
        {"renamed": lab.service({"main": {**ON_DEMAND, "nodes": span(0, 2)}})},
        provision=PROVISION,
        guardrails=GUARDRAILS,
    )
    found = deploy(lab, was.cloud)
    assert found.record["gate"] == "closed"
    assert found.of_kind("Group")["main"] != was.of_kind("Group")["main"]
    assert found.refused == {}


def test_a_replacement_is_a_creation_and_is_refused(lab: Lab) -> None:
    """The engine calls the hook of a replacement without old inputs: new nodes start."""
    was = running(lab, 1)
    stack(lab, 1)
    [group] = [urn for urn in was.cloud if urn.endswith("Group::main")]
    replaced = {urn: inputs for urn, inputs in was.cloud.items() if urn != group}
    assert "main was not created" in deploy(lab, replaced).refused["main"]


def unknown() -> pulumi.Output[Any]:
    """An output that the engine does not know."""
    loop = asyncio.get_event_loop()
    value, known = loop.create_future(), loop.create_future()
    value.set_result(None)
    known.set_result(False)
    return pulumi.Output(set(), value, known)


def reservation(count: pulumi.Input[int]) -> aws.ec2.CapacityReservation:
    """A capacity reservation that the user's program declares beside the pools."""
    return aws.ec2.CapacityReservation(
        "held",
        instance_type="box.8x",
        instance_count=count,
        instance_platform="Linux/UNIX",
        availability_zone="r1a",
    )


def test_an_unknown_input_at_an_update_is_refused_while_closed(lab: Lab) -> None:
    """What a reservation then holds, is not known."""
    was = running(lab, 1, more=lambda: reservation(1))
    stack(lab, 1)
    found = deploy(lab, was.cloud, more=lambda: reservation(unknown()))
    assert found.refused.keys() == {"held"}
    assert "held was not updated: it would grow, instanceCount" in found.refused["held"]


def test_a_resource_of_a_component_is_bound_and_keeps_its_own_hooks(lab: Lab) -> None:
    """A program is more than its pools: what else it creates costs money too."""
    ran: list[str] = []

    class Foreign(pulumi.ComponentResource):
        """A component of another team."""

        def __init__(self) -> None:
            super().__init__("other:team:Thing", "foreign")
            own = pulumi.ResourceHook("own", lambda args: ran.append(args.name))
            hooks = pulumi.ResourceHookBinding(before_create=[own])
            aws.sns.Topic("theirs", opts=pulumi.ResourceOptions(parent=self, hooks=hooks))

    stack(lab)
    found = deploy(lab, more=Foreign)
    assert "theirs was not created" in found.refused["theirs"]
    assert ran == ["theirs"]
    assert "foreign" not in found.refused


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (AssertionError(), "tco failed: AssertionError"),
        (ValueError("no such day"), "tco failed: ValueError: no such day"),
        (SystemExit(3), "ended by SystemExit"),
    ],
)
def test_an_error_inside_the_evaluation_keeps_the_gate_closed(
    lab: Lab, fault: BaseException, text: str
) -> None:
    """An error without a text would let a step pass, and an exit would leave the engine waiting."""

    def evaluated(*_: object) -> Evaluation:
        raise fault

    stack(lab, gate=OPEN)
    found = deploy(lab, evaluated=evaluated)
    assert found.refused.keys() == {
        resource.name for resource in found.declared if resource.type.startswith("aws:")
    }
    assert all(text in reason and "stays closed" in reason for reason in found.refused.values())


def test_a_fault_in_what_counts_as_growth_keeps_the_gate_closed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is not known whether a pool grows, it may not."""

    def fault(*_: object, **__: object) -> str:
        raise AssertionError

    was = running(lab, span(1, 3))
    stack(lab, span(1, 2))
    monkeypatch.setattr("tco.iac.enforce.judgement.growth", fault)
    refused = deploy(lab, was.cloud).refused["main"]
    assert refused.startswith("the gate could not be evaluated (AssertionError")


def test_a_program_that_fails_halfway_provisions_nothing_under_an_open_gate(lab: Lab) -> None:
    """Nodes without the budget and the alarms that were to come after them would go unnoticed."""

    def fault() -> None:
        raise ValueError("x")

    stack(lab, gate=OPEN)
    found = deploy(lab, more=fault)
    assert found.failed == "ValueError: x"
    assert found.refused.keys() == {
        resource.name for resource in found.declared if resource.type.startswith("aws:")
    }
    assert (
        sum("The program failed: ValueError: x" in reason for reason in found.refused.values()) == 1
    )


@pytest.mark.parametrize(
    ("nodes", "rise"),
    [
        (span(1, 4), "its ceiling rises from $43,800 to $58,400 a month (main: 1-3 x"),
        (span(2, 3), "its floor rises from $14,600 to $29,200 a month (main: 1-3 x"),
    ],
)
def test_nothing_of_an_update_that_raises_the_ceiling_changes(
    lab: Lab, nodes: object, rise: str
) -> None:
    """A refused update must not raise the budget, nor leave outputs that describe it."""
    was = running(lab, span(1, 3))
    stack(lab, nodes)
    found = update(lab, was)
    changed = {
        resource.name
        for resource in found.declared
        if was.cloud.get(resource.urn) != resource.inputs
    }
    changed &= {resource.name for resource in found.declared if resource.type.startswith("aws:")}
    assert "main" in changed
    assert found.refused.keys() == changed
    assert all(rise in reason for reason in found.refused.values()), found.refused
    assert found.outputs == was.outputs


def test_a_ceiling_is_compared_at_todays_prices(lab: Lab) -> None:
    """A price that rises in the catalog is not a larger stack."""
    was = running(lab, 2)
    more_expensive = {
        "instance": "box.8x",
        "region": "r1",
        "purchase": "on-demand",
        "usd_per_hour": 25,
    }
    stack(lab, 2, prices=[lab.book("dearer", prices=[more_expensive])])
    assert update(lab, was).refused == {}


SPOT_TERMS: Keys = {"availability": 0.9, "interruptions_per_node_hour": 0.01}


@pytest.mark.parametrize(
    "pool",
    [
        {"purchase": "spot", "boot_hours": 0.1, "spot": {**SPOT_TERMS, "fallback": "on-demand"}},
        {
            "purchase": "reserved",
            "commitment": {
                "kind": "savings-plan",
                "term": "1yr",
                "payment": "no-upfront",
                "id": "sp-1",
            },
        },
    ],
    ids=["spot", "reserved"],
)
def test_a_cheaper_purchase_passes_a_closed_gate(lab: Lab, pool: Keys) -> None:
    """Creations in the plan's own pools pass while the ceiling does not rise; saving is allowed."""
    was = running(lab, 2)
    stack(lab, 2, pool)
    found = update(lab, was)
    assert found.record["gate"] == "closed"
    assert found.refused == {}
    assert any("This update passes: the ceiling" in line for line in found.log)


def test_one_more_recipient_passes_a_closed_gate(lab: Lab) -> None:
    """More recipients of notices cost nothing."""
    was = running(lab, 2)
    stack(lab, 2, guardrails={"budget_emails": [*GUARDRAILS["budget_emails"], "cfo@example.com"]})
    found = update(lab, was)
    assert "alarms-1" in {resource.name for resource in found.declared}
    assert found.refused == {}


def test_back_from_spot_to_on_demand_is_growth(lab: Lab) -> None:
    """The fallback of spot nodes is in the ceiling, and still more than what is paid now."""
    terms = {"purchase": "spot", "boot_hours": 0.1}
    spot = {**terms, "spot": {**SPOT_TERMS, "fallback": "on-demand"}}
    stack(lab, 2, spot, gate=OPEN)
    was = deploy(lab)
    stack(lab, 2)
    found = update(lab, was)
    assert "its ceiling as bought rises from $11,680 to $29,200" in found.refused["main"]


def test_a_refused_new_stack_records_no_ceiling(lab: Lab) -> None:
    """What was never allowed must not be what the next run is compared with."""
    stack(lab, 2)
    first = deploy(lab)
    assert first.record["ceiling"] is None
    again = deploy(lab, outputs=first.outputs)
    assert again.refused.keys() == first.refused.keys()


HELD: Keys = {
    "instance_type": "box.8x",
    "instance_count": 2,
    "instance_platform": "Linux/UNIX",
    "availability_zone": "r1a",
    "region": "r1",
}


def reserve(**keys: Any) -> None:
    """A reservation that the plan does not know."""
    aws.ec2.CapacityReservation("held", **{**HELD, **keys})


@pytest.mark.parametrize(
    ("gate", "refused"),
    [
        ({"override": {**OVERRIDE, "max_usd_per_month": 1_000_000}}, False),
        ({"override": {**OVERRIDE, "max_usd_per_month": 20_000}}, True),
        ({"max_unplanned_usd_per_month": 40_000, **OPEN}, False),
    ],
)
def test_what_the_plan_does_not_price_closes_an_open_gate(
    lab: Lab, gate: Keys, refused: bool
) -> None:
    """Two nodes reserved beside one that is planned: $29,200 a month that no one approved."""
    stack(lab, 1, gate=gate)
    found = deploy(lab, more=reserve)
    assert ("held" in found.refused) is refused
    assert ("main" in found.refused) is refused
    if refused:
        [why] = [reason for reason in found.refused.values() if "held $29,200" in reason]
        assert "resources that the plan does not price cost up to $29,200/month" in why


def test_a_size_that_is_known_only_later_is_judged_by_itself(lab: Lab) -> None:
    """An output hides what a resource costs until its own step."""
    lab.workload(requests_per_month=730 * 3600)
    stack(lab, alternatives=["api/dear"])
    count = pulumi.Output.from_input(2)
    found = deploy(lab, more=lambda: reserve(instance_count=count))
    assert found.refused.keys() == {"held"}
    assert "cost up to $29,200/month" in found.refused["held"]


def test_a_pool_larger_than_the_plan_is_not_planned(lab: Lab) -> None:
    """A program may declare the plan's pools itself, and not more than they are."""
    lab.workload(requests_per_month=730 * 3600)
    stack(lab, alternatives=["api/dear"], guardrails=False)

    def declare(plan: GatedPlan, **larger: Any) -> None:
        GpuNodePool("main", replace(plan.arguments["main"], **larger))

    assert deploy(lab, declare=declare).refused == {}
    found = deploy(lab, declare=lambda plan: declare(plan, max_nodes=64))
    assert "main" in found.refused
