"""The program's logic on the SDK's mocks: which pools become resources, and how they are named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned
from tests.iac.mocked_engine import deploy

PROVISION: Keys = {"kind": "asg", "subnets": ["subnet-1"], "zone": "r1a"}
GUARDRAILS: Keys = {"budget_emails": ["gpu-spend@example.com"]}
ADVISORY: Keys = {"level": "advisory"}
NODE: Keys = {**ON_DEMAND, "nodes": 1}
BLOCK: Keys = {
    **NODE,
    "purchase": "reserved",
    "commitment": {"kind": "capacity-block", "hours": 730},
}
RESERVED: Keys = {
    **NODE,
    "purchase": "reserved",
    "commitment": {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"},
}


def stack(lab: Lab, pools: Keys, service: Keys | None = None, **plan: Any) -> None:
    """A stack whose gate only warns, so that the program declares all it would."""
    keys: Keys = {"provision": PROVISION, "guardrails": GUARDRAILS, "gate": ADVISORY, **plan}
    lab.stack(pools, service, **keys)


@pytest.mark.parametrize(
    ("pool", "plan", "because"),
    [
        (owned(300_000), {}, "the nodes are owned"),
        ({"offer": "acme/8x", "nodes": 1}, {}, "acme/8x is rented outside AWS"),
        (BLOCK, {}, "a capacity block is bought first; then write commitment.id"),
        ({**ON_DEMAND, "nodes": 0}, {}, "it has no nodes"),
        (NODE, {"provision": None}, "the plan has no provision"),
    ],
)
def test_a_pool_that_exists_elsewhere_is_priced_and_declares_nothing(
    lab: Lab, pool: Keys, plan: Keys, because: str
) -> None:
    """Nodes that no one asked AWS for must not start, and the preview says why there are none."""
    stack(lab, {"main": pool}, **plan)
    found = deploy(lab)
    assert found.failed == ""
    assert found.cloud == {}
    assert [resource.name for resource in found.declared] == ["main"]
    [line] = [line for line in found.log if "priced, not provisioned" in line]
    assert line.endswith(f"priced, not provisioned: {because}")


def test_pools_beside_one_that_exists_elsewhere_are_provisioned(lab: Lab) -> None:
    """Each pool is decided by itself; guardrails watch those that run."""
    stack(lab, {"own": owned(300_000), "block": BLOCK, "main": NODE})
    found = deploy(lab)
    assert found.of_kind("Group").keys() == {"main"}
    assert found.of_kind("MetricAlarm").keys() == {"main-idle"}


def test_a_capacity_block_with_an_id_is_targeted_and_not_bought(lab: Lab) -> None:
    """A block cannot be given back, so the program uses the one that people bought."""
    bought = {**BLOCK, "commitment": {**BLOCK["commitment"], "id": "cr-1"}}
    stack(lab, {"main": bought})
    found = deploy(lab)
    [template] = found.of_kind("LaunchTemplate").values()
    target = template["capacityReservationSpecification"]
    assert target["capacityReservationTarget"] == {"capacityReservationId": "cr-1"}
    assert found.of_kind("CapacityBlockReservation") == {}
    assert found.of_kind("CapacityReservation") == {}


def test_a_reserved_pool_holds_its_nodes_and_spares_in_one_reservation(lab: Lab) -> None:
    """Spares that are not reserved may not be available on the day they are needed."""
    stack(lab, {"main": RESERVED}, {"standby": {"pool": "main", "nodes": 1}})
    found = deploy(lab)
    [reservation] = found.of_kind("CapacityReservation").values()
    assert (reservation["instanceCount"], reservation["availabilityZone"]) == (2, "r1a")
    group = found.of_kind("Group")["main"]
    assert (group["minSize"], group["maxSize"]) == (2, 2)


def test_names_and_tags_tell_stack_service_and_pool(lab: Lab) -> None:
    """A name makes a second creation fail; the tags bring the bill back to the plan's pools."""
    stack(lab, {"main": NODE, "burst": {**ON_DEMAND, "purchase": "spot", "nodes": FOLLOWING}})
    found = deploy(lab)
    for pool, purchase in (("main", "on-demand"), ("burst", "spot")):
        group = found.of_kind("Group")[pool]
        assert group["name"] == f"tco-one-{pool}"
        tags = {tag["key"]: tag["value"] for tag in group["tags"]}
        wanted = {"stack": "one", "service": "chat", "pool": pool, "purchase": purchase}
        assert tags.items() >= {f"tco:{key}": value for key, value in wanted.items()}.items()
        assert all(tag["propagateAtLaunch"] for tag in group["tags"])
    for urn, inputs in found.cloud.items():
        if isinstance(inputs.get("tags"), dict):
            assert inputs["tags"]["tco:stack"] == "one", urn


def test_the_same_plan_declares_the_same(lab: Lab) -> None:
    """A preview of an unchanged plan shows no change."""
    stack(lab, {"main": NODE, "own": owned(300_000)})
    first, second = deploy(lab), deploy(lab)
    assert first.cloud == second.cloud
    assert first.record == second.record


@pytest.mark.parametrize(
    ("pool", "plan", "text"),
    [
        ({**ON_DEMAND, "nodes": "auto"}, {}, "pools.main.nodes: auto is for planning"),
        (RESERVED, {"provision": {"kind": "asg", "subnets": ["s"]}}, "provision.zone"),
        (NODE, {"guardrails": None}, "tco:plan.guardrails"),
        (NODE, {"guardrails": {"budget_emails": []}}, "tco:plan.guardrails"),
    ],
)
def test_what_cannot_be_provisioned_is_refused_before_anything_is_declared(
    lab: Lab, pool: Keys, plan: Keys, text: str
) -> None:
    """An error of the first second saves an update that fails halfway."""
    stack(lab, {"main": pool}, **plan)
    found = deploy(lab)
    assert text in found.failed
    assert found.failed.endswith("Nothing was provisioned.")
    assert found.declared == []


def test_a_plan_without_guardrails_declares_none(lab: Lab) -> None:
    """`guardrails: false` is how a team goes without, on purpose."""
    stack(lab, {"main": NODE}, guardrails=False)
    found = deploy(lab)
    assert found.of_kind("Group").keys() == {"main"}
    assert found.of_kind("Budget") == found.of_kind("MetricAlarm") == {}
