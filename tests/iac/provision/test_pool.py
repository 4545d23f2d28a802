"""The node pool component by itself, without an engine: every form of a pool."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pulumi
import pytest
from pulumi.runtime import mocks
from pulumi.runtime.stack import wait_for_rpcs

from tco.iac import GpuNodePool, GpuNodePoolArgs
from tco.iac.provision.arguments import short_name

Resources = dict[str, dict[str, Any]]

SIZES: dict[str, Any] = {"min_nodes": 1, "max_nodes": 2, "subnets": ["subnet-1"]}


class Recorded(mocks.Mocks):
    """Keeps the inputs of every resource under its type."""

    def __init__(self) -> None:
        self.resources: Resources = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        inputs: dict[str, Any] = vars(args)["inputs"]
        self.resources[args.typ.rpartition(":")[2]] = inputs
        return f"{args.name}-id", {**inputs, "latestVersion": 1, "arn": "arn:test"}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(args.token)


def arguments(**keys: Any) -> GpuNodePoolArgs:
    """The arguments of the pool `main` of p5.48xlarge."""
    given: dict[str, Any] = {"instance_type": "p5.48xlarge", **SIZES, **keys}
    return GpuNodePoolArgs(stack="prod", service="chat", pool="main", **given)


RECORDED = Recorded()


@pytest.fixture(scope="module", autouse=True)
def sdk() -> Iterator[None]:
    """The SDK with mocks for an engine; it makes its event loop itself, and keeps it."""
    mocks.set_mocks(RECORDED)
    with patch("tco.iac.provision.pool.is_gated", return_value=True):
        yield


def declared(**keys: Any) -> Resources:
    """The inputs of the resources that a pool declares, by type."""
    RECORDED.resources = {}
    GpuNodePool("main", arguments(**keys))
    asyncio.get_event_loop().run_until_complete(wait_for_rpcs())
    return RECORDED.resources


def test_a_pool_in_a_program_without_a_gate_is_refused_with_the_way_to_declare_it() -> None:
    """GPU nodes without a plan, a budget and a gate would start unseen."""
    with (
        patch("tco.iac.provision.pool.is_gated", return_value=False),
        pytest.raises(pulumi.RunError, match="has no gate") as refused,
    ):
        declared()
    assert "with tco.iac.gated() as plan:" in str(refused.value)
    assert RECORDED.resources == {}


def test_a_capacity_block_is_targeted_and_never_bought() -> None:
    """A block cannot be given back once it is bought, so people buy it."""
    made = declared(purchase="capacity-block", reservation_id="cr-1")
    template = made["LaunchTemplate"]
    assert template["instanceMarketOptions"] == {"marketType": "capacity-block"}
    target = template["capacityReservationSpecification"]["capacityReservationTarget"]
    assert target == {"capacityReservationId": "cr-1"}
    assert made.keys().isdisjoint({"CapacityBlockReservation", "CapacityReservation"})


def test_a_capacity_block_of_a_cluster_names_its_instances_in_the_template() -> None:
    """EKS takes a block's instance type from the launch template alone."""
    made = declared(purchase="capacity-block", reservation_id="cr-1", cluster="ml")
    assert made["LaunchTemplate"]["instanceType"] == "p5.48xlarge"
    assert made["NodeGroup"]["capacityType"] == "CAPACITY_BLOCK"
    assert "instanceTypes" not in made["NodeGroup"]


def test_nodes_of_one_replica_share_a_placement_group() -> None:
    """Tensors between distant nodes wait for the network."""
    made = declared(packed=True)
    assert made["PlacementGroup"]["strategy"] == "cluster"
    assert made["LaunchTemplate"]["placement"] == {"groupName": "tco-prod-main"}
    assert "PlacementGroup" not in declared()


def test_spares_of_a_spot_pool_are_on_demand() -> None:
    """A spot node that can be taken away is no spare."""
    made = declared(purchase="spot", spare_nodes=2)
    group = made["Group"]
    assert (group["minSize"], group["maxSize"]) == (3, 4)
    distribution = group["mixedInstancesPolicy"]["instancesDistribution"]
    assert distribution["onDemandBaseCapacity"] == 2
    assert distribution["onDemandPercentageAboveBaseCapacity"] == 0


def test_a_pool_of_one_size_says_so_and_a_span_leaves_the_size_to_its_scaler() -> None:
    """A second `pulumi up` must not undo what a scaler did."""
    assert "desiredCapacity" not in declared()["Group"]
    assert declared(min_nodes=2)["Group"]["desiredCapacity"] == 2


def test_arm_instances_get_an_arm_image() -> None:
    """An instance does not boot from the other processor's image."""
    made = declared(instance_type="g5g.16xlarge")
    assert "/arm64/" in made["LaunchTemplate"]["imageId"]
    cluster = declared(instance_type="g5g.16xlarge", cluster="ml")
    assert cluster["NodeGroup"]["amiType"] == "AL2023_ARM_64_NVIDIA"


def test_metadata_is_reached_with_a_token_and_disks_are_encrypted() -> None:
    """A page that a model is made to fetch must not read the node's credentials."""
    template = declared()["LaunchTemplate"]
    assert template["metadataOptions"]["httpTokens"] == "required"
    assert template["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert template["blockDeviceMappings"][0]["ebs"]["encrypted"] == "true"


@pytest.mark.parametrize(
    ("keys", "reported"),
    [
        ({"min_nodes": 3}, "Write 0 <= min_nodes <= max_nodes"),
        ({"subnets": []}, "no subnets"),
        ({"purchase": "reserved"}, "Write zone"),
        ({"purchase": "capacity-block"}, "Write reservation_id"),
    ],
)
def test_what_aws_would_refuse_late_is_refused_at_once(keys: dict[str, Any], reported: str) -> None:
    """An error of the first second saves an update that fails halfway."""
    with pytest.raises(pulumi.RunError, match=reported):
        arguments(**keys)


def test_names_stay_within_what_aws_takes_and_apart() -> None:
    """Two pools with one name would be one pool."""
    long = "a" * 80
    assert len(short_name(long, "one")) == 63
    assert short_name(long, "one") != short_name(long, "two")
    assert short_name("tco", "prod/eu", "main_1") == "tco-prod-eu-main-1"
