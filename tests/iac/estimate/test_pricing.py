"""What resources cost, worked by hand from the tests' catalog (box.8x: 20, spot 8, block 30)."""

from __future__ import annotations

import pytest

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.documents.price import Status
from tco.iac.estimate.documents import document_of
from tco.iac.estimate.inventory import Resource, node_pools
from tco.iac.estimate.pricing import ceiling_usd_per_month
from tests.iac.programs import (
    BLOCK,
    DAY,
    GROUP,
    INSTANCE,
    LATER,
    MONTH,
    NODE_GROUP,
    RESERVATION,
    VOLUME,
    Keys,
    Program,
    bounds,
    node_month,
)

LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"


def about(low: float, declared: float, high: float) -> object:
    return pytest.approx((low, declared, high))


def test_instance_costs_its_hours(catalog: Catalog) -> None:
    """One node on demand: 730 hours at $20."""
    program = Program()
    own = program.add(INSTANCE, "i", {"instanceType": "box.8x"})
    found = program.one(catalog, own)
    assert bounds(found) == about(14_600, 14_600, 14_600)
    assert found.parts[0].quantity == MONTH
    assert found.parts[0].usd_per_unit == 20
    assert found.parts[0].source == "made up for the tests"


def test_group_costs_its_floor_its_desired_size_and_its_ceiling(catalog: Catalog) -> None:
    """An autoscaled group is a range, and as declared its desired size."""
    program = Program()
    own = program.group(sizes=(1, 5), desiredCapacity=2)
    assert bounds(program.one(catalog, own)) == about(*node_month(20, 40, 100))


def test_mixed_group_pays_each_share_its_own_rate(catalog: Catalog) -> None:
    """One node on demand at $20 and the rest spot at $8."""
    policy = {
        "launchTemplate": {"overrides": [{"instanceType": "box.8x"}]},
        "instancesDistribution": {
            "onDemandBaseCapacity": 1,
            "onDemandPercentageAboveBaseCapacity": 0,
        },
    }
    sizes = {"minSize": 1, "desiredCapacity": 2, "maxSize": 4}
    program = Program()
    own = program.add(GROUP, "g", {**sizes, "mixedInstancesPolicy": policy})
    found = program.one(catalog, own)
    assert bounds(found) == about(*node_month(20, 28, 44))
    assert found.detail == "1 x box.8x, on demand + 0 to 3 x box.8x, spot"


def test_several_types_are_a_range_over_them(catalog: Catalog) -> None:
    """On demand the first type counts as declared; the bounds are the lowest and the highest."""
    program = Program()
    scaling = {"minSize": 1, "desiredSize": 1, "maxSize": 1}
    types = ["box.8x", "slow.8x"]
    own = program.add(NODE_GROUP, "g", {"scalingConfig": scaling, "instanceTypes": types})
    disk = 20 * 0.08
    low, declared, high = node_month(12, 20, 20)
    found = program.one(catalog, own)
    assert bounds(found) == about(low + disk, declared + disk, high + disk)
    assert found.parts[0].estimate


def test_weighted_capacity_is_counted_in_units(catalog: Catalog) -> None:
    """17 units of nodes that count for 8 are 3 nodes."""
    overrides = [{"instanceType": "box.8x", "weightedCapacity": "8"}]
    policy = {"launchTemplate": {"overrides": overrides}}
    program = Program()
    own = program.add(GROUP, "g", {"minSize": 17, "maxSize": 17, "mixedInstancesPolicy": policy})
    assert bounds(program.one(catalog, own)) == about(*node_month(60, 60, 60))


def test_disks_of_nodes_are_parts_of_their_own(catalog: Catalog) -> None:
    """Two nodes with 500 GB each at $0.08: $80 beside the node-hours."""
    program = Program()
    root = {"volumeSize": 500, "volumeType": "gp3"}
    own = program.add(INSTANCE, "i", {"instanceType": "box.8x", "rootBlockDevice": root})
    found = program.one(catalog, own)
    assert [round(part.usd_per_month, 6) for part in found.parts] == [14_600, 40]


