"""`tco price` on the preview of our own program, against the plan that the program declares."""

from __future__ import annotations

from typing import Any

import pytest

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.catalog.embedded import load_catalog
from tco.iac.estimate.documents import document_of
from tco.iac.estimate.pricing import Pricing, price
from tco.resolve.resolver import load_stack
from tco.units import HOURS_PER_MONTH
from tests.engine.plans import RESERVED, SPOT, on_demand, plan
from tests.engine.project import Project
from tests.iac.programs import DAY

PROVISIONS = [
    {"kind": "asg", "subnets": ["subnet-1"], "zone": "us-east-1a"},
    {"kind": "eks", "cluster": "ml", "subnets": ["subnet-1"], "zone": "us-east-1a"},
]
NODES = "node-hour"


def previewed(
    project: Project, pools: dict[str, Any], provision: object, **service: Any
) -> Pricing:
    project.stack(plan(pools, ["subnet-1"], provision=provision, service=service))
    project.init()
    document = document_of(project.done("preview", "--stack", "dev", "--json").json, "preview")
    return price(document.resources, load_catalog(), DAY, document.warnings)


def evaluated(project: Project) -> Evaluation:
    return evaluate(load_stack(project.folder / "stacks", "dev", load_catalog(), DAY), DAY)


def nodes_usd(found: Pricing, bound: str = "usd_per_month") -> float:
    """The node-hours of a pricing in USD, without disks and alarms."""
    parts = [part for resource in found.resources for part in resource.parts if part.unit == NODES]
    return sum(getattr(part, bound) for part in parts)


def rate(found: Pricing, option: str) -> float:
    return next(
        part.usd_per_unit
        for resource in found.resources
        for part in resource.parts
        if part.unit == NODES and option in part.name
    )


@pytest.mark.parametrize("provision", PROVISIONS, ids=["asg", "eks"])
def test_fixed_on_demand_pool_is_the_plans_compute_and_standby(
    project: Project, provision: object
) -> None:
    """The same nodes at the same prices: the two ways to the bill may not differ."""
    standby = {"availability": 0.999}
    found = previewed(project, {"base": on_demand(2)}, provision, standby=standby)
    lines = evaluated(project).lines
    expected = sum(
        line.usd_per_month for line in lines if line.line.category in ("compute", "standby")
    )
    assert expected > 0
    assert nodes_usd(found) == pytest.approx(expected)
    assert nodes_usd(found, "low") == nodes_usd(found, "high") == nodes_usd(found)


@pytest.mark.parametrize("provision", PROVISIONS, ids=["asg", "eks"])
def test_autoscaled_pool_is_its_floor_and_its_ceiling(project: Project, provision: object) -> None:
    """A pool that follows the load costs between its least and its most nodes."""
    span = {"min": 1, "max": 4, "follow": "load"}
    found = previewed(project, {"base": on_demand(span)}, provision)
    hourly = rate(found, "on demand")
    assert nodes_usd(found, "low") == pytest.approx(1 * hourly * HOURS_PER_MONTH)
    assert nodes_usd(found, "high") == pytest.approx(4 * hourly * HOURS_PER_MONTH)


def test_reserved_pool_counts_once_at_the_list_price(project: Project) -> None:
    """The reservation and the group inside it are one node, beside a spot pool of its own."""
    found = previewed(project, {"base": RESERVED, "burst": SPOT}, PROVISIONS[0])
    on_demand_rate, spot_rate = rate(found, "on demand"), rate(found, "spot")
    assert nodes_usd(found, "low") == pytest.approx(on_demand_rate * HOURS_PER_MONTH)
    assert nodes_usd(found) == pytest.approx(on_demand_rate * HOURS_PER_MONTH)
    assert nodes_usd(found, "high") > (on_demand_rate + 2 * spot_rate) * HOURS_PER_MONTH


def test_nothing_of_our_own_program_has_an_unknown_price(project: Project) -> None:
    """Every resource of the program is priced or free, but for alarms and topics by use."""
    found = previewed(project, {"base": RESERVED, "burst": SPOT}, PROVISIONS[0])
    unpriced = {resource.type for resource in found.resources if resource.status == "unpriced"}
    assert unpriced <= {"aws:cloudwatch/metricAlarm:MetricAlarm"}