def test_disk_without_a_price_is_reported_beside_the_nodes(catalog: Catalog) -> None:
    """Nodes are not hidden behind their disk's missing price, and the disk is not a zero."""
    program = Program()
    root = {"volumeSize": 500, "volumeType": "io9"}
    own = program.add(INSTANCE, "i", {"instanceType": "box.8x", "rootBlockDevice": root})
    found = program.one(catalog, own)
    assert found.status == "priced"
    assert "io9 disk not counted" in found.reason
    assert not program.priced(catalog).complete


def test_node_inside_a_reservation_counts_once(catalog: Catalog) -> None:
    """Three nodes of which two are reserved cost three, not five."""
    program = Program()
    reserved = program.add(RESERVATION, "r", {"instanceType": "box.8x", "instanceCount": 2})
    target = {"capacityReservationTarget": {"capacityReservationId": LATER}}
    template = program.add(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "t",
        {"instanceType": "box.8x", "capacityReservationSpecification": target},
        depends={"capacityReservationSpecification": [reserved]},
    )
    own = program.add(
        GROUP,
        "g",
        {"minSize": 1, "desiredCapacity": 3, "maxSize": 4, "launchTemplate": {"id": LATER}},
        depends={"launchTemplate": [template]},
    )
    assert bounds(program.one(catalog, own)) == about(*node_month(0, 20, 40))
    assert bounds(program.priced(catalog)) == about(*node_month(40, 60, 80))
    assert "of which 2 in a reservation" in program.one(catalog, own).detail


def test_two_groups_share_a_reservation_once(catalog: Catalog) -> None:
    """A reserved node holds one node: the second group pays its own."""
    program = Program()
    program.add(RESERVATION, "r", {"instanceType": "box.8x", "instanceCount": 1})
    target = {"capacityReservationTarget": {"capacityReservationIds": ["cr-1"]}}
    program.steps[0]["newState"]["id"] = "cr-1"
    for name in "ab":
        program.group(name, capacityReservationSpecification=target)
    assert bounds(program.priced(catalog)) == about(*node_month(40, 40, 40))


def test_open_reservation_may_hold_a_node_of_an_unknown_zone(catalog: Catalog) -> None:
    """The node joins it as declared; at the most it runs in another zone and is paid besides."""
    program = Program()
    program.add(
        RESERVATION,
        "r",
        {"instanceType": "box.8x", "instanceCount": 1, "availabilityZone": "r1a"},
    )
    program.add(INSTANCE, "anywhere", {"instanceType": "box.8x"})
    assert bounds(program.priced(catalog)) == about(*node_month(20, 20, 40))


@pytest.mark.parametrize(("zone", "nodes"), [("r1a", 1), ("r1b", 2)])
def test_open_reservation_holds_nodes_of_its_zone(catalog: Catalog, zone: str, nodes: int) -> None:
    """Where both zones are known, they decide."""
    program = Program()
    inputs = {"instanceType": "box.8x", "availabilityZone": "r1a"}
    program.add(RESERVATION, "r", {**inputs, "instanceCount": 1})
    program.add(INSTANCE, "i", {**inputs, "availabilityZone": zone})
    usd = 20 * nodes
    assert bounds(program.priced(catalog)) == about(*node_month(usd, usd, usd))


def test_bought_block_costs_its_hours(catalog: Catalog) -> None:
    """Two nodes for 48 hours at the block's $30."""
    program = Program()
    bought: Keys = {
        "instanceType": "box.8x",
        "instanceCount": 2,
        "startDate": "2026-11-01T11:30:00Z",
        "endDate": "2026-11-03T11:30:00Z",
    }
    own = program.add(BLOCK, "b", {"capacityBlockOfferingId": "cb-1"}, outputs=bought)
    assert bounds(program.one(catalog, own)) == about(2880, 2880, 2880)


def test_volume_and_load_balancer_take_the_catalogs_figures(catalog: Catalog) -> None:
    """100 GB at $0.08 and one load balancer at $25; away from us-east-1 they are estimates."""
    program = Program()
    program.add(VOLUME, "v", {"type": "gp3", "size": 100})
    program.add(LOAD_BALANCER, "l")
    found = program.priced(catalog)
    assert found.usd_per_month == pytest.approx(33)
    assert all(part.estimate for resource in found.resources for part in resource.parts)


def test_gp3_beyond_its_free_speed_needs_a_price(catalog: Catalog) -> None:
    """What a gp3 volume has for free is free; more is paid, at a figure or not counted."""
    inputs: Keys = {"type": "gp3", "size": 100, "iops": 5000, "throughput": 125}
    program = Program()
    own = program.add(VOLUME, "v", inputs)
    assert "disk IOPS not counted" in program.one(catalog, own).reason
    book = Book.model_validate(
        {
            "source": "s",
            "as_of": "2026-11-01",
            "figures": [
                {"figure": "ebs_gp3_free_iops", "value": 3000, "unit": "IOPS"},
                {"figure": "ebs_gp3_free_mb_per_s", "value": 125, "unit": "MB/s"},
                {"figure": "ebs_gp3_usd_per_iops_month", "value": 0.005, "unit": "USD"},
            ],
        }
    )
    found = program.one(catalog.with_books([book]), own)
    assert found.usd_per_month == pytest.approx(8 + 2000 * 0.005)
    assert not found.reason


@pytest.mark.parametrize(
    ("kind", "inputs", "status"),
    [
        ("aws:ec2/vpc:Vpc", {}, "free"),
        ("aws:iam/role:Role", {}, "free"),
        ("random:index/randomId:RandomId", {}, "free"),
        ("pulumi:pulumi:Stack", {}, "free"),
        ("kubernetes:apps/v1:Deployment", {}, "free"),
        ("kubernetes:core/v1:Service", {"spec": {"type": "LoadBalancer"}}, "unpriced"),
        ("kubernetes:core/v1:Service", {"spec": {"type": LATER}}, "unpriced"),
        ("aws:s3/bucket:Bucket", {}, "usage_based"),
        ("aws:dynamodb/table:Table", {"billingMode": "PAY_PER_REQUEST"}, "usage_based"),
        ("aws:efs/fileSystem:FileSystem", {"throughputMode": "elastic"}, "usage_based"),
        ("aws:efs/fileSystem:FileSystem", {"throughputMode": "provisioned"}, "unpriced"),
        ("aws:efs/fileSystem:FileSystem", {"throughputMode": LATER}, "unpriced"),
        ("aws:dynamodb/table:Table", {}, "unpriced"),
        ("aws:ec2/natGateway:NatGateway", {}, "unpriced"),
        ("aws:rds/instance:Instance", {}, "unpriced"),
        ("gcp:compute/instance:Instance", {}, "unpriced"),
        (INSTANCE, {"instanceType": "m7i.large"}, "unpriced"),
        (INSTANCE, {"instanceType": LATER}, "unpriced"),
        (INSTANCE, {}, "unpriced"),
        (VOLUME, {"size": LATER}, "unpriced"),
        (VOLUME, {"snapshotId": "snap-1"}, "unpriced"),
        (BLOCK, {"capacityBlockOfferingId": "cb-1"}, "unpriced"),
        (RESERVATION, {"instanceType": "box.8x", "instanceCount": LATER}, "unpriced"),
    ],
)
def test_every_resource_has_a_status_and_a_reason(
    catalog: Catalog, kind: str, inputs: Keys, status: Status
) -> None:
    """Nothing is a silent zero: what has no price says which it is, and why."""
    program = Program()
    own = program.add(kind, "x", inputs)
    found = program.one(catalog, own)
    assert found.status == status
    assert found.reason
    assert found.usd_per_month == (0 if status == "free" else None)


def test_resource_without_a_region_is_unpriced(catalog: Catalog) -> None:
    """A region that no file names is asked for, not guessed."""
    program = Program(region=None)
    own = program.add(INSTANCE, "i", {"instanceType": "box.8x"})
    assert "pulumi config set aws:region" in program.one(catalog, own).reason


def test_instance_that_is_only_read_is_free(catalog: Catalog) -> None:
    """What another program provides is paid there."""
    program = Program()
    own = program.add(INSTANCE, "i", {"instanceType": "box.8x"}, op="read", external=True)
    assert program.one(catalog, own).status == "free"


def test_reservation_that_is_only_read_pays_for_no_node(catalog: Catalog) -> None:
    """A reservation of another program is not in this total, so its nodes stay in it."""
    program = Program()
    held = {"instanceType": "box.8x", "instanceCount": 1}
    program.add(RESERVATION, "r", held, op="read", external=True)
    program.add(INSTANCE, "i", {"instanceType": "box.8x"})
    assert bounds(program.priced(catalog)) == about(14_600, 14_600, 14_600)


def ceiling(catalog: Catalog, inputs: Keys) -> float | None:
    [pool] = node_pools([Resource(urn="u", type=GROUP, name="g", inputs=inputs, region="r1")])
    return ceiling_usd_per_month(pool, catalog, DAY)


def test_ceiling_is_at_likely_prices(catalog: Catalog) -> None:
    """On demand costs more than spot that may, at its most expensive, cost as much."""
    price: Keys = {"instance": "box.8x", "region": "r1", "purchase": "spot"}
    prices = [{**price, "usd_per_hour": [6, 9, 20]}]
    book = Book.model_validate({"source": "s", "as_of": DAY, "prices": prices})
    uncertain = catalog.with_books([book])
    spot = {"instancesDistribution": {"onDemandPercentageAboveBaseCapacity": 0}}
    launch = {"launchTemplate": {"overrides": [{"instanceType": "box.8x"}]}}
    group: Keys = {"minSize": 0, "maxSize": 2, "mixedInstancesPolicy": launch | spot}
    assert ceiling(uncertain, group) == pytest.approx(18 * MONTH)
    assert ceiling(uncertain, group | {"mixedInstancesPolicy": launch}) == pytest.approx(40 * MONTH)


def test_ceiling_shows_growth(catalog: Catalog) -> None:
    """More nodes, or on demand instead of spot, raise the ceiling; no one knows an unknown one."""
    spot: Keys = {
        "launchTemplate": {"overrides": [{"instanceType": "box.8x"}]},
        "instancesDistribution": {"onDemandPercentageAboveBaseCapacity": 0},
    }
    on_demand: Keys = {"launchTemplate": spot["launchTemplate"]}
    base: Keys = {"minSize": 0, "maxSize": 2, "mixedInstancesPolicy": spot}
    assert ceiling(catalog, base) == pytest.approx(16 * MONTH)
    assert ceiling(catalog, base | {"maxSize": 3}) == pytest.approx(24 * MONTH)
    assert ceiling(catalog, base | {"mixedInstancesPolicy": on_demand}) == pytest.approx(40 * MONTH)
    assert ceiling(catalog, base | {"maxSize": LATER}) is None


def test_price_of_a_state_is_that_of_its_preview(catalog: Catalog) -> None:
    """What is planned costs what runs."""
    program = Program()
    program.group(sizes=(1, 3))
    program.add(VOLUME, "v", {"type": "gp3", "size": 100})
    planned = program.priced(catalog)
    from_state = [resource.name for resource in document_of(program.state, "s").resources][1:]
    assert from_state == [resource.name for resource in planned.resources]
    assert planned.complete


def test_command_that_names_gpus_is_unpriced(catalog: Catalog) -> None:
    """A script may start instances: it is free only while it names none with GPUs."""
    program = Program()
    start = program.add("command:local:Command", "a", {"create": "run-instances p5.48xlarge"})
    build = program.add("command:local:Command", "b", {"create": "make build"})
    assert program.one(catalog, start).status == "unpriced"
    assert program.one(catalog, build).status == "free"
